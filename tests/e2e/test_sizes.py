"""Documents of every size and shape, and many of them: each request is answered, and the text stays the client's."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from e2e.conftest import Start
from e2e.wire import at, edited, replaced

URI = "file:///a.py"

TEXTS = {
    "50,000 lines": " get();\n" * 50_000,
    "a line of 2 MB": " get();" * 300_000,
    "form feeds": "\x0c" * 50_000,
    "zeros": "\0" * 50_000,
    "carriage returns": "\r" * 50_000,
    "halves of characters": "\ud83d\n" * 20_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_any_shape_is_edited_and_asked_about(start: Start, words: Path, name: str) -> None:
    text = TEXTS[name]
    wire = start("--model", words)
    wire.initialize(initializationOptions={"documents": {"largestCharacters": 50_000_000}})
    wire.open(URI, text)
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((0, 0), (0, 0), " g")))
    assert wire.call("textDocument/completion", at(URI, 0, 2))["items"] is not None
    assert "error" not in wire.reply(wire.ask("textDocument/hover", at(URI, 0, 1)))
    wire.notify("textDocument/didChange", edited(URI, 3, {"text": "x"}, {"text": text}))
    assert wire.document(URI)["version"] == 3
    wire.notify("textDocument/didChange", edited(URI, 4, {"text": " g\x0c"}))
    assert wire.document(URI, digest=True)["digest"]["text"] == hashlib.sha256(b" g\x0c").hexdigest()
    assert wire.leave() == 0


def test_two_hundred_open_documents_are_all_answered(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize()
    for number in range(200):
        wire.open(f"file:///{number}.py", f"\n get();\n ge#{number}")
    asked = [wire.ask("textDocument/completion", at(f"file:///{number}.py", 2, 3)) for number in range(200)]
    assert all("items" in wire.result(each) for each in asked)
    assert len(wire.status()["documents"]) == 200
    assert wire.leave() == 0
