from __future__ import annotations

import logging
import sys

import pytest

from peephole.server.logs import FORMAT, Discreet, is_worth_logging

SECRET = "hunter2_in_the_source"


def formatted(name: str, message: str, *arguments: object, fail: bool = False) -> str:
    """A record as it stands in the log."""
    exc_info = None
    if fail:
        try:
            raise ValueError(SECRET)
        except ValueError:
            exc_info = sys.exc_info()
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, exc_info)
    return Discreet(FORMAT).format(record)


@pytest.mark.parametrize("name", ["pygls.protocol.json_rpc", "asyncio", "concurrent.futures"])
def test_of_a_foreign_record_only_the_template_is_kept(name: str) -> None:
    """Trap 11: pygls's templates take parameters, and so a document's text."""
    line = formatted(name, "Failed to handle request %s %s\n%s", 7, {"text": SECRET}, SECRET)
    assert SECRET not in line
    assert line.endswith("Failed to handle request %s %s")


def test_an_exception_is_told_by_its_type_and_place_alone() -> None:
    line = formatted("peephole.server.engine", "loading failed", fail=True)
    assert SECRET not in line
    assert "ValueError at test_logs.py:" in line
    assert line.endswith(" formatted")


def test_our_own_records_keep_their_words() -> None:
    assert formatted("peephole.server", "the model is %s", "ready").endswith("the model is ready")


def test_a_late_cancellation_is_not_worth_a_line() -> None:
    def record(message: str) -> logging.LogRecord:
        return logging.LogRecord("pygls", logging.WARNING, __file__, 1, message, ("7",), None)

    assert not is_worth_logging(record('Cancel notification for unknown message id "%s"'))
    assert is_worth_logging(record("Ignoring notification for unknown method %r"))
