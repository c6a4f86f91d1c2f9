"""How far a long command has come, on a terminal: one line of standard error that is written over and over."""

from __future__ import annotations

import shutil
import sys

ERASE = "\r\x1b[K"


class ProgressLine:
    """The line; nothing where standard error is no terminal."""

    def __init__(self) -> None:
        self._shown = False
        self._wanted = sys.stderr.isatty()

    def show(self, text: str) -> None:
        """Writes a text in place of what the line says."""
        if self._wanted:
            width = shutil.get_terminal_size().columns - 1
            print(f"{ERASE}{text[:width]}", end="", file=sys.stderr, flush=True)
            self._shown = True

    def clear(self) -> None:
        """Makes room for other output."""
        if self._shown:
            print(ERASE, end="", file=sys.stderr, flush=True)
            self._shown = False
