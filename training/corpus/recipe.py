"""A recipe: which packages a corpus is made of, each pinned by version and SHA-256.

    {"format": 1, "name": "default", "packages": [
      {"package": "ant", "version": "1.10.15-1", "language": "java", "split": "train", "licence": "Apache-2.0",
       "source": "debian", "directory": "pool/main/a/ant",
       "artefacts": [{"file": "ant_1.10.15.orig.tar.xz", "bytes": 1, "sha256": "..."}]}]}

`source` is `debian` (a source package's tarball, found by its folder in the pool) or `wheel` (found by package and
version). A recipe names no host: the machine's own package managers know where their mirrors are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from peephole.model.languages import SUFFIXES

from ..errors import CorpusError

FORMAT = 1
LANGUAGES = ("java", "python")
"""Those of the shipped recipe, and of a build that is told nothing else."""
SPLITS = ("train", "development", "gate")
"""What a network learns from; what is only measured on; what a gate learns from, which the network has not seen."""
SOURCES = ("debian", "wheel")

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]*")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+!:~_-]*")
_WHEEL = re.compile(r"[^-]+-[^-]+(?:-[^-]+)?-[^-]+-[^-]+-[^-]+\.whl")
"""The name, version, build (may be absent), Python, ABI and platform of the packaging specification."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Artefact:
    """One file to fetch, known by its SHA-256; the name is a plain file name."""

    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Package:
    """One package of a recipe; a package belongs to one split, never to two."""

    name: str
    version: str
    language: str
    split: str
    licence: str
    source: str
    artefacts: tuple[Artefact, ...]
    directory: str = ""

    @property
    def artefact_bytes(self) -> int:
        """The bytes to download; a recipe's required share is counted in these."""
        return sum(artefact.bytes for artefact in self.artefacts)


@dataclass(frozen=True)
class Recipe:
    """A named list of packages."""

    name: str
    packages: tuple[Package, ...]


def load_recipe(path: Path) -> Recipe:
    """The recipe in a JSON file; `CorpusError` names the package and field that are wrong."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise CorpusError(f"cannot read the recipe {path}: {error.strerror}") from error
    except ValueError as error:
        raise CorpusError(f"the recipe {path} is not JSON: {error}") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise CorpusError(f"the recipe {path} must be an object with `format` {FORMAT}")
    packages = value.get("packages")
    if not isinstance(packages, list) or not packages:
        raise CorpusError(f"the recipe {path} needs `packages`, a list with at least one entry")
    recipe = Recipe(_text(value, "name", "the recipe"), tuple(map(_package, packages)))
    refuse_repeats(recipe.packages)
    return recipe


def refuse_repeats(packages: Iterable[Package]) -> None:
    """`CorpusError` if a package comes twice: once in each split, it would be measured on what it taught.

    Names are compared as package indexes compare them: without case, `-`, `_` and `.` alike.
    """
    seen: set[tuple[str, str]] = set()
    for package in packages:
        key = package.language, re.sub(r"[-_.]+", "-", package.name).lower()
        if key in seen:
            raise CorpusError(f"package {package.name} ({package.language}) is named twice; leave one entry")
        seen.add(key)


def shipped_recipe() -> Path:
    """The recipe that the shipped model was trained on."""
    return Path(__file__).parent.parent / "recipes" / "default.json"


def _package(value: object) -> Package:
    if not isinstance(value, dict):
        raise CorpusError(f"a package is an object, found {type(value).__name__}")
    name = _text(value, "package", "a package")
    where = f"package {name}"
    artefacts = value.get("artefacts")
    if not isinstance(artefacts, list) or not artefacts:
        raise CorpusError(f"{where} needs `artefacts`, a list with at least one entry")
    source = _one_of(value, "source", SOURCES, where)
    return Package(
        name=_plain(name, where),
        version=_version(value, where),
        language=_one_of(value, "language", tuple(SUFFIXES), where),
        split=_one_of(value, "split", SPLITS, where),
        licence=_text(value, "licence", where),
        source=source,
        artefacts=tuple(_artefact(artefact, source, where) for artefact in artefacts),
        directory=_directory(value, where) if source == "debian" else "",
    )


def _artefact(value: object, source: str, where: str) -> Artefact:
    if not isinstance(value, dict):
        raise CorpusError(f"{where}: an artefact is an object, found {type(value).__name__}")
    size, digest = value.get("bytes"), _text(value, "sha256", where)
    if not isinstance(size, int) or size <= 0:
        raise CorpusError(f"{where}: `bytes` must be a positive integer, found {size!r}")
    if not _SHA256.fullmatch(digest):
        raise CorpusError(f"{where}: `sha256` must be 64 lower-case hexadecimal digits, found {digest!r}")
    file = _plain(_text(value, "file", where), where)
    if source == "wheel" and not _WHEEL.fullmatch(file):
        raise CorpusError(f"{where}: `file` must be name-version-python-abi-platform.whl, found {file!r}")
    return Artefact(file, size, digest)


def _version(value: Mapping[str, object], where: str) -> str:
    """A version becomes a line of pip's requirements: a space or line break in it could bring in options."""
    version = _text(value, "version", where)
    if not _VERSION.fullmatch(version):
        raise CorpusError(f"{where}: `version` may have letters, digits and . + ! : ~ _ - only, found {version!r}")
    return version


def _directory(value: Mapping[str, object], where: str) -> str:
    """A folder of the pool, part by part a plain name: it becomes an address on the mirror, and must stay there."""
    directory = _text(value, "directory", where)
    if not all(map(_SAFE_NAME.fullmatch, directory.split("/"))):
        raise CorpusError(f"{where}: `directory` must be plain names between single /, found {directory!r}")
    return directory


def _text(value: Mapping[str, object], key: str, where: str) -> str:
    text = value.get(key)
    if not isinstance(text, str) or not text:
        raise CorpusError(f"{where} needs `{key}`, a string that is not empty; found {text!r}")
    return text


def _one_of(value: Mapping[str, object], key: str, choices: tuple[str, ...], where: str) -> str:
    if value.get(key) not in choices:
        raise CorpusError(f"{where}: `{key}` must be one of {', '.join(choices)}; found {value.get(key)!r}")
    return cast(str, value[key])


def _plain(name: str, where: str) -> str:
    """A name that can be a file name: recipes come from other people, and their names become paths."""
    if not _SAFE_NAME.fullmatch(name):
        raise CorpusError(f"{where}: {name!r} is not a plain name (letters, digits and . _ + ~ - only)")
    return name
