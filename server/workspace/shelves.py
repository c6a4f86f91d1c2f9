"""Libraries made of the workspace's files, and kept for as long as those stay as they are. Belongs to one thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from peephole.server.exclusion import Excluded

from .choice import NEAR_CHARACTERS, NEAR_TOGETHER, OpenText, Source, Surroundings, choose_far
from .ignoring import Ignoring
from .reading import read_text, stamp_at
from .walk import SourceFile, source_files

if TYPE_CHECKING:
    from peephole.model.library import Library, Shelved
    from peephole.model.recall import Libraries
    from peephole.model.vocabulary import Vocabulary

READING, BUILDING = 0.1, 0.3
"""Shares of the work that are done when reading begins, and when building does."""

Folders = Mapping[str, tuple[str, ...]]
"""The workspace's folders, links resolved, and how else each was called."""

FILES_AT_ONCE = 256
"""Looked up between two pauses: a millisecond."""


@dataclass(frozen=True)
class Wanted:
    """What libraries are to be made of. folders: the workspace's; opened: documents that are read; unread: paths of
    documents that are open, but whose text may not be looked at; apart: paths that no far library shall hold; below:
    whether what lies in folders of the folders is taken, too."""

    folders: tuple[str, ...] = ()
    opened: tuple[OpenText, ...] = ()
    unread: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    most_megabytes: int = 20
    apart: tuple[str, ...] = ()
    below: bool = True


@dataclass(frozen=True)
class Stock:
    """What was made. libraries: by URI of the open document; nbytes: all that is held, texts and libraries."""

    libraries: dict[str, Libraries] = field(default_factory=dict)
    files: int = 0
    characters: int = 0
    nbytes: int = 0


@dataclass(frozen=True)
class Book:
    """A library and the files that it was made of, by which it is known again. No library of no files."""

    files: tuple[Shelved, ...]
    library: Library | None


@dataclass(frozen=True)
class Steps:
    """How the work goes on beside others. pause: called between steps, may raise to end it; tell: the share done."""

    pause: Callable[[], None] = lambda: None
    tell: Callable[[float], None] = lambda _: None


AT_ONCE = Steps()


class Shelves:
    """Files, texts and libraries of one vocabulary. Nothing of what a call gives depends on the calls before it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._walked: tuple[object, list[SourceFile]] | None = None
        self._texts: dict[SourceFile, Shelved | None] = {}
        self._far: dict[str, Book] = {}
        self._near: dict[str, Book] = {}

    def forget_walk(self, paths: Iterable[str] = ()) -> None:
        """Files came, went or changed: the folders are walked again. paths: those that are read again at any rate."""
        self._walked = None
        changed = set(map(real, paths))
        self._texts = {file: text for file, text in self._texts.items() if file.path not in changed}

    def stock(self, wanted: Wanted, steps: Steps = AT_ONCE) -> Stock:
        """The libraries of all open documents; only those are built whose files or texts are others than before."""
        from peephole.model.recall import Libraries

        folders, excluded = resolved(wanted.folders), Excluded.by(wanted.excluded)
        unread, apart = set(map(real, wanted.unread)), set(map(real, wanted.apart))
        walked = self._walk(folders, wanted, steps)
        opened = share(wanted.opened, folders, excluded, {file.path for file in walked})
        held = unread | {document.path for document in opened}  # in whatever language it is open
        files = [file for file in walked if file.path not in held]
        languages = sorted({document.language for document in opened})
        chosen: dict[str, Sequence[Source]] = {}
        for language in languages:
            steps.pause()
            of_language = [file for file in files if file.language == language]
            beside = [document for document in opened if document.language == language]
            rest = [file for file in of_language if file.path not in apart]
            chosen[language] = choose_far(rest, beside, wanted.most_megabytes * 1_000_000, steps.pause)
            around = Surroundings(of_language, beside, steps.pause)
            most = min(NEAR_CHARACTERS, NEAR_TOGETHER // len(opened))
            chosen |= {document.uri: around.near(document, most) for document in beside}
        shelved = self._read(chosen, steps)
        self._far = {each: self._bind(shelved[each], self._far.get(each), steps) for each in languages}
        near: dict[str, Book] = {}
        for count, document in enumerate(opened):
            steps.tell(BUILDING + (1 - BUILDING) * (count + 1) / (len(opened) + 1))
            near[document.uri] = self._bind(shelved[document.uri], self._near.get(document.uri), steps)
        self._near = near
        libraries = {
            document.uri: Libraries(near[document.uri].library, self._far[document.language].library)
            for document in opened
        }
        return self._counted(libraries)

    def _walk(self, folders: Folders, wanted: Wanted, steps: Steps) -> list[SourceFile]:
        """The workspace's files, each once, however its folders lie in each other and whatever they are called."""
        key = folders, wanted.excluded, wanted.below
        if self._walked is None or self._walked[0] != key or self._differs(steps):
            excluded = Excluded.by(wanted.excluded)
            found: dict[str, SourceFile] = {}
            for folder, label in labelled(list(folders)):
                for file in source_files(
                    folder,
                    excluded,
                    label=label,
                    pause=steps.pause,
                    below=wanted.below,
                    languages=self.vocabulary.languages,
                ):
                    if not any(shuts_out(excluded, path) for path in spellings(file.path, folders)):
                        found.setdefault(file.path, file)
            self._walked = key, list(found.values())
        return self._walked[1]

    def _differs(self, steps: Steps) -> bool:
        """Whether a file that is held is gone, or another than the walk saw. Not every client tells of each file: of a
        folder that is deleted or renamed some tell but once, or not at all."""
        for count, file in enumerate(self._texts):
            if count % FILES_AT_ONCE == 0:
                steps.pause()
            if stamp_at(file.path) != file.stamp:
                return True
        return False

    def _read(self, chosen: dict[str, Sequence[Source]], steps: Steps) -> dict[str, tuple[Shelved, ...]]:
        """The texts of what was chosen; what turns out to be no person's source is left out."""
        from peephole.model.library import Shelved

        files = list(dict.fromkeys(each for many in chosen.values() for each in many if isinstance(each, SourceFile)))
        texts: dict[SourceFile, Shelved | None] = {}
        for count, file in enumerate(files):
            steps.pause()
            steps.tell(READING + (BUILDING - READING) * count / len(files))
            if file in self._texts:
                texts[file] = self._texts[file]
            else:
                text = read_text(file.path, file.stamp)
                texts[file] = None if text is None else Shelved(file.shown, text)
        self._texts = texts
        found: dict[str, tuple[Shelved, ...]] = {}
        for name, many in chosen.items():
            each = (Shelved(one.shown, one.text) if isinstance(one, OpenText) else texts[one] for one in many)
            found[name] = tuple(sorted((one for one in each if one is not None), key=lambda one: (one.path, one.text)))
        return found

    def _bind(self, files: tuple[Shelved, ...], before: Book | None, steps: Steps) -> Book:
        """The library of some files: the one from before if they are the same."""
        from peephole.model.library import Library

        if before is not None and before.files == files:
            return Book(files, before.library)  # the texts that were read last, lest equal ones be held twice
        steps.pause()
        return Book(files, Library.build(files, self.vocabulary) if files else None)

    def _counted(self, libraries: dict[str, Libraries]) -> Stock:
        books = [*self._far.values(), *self._near.values()]
        texts = {id(each): len(each.text) for book in books for each in book.files}
        far = [each for book in self._far.values() for each in book.files]
        return Stock(
            libraries,
            files=len(far),
            characters=sum(len(each.text) for each in far),
            nbytes=sum(texts.values()) + sum(book.library.nbytes for book in books if book.library is not None),
        )


