"""Folders to walk, and what a walk finds in them."""

from __future__ import annotations

import os
from pathlib import Path

from peephole.server.exclusion import Excluded
from peephole.server.workspace.walk import source_files


def write(folder: Path, *names: str, text: str = "x = 1\n") -> None:
    """Writes files, and the folders that they lie in."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def shown(folder: Path, *patterns: str) -> list[str]:
    """What a walk finds, in its order."""
    return [file.shown for file in source_files(os.path.realpath(folder), Excluded.by(patterns))]
