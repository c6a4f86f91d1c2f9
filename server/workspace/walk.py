"""The source files below a folder, found a folder at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from peephole.model.languages import SUFFIXES
from peephole.server.exclusion import Excluded

from .ignoring import Ignoring
from .reading import LARGEST_BYTES, stamp_of

LANGUAGES = {suffix: language for language, suffixes in SUFFIXES.items() for suffix in suffixes}
"""The language of a file, by its suffix."""

LEARNED = ("java", "python")
"""What is looked for if nothing else is said: the languages of the model that ships."""

SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", "site-packages", "build", "target", "dist", "out"}
)
"""Not searched: others wrote what lies there, or a tool did."""

MOST_FOLDERS = 20_000
"""Somebody's whole home folder may be given as a workspace; what lies nearest to its root is looked at then."""


MOST_FILES = 50_000
"""Each takes a fraction of a kilobyte to remember, whatever is read of it; far fewer fill the libraries."""

DEEPEST = 64
"""Parts of a path. Nobody nests folders so deep, and the time to match some rules grows with the square of it."""

LONGEST_PATH = 1_000
"""Characters; for the same reasons."""

MOST_RULES = 20_000
"""Of git's in all folders: to parse one takes 0.1 ms."""


UNFOLLOWED = "is left out, as what is to be ignored in it cannot be told; see its .gitignore files"

Unseen = Callable[[str, str], None]
"""Told of a folder's path, and why it was not looked through."""


@dataclass(frozen=True)
class SourceFile:
    """One file as the walk saw it. path: absolute, with `/`; shown: from the workspace folder; stamp: of a version."""

    path: str
    shown: str
    language: str
    size: int
    stamp: tuple[int, ...]


def source_files(
    folder: str,
    excluded: Excluded,
    *,
    label: str = "",
    pause: Callable[[], None] = lambda: None,
    below: bool = True,
    unseen: Unseen = lambda *_: None,
    languages: Collection[str] = LEARNED,
) -> Iterator[SourceFile]:
    """The source files in a folder and, with `below`, in the folders below, breadth first: the nearest to it first.

    Links are not followed: what they show within the folder is found where it lies, and what is outside is not
    the workspace. `pause` is called before every file and folder; it may raise to end the walk. label: put before
    `shown`. unseen: told of folders that could not be looked through, and why.
    """
    for number, found in enumerate(_source_files(folder, excluded, label, pause, below, unseen, languages)):
        if number == MOST_FILES:
            unseen(folder, f"has more than {MOST_FILES:,} source files")
            return
        yield found


def _source_files(
    folder: str,
    excluded: Excluded,
    label: str,
    pause: Callable[[], None],
    below: bool,
    unseen: Unseen,
    languages: Collection[str],
) -> Iterator[SourceFile]:
    above = None if excluded.path(folder) else Ignoring.above(folder)
    if above is None:
        unseen(folder, UNFOLLOWED)
        return
    waiting = deque([(folder, above)])
    rules = 0
    for _ in range(MOST_FOLDERS):
        if not waiting:
            return
        pause()
        here, outer = waiting.popleft()
        ignoring = outer.entering(here)
        if ignoring is None:
            unseen(here, UNFOLLOWED)
            continue
        rules += ignoring.count() - outer.count()
        if rules > MOST_RULES:
            break
        for entry in _entries(here, unseen):
            pause()
            is_folder = _is_folder(entry)
            skipped = not (is_folder or _is_source(entry, languages)) or _is_skipped(entry, excluded, is_folder)
            if skipped or ignoring.shuts_out(entry.path, is_folder=is_folder):
                continue
            if is_folder and below and len(PurePath(entry.path).parts) < DEEPEST:
                waiting.append((entry.path, ignoring))
            elif not is_folder and (found := _seen(entry, folder, label)) is not None:
                yield found
    unseen(folder, "has too many folders or rules of what to ignore; name the folders in it one by one")


def _entries(folder: str, unseen: Unseen) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name; nothing if it cannot be read."""
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        unseen(folder, f"cannot be read ({error.strerror})")
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_source(entry: os.DirEntry[str], languages: Collection[str]) -> bool:
    try:
        return language_of(entry.name) in languages and entry.is_file(follow_symlinks=False)
    except OSError:
        return False


def _is_skipped(entry: os.DirEntry[str], excluded: Excluded, is_folder: bool) -> bool:
    if entry.name.startswith(".") or excluded.name(entry.name) or len(entry.path) > LONGEST_PATH:
        return True
    return (is_folder and entry.name in SKIPPED_FOLDERS) or excluded.whole(entry.path)


def _seen(entry: os.DirEntry[str], folder: str, label: str) -> SourceFile | None:
    """The file with its size and stamp; None if it is gone, empty, or too large for a person's."""
    try:
        status = os.lstat(entry.path)  # on Windows, the entry's own has other numbers in it
    except OSError:
        return None
    if not 0 < status.st_size <= LARGEST_BYTES:
        return None
    path = entry.path.replace(os.sep, "/")
    shown = label + path[len(folder) :].lstrip("/")
    return SourceFile(path, shown, language_of(entry.name) or "", status.st_size, stamp_of(status))


def language_of(name: str) -> str | None:
    """The language of a file by its name; None for one that is not read."""
    return LANGUAGES.get(PurePath(name).suffix.lower())
