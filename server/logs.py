"""Where the log goes and what may stand in it: never a person's text.

pygls logs whole payloads at INFO, and parameters when a handler fails; its records are therefore cut down to their
constant template and the types of what was raised. Tracebacks show file, line and function, without messages.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from types import TracebackType

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
FOREIGN = ("pygls", "asyncio", "concurrent")
QUIET = ("Cancel notification for unknown message id",)
"""Beginnings of warnings that tell nothing: a client may cancel what was answered a moment ago."""


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


def first_line(template: object) -> str:
    """The constant part of a log template."""
    return str(template).partition("\n")[0]


def is_worth_logging(record: logging.LogRecord) -> bool:
    """False for the warnings that every ordinary session raises."""
    return not str(record.msg).startswith(QUIET)


def start_logging(log_file: Path | None, verbose: int) -> None:
    """Logs to the file, or to standard error; `verbose` counts the -v. `OSError` if the file cannot be written."""
    handler = logging.StreamHandler() if log_file is None else logging.FileHandler(log_file, encoding="utf-8")
    handler.setFormatter(Discreet(FORMAT))
    handler.addFilter(is_worth_logging)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("peephole").setLevel(LEVELS[min(verbose, len(LEVELS) - 1)])
    logging.getLogger("pygls").setLevel(logging.WARNING)
