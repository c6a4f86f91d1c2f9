"""Which files a document's reader may look into. Told from the files and the open documents alone, never from what
happened before: whatever way led to the same files, the same ones are chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeVar

from .imports import Import, file_names, imports_of
from .walk import SourceFile

NEAR_CHARACTERS = 1_000_000
"""Most text near one document: about as much as a person has in mind, and built anew in 30 ms."""

NEAR_TOGETHER = 3_000_000
"""Most of such text for all open documents: each has a library of its own, of about seven bytes a character. With ten
files of 5,000 lines open 8 million took 51 MB."""


@dataclass(frozen=True, eq=False)
class OpenText:
    """An open document as it was when it last rested. path: with `/`, links resolved; None if it lies on no disk.
    shared: whether other documents' readers may look into it."""

    uri: str
    path: str | None
    shown: str
    language: str
    text: str = field(repr=False)
    shared: bool = True


PLACES_AT_ONCE = 1024
"""Files that are sorted in between two pauses: a few milliseconds."""

Source = SourceFile | OpenText
S = TypeVar("S", SourceFile, Source)
T = TypeVar("T")


def no_pause() -> None:
    """For what is done at once."""


def choose_far(
    files: Sequence[SourceFile],
    opened: Sequence[OpenText],
    most_bytes: int,
    pause: Callable[[], None] = no_pause,
) -> list[SourceFile]:
    """The files of one language that are not open, by path; where they are too much, the nearest to open documents.

    pause: called now and then, may raise to end it.
    """
    paths = {document.path for document in opened}
    closed = sorted((file for file in files if file.path not in paths), key=lambda file: file.path)
    if sum(file.size for file in closed) <= most_bytes:
        return closed
    folders = [folder_of(path).split("/") for path in paths if path is not None]
    distances: dict[str, int] = {}
    for file in paced(closed, pause):
        folder = folder_of(file.path)
        if folder not in distances:
            distances[folder] = min((distance(folder.split("/"), each) for each in folders), default=0)
    nearest = sorted(closed, key=lambda file: (distances[folder_of(file.path)], file.path))
    return sorted(_first(nearest, most_bytes), key=lambda file: file.path)


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Steps in the tree of folders from one to another, both given by the names on their way."""
    common = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        common += 1
    return len(one) + len(other) - 2 * common


class Surroundings:
    """The files and open documents of one language, looked up by where they lie."""

    def __init__(
        self, files: Iterable[SourceFile], opened: Sequence[OpenText], pause: Callable[[], None] = no_pause
    ) -> None:
        """pause: called now and then, here and in `near`; may raise to end it."""
        self._pause = pause
        # By address, so that of one file that is open under two it is always the same text that counts.
        shared = sorted((each for each in opened if each.shared), key=lambda each: (each.uri, each.text))
        self._opened = sorted(shared, key=lambda document: document.shown)
        open_paths = {document.path for document in opened}
        placed: list[tuple[str, Source]] = [(each.path, each) for each in files if each.path not in open_paths]
        placed += [(each.path, each) for each in shared if each.path is not None]
        self._by_path: dict[str, Source] = dict(placed)
        self._by_folder: defaultdict[str, list[str]] = defaultdict(list)
        self._folders: defaultdict[str, set[str]] = defaultdict(set)
        self._by_tail: defaultdict[str, list[str]] = defaultdict(list)
        for path in paced(self._by_path, pause):
            parts = path.split("/")
            self._by_folder[folder_of(path)].append(path)
            self._folders[parts[-2]].add(folder_of(path))
            self._by_tail[parts[-1]].append(path)
            self._by_tail["/".join(parts[-2:])].append(path)

    def near(self, document: OpenText, most_characters: int = NEAR_CHARACTERS) -> list[Source]:
        """What is near a document, the nearest first: what it imports, its folder, its packages, what is open.

        Never itself.
        """
        imports = imports_of(document.text, document.language)
        ranked: dict[str, None] = {}
        for imported in imports:
            self._pause()
            ranked.update(dict.fromkeys(sorted(self._meant(imported, document))))
        if document.path is not None:
            ranked.update(dict.fromkeys(sorted(self._by_folder.get(folder_of(document.path), []))))
        for imported in imports:
            self._pause()
            if imported.whole:
                ranked.update(dict.fromkeys(sorted(self._package(imported))))
        found: dict[Source, None] = dict.fromkeys(self._by_path[path] for path in paced(ranked, self._pause))
        found.update(dict.fromkeys(self._opened))
        return _first((each for each in found if not is_same(each, document)), most_characters)

    def _meant(self, imported: Import, document: OpenText) -> list[str]:
        """Paths of the files that one import means."""
        if imported.level:
            return self._relative(imported, document)
        for name in file_names(imported, document.language):
            tail = "/".join(name.split("/")[-2:])
            ending = "/" + name
            found = [path for path in self._by_tail.get(tail, []) if path.endswith(ending) and path != document.path]
            if found:
                return [self._nearest(found, document)] if document.language == "python" else found
        return []

    def _relative(self, imported: Import, document: OpenText) -> list[str]:
        """Paths that a relative import of Python means: one dot is the document's own folder."""
        if document.path is None:
            return []
        folders = PurePosixPath(document.path).parents
        if imported.level > len(folders):
            return []
        base = folders[imported.level - 1]
        named = ((base / name).as_posix() for name in file_names(imported, document.language))
        return [path for path in named if path in self._by_path]

    def _nearest(self, paths: Iterable[str], document: OpenText) -> str:
        """Of several modules of one name the one that lies nearest."""
        here = folder_of(document.path or "").split("/")
        return min(paths, key=lambda path: (distance(folder_of(path).split("/"), here), path))

    def _package(self, imported: Import) -> list[str]:
        """Paths of all files of a package of Java, in whatever source folder."""
        ending = "/" + "/".join(imported.parts)
        folders = self._folders.get(imported.parts[-1], set()) if imported.parts else set()
        return [path for folder in folders if folder.endswith(ending) for path in self._by_folder[folder]]


def paced(many: Iterable[T], pause: Callable[[], None]) -> Iterator[T]:
    """All of them, with pauses in between."""
    for count, each in enumerate(many):
        if count % PLACES_AT_ONCE == 0:
            pause()
        yield each


def is_same(source: Source, document: OpenText) -> bool:
    """Whether a source is the document, under whatever address it is open."""
    return source is document or (source.path is not None and source.path == document.path)


def folder_of(path: str) -> str:
    """The folder that a file lies in."""
    return path.rpartition("/")[0]


def length_of(source: Source) -> int:
    """About how many characters a source has."""
    return len(source.text) if isinstance(source, OpenText) else source.size


def _first(sources: Iterable[S], most: int) -> list[S]:
    """The first sources that together are no longer than `most`; one that does not fit is passed over."""
    kept = []
    for source in sources:
        if length_of(source) <= most:
            kept.append(source)
            most -= length_of(source)
    return kept
