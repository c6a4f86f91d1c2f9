"""Cancelled requests are answered at once, and what is urgent does not wait for what is not."""

from __future__ import annotations

from pathlib import Path

from e2e.conftest import Start
from e2e.wire import CANCELLED, Wire, at, pack

LONG, SHORT = "file:///long.py", "file:///short.py"


def begin(start: Start, untrained: Path) -> Wire:
    """A server with a document that takes far longer to read than anything that follows, and a short one."""
    wire = start("--model", untrained)
    wire.initialize(initializationOptions={"completion": {"leastProbability": 0}})
    wire.open(LONG, "x = 1\n" * 150_000)
    wire.open(SHORT, "def f(x):\n    retu")
    return wire


def study(name: str) -> bytes:
    """A request that has to read all of the long document."""
    arguments = [{"uri": LONG, "layer": 0, "neurons": [0], "signals": ["hidden"]}]
    return pack("workspace/executeCommand", {"command": "peephole.introspect", "arguments": arguments}, name)


def test_cancelling_answers_before_the_work_is_done_and_requests_pass_it(start: Start, untrained: Path) -> None:
    """Traps 5 and 6: work in the loop or in a thread of pygls's cannot be stopped, and holds others up."""
    wire = begin(start, untrained)
    wire.send(study("study"), pack("textDocument/completion", at(SHORT, 1, 8), "completion"))
    assert wire.reply("completion")["result"]["items"]
    wire.notify("$/cancelRequest", {"id": "study"})
    assert wire.reply("study")["error"]["code"] == CANCELLED
    status = wire.status()
    assert status["answered"]["cancelled"] == 1
    long = status["documents"][0]  # without a count where the completion was so quick that the study had not begun
    assert long.get("fed", 0) < long["characters"]


def test_every_request_of_a_burst_is_answered_once_even_if_cancelled(start: Start, untrained: Path) -> None:
    """Trap 5: a cancelled request has one reply, and no second when its work ends."""
    wire = begin(start, untrained)
    names = [f"completion-{number}" for number in range(40)]
    requests = [pack("textDocument/completion", at(SHORT, 1, 8), name) for name in names]
    cancellations = [pack("$/cancelRequest", {"id": name}) for name in names[::2]]
    wire.send(study("study"), *requests, *cancellations)
    for name in names:
        reply = wire.reply(name)
        assert "result" in reply or (name in names[::2] and reply["error"]["code"] == CANCELLED)
    wire.notify("$/cancelRequest", {"id": "study"})
    assert wire.reply("study")["error"]["code"] == CANCELLED
    assert wire.leave() == 0
    identifiers = [message["id"] for message in wire.received if "method" not in message]
    assert len(identifiers) == len(set(identifiers))


def test_in_a_long_unread_document_a_completion_is_provisional_first_and_exact_later(
    start: Start, untrained: Path
) -> None:
    wire = begin(start, untrained)
    text = "y = 2\n" * 2_000 + "retu"
    wire.send(study("study"))  # goes before reading the other document, and lets the completion pass
    wire.open("file:///medium.py", text)
    first = wire.call("textDocument/completion", at("file:///medium.py", 2_000, 4))
    assert first["isIncomplete"]
    assert wire.status()["answered"]["provisional"] == 1
    wire.notify("$/cancelRequest", {"id": "study"})
    wire.notify("textDocument/didClose", {"textDocument": {"uri": LONG}})
    wire.status(digest=True)
    second = wire.call("textDocument/completion", at("file:///medium.py", 2_000, 4))
    wire.open("file:///again.py", text)
    wire.status(digest=True)
    assert second == wire.call("textDocument/completion", at("file:///again.py", 2_000, 4))
    assert wire.status()["answered"]["provisional"] == 1
