"""The progress line of a long run: bits per character, characters per second, time left. On stderr, by rich."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class FitProgress:
    """A context that shows a run's progress; off a terminal it prints one plain line every `every` steps instead."""

    def __init__(self, characters: int, done: int, *, every: int = 100) -> None:
        self._console = Console(stderr=True)
        self._every, self._characters = every, characters
        columns = ("{task.fields[bits]:.3f} bits/char", "{task.fields[speed]:,.0f} chars/s")
        self._bar = Progress(
            TextColumn("fit"),
            BarColumn(),
            TaskProgressColumn(),
            *columns,
            TimeRemainingColumn(),
            console=self._console,
        )
        self._task = self._bar.add_task("fit", total=characters, completed=done, bits=float("nan"), speed=0.0)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def update(self, step: int, characters: int, bits: float, speed: float) -> None:
        """Shows where the run stands."""
        if self._console.is_terminal:
            self._bar.update(self._task, completed=characters, bits=bits, speed=speed)
        elif step % self._every == 0:
            share = 100 * characters / self._characters
            self._console.print(
                f"step {step}  {share:.1f} %  {bits:.3f} bits/char  {speed:,.0f} chars/s", highlight=False
            )

    def say(self, line: str) -> None:
        """Prints a line above the bar."""
        self._console.print(line, highlight=False)
