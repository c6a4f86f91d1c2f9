"""The source files below a folder, found a folder at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from peephole.server.exclusion import Excluded

from .ignoring import Ignoring
from .reading import LARGEST_BYTES, stamp_of

LANGUAGES = {".java": "java", ".py": "python"}
"""The language of a file, by its suffix."""

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


@dataclass(frozen=True)
class SourceFile:
    """One file as the walk saw it. path: absolute, with `/`; shown: from the workspace folder; stamp: of a version."""

    path: str
    shown: str
    language: str
    size: int
    stamp: tuple[int, ...]


def source_files(
    folder: str, excluded: Excluded, *, label: str = "", pause: Callable[[], None] = lambda: None, below: bool = True
) -> Iterator[SourceFile]:
    """The source files in a folder and, with `below`, in the folders below, breadth first: the nearest to it first.

    Links are not followed: what they show within the folder is found where it lies, and what is outside is not
    the workspace. `pause` is called before every file and folder; it may raise to end the walk. label: put before
    `shown`.
    """
    found = _source_files(folder, excluded, label, pause, below)
    return islice(found, MOST_FILES)


def _source_files(
    folder: str, excluded: Excluded, label: str, pause: Callable[[], None], below: bool
) -> Iterator[SourceFile]:
    above = None if excluded.path(folder) else Ignoring.above(folder)
    waiting = deque([] if above is None else [(folder, above)])
    rules = 0
    for _ in range(MOST_FOLDERS):
        if not waiting:
            return
        pause()
        here, outer = waiting.popleft()
        ignoring = outer.entering(here)
        if ignoring is None:
            continue
        rules += ignoring.count() - outer.count()
        if rules > MOST_RULES:
            return
        for entry in _entries(here):
            pause()
            is_folder = _is_folder(entry)
            if not (is_folder or _is_source(entry)) or _is_skipped(entry, excluded, is_folder):
                continue
            if ignoring.shuts_out(entry.path, is_folder=is_folder):
                continue
            if is_folder and below and len(PurePath(entry.path).parts) < DEEPEST:
                waiting.append((entry.path, ignoring))
            elif not is_folder and (found := _seen(entry, folder, label)) is not None:
                yield found


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name; nothing if it cannot be read."""
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_source(entry: os.DirEntry[str]) -> bool:
    try:
        return language_of(entry.name) is not None and entry.is_file(follow_symlinks=False)
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
