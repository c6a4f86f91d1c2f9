"""Being asked to stop: a signal is noted, so that the step in progress ends and is saved."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Asked:
    """The signal that came, 0 as long as none did."""

    signal: int = 0

    @property
    def name(self) -> str:
        """The signal's name."""
        return signal.Signals(self.signal).name


@contextmanager
def note_signals() -> Iterator[Asked]:
    """Within it, the first interrupt or termination is only noted; a second one does what it always did.

    Outside of the main thread, where Python lets nobody listen to signals, none is noted.
    """
    asked = Asked()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def note(number: int, _: FrameType | None) -> None:
        asked.signal = number
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in SIGNALS:
        signal.signal(number, note)
    try:
        yield asked
    finally:
        restore()