def resolved(folders: Iterable[str]) -> Folders:
    """Folders as they were given, by where they really lie."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        found.setdefault(os.path.realpath(folder), set()).add(folder)
    return {folder: tuple(sorted(given - {folder})) for folder, given in sorted(found.items())}


def spellings(path: str, folders: Folders) -> list[str]:
    """What a path is called from the folders that it lies in, by their other names."""
    below = ((folder_prefix(folder), given) for folder, given in folders.items() if given)
    return [folder_prefix(name) + path[len(root) :] for root, given in below if path.startswith(root) for name in given]


def shuts_out(excluded: Excluded, path: str) -> bool:
    """Whether a path is excluded, or a folder on its way."""
    return excluded.path(path) or any(excluded.whole(str(folder)) for folder in PurePath(path).parents)


def folder_prefix(folder: str) -> str:
    """What the paths of a folder's files begin with."""
    return folder.replace(os.sep, "/").rstrip("/") + "/"


def labelled(folders: Sequence[str]) -> list[tuple[str, str]]:
    """Each folder with what its files' paths are shown behind: nothing, or its name if there are several folders."""
    distinct = sorted(set(folders))
    return [(folder, f"{Path(folder).name}/" if len(distinct) > 1 else "") for folder in distinct]


def share(opened: Iterable[OpenText], folders: Folders, excluded: Excluded, walked: Container[str]) -> list[OpenText]:
    """The open documents with links in their paths resolved. What would not be looked into on the disk, because it is
    excluded under any of its names or because git ignores it, is not looked into while it is open either."""
    placed = []
    for document in opened:
        here = place(document, list(folders))
        path = here.path
        if path is None or document.path is None:
            shared = not shuts_out(excluded, document.shown)
        else:
            names = (document.path, path, *spellings(path, folders))
            inside = [folder for folder in folders if path.startswith(folder_prefix(folder))]
            passed_over = path not in walked and any(is_passed_over(path, folder) for folder in inside)
            shared = not (passed_over or any(shuts_out(excluded, name) for name in names))
        placed.append(replace(here, shared=document.shared and shared))
    return placed


def is_passed_over(path: str, folder: str) -> bool:
    """Whether a file below a folder that no walk has found is to stay unseen: any that has something in it. One that
    is empty, or was never saved, is found by no walk; git's rules are asked about it."""
    with suppress(OSError):
        if os.lstat(path).st_size > 0:
            return True
    ignoring, here = Ignoring.above(folder), folder
    for name in path[len(folder_prefix(folder)) :].split("/"):
        ignoring = None if ignoring is None else ignoring.entering(here)
        here = str(Path(here, name))
        if ignoring is None or ignoring.shuts_out(here, is_folder=here != str(Path(path))):
            return True
    return False


def place(document: OpenText, folders: Sequence[str]) -> OpenText:
    """The document with links in its path resolved, and as it is shown: from its workspace folder, else by its name."""
    if document.path is None:
        return document
    path = real(document.path)
    shown = path.rpartition("/")[2]
    for folder, label in labelled(folders):
        root = folder_prefix(folder)
        if path.startswith(root):
            shown = label + path[len(root) :]
            break
    return replace(document, path=path, shown=shown)


def real(path: str) -> str:
    """A path with links resolved, with `/`."""
    return os.path.realpath(path).replace(os.sep, "/")
