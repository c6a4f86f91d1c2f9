"""Where a command's figures go."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from ..errors import TrainingError


def add_json(parser: argparse.ArgumentParser) -> None:
    """Adds the option that asks for a command's figures as data."""
    parser.add_argument("--json", metavar="F", help="write the figures to a file (- for standard output)")


def publish(figures: Mapping[str, object], place: str | None, summary: str) -> None:
    """Prints what people read, and writes the figures where that is asked for; standard output gets one of the two."""
    if place != "-":
        print(summary)
    if place is not None:
        write_output(json.dumps(figures, indent=1) + "\n", place)


def write_output(text: str, place: str) -> None:
    """Writes a text to a file, or to standard output for `-`; `TrainingError` if it cannot be written."""
    if place == "-":
        sys.stdout.write(text)
        return
    try:
        Path(place).write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"cannot write {place}: {error.strerror}") from error


def check_place(place: str | None) -> None:
    """`TrainingError` where a file surely cannot be written: to be asked before what takes hours. None is no file."""
    if place is None:
        return
    path = Path(place)
    if place != "-" and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise TrainingError(f"cannot write {place}: it is a folder, or there is none to put it into")
