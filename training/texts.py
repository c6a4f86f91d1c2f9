"""The files that an evaluation reads, each with the repository that it lies in.

A file's repository is the nearest folder with a `.git` at or below the path that was named, else the first folder on
its way from there; of an archive it is the archive; of a file that was named itself the nearest folder with a `.git`
above it, else the file's folder.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import overload

from peephole.model.languages import SUFFIXES
from peephole.model.vocabulary import normalise_newlines

from .corpus.sources import LARGEST_READ, is_checkout, language_of, list_files, read_source
from .errors import TrainingError

SEED = 1
"""Of the order in which files are taken where a limit leaves some out."""


@dataclass(frozen=True)
class Text:
    """A file to be measured; bytes that are not UTF-8 become lone surrogates, which are charged as unknown.

    path: as it is called; place: where it really is, by which a file that was named twice is known; repository: the
    place of its repository, empty where nobody asks.
    """

    path: str
    text: str
    place: str = ""
    repository: str = ""

    @property
    def content(self) -> bytes:
        """What the compressors get: the same text in UTF-8."""
        return self.text.encode("utf-8", "surrogateescape")

    @property
    def folder(self) -> PurePosixPath:
        """Where it lies."""
        return PurePosixPath(self.place).parent


@dataclass(frozen=True)
class Listed:
    """A file before it is read. size: bytes as it lies there; path, place and repository: those of its text."""

    path: str
    place: str
    repository: str
    size: int
    content: Callable[[], bytes] = field(repr=False, compare=False)

    def read(self) -> Text:
        """Its text; `TrainingError` if it went or was emptied since it was listed."""
        try:
            content = self.content()
        except OSError as error:
            raise TrainingError(f"cannot read {self.path}: {error.strerror}; it was there before") from error
        if not content:
            raise TrainingError(f"{self.path} is empty now; it was not when the files were listed")
        return Text(self.path, decode(content), self.place, self.repository)


class Texts(Sequence[Text]):
    """Files to be measured. Each is read whenever its turn comes and nothing of it is kept. listed: without reading."""

    def __init__(self, listed: Iterable[Listed]) -> None:
        self.listed = tuple(listed)

    @property
    def size(self) -> int:
        """Bytes of all files, as they lie there."""
        return sum(each.size for each in self.listed)

    def __len__(self) -> int:
        return len(self.listed)

    @overload
    def __getitem__(self, index: int) -> Text: ...
    @overload
    def __getitem__(self, index: slice) -> Texts: ...
    def __getitem__(self, index: int | slice) -> Text | Texts:
        return Texts(self.listed[index]) if isinstance(index, slice) else self.listed[index].read()


def find_texts(paths: Sequence[Path], language: str, *, limit_bytes: float | None = None) -> Texts:
    """The language's files in folders, checkouts and archives, and files named themselves; empty ones left out.

    A limit takes as `take_texts` does. `TrainingError` if there is no file. What an archive holds of the language is
    unpacked into a temporary file, for as long as somebody may read it.
    """
    found: dict[str, Listed] = {}
    for path in paths:
        for listed in _list_path(path, language):
            if listed.size:
                found.setdefault(listed.place, listed)
    if not found:
        raise TrainingError(f"no {language} file that is not empty in {', '.join(map(str, paths))}")
    return take_texts(Texts(found.values()), limit_bytes)


def take_texts(texts: Texts, limit_bytes: float | None) -> Texts:
    r"""All texts; with a limit whole ones in a seeded order, until the next would exceed it, but at least one.

    The limit is on what the compressors get, where `\r\n` counts once, so the files that are taken are read for it.
    """
    if limit_bytes is None:
        return texts
    order = list(texts.listed)
    random.Random(SEED).shuffle(order)
    return Texts(_up_to(order, limit_bytes))


def _up_to(order: Sequence[Listed], limit_bytes: float) -> Iterator[Listed]:
    total = 0
    for listed in order:
        size = len(listed.read().content)
        total += size
        if total > limit_bytes and total > size:
            return
        yield listed


def _list_path(path: Path, language: str) -> Iterator[Listed]:
    if not path.exists():
        raise TrainingError(f"{path} does not exist; name files, folders or archives")
    place = path.resolve()
    if path.is_file() and (path.suffix in (".txt", "") or language_of(path.name, tuple(SUFFIXES)) is not None):
        repository = _checkout_above(place).as_posix()
        yield Listed(path.name, place.as_posix(), repository, path.stat().st_size, place.read_bytes)
    elif path.is_dir():
        yield from _list_folder(path, place, language)
    else:
        yield from _list_archive(path, place, language)


def _list_folder(path: Path, place: Path, language: str) -> Iterator[Listed]:
    whole = is_checkout(path)
    checkouts: dict[str, Path] = {}
    for name, _, size in list_files(path, (language,)):
        if size <= LARGEST_READ:
            repository = place if whole else _repository(place, name, checkouts)
            yield Listed(name, f"{place.as_posix()}/{name}", repository.as_posix(), size, (place / name).read_bytes)


def _list_archive(path: Path, place: Path, language: str) -> Iterator[Listed]:
    unpacked = _Unpacked()
    for file in read_source(path, (language,)):
        if file.content is not None:
            content = unpacked.keep(file.content)
            name = f"{place.as_posix()}/{file.path}"
            yield Listed(file.path, name, place.as_posix(), len(file.content), content)


class _Unpacked:
    """Members of an archive in a file without a name: those of a tar can only be read one after the other."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (open for as long as somebody may read)
        weakref.finalize(self, self._file.close)

    def keep(self, content: bytes) -> Callable[[], bytes]:
        """Writes a member; gives what reads it again."""
        start = self._file.seek(0, os.SEEK_END)
        self._file.write(content)
        return partial(self._read, start, len(content))

    def _read(self, start: int, size: int) -> bytes:
        self._file.seek(start)
        return self._file.read(size)


def decode(content: bytes) -> str:
    r"""The text as the model reads it, with `\n` line ends and a lone surrogate for each byte that is not UTF-8."""
    return normalise_newlines(content.decode("utf-8", "surrogateescape"))


def _checkout_above(file: Path) -> Path:
    return next((folder for folder in file.parents if is_checkout(folder)), file.parent)


def _repository(root: Path, path: str, known: dict[str, Path]) -> Path:
    """The repository of a file below a plain folder; known: those of folders that were looked at before."""
    folder, _, _ = path.rpartition("/")
    if folder not in known:
        inside = [root / part for part in PurePosixPath(folder).parents] if folder else []
        nearest = next((each for each in [root / folder, *inside] if is_checkout(each)), None)
        known[folder] = nearest or root / folder.partition("/")[0]
    return known[folder]


_COMMENTS = {"java": re.compile(r"(?:\s+|/\*.*?\*/|//[^\n]*)*+", re.DOTALL), "python": re.compile(r"(?:\s+|#[^\n]*)*+")}
_LICENCE = re.compile(r"licen[sc]e|copyright", re.IGNORECASE)


def licence_header_length(text: str, language: str) -> int:
    """Code points of the comments at the head of the file if they speak of a licence, else 0.

    The model still reads them; they are only left out of the second sum.
    """
    match = _COMMENTS[language].match(text) if language in _COMMENTS else None
    return match.end() if match and _LICENCE.search(match[0]) else 0
