"""What a run leaves to be read: a line a step in its log, the same for TensorBoard, the progress line, the curve."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from .curves import draw_curves, read_curve
from .events import Events
from .log import append_record
from .processes import Processes
from .progress import FitProgress
from .run_folder import CURVE, EVENTS, RunFolder


class Recorder:
    """A context in which steps are recorded; on leaving it the curve is drawn. Only the first process writes."""

    def __init__(self, folder: RunFolder, characters: int, processes: Processes) -> None:
        self._folder, self._writes, self._first = folder, processes.is_first, characters
        self._begun, self._open = time.monotonic(), ExitStack()

    def __enter__(self) -> Self:
        if self._writes:
            self._progress = self._open.enter_context(FitProgress(self._folder.config.fit.characters, self._first))
            self._events = self._open.enter_context(Events(self._folder.path / EVENTS, after=self._first))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        if self._writes and (curve := read_curve(self._folder.path)).characters:
            draw_curves([curve], self._folder.path / CURVE)

    def record(self, step: int, characters: int, smoothed_bits: float, values: Mapping[str, float | int | str]) -> None:
        """One step's values."""
        if not self._writes:
            return
        speed = (characters - self._first) / (time.monotonic() - self._begun)
        known = {"step": step, "characters": characters, **values, "characters_per_second": round(speed)}
        append_record(self._folder.path, known)
        self._events.add(characters, known)
        self._progress.update(step, characters, smoothed_bits, speed)
        for name, value in values.items():
            if name.startswith("development_"):
                language = name.removeprefix("development_")
                self._progress.say(f"step {step}: development {language} {value:.4f} bits/char")

    def warn(self, step: int, characters: int, warning: str) -> None:
        """A line in the log and on the terminal."""
        if self._writes:
            append_record(self._folder.path, {"step": step, "characters": characters, "warning": warning})
            self._progress.say(f"step {step}: {warning}")
