"""Which model is served, and what happens when the settings name another while documents are open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from e2e.conftest import Start
from e2e.wire import Wire, at

from peephole.server.reader import unlearned

URI = "file:///a.py"


def configured(folder: Path | str) -> dict[str, Any]:
    """Settings that name a model."""
    return {"settings": {"peephole": {"model": {"folder": str(folder)}}}}


def loaded(wire: Wire) -> Any:
    """The status once no model is being loaded any more: a digest waits for that."""
    return wire.status(digest=True)


def test_the_settings_name_the_model_and_may_name_another_at_any_time(
    start: Start, words: Path, untrained: Path, tmp_path: Path
) -> None:
    wire = start()
    wire.initialize(initializationOptions={"peephole": {"model": {"folder": str(words)}}, "trusted": True})
    wire.open(URI, " ge")
    words_status = loaded(wire)
    assert [item["label"] for item in wire.call("textDocument/completion", at(URI, 0, 3))["items"]] == ["get", "getn"]

    wire.notify("workspace/didChangeConfiguration", configured(untrained))
    untrained_status = loaded(wire)
    assert untrained_status["model"]["hash"] != words_status["model"]["hash"]
    digests = [status["documents"][0]["digest"] for status in (words_status, untrained_status)]
    assert digests[0]["text"] == digests[1]["text"]
    assert digests[0]["surprisals"] != digests[1]["surprisals"]

    wire.notify("workspace/didChangeConfiguration", configured(tmp_path / "nowhere"))
    assert wire.call("textDocument/completion", at(URI, 0, 3))["items"] == []
    assert "nowhere" in wire.notification("window/showMessage")["message"]

    wire.notify("workspace/didChangeConfiguration", configured(words))
    assert loaded(wire)["documents"][0]["digest"] == digests[0]
    assert wire.leave() == 0


def test_a_model_that_goes_takes_its_marks_along(start: Start, words: Path, tmp_path: Path) -> None:
    diagnostics = {"debounceMs": 0}
    wire = start()
    section = {"model": {"folder": str(words)}, "diagnostics": diagnostics}
    wire.initialize(initializationOptions={"peephole": section, "trusted": True})
    wire.open(URI, "\n get();\n vuz();\n")
    assert wire.notification("textDocument/publishDiagnostics")["diagnostics"]
    wire.notify("workspace/didChangeConfiguration", configured(tmp_path / "nowhere"))
    assert wire.notification("textDocument/publishDiagnostics")["diagnostics"] == []


def test_settings_that_do_not_touch_the_model_leave_what_was_read(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize()
    wire.open(URI, " get();\n" * 20)
    before = loaded(wire)["documents"][0]
    wire.notify("workspace/didChangeConfiguration", {"settings": {"peephole": {"completion": {"maxItems": 3}}}})
    after = loaded(wire)["documents"][0]
    assert (after["charactersFed"], after["digest"]) == (before["charactersFed"], before["digest"])


def test_a_document_that_grows_too_large_is_let_go_of(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize(initializationOptions={"documents": {"largestCharacters": 1_000}})
    wire.open(URI, " get();\n" * 100)
    assert loaded(wire)["documents"][0]["state"] == "open"
    whole = {"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"text": " get();\n" * 200}]}
    wire.notify("textDocument/didChange", whole)
    (document,) = wire.status()["documents"]
    assert document["state"] == "skipped"
    assert "1600 characters" in document["reason"]
    assert "fed" not in document
    assert wire.call("textDocument/completion", at(URI, 0, 3))["items"] == []


def test_a_document_that_is_too_large_is_not_taken_in(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize(initializationOptions={"documents": {"largestCharacters": 1_000}})
    wire.open("file:///fits.py", " get();\r\n" * 125)
    wire.open(URI, " get();\r\n" * 125 + "g")
    assert wire.document("file:///fits.py")["state"] == "open"
    document = wire.document(URI)
    assert document["state"] == "skipped"
    assert "1001 characters" in document["reason"]
    assert "characters" not in document


def test_a_language_that_the_model_does_not_know_is_left_alone_with_a_reason(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize(initializationOptions={"documents": {"languages": ["python", "rust"]}})
    wire.open("file:///a.rs", " ge", "rust")
    wire.open("file:///a.java", " ge", "java")
    loaded(wire)
    assert wire.call("textDocument/completion", at("file:///a.rs", 0, 3))["items"] == []
    reasons = [document["reason"] for document in wire.status()["documents"]]
    assert reasons == [
        unlearned("rust", ["java", "python"]),
        "the language 'java' is not one of documents.languages (python, rust)",
    ]
