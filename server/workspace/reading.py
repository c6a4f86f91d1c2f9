"""A source file of the workspace as text: what a person wrote, not what a tool made."""

from __future__ import annotations

import os
import stat

LARGEST_BYTES = 200_000
"""Larger files are data or were generated."""

LONGEST_LINE = 1_000
"""Characters. A file with a longer line was generated, or packed small."""


def read_text(path: str) -> str | None:
    r"""The file's text with `\n` line ends and no byte order mark; None if it is not there or no person's source."""
    from peephole.model.vocabulary import normalise_newlines  # brings numpy, for which `initialize` need not wait

    raw = read_bytes(path, LARGEST_BYTES)
    if raw is None:
        return None
    try:
        text = normalise_newlines(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None
    return text if max(map(len, text.split("\n"))) <= LONGEST_LINE else None


def read_bytes(path: str, most: int) -> bytes | None:
    """The bytes of a regular file; None for a link, a pipe or a device, for one that is too large, and for errors.

    The file may have been replaced since the walk saw it: what is opened is looked at once more.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            raw = file.read(most + 1)
    except OSError:
        return None
    return raw if len(raw) <= most else None
