"""What a client may not have is no fault of the server's: it is refused, and the log has no error. Faults are."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e.conftest import Start
from e2e.wire import INTERNAL_ERROR, SECRET, Wire, at, edited, frame, pack, replaced

URI = "file:///a.py"

FAULTY = """
import math, os

class Unwritable:
    __slots__ = ()

if "PEEPHOLE_FAULTY" in os.environ:
    from peephole.server import hover, requests, service
    from peephole.server.answer import Answer

    def fail(*_):
        raise ValueError(os.environ["PEEPHOLE_FAULTY"])

    hover.hover = fail
    service.Service.saved = fail
    requests._complete = lambda *_, **__: Answer(Unwritable())
    requests._complete_line = lambda *_, **__: Answer({"items": math.nan})
"""
"""Put into the server's process as `sitecustomize`: breaks what the tests then ask for."""


def be_refused(wire: Wire) -> None:
    """Everything that a client may ask for and is not given, each answered with an error or passed over."""
    early = wire.ask("textDocument/hover", at(URI, 0, 0))
    wire.initialize()
    wire.open(URI, "\n ge")
    asked = [
        early,
        wire.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}}),
        wire.ask("textDocument/definition", at(URI, 0, 0)),
        wire.ask(f"no/{SECRET}", {"text": SECRET}),
        wire.ask("textDocument/hover", {"textDocument": SECRET}),
        wire.ask("textDocument/didClose", {"textDocument": {"uri": URI}}),
        wire.ask("codeLens/resolve", {"range": at(URI, 0, 0), "data": SECRET}),
    ]
    for command in ("accept", "explain", "heatMap", "introspect", SECRET):
        for arguments in ([], [SECRET], [{"uri": SECRET, "layer": 0, "neurons": [0]}], [{"uri": URI, "layer": "1"}]):
            asked.append(
                wire.ask("workspace/executeCommand", {"command": f"peephole.{command}", "arguments": arguments})
            )
    gone = {"uri": URI, "layer": 99, "neurons": [0]}
    asked.append(wire.ask("workspace/executeCommand", {"command": "peephole.introspect", "arguments": [gone]}))
    for identifier in asked:
        wire.reply(identifier)
    wire.send(pack("textDocument/completion", at(URI, 1, 3), "x"), pack("$/cancelRequest", {"id": "x"}))
    wire.reply("x")
    pulled = wire.ask("textDocument/diagnostic", {"textDocument": {"uri": URI}})
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((1, 3), (1, 3), "t")))
    wire.reply(pulled)
    wire.notify("textDocument/didChange", edited("file:///never.py", 2, {"text": SECRET}))
    wire.notify("textDocument/didOpen", {"textDocument": SECRET})
    wire.notify(f"no/{SECRET}", {"text": SECRET})
    wire.notify("$/cancelRequest", {"id": "long gone"})
    for body in (
        b"{",
        b"[]",
        b'{"jsonrpc": "2.0", "id": 5, "method": 7}',
        b'{"jsonrpc": "2.0", "id": [], "method": "x"}',
    ):
        wire.send(frame(body))
    wire.call("shutdown")
    wire.reply(wire.ask("textDocument/hover", at(URI, 0, 0)))
    wire.notify("exit")
    assert wire.wait_for_end() == 0


def test_a_session_of_refusals_leaves_nothing_in_the_log(start: Start, words: Path) -> None:
    wire = start("--model", words)
    be_refused(wire)
    assert wire.errors() == ""


def test_who_wants_to_know_finds_one_line_for_each_without_a_word_of_the_clients(start: Start, words: Path) -> None:
    wire = start("--model", words, "-v")
    be_refused(wire)
    lines = wire.errors().splitlines()
    assert sum("refused a request: RequestFailed" in line for line in lines) >= 5
    assert sum("refused a request: JsonRpcInvalidParams" in line for line in lines) >= 5
    assert all(" INFO peephole." in line for line in lines)
    assert SECRET not in wire.errors()


def test_an_edit_that_cannot_be_read_is_a_warning_for_the_document_is_lost(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize()
    wire.open(URI, "\n ge")
    wire.notify("textDocument/didChange", edited(URI, 2, {"range": SECRET, "text": SECRET}))
    assert wire.document(URI)["state"] == "skipped"
    assert wire.leave() == 0
    (line,) = wire.errors().splitlines()
    assert " WARNING " in line
    assert SECRET not in line


@pytest.fixture
def faulty(start: Start, words: Path, tmp_path: Path) -> Wire:
    """A server that fails in what it is asked for."""
    (tmp_path / "sitecustomize.py").write_text(FAULTY)
    wire = start("--model", words, environment={"PYTHONPATH": str(tmp_path), "PEEPHOLE_FAULTY": SECRET})
    wire.initialize()
    wire.open(URI, "\n ge")
    return wire


def test_a_fault_is_an_error_in_the_log_with_its_place_and_not_its_words(faulty: Wire) -> None:
    asked = {
        "hover": at(URI, 1, 2),
        "completion": at(URI, 1, 3),
        "inlineCompletion": at(URI, 1, 3, context={"triggerKind": 1}),
    }
    for method, params in asked.items():
        error = faulty.reply(faulty.ask(f"textDocument/{method}", params))["error"]
        assert error["code"] == INTERNAL_ERROR
        assert "the server's log says where" in error["message"]
        assert SECRET not in str(error)
    faulty.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
    assert faulty.status()["version"]
    assert faulty.leave() == 0
    errors = [line for line in faulty.errors().splitlines() if " ERROR " in line]
    assert len(errors) == len(asked) + 1
    assert faulty.errors().count("ValueError at sitecustomize.py") == 2
    assert SECRET not in faulty.errors()
