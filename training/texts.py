"""The files that an evaluation reads, each with the repository that it lies in.

A file's repository is the nearest folder with a `.git` at or below the path that was named, else the first folder on
its way from there; of an archive it is the archive; of a file that was named itself the nearest folder with a `.git`
above it, else the file's folder.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from peephole.model.vocabulary import normalise_newlines

from .corpus.sources import is_archive, is_checkout, read_source
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


def read_texts(paths: Sequence[Path], language: str, *, limit_bytes: float | None = None) -> list[Text]:
    """The language's files in folders, checkouts and archives, and files named themselves; empty ones left out.

    A limit takes as `take_texts` does. `TrainingError` if there is no file.
    """
    found: dict[str, Text] = {}
    for path in paths:
        for text in _read_path(path, language):
            if text.text:
                found.setdefault(text.place, text)
    if not found:
        raise TrainingError(f"no {language} file that is not empty in {', '.join(map(str, paths))}")
    return take_texts(list(found.values()), limit_bytes)


def take_texts(texts: Sequence[Text], limit_bytes: float | None) -> list[Text]:
    """All texts; with a limit whole ones in a seeded order, until the next would exceed it, but at least one."""
    if limit_bytes is None:
        return list(texts)
    order = list(texts)
    random.Random(SEED).shuffle(order)
    return list(_up_to(order, limit_bytes))


def _up_to(texts: Sequence[Text], limit_bytes: float) -> Iterator[Text]:
    total = 0
    for text in texts:
        total += len(text.content)
        if total > limit_bytes and total > len(text.content):
            return
        yield text


def _read_path(path: Path, language: str) -> Iterator[Text]:
    if not path.exists():
        raise TrainingError(f"{path} does not exist; name files, folders or archives")
    place = path.resolve()
    if path.is_file() and path.suffix in (".java", ".py", ".txt", ""):
        yield Text(path.name, decode(path.read_bytes()), place.as_posix(), _checkout_above(place).as_posix())
        return
    whole = is_checkout(path) or is_archive(path)
    checkouts: dict[str, Path] = {}
    for file in read_source(path, (language,)):
        if file.content is not None:
            repository = place if whole else _repository(place, file.path, checkouts)
            yield Text(file.path, decode(file.content), f"{place.as_posix()}/{file.path}", repository.as_posix())


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
