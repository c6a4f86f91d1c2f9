"""One package, read, filtered and masked on its own: the part of a build that runs in parallel."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from peephole.model.vocabulary import normalise_newlines

from ..errors import CorpusError
from .deduplicate import PERMUTATIONS, Digest, sketch
from .filters import reason_to_drop
from .masking import mask
from .recipe import Package
from .sources import SourceFile, read_source


@dataclass(frozen=True)
class Material:
    """A package to harvest: where it lies on this machine and what is known about it."""

    name: str
    version: str
    licence: str
    split: str
    languages: tuple[str, ...]
    paths: tuple[Path, ...] = ()
    pinned: Package | None = None
    """The recipe's entry; its artefacts must be fetched, `paths` is empty until then."""


@dataclass
class FileRecord:
    """A file and its fate. The clean text of one that the filters kept lies in the spool file."""

    path: str
    language: str
    sha256: str
    size: int
    reason: str | None
    position: int = 0
    length: int = 0
    characters: int = 0
    masked: Counter[str] = field(default_factory=Counter)


@dataclass
class Harvest:
    """All files of a package; `digests` (N, 128) has a row for each record in `candidates()`, in order."""

    material: Material
    spool: Path
    records: list[FileRecord]
    digests: Digest
    failure: str | None = None

    def candidates(self) -> list[int]:
        """Numbers of the records that have a clean text."""
        return [i for i, record in enumerate(self.records) if record.length]

    def content(self, record: FileRecord) -> bytes:
        """The clean text of a record, UTF-8."""
        with self.spool.open("rb") as stream:
            stream.seek(record.position)
            return stream.read(record.length)


def harvest(material: Material, spool: Path) -> Harvest:
    """Read, filter, mask and sketch a package's files; a source that cannot be read is a `failure`, not an error."""
    try:
        records, texts = _collect(material)
    except CorpusError as error:
        return failed(material, str(error))
    with spool.open("wb") as out:
        for record, text in zip((r for r in records if r.length), texts, strict=True):
            record.position = out.tell()
            out.write(text)
    return Harvest(material, spool, records, sketch(texts))


def failed(material: Material, reason: str) -> Harvest:
    """The harvest of a package that could not be had."""
    # A path in the reason may have bytes that are not UTF-8; the reason is written and printed as UTF-8.
    reason = reason.encode("utf-8", "backslashreplace").decode()
    return Harvest(material, Path(), [], np.zeros((0, PERMUTATIONS), np.uint32), failure=reason)


def _collect(material: Material) -> tuple[list[FileRecord], list[bytes]]:
    clean: list[tuple[FileRecord, bytes]] = []
    for path in material.paths:
        clean += (_examine(file) for file in read_source(path, material.languages))
    clean.sort(key=lambda pair: (pair[0].path, pair[0].sha256))
    return [record for record, _ in clean], [text for record, text in clean if record.length]


def _examine(file: SourceFile) -> tuple[FileRecord, bytes]:
    """A file's record and its clean text, empty if the filters drop it."""
    sha256 = hashlib.sha256(file.content).hexdigest() if file.content is not None else ""
    record = FileRecord(file.path, file.language, sha256, file.size, reason_to_drop(file.path, file.content))
    if record.reason is not None or file.content is None:
        return record, b""
    text, record.masked = mask(normalise_newlines(file.content.decode("utf-8-sig")))
    clean = text.encode("utf-8")
    record.characters, record.length = len(text), len(clean)
    return record, clean
