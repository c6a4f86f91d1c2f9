"""Where the log goes and what may stand in it: never a person's text.

pygls logs whole payloads at INFO, and parameters when a handler fails; its records are therefore cut down to their
constant template and the types of what was raised. Tracebacks show file, line and function, without messages.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
FOREIGN = ("pygls", "asyncio", "concurrent")
MOST_WAITING = 1_000
"""Lines that are kept for a reader of standard error who is slow."""

CLOSING_S = 5.0
"""How long the end waits for the last lines to be taken."""

QUIET = ("Cancel notification for unknown message id", "Unknown `PositionEncoding`s")
"""Beginnings of warnings that tell nothing: a client may cancel what was answered a moment ago, and offer whatever
units it likes (that warning's template, besides, has them in it)."""


class Discreet(logging.Formatter):
    """Formats records without arguments of foreign loggers and without the messages of exceptions."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name.split(".")[0] in FOREIGN:
            record = logging.makeLogRecord(record.__dict__ | {"args": (), "msg": first_line(record.msg)})
        return super().format(record)

    def formatException(  # noqa: N802  (the name is logging's)
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        kind, _, trace = ei
        places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        return f"  {kind.__name__ if kind else 'no exception'} at {' < '.join(reversed(places)) or 'an unknown place'}"


class Descriptor:
    """A stream that writes to a descriptor and holds no lock meanwhile: Python, as it ends, could not get that."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, text: str) -> None:
        """Writes all of it, or as much as somebody takes."""
        data = text.encode("utf-8", "backslashreplace")
        with suppress(OSError):
            while data:
                data = data[os.write(self._descriptor, data) :]

    def flush(self) -> None:
        """Nothing is held back."""


class Aside(logging.Handler):
    """Writes in a thread of its own, and drops what comes faster than it is taken. Not every client reads standard
    error: after 64 KB, which is a few hundred lines, whoever writes there waits for ever, and with it all answers."""

    def __init__(self, target: logging.Handler) -> None:
        super().__init__()
        self._target = target
        self._lines: queue.Queue[str | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._serve, name="peephole-log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Formats the record at once, and has it written."""
        with suppress(queue.Full):
            self._lines.put_nowait(self.format(record))

    def close(self) -> None:
        """Waits until all is written, but not for long."""
        with suppress(queue.Full):
            self._lines.put_nowait(None)
            self._thread.join(CLOSING_S)
        super().close()

    def _serve(self) -> None:
        while (line := self._lines.get()) is not None:
            self._target.emit(logging.makeLogRecord({"msg": line}))


def first_line(template: object) -> str:
    """The constant part of a log template."""
    return str(template).partition("\n")[0]


def is_worth_logging(record: logging.LogRecord) -> bool:
    """False for the warnings that every ordinary session raises."""
    return not str(record.msg).startswith(QUIET)


def start_logging(log_file: Path | None, verbose: int) -> None:
    """Logs to the file, or to standard error; `verbose` counts the -v. `OSError` if the file cannot be written."""
    handler: logging.Handler
    if log_file is None:
        handler = Aside(logging.StreamHandler(Descriptor(sys.stderr.fileno())))
    else:
        handler = logging.FileHandler(log_file, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(Discreet(FORMAT))
    handler.addFilter(is_worth_logging)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("peephole").setLevel(LEVELS[min(verbose, len(LEVELS) - 1)])
    logging.getLogger("pygls").setLevel(logging.WARNING)
