"""The source files below a folder, found a folder at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from peephole.server.exclusion import Excluded

from .ignoring import Ignoring
from .reading import LARGEST_BYTES

LANGUAGES = {".java": "java", ".py": "python"}
"""The language of a file, by its suffix."""

SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", "site-packages", "build", "target", "dist", "out"}
)
"""Not searched: others wrote what lies there, or a tool did."""

MOST_FOLDERS = 20_000
"""Somebody's whole home folder may be given as a workspace; what lies nearest to its root is looked at then."""


@dataclass(frozen=True)
class SourceFile:
    """One file as the walk saw it. path: absolute, with `/`; shown: from the workspace folder; stamp: of a version."""

    path: str
    shown: str
    language: str
    size: int
    stamp: tuple[int, ...]


def source_files(
    folder: str, excluded: Excluded, *, label: str = "", pause: Callable[[], None] = lambda: None
) -> Iterator[SourceFile]:
    """The source files below a folder, breadth first, the nearest to it first.

    Links are not followed: what they show within the folder is found where it lies, and what is outside is not
    the workspace. `pause` is called between two folders; it may raise to end the walk. label: put before `shown`.
    """
    if excluded.path(folder):
        return
    waiting = deque([(folder, Ignoring.above(folder))])
    for _ in range(MOST_FOLDERS):
        if not waiting:
            return
        pause()
        here, ignoring = waiting.popleft()
        ignoring = ignoring.entering(here)
        for entry in _entries(here):
            is_folder = entry.is_dir(follow_symlinks=False)
            if not (is_folder or _is_source(entry)) or _is_skipped(entry, excluded, is_folder):
                continue
            if ignoring.shuts_out(entry.path, is_folder=is_folder):
                continue
            if is_folder:
                waiting.append((entry.path, ignoring))
            elif (found := _seen(entry, folder, label)) is not None:
                yield found


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name; nothing if it cannot be read."""
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_source(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) and language_of(entry.name) is not None


def _is_skipped(entry: os.DirEntry[str], excluded: Excluded, is_folder: bool) -> bool:
    if entry.name.startswith(".") or excluded.name(entry.name):
        return True
    return (is_folder and entry.name in SKIPPED_FOLDERS) or excluded.whole(entry.path)


def _seen(entry: os.DirEntry[str], folder: str, label: str) -> SourceFile | None:
    """The file with its size and stamp; None if it is gone, or too large to have been written by a person."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    if status.st_size > LARGEST_BYTES:
        return None
    stamp = status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
    path = entry.path.replace(os.sep, "/")
    shown = label + path[len(folder) :].lstrip("/")
    return SourceFile(path, shown, language_of(entry.name) or "", status.st_size, stamp)


def language_of(name: str) -> str | None:
    """The language of a file by its name; None for one that is not read."""
    return LANGUAGES.get(PurePath(name).suffix.lower())
