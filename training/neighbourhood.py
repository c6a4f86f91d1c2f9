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
from .gate.repositories import Repository, group_count
from .texts import Listed, Text, Texts

Beside = Iterable[tuple[Text, Libraries]]
"""Texts with the libraries that lie beside each."""


class Neighbourhood:
    """All files that were given, by repository, whose texts are read one repository at a time.

    near: the other files of a file's folder; far: the other files of its repository. As where a gate is fitted, a few
    measured files that lie together (at most a fiftieth of the repository's) share one far library without any of
    them, for to build one a file takes hours. A file that says word for word the same as the one that is measured is
    in no library either.
    """

    def __init__(self, texts: Texts, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        found: dict[str, list[Listed]] = defaultdict(list)
        for listed in texts.listed:
            found[listed.repository].append(listed)
        self._listed = {name: sorted(files, key=lambda file: file.place) for name, files in found.items()}
        self._at_hand: Repository | None = None

    def __len__(self) -> int:
        """How many repositories there are."""
        return len(self._listed)

    def libraries(self, texts: Texts) -> Iterator[tuple[Text, Libraries]]:
        """Every text with its libraries, in an order in which few have to be built and one repository is held."""
        measured = _by_repository(texts)
        for name in sorted(measured):
            yield from self._of_repository(name, measured[name])

    def _of_repository(self, name: str, measured: dict[str, Listed]) -> Iterator[tuple[Text, Libraries]]:
        files = self._read(name).files
        numbers = [number for number, file in enumerate(files) if file.path in measured]
        for number, libraries in self._read(name).beside(numbers, self._vocabulary):
            listed = measured[files[number].path]
            yield Text(listed.path, files[number].text, listed.place, name), libraries

    def bytes_to_shelve(self, texts: Texts) -> int:
        """Bytes of all the libraries that `libraries` will build: what that takes is in proportion to it."""
        total = 0
        for name, measured in _by_repository(texts).items():
            files = self._listed[name]
            folders: dict[PurePosixPath, int] = defaultdict(int)
            for file in files:
                folders[PurePosixPath(file.place).parent] += file.size
            total += sum(file.size for file in files) * group_count(len(measured), len(files))
            total += sum(folders[PurePosixPath(place).parent] for place in measured)
        return total

    def _read(self, name: str) -> Repository:
        """A repository with its texts; the one that was asked for before is let go of."""
        if self._at_hand is None or self._at_hand.name != name:
            self._at_hand = None
            shelved = (Shelved(listed.place, listed.read().text) for listed in self._listed[name])
            self._at_hand = Repository(name, tuple(shelved))
        return self._at_hand

    def folders(self, texts: Texts) -> Iterator[Texts]:
        """The texts of each folder."""
        found: dict[tuple[str, PurePosixPath], list[Listed]] = defaultdict(list)
        for listed in texts.listed:
            found[listed.repository, PurePosixPath(listed.place).parent].append(listed)
        return (Texts(found[key]) for key in sorted(found))

    def shelf(self, texts: Sequence[Text], limit_bytes: int) -> Shelf:
        """The texts of one folder, with the other files as a compressor reads them before: the nearest last.

        Of other folders' files the nearest, up to a limit, and none that says the same as one of the texts.
        """
        folder, said = texts[0].folder, {text.text for text in texts}
        files = [(PurePosixPath(file.path).parent, file) for file in self._read(texts[0].repository).files]
        beside = [file for place, file in files if place == folder]
        far = [(place, file) for place, file in files if place != folder and file.text not in said]
        far.sort(key=lambda each: (_steps(folder, each[0]), each[1].path))
        parts = tuple((_joined(f for f in beside if f.text != text.text), text.content) for text in texts)
        return Shelf(_joined(reversed(list(_up_to((file for _, file in far), limit_bytes)))), parts)


def _by_repository(texts: Texts) -> dict[str, dict[str, Listed]]:
    """The files of each repository by their places."""
    found: dict[str, dict[str, Listed]] = defaultdict(dict)
    for listed in texts.listed:
        found[listed.repository][listed.place] = listed
    return found


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
