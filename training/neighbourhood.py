"""The other files of a repository beside each file that is measured, as the libraries that an editor would have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import PurePosixPath

from peephole.model.library import Shelved
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.vocabulary import Vocabulary

from .evaluation.primed import Shelf
from .gate.repositories import Repository
from .texts import Text

Beside = Iterable[tuple[Text, Libraries]]
"""Texts with the libraries that lie beside each."""


class Neighbourhood:
    """All files that were given, by repository, and which of them are measured.

    near: the other files of a file's folder; far: the other files of its repository. As where a gate is fitted, a few
    measured files that lie together (at most a fiftieth of the repository's) share one far library without any of
    them, for to build one a file takes hours. A file that says word for word the same as the one that is measured is
    in no library either.
    """

    def __init__(self, texts: Iterable[Text], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        found: dict[str, list[Text]] = defaultdict(list)
        for text in texts:
            found[text.repository].append(text)
        self._repositories = {
            name: Repository(name, tuple(sorted((Shelved(t.place, t.text) for t in files), key=lambda file: file.path)))
            for name, files in found.items()
        }

    def __len__(self) -> int:
        """How many repositories there are."""
        return len(self._repositories)

    def libraries(self, texts: Sequence[Text]) -> Iterator[tuple[Text, Libraries]]:
        """Every text with its libraries, in an order in which few have to be built."""
        measured: dict[str, list[Text]] = defaultdict(list)
        for text in texts:
            measured[text.repository].append(text)
        for name in sorted(measured):
            yield from self._of_repository(self._repositories[name], {text.place: text for text in measured[name]})

    def _of_repository(self, repository: Repository, measured: dict[str, Text]) -> Iterator[tuple[Text, Libraries]]:
        numbers = [k for k, file in enumerate(repository.files) if file.path in measured]
        for number, libraries in repository.beside(numbers, self._vocabulary):
            yield measured[repository.files[number].path], libraries

    def folders(self, texts: Sequence[Text]) -> Iterator[list[Text]]:
        """The texts of each folder."""
        found: dict[tuple[str, PurePosixPath], list[Text]] = defaultdict(list)
        for text in texts:
            found[text.repository, text.folder].append(text)
        return (found[key] for key in sorted(found))

    def shelf(self, texts: Sequence[Text], limit_bytes: int) -> Shelf:
        """The texts of one folder, with the other files as a compressor reads them before: the nearest last.

        Of other folders' files the nearest, up to a limit, and none that says the same as one of the texts.
        """
        folder, said = texts[0].folder, {text.text for text in texts}
        files = [(PurePosixPath(file.path).parent, file) for file in self._repositories[texts[0].repository].files]
        beside = [file for place, file in files if place == folder]
        far = [(place, file) for place, file in files if place != folder and file.text not in said]
        far.sort(key=lambda each: (_steps(folder, each[0]), each[1].path))
        parts = tuple((_joined(f for f in beside if f.text != text.text), text.content) for text in texts)
        return Shelf(_joined(reversed(list(_up_to((file for _, file in far), limit_bytes)))), parts)


def beside_none(texts: Iterable[Text]) -> Iterator[tuple[Text, Libraries]]:
    """Every text with no library."""
    return ((text, NO_LIBRARIES) for text in texts)


def _up_to(files: Iterable[Shelved], limit_bytes: int) -> Iterator[Shelved]:
    total = 0
    for file in files:
        total += len(file.text)
        if total > limit_bytes:
            return
        yield file


def _joined(files: Iterable[Shelved]) -> bytes:
    return "".join(file.text for file in files).encode("utf-8", "surrogateescape")


def _steps(one: PurePosixPath, other: PurePosixPath) -> int:
    """Folders to leave and to enter on the way from one folder to another."""
    pairs = zip(one.parts, other.parts, strict=False)
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return len(one.parts) + len(other.parts) - 2 * common
