"""Finished harvests beside the corpus that they are for, so that an interrupted build goes on where it stopped.

    .OUT-building/lock             held by the one build that works on OUT
    .OUT-building/harvests/KEY/    a package's harvest, under a key of all that decides it

A harvest is written beside its place and renamed when it is whole and on the disk. The folder goes away when the
corpus is whole.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock, Timeout

from peephole.model import ignoring as ignore_rules
from peephole.model import languages, vocabulary

from ..errors import CorpusError
from . import deduplicate, filters, harvest, ignoring, masking, sources
from .harvest import Harvest, HarvestWriter, Material, read_harvest

_RULES = (deduplicate, filters, harvest, ignoring, languages, masking, ignore_rules, sources, vocabulary)
"""Modules that decide what becomes of a file. Their text is in the key, so no version can be forgotten."""


@dataclass(frozen=True)
class Store:
    """The harvests for a corpus folder; nothing is made before the first is written."""

    folder: Path

    @classmethod
    def beside(cls, out: Path) -> Store:
        """The store of a corpus folder."""
        return cls(out.absolute().with_name(f".{out.name}-building"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store; `CorpusError` if another build does. What a killed build left half done is removed."""
        self._harvests.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / "lock", timeout=0):
                for part in self.folder.glob(".part-*"):
                    shutil.rmtree(part, ignore_errors=True)
                yield
        except Timeout as error:
            raise CorpusError(
                f"another build is at work in {self.folder}; let it end, or name another folder with --out"
            ) from error

    def holds(self, key: str) -> bool:
        """Whether a package is harvested."""
        return (self._harvests / key).is_dir()

    def strangers(self, keys: Iterable[str]) -> int:
        """How many harvests there are besides those of the keys: of other sources, settings or filters."""
        return len({place.name for place in self._harvests.glob("*")} - set(keys))

    def load(self, material: Material, key: str) -> Harvest:
        """The harvest of a key."""
        return read_harvest(material, self._harvests / key)

    @contextmanager
    def writing(self, key: str) -> Iterator[HarvestWriter]:
        """Takes a package's files and stores them under the key in the end; nothing is stored after an error."""
        with self.part() as part:
            writer = HarvestWriter(part)
            try:
                yield writer
                writer.finish()
            finally:
                writer.close()
            if not self.holds(key):  # the same folder may be named twice
                part.rename(self._harvests / key)

    @contextmanager
    def part(self) -> Iterator[Path]:
        """A folder to fill and rename; it is removed where that did not happen."""
        self._harvests.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=self.folder) as folder:
            part = Path(folder, "whole")  # of the usual mode, which a temporary folder is not
            part.mkdir()
            yield part

    def remove(self) -> None:
        """Remove all harvests."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _harvests(self) -> Path:
        return self.folder / "harvests"


def key_of(material: Material) -> str:
    """A digest of all that decides a package's harvest: its sources, its languages, the rules.

    Pinned artefacts are known by their SHA-256. Files of one's own are known by place, name, size and time of change:
    an edit that leaves all of these as they were is not noticed. `CorpusError` if they cannot be listed.
    """
    digest = hashlib.sha256()
    for line in _identity(material):
        digest.update(json.dumps(line).encode() + b"\n")
    return digest.hexdigest()[:32]


def _identity(material: Material) -> Iterator[object]:
    yield _rules(), material.languages
    if material.pinned is not None:
        yield from ((artefact.file, artefact.sha256) for artefact in material.pinned.artefacts)
        return
    for path in material.paths:
        yield str(path.resolve())
        yield from sources.list_source(path, material.languages)


@cache
def _rules() -> str:
    digest = hashlib.sha256(f"{sys.version_info[:2]} {version('rensa')}".encode())
    for module in _RULES:
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()
