"""The server says what it is doing: by itself whenever that changes, and when it is asked."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from e2e.conftest import Start
from e2e.wire import Message, Wire

URI = "file:///folder/long.py"
LONG = " get();\n" * 100_000
"""800,000 characters: over a second for a tiny network, of which the server tells after a quarter."""

QUIET = {"diagnostics": {"enabled": False}}


def test_every_change_of_state_is_told_once_and_the_request_tells_the_same(start: Start, untrained: Path) -> None:
    wire = start("--model", untrained)
    wire.initialize(initializationOptions=QUIET)
    assert wire.notification("peephole/status") == {"state": "loading", "reason": None, "uri": None, "percent": None}
    assert wire.notification("peephole/status")["state"] == "ready"
    wire.open(URI, LONG)
    reading = wire.notification("peephole/status", lambda params: params["state"] == "reading")
    assert reading["uri"] == URI
    assert 0 <= reading["percent"] < 100
    status = wire.status()
    assert (status["state"], status["uri"]) == ("reading", URI)
    (document,) = wire.call("workspace/executeCommand", {"command": "peephole.documents"})["documents"]
    assert document.keys() == status["documents"][0].keys()
    counted = ("charactersFed", "charactersRolledBack", "snapshots", "snapshotBytes", "memoryBytes", "percent")
    assert set(counted) <= set(document)
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    wire.notification("peephole/status", lambda params: params["state"] == "ready")
    told = [each["params"] for each in wire.received if each.get("method") == "peephole/status"]
    assert all(earlier != later for earlier, later in pairwise(told))


def test_a_model_that_is_not_there_is_told_with_the_reason(start: Start, tmp_path: Path) -> None:
    wire = start("--model", tmp_path / "nowhere")
    wire.initialize()
    told = wire.notification("peephole/status", lambda params: params["state"] == "inactive")
    assert "nowhere" in told["reason"]
    assert wire.status()["reason"] == told["reason"]


def begin_shown(wire: Wire) -> Message:
    """Opens a long document for a client that shows progress; the server's request to show it."""
    wire.initialize(capabilities={"window": {"workDoneProgress": True}}, initializationOptions=QUIET)
    wire.open(URI, LONG)
    return wire.wait(lambda message: message.get("method") == "window/workDoneProgress/create")


def test_a_long_reading_is_shown_as_progress_by_a_client_that_can(start: Start, untrained: Path) -> None:
    wire = start("--model", untrained)
    asked = begin_shown(wire)
    wire.answer(asked["id"])
    kinds: list[str] = []
    while "end" not in kinds:
        if len(kinds) == 1:
            wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        shown = wire.notification("$/progress")
        assert shown["token"] == asked["params"]["token"]
        kinds.append(shown["value"]["kind"])
        assert kinds[0] != "begin" or len(kinds) > 1 or shown["value"]["title"] == "Reading long.py"
    assert (kinds[0], kinds[-1]) == ("begin", "end")
    assert set(kinds[1:-1]) <= {"report"}


@pytest.mark.parametrize("refuses", [False, True])
def test_a_client_that_never_answers_or_refuses_holds_nothing_up(start: Start, untrained: Path, refuses: bool) -> None:
    """Trap 7: a client's reply that is awaited in what may be cancelled ends pygls's message loop."""
    wire = start("--model", untrained)
    asked = begin_shown(wire)
    if refuses:
        wire.refuse(asked["id"])
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert wire.status(digest=True)["documents"] == []
    assert wire.leave() == 0
    assert not [each for each in wire.received if each.get("method") == "$/progress"]
