"""What a person named on the command line, as packages with a split: recipes, folders, checkouts, archives."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import CorpusError
from .harvest import Material
from .recipe import load_recipe
from .sources import checkout_version, is_archive, is_checkout

UNRECORDED = "not recorded"
"""The licence of a person's own files: theirs to know."""


def list_materials(
    paths: Sequence[Path], languages: tuple[str, ...], *, development_share: float, seed: int
) -> list[Material]:
    """The packages of all recipes and paths; own packages are split whole, by a seeded choice."""
    pinned: list[Material] = []
    own: list[Material] = []
    for path in paths:
        if path.suffix == ".json" and not path.is_dir():
            pinned += _from_recipe(path, languages)
        else:
            own += [_from_path(package, languages) for package in find_packages(path)]
    materials = pinned + _split(_name_apart(own), development_share, seed)
    if not materials:
        raise CorpusError(f"nothing to read: no package of {', '.join(languages)} in what was named")
    return materials


def _from_recipe(path: Path, languages: tuple[str, ...]) -> list[Material]:
    return [
        Material(p.name, p.version, p.licence, p.split, (p.language,), pinned=p)
        for p in load_recipe(path).packages
        if p.language in languages
    ]


def find_packages(path: Path) -> list[Path]:
    """The path itself, or its children where it is a plain folder that holds checkouts or archives."""
    if not path.exists():
        raise CorpusError(f"{path} does not exist; name a recipe, a folder, a git checkout or an archive")
    if path.is_dir() and not is_checkout(path):
        children = sorted(path.iterdir())
        if any(is_checkout(child) or is_archive(child) for child in children):
            return [child for child in children if child.is_dir() or is_archive(child)]
    return [path]


def _from_path(path: Path, languages: tuple[str, ...]) -> Material:
    name = re.sub(r"[^A-Za-z0-9._+~-]", "_", path.resolve().name).lstrip(".") or "package"
    version = checkout_version(path) if is_checkout(path) else ""
    return Material(name, version, UNRECORDED, "train", languages, paths=(path,))


def _name_apart(materials: list[Material]) -> list[Material]:
    """Folders of the same name in different places get a number: their files must not meet."""
    seen: dict[str, int] = {}
    apart = []
    for material in materials:
        count = seen[material.name] = seen.get(material.name, 0) + 1
        apart.append(material if count == 1 else replace(material, name=f"{material.name}~{count}"))
    return apart


def _split(materials: list[Material], share: float, seed: int) -> list[Material]:
    """Set a share of the packages apart for development: at least one if there are two, never all."""
    count = min(max(round(share * len(materials)), 1 if share > 0 else 0), len(materials) - 1)
    chosen = set(random.Random(seed).sample(range(len(materials)), max(count, 0)))
    return [replace(m, split="development") if i in chosen else m for i, m in enumerate(materials)]
