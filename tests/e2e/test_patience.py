"""Nothing is shown before the person has had the time that the settings give: no ghost text, no marks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from e2e.conftest import Start
from e2e.wire import CANCELLED, Wire, at, edited, replaced

URI = "file:///a.py"
PUBLISHED = "textDocument/publishDiagnostics"
LONG_MS = 5_000
"""Longer than whatever else a test does with a small model; nothing waits for it to pass."""


def configure(wire: Wire, **sections: Any) -> None:
    wire.notify("workspace/didChangeConfiguration", {"settings": {"peephole": sections}})


def test_ghost_text_waits_as_long_as_the_settings_say_and_can_be_called_off_meanwhile(
    start: Start, words: Path
) -> None:
    wire = start("--model", words)
    wire.initialize(initializationOptions={"inlineCompletion": {"delayMs": LONG_MS}})
    wire.open(URI, "\n ge")
    wire.status(digest=True)  # what follows takes milliseconds: the model is loaded, the document read
    ghost = wire.ask("textDocument/inlineCompletion", at(URI, 1, 3, context={"triggerKind": 2}))
    assert wire.call("textDocument/completion", at(URI, 1, 3))["items"]
    assert not any(message.get("id") == ghost for message in wire.received)
    wire.notify("$/cancelRequest", {"id": ghost})
    assert wire.reply(ghost)["error"]["code"] == CANCELLED
    configure(wire, inlineCompletion={"delayMs": 0})
    assert wire.call("textDocument/inlineCompletion", at(URI, 1, 3, context={"triggerKind": 2}))["items"]


def test_marks_come_when_the_typing_has_rested_as_long_as_the_settings_say(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize(initializationOptions={"diagnostics": {"debounceMs": 60_000, "sensitivity": 100}})
    wire.open(URI, "\n get();\n vuz();\n")
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((0, 0), (0, 0), " ")))
    wire.status(digest=True)
    assert not any(message.get("method") == PUBLISHED for message in wire.received)
    configure(wire, diagnostics={"debounceMs": 0, "sensitivity": 100})
    assert wire.notification(PUBLISHED)["version"] == 2
