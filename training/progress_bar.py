"""How far a measurement is and how long it will still take, by characters; on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

from .texts import Texts

EVERY_S = 60
"""Between two lines off a terminal: a log stays short, and a person still sees that something goes on."""


@contextmanager
def show_progress(name: str, texts: Texts) -> Iterator[Callable[[int], None]]:
    """The progress of reading texts; gives what advances it by characters, which are as good as bytes here."""
    console = Console(stderr=True)
    label = f"{name}: {len(texts):,} files" if console.is_terminal else name
    with show_count(label, texts.size, console) as advance:
        yield advance


@contextmanager
def show_count(name: str, total: float, console: Console) -> Iterator[Callable[[float], None]]:
    """A bar with the time left, or off a terminal now and then a line; gives what advances it."""
    with Progress(console=console, disable=not console.is_terminal) as progress:
        if console.is_terminal:
            task = progress.add_task(name, total=total)
            yield lambda count: progress.advance(task, count)
        else:
            yield PlainProgress(name, total).advance


class PlainProgress:
    """Progress in plain lines."""

    def __init__(self, name: str, total: float) -> None:
        self._name, self._total, self._done = name, total, 0.0
        self._began = self._told = time.monotonic()

    def advance(self, count: float) -> None:
        """So many characters more are done."""
        self._done += count
        now = time.monotonic()
        if now - self._told >= EVERY_S:
            self._told = now
            left_s = (now - self._began) * max(self._total / self._done - 1, 0)
            share = min(self._done / self._total, 1)
            print(f"{self._name}: {share:.0%}, about {left_s / 60:.0f} min left", file=sys.stderr, flush=True)
