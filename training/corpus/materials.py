"""What a person named on the command line, as packages with a split: recipes, folders, checkouts, archives."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import CorpusError
from .harvest import Material
from .recipe import load_recipe, refuse_repeats
from .sources import checkout_version, is_archive, is_checkout, language_of, list_files

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
            found = [each for each in find_packages(path, languages) if each == path or _may_hold(each, languages)]
            own += [_from_path(package, languages) for package in found]
    refuse_repeats(material.pinned for material in pinned if material.pinned is not None)
    materials = pinned + _split(_name_apart(own, (m.name for m in pinned)), development_share, seed)
    if not materials:
        raise CorpusError(f"nothing to read: no package of {', '.join(languages)} in what was named")
    return materials


def _from_recipe(path: Path, languages: tuple[str, ...]) -> list[Material]:
    return [
        Material(p.name, p.version, p.licence, p.split, (p.language,), pinned=p)
        for p in load_recipe(path).packages
        if p.language in languages
    ]


def find_packages(path: Path, languages: tuple[str, ...]) -> list[Path]:
    """The path itself, or its children where it is a plain folder of checkouts and archives, without code of its own.

    Hidden children are passed over. `CorpusError` where checkouts and loose code lie side by side: read as one folder,
    the checkouts would give up their untracked files too.
    """
    if not path.exists():
        raise CorpusError(f"{path} does not exist; name a recipe, a folder, a git checkout or an archive")
    if path.is_dir() and not is_checkout(path):
        children = [child for child in _list(path) if not child.name.startswith(".")]
        loose = any(language_of(child.name, languages) and child.is_file() for child in children)
        if loose and any(map(is_checkout, children)):
            raise CorpusError(f"{path} holds both git checkouts and source files; name what is wanted of it one by one")
        if not loose and any(is_checkout(child) or is_archive(child) for child in children):
            return [child for child in children if child.is_dir() or is_archive(child)]
    return [path]


def _may_hold(package: Path, languages: tuple[str, ...]) -> bool:
    """Whether to take a child of what was named: one without code might be chosen for all development text there is."""
    if is_archive(package):
        return True
    try:
        return next(list_files(package, languages), None) is not None
    except CorpusError:
        return True  # to be told among the missing


def _list(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise CorpusError(f"cannot list {folder}: {error.strerror}; make it readable or leave it out") from error


def _from_path(path: Path, languages: tuple[str, ...]) -> Material:
    name = re.sub(r"[^A-Za-z0-9._+~-]", "_", path.resolve().name).lstrip(".") or "package"
    version = checkout_version(path) if is_checkout(path) else ""
    return Material(name, version, UNRECORDED, "train", languages, paths=(path,))


def _name_apart(materials: list[Material], taken: Iterable[str]) -> list[Material]:
    """Folders of the same name in different places, or of a recipe's package, get a number: files must not meet."""
    seen = dict.fromkeys(taken, 1)
    apart = []
    for material in materials:
        count = seen[material.name] = seen.get(material.name, 0) + 1
        apart.append(material if count == 1 else replace(material, name=f"{material.name}~{count}"))
    return apart


def _split(materials: list[Material], share: float, seed: int) -> list[Material]:
    """Set a share of the packages apart for development: at least one if there are two, never all.

    Which languages they hold is not known before they are read: `splitting.py` looks at the choice again.
    """
    count = min(max(round(share * len(materials)), 1 if share > 0 else 0), len(materials) - 1)
    chosen = set(random.Random(seed).sample(range(len(materials)), max(count, 0)))
    return [replace(m, split="development") if i in chosen else m for i, m in enumerate(materials)]
