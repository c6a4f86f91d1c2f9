"""One package, read, filtered and masked on its own: the part of a build that runs in parallel.

A harvest is a folder. Texts are written to it as they come, so that a package may be larger than memory:

    texts           the clean texts back to back, UTF-8, in the order in which they were read
    records.jsonl   a line for each file that was read, by path: the fields of `FileRecord` in order
    digests.npy     (N, 128) uint32: a row for each record with a clean text, in the order of the records
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from peephole.model.vocabulary import normalise_newlines

from ..errors import CorpusError
from .deduplicate import PERMUTATIONS, Digest, sketch
from .filters import reason_to_drop
from .masking import mask
from .recipe import Package
from .sources import SourceFile

TEXTS, RECORDS, DIGESTS = "texts", "records.jsonl", "digests.npy"

SKETCHED_AT_ONCE = 64
"""Texts; the filters let through 200 KB each, so 13 MB at most are held. More at once are no faster."""


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


@dataclass(slots=True)
class FileRecord:
    """A file and its fate; `sha256` is empty of a file too large to be read. `masked` counts secrets by kind."""

    path: str
    language: str
    sha256: str
    size: int
    reason: str | None = None
    position: int = 0
    length: int = 0
    characters: int = 0
    masked: dict[str, int] | None = None


_FIELDS = tuple(field.name for field in fields(FileRecord))


@dataclass
class Harvest:
    """All files of a package, in the order of their paths; of one that could not be had, why."""

    material: Material
    folder: Path
    records: list[FileRecord]
    failure: str | None = None

    def candidates(self) -> list[int]:
        """Numbers of the records that have a clean text."""
        return [i for i, record in enumerate(self.records) if record.length]

    def digests(self) -> Digest:
        """Digests (N, 128), a row for each of `candidates()`, in order; read anew from the disk each time."""
        if self.failure is not None:
            return np.zeros((0, PERMUTATIONS), np.uint32)
        return np.asarray(np.load(self.folder / DIGESTS, allow_pickle=False), np.uint32)

    def content(self, record: FileRecord) -> bytes:
        """The clean text of a record, UTF-8."""
        with (self.folder / TEXTS).open("rb") as stream:
            stream.seek(record.position)
            return stream.read(record.length)


def failed(material: Material, reason: str) -> Harvest:
    """The harvest of a package that could not be had."""
    return Harvest(material, Path(), [], failure=reason)


def read_harvest(material: Material, folder: Path) -> Harvest:
    """A harvest that was written to a folder; `CorpusError` if its parts do not belong together."""
    try:
        with (folder / RECORDS).open(encoding="ascii") as lines:
            harvest = Harvest(material, folder, [_record(json.loads(line)) for line in lines])
        texts, digests = (folder / TEXTS).stat().st_size, len(harvest.digests())
    except (OSError, ValueError, TypeError) as error:
        raise CorpusError(f"the harvest {folder} cannot be read ({error}); remove it and build again") from error
    if texts != sum(record.length for record in harvest.records) or digests != len(harvest.candidates()):
        raise CorpusError(f"the harvest {folder} is not whole; remove it and build again")
    return harvest


def _record(values: list[object]) -> FileRecord:
    record = FileRecord(*values)  # type: ignore[arg-type]  # as they were written below
    record.language = sys.intern(record.language)  # one string for all: millions of records may be in memory
    record.reason = record.reason and sys.intern(record.reason)
    return record


class HarvestWriter:
    """Puts a package's files into a folder, one after the other. `finish` makes a harvest of it, `close` must follow.

    Files may come in any order: what is read back is in the order of their paths.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts = (folder / TEXTS).open("wb")
        self._records: list[FileRecord] = []
        self._digests: list[Digest] = []
        self._waiting: list[bytes] = []

    def add(self, record: FileRecord, text: str) -> None:
        """Take a file; the text of one that the filters drop is empty."""
        clean = text.encode("utf-8")
        record.position, record.length, record.characters = self._texts.tell(), len(clean), len(text)
        self._texts.write(clean)
        self._records.append(record)
        if clean:
            self._waiting.append(clean)
        if len(self._waiting) == SKETCHED_AT_ONCE:
            self._sketch()

    @property
    def files(self) -> int:
        """How many files were taken."""
        return len(self._records)

    def finish(self) -> None:
        """Write what is left, down to the disk."""
        self._sketch()
        order = sorted(range(len(self._records)), key=lambda i: (self._records[i].path, self._records[i].sha256))
        with_text = [number for number, record in enumerate(self._records) if record.length]
        row = {number: row for row, number in enumerate(with_text)}
        digests = np.concatenate([np.zeros((0, PERMUTATIONS), np.uint32), *self._digests])
        with (self._folder / DIGESTS).open("wb") as out:
            np.save(out, digests[[row[number] for number in order if number in row]], allow_pickle=False)
            os.fsync(out.fileno())
        with (self._folder / RECORDS).open("w", encoding="ascii") as lines:
            for number in order:
                lines.write(json.dumps([getattr(self._records[number], name) for name in _FIELDS]) + "\n")
            lines.flush()
            os.fsync(lines.fileno())
        self._texts.flush()
        os.fsync(self._texts.fileno())

    def close(self) -> None:
        """Let go of the folder."""
        self._texts.close()

    def _sketch(self) -> None:
        self._digests.append(sketch(self._waiting))
        self._waiting = []


def harvest(files: Iterable[SourceFile], writer: HarvestWriter) -> None:
    """Filter and mask files and write them down."""
    for file in files:
        record = describe(file)
        judge(record, file.content)
        writer.add(record, clean(record, file.content))


def describe(file: SourceFile) -> FileRecord:
    """A file's record, before anything is known against it."""
    sha256 = hashlib.sha256(file.content).hexdigest() if file.content is not None else ""
    return FileRecord(file.path, file.language, sha256, file.size)


def judge(record: FileRecord, content: bytes | None) -> None:
    """Record the reason to drop a file, if there is one; no content = too large to be read."""
    record.reason = reason_to_drop(record.path, content)


def clean(record: FileRecord, content: bytes | None) -> str:
    """The text that a model may read, its secrets masked and counted; empty of a file that the filters drop."""
    if record.reason is not None or content is None:
        return ""
    text, masked = mask(normalise_newlines(content.decode("utf-8-sig")))
    record.masked = dict(masked) or None
    return text
