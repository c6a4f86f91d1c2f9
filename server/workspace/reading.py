"""A source file of the workspace as text: what a person wrote, not what a tool made."""

from __future__ import annotations

import os
import stat

LARGEST_BYTES = 200_000
"""Larger files are data or were generated."""

LONGEST_LINE = 1_000
"""Characters. A file with a longer line was generated, or packed small."""


def read_text(path: str, seen: tuple[int, ...] | None = None) -> str | None:
    r"""The file's text with `\n` line ends and no byte order mark; None if it is not there or no person's source.

    seen: the stamp of what was seen at the path; None, too, if another file lies there now.
    """
    from peephole.model.vocabulary import normalise_newlines  # brings numpy, for which `initialize` need not wait

    raw = read_bytes(path, LARGEST_BYTES, seen)
    if raw is None:
        return None
    try:
        text = normalise_newlines(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None
    return text if max(map(len, text.split("\n"))) <= LONGEST_LINE else None


def read_bytes(path: str, most: int, seen: tuple[int, ...] | None = None) -> bytes | None:
    """The bytes of a regular file; None for a link, a pipe or a device, for one that is too large, and for errors.

    What is opened may be another file than the walk saw, of whoever has put it or a folder above it in its place since:
    it is looked at once more. seen: the stamp that it must have.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or (seen is not None and stamp_of(status) != seen):
                return None
            raw = file.read(most + 1)
    except OSError:
        return None
    return raw if len(raw) <= most else None


def stamp_of(status: os.stat_result) -> tuple[int, ...]:
    """What tells one version of a file from another, and from other files."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev


def stamp_at(path: str) -> tuple[int, ...] | None:
    """The stamp of what lies at a path now; None if nothing does."""
    try:
        return stamp_of(os.lstat(path))
    except OSError:
        return None
