"""Where a command's figures go."""

from __future__ import annotations

import sys
from pathlib import Path

from ..errors import TrainingError


def write_output(text: str, place: str) -> None:
    """Writes a text to a file, or to standard output for `-`; `TrainingError` if it cannot be written."""
    if place == "-":
        sys.stdout.write(text)
        return
    try:
        Path(place).write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"cannot write {place}: {error.strerror}") from error


def check_place(place: str) -> None:
    """`TrainingError` where a file surely cannot be written: to be asked before what takes hours."""
    path = Path(place)
    if place != "-" and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise TrainingError(f"cannot write {place}: it is a folder, or there is none to put it into")
