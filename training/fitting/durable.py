"""Files that are whole at any moment, whatever kills the process that writes them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def write_durably(path: Path, data: bytes) -> None:
    """Replaces a file so that, whatever happens, either the old or the new content stands there whole."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def put_in_place(path: Path, other: Path) -> None:
    """Lets the other name stand for the same file, as a link where there are links, else as a copy."""
    part = other.with_name(other.name + ".part")
    part.unlink(missing_ok=True)
    try:
        os.link(path, part)
    except OSError:
        shutil.copyfile(path, part)
    part.replace(other)
