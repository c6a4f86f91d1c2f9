"""Marks over the wire: published or asked for, mended by a code action, found fine, hushed by a comment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import reference_editor
from asking import SURE
from checkpoints import write_bigram_checkpoint
from e2e.conftest import Start
from e2e.wire import CANCELLED, CANCELLED_BY_THE_SERVER, Wire, edited, place, replaced
from lsprotocol import types
from pygls.protocol import default_converter

PULL, PUBLISHED = "textDocument/diagnostic", "textDocument/publishDiagnostics"
REFRESH = "workspace/diagnostic/refresh"
URI = "file:///project/lines.py"
TEXT = "\n get();\n vuz();\n get();\n"
OPTIONS = {"diagnostics": {"debounceMs": 0, "sensitivity": 100}}
REFRESHED = {"workspace": {"diagnostics": {"refreshSupport": True}}}
VERSIONED = {"workspace": {"workspaceEdit": {"documentChanges": True}}}

CONVERTER = default_converter()


@pytest.fixture(scope="module")
def sure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that is nearly certain of `get();`."""
    return write_bigram_checkpoint(tmp_path_factory.mktemp("sure") / "model", SURE).folder


@pytest.fixture(scope="module")
def shared(sure: Path) -> Iterator[Wire]:
    """A server for tests that only need a document of their own."""
    wire = Wire("--model", sure)
    try:
        wire.initialize(initializationOptions=OPTIONS)
        yield wire
    finally:
        wire.close()


def begin(
    start: Start,
    model: Path,
    capabilities: dict[str, Any] | None = None,
    text: str = TEXT,
    language: str = "python",
    **more: Any,
) -> Wire:
    """A server with a document open in which `vuz` is improbable."""
    wire = start("--model", model)
    wire.initialize(initializationOptions=OPTIONS | more, capabilities=capabilities or {})
    wire.open(URI, text, language)
    return wire


def reopened(wire: Wire, text: str = TEXT, language: str = "python") -> Wire:
    """The server with the document opened anew; what was said of it before is not waited for any more."""
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    wire.status()
    for message in wire.received:
        message["seen"] = True
    wire.open(URI, text, language)
    return wire


def pull(wire: Wire, previous: str | None = None, uri: str = URI) -> Any:
    """The report of a document's marks."""
    return wire.call(PULL, {"textDocument": {"uri": uri}, "previousResultId": previous})


def settled_pull(wire: Wire) -> Any:
    """The report once the workspace has been looked at, which asks for marks anew."""
    wire.status(digest=True)
    return pull(wire)


def published(wire: Wire, version: int | None = 1) -> list[Any]:
    """The marks that are published for a version."""
    found: list[Any] = wire.notification(PUBLISHED, lambda params: params.get("version") == version)["diagnostics"]
    return found


def actions(wire: Wire, marks: list[Any], line: int, character: int, **context: Any) -> list[Any]:
    """What is offered at a place."""
    range_ = {"start": place(line, character), "end": place(line, character)}
    params = {"textDocument": {"uri": URI}, "range": range_, "context": {"diagnostics": marks, **context}}
    found: list[Any] = wire.call("textDocument/codeAction", params)
    return found


def by_title(offered: list[Any], beginning: str) -> Any:
    """The one action with such a title."""
    (found,) = [each for each in offered if each["title"].startswith(beginning)]
    return found


def apply(text: str, action: Any) -> str:
    """A text after an action's edit, as an editor makes it."""
    edit = CONVERTER.structure(action["edit"], types.WorkspaceEdit)
    if edit.document_changes is not None:
        (change,) = edit.document_changes
        assert isinstance(change, types.TextDocumentEdit)
        edits = change.edits
    else:
        assert edit.changes is not None
        edits = edit.changes[URI]
    (only,) = edits
    assert isinstance(only, types.TextEdit)
    return reference_editor.apply(text, types.TextDocumentContentChangePartial(only.range, only.new_text), "utf-16")


def test_marks_can_be_asked_for_and_are_not_published_to_who_asks(start: Start, sure: Path) -> None:
    wire = begin(start, sure)
    report = pull(wire)
    assert report["kind"] == "full"
    assert "relatedDocuments" not in report
    (mark,) = report["items"]
    assert mark["range"] == {"start": place(2, 1), "end": place(2, 4)}
    assert (mark["source"], mark["code"], mark["severity"]) == ("peephole", "improbable", 4)
    assert mark["data"]["alternative"] == "get"
    assert mark["data"]["bits"] > 0
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((1, 0), (1, 0), "\n")))
    (mark,) = settled_pull(wire)["items"]
    assert mark["range"]["start"] == place(3, 1)
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert wire.leave() == 0
    assert not any(message.get("method") == PUBLISHED and message["params"]["diagnostics"] for message in wire.received)


def test_who_asks_after_marks_were_published_sees_them_once(shared: Wire) -> None:
    wire = reopened(shared)
    assert len(published(wire)) == 1
    assert len(pull(wire)["items"]) == 1
    assert published(wire, None) == []


def test_a_document_that_is_opened_twice_keeps_no_marks_of_the_first_time(shared: Wire) -> None:
    wire = reopened(shared)
    assert len(published(wire)) == 1
    wire.open(URI, TEXT, "rust")
    assert published(wire, None) == []


def test_a_report_that_says_the_same_says_only_that(shared: Wire) -> None:
    wire = reopened(shared)
    first = settled_pull(wire)
    assert pull(wire, first["resultId"]) == {"kind": "unchanged", "resultId": first["resultId"]}
    # What moves no mark changes nothing; what does is told whole.
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((4, 0), (4, 0), " get();\n")))
    assert pull(wire, first["resultId"])["kind"] == "unchanged"
    wire.notify("textDocument/didChange", edited(URI, 3, replaced((2, 1), (2, 4), "get")))
    mended = pull(wire, first["resultId"])
    assert (mended["kind"], mended["items"]) == ("full", [])
    assert mended["resultId"] != first["resultId"]


def test_documents_that_are_not_read_have_no_marks(shared: Wire) -> None:
    wire = shared
    wire.open("file:///project/.env", "vuz();\n")
    for uri in ("file:///project/.env", "file:///project/closed.py"):
        report = pull(wire, uri=uri)
        assert (report["kind"], report["items"]) == ("full", [])
        assert pull(wire, report["resultId"], uri)["kind"] == "unchanged"


def test_a_question_that_an_edit_overtakes_is_to_be_asked_again(start: Start, sure: Path) -> None:
    slow = {"diagnostics": {"debounceMs": 60_000}}
    wire = begin(start, sure, **slow)
    waiting = [wire.ask(PULL, {"textDocument": {"uri": URI}}) for _ in range(2)]
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((1, 0), (1, 0), "\n")))
    for identifier in waiting:
        error = wire.reply(identifier)["error"]
        assert (error["code"], error["data"]) == (CANCELLED_BY_THE_SERVER, {"retriggerRequest": True})
    cancelled = wire.ask(PULL, {"textDocument": {"uri": URI}})
    wire.notify("$/cancelRequest", {"id": cancelled})
    assert wire.reply(cancelled)["error"]["code"] == CANCELLED
    last = wire.ask(PULL, {"textDocument": {"uri": URI}})
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert wire.reply(last)["error"]["data"] == {"retriggerRequest": False}
    assert wire.leave() == 0
    assert wire.errors() == ""


def refreshed(wire: Wire) -> None:
    """Waits until the server asks for its marks to be asked for again, and lets it have done so."""
    wire.answer(wire.wait(lambda message: message.get("method") == REFRESH)["id"])


def test_marks_are_to_be_asked_for_again_when_settings_or_the_model_change(
    start: Start, sure: Path, untrained: Path
) -> None:
    wire = start()
    settings = OPTIONS | {"model": {"folder": str(sure)}}
    wire.initialize(initializationOptions={"peephole": settings, "trusted": True}, capabilities=REFRESHED)
    wire.open(URI, TEXT)
    first = settled_pull(wire)
    (mark,) = first["items"]
    for _ in range(3):  # at most: the model, the workspace, and once more while the first was not answered
        if any(message.get("method") == REFRESH and not message.get("seen") for message in wire.received):
            refreshed(wire)
            wire.status()

    def configure(**settings: Any) -> None:
        wire.notify("workspace/didChangeConfiguration", {"settings": {"peephole": settings}})

    configure(diagnostics={"debounceMs": 0, "sensitivity": 100, "severity": "information"})
    refreshed(wire)
    second = pull(wire, first["resultId"])
    assert [each["severity"] for each in second["items"]] == [3]
    configure(diagnostics={"debounceMs": 0, "enabled": False})
    refreshed(wire)
    assert pull(wire, second["resultId"])["items"] == []
    configure(diagnostics={"debounceMs": 0}, model={"folder": str(untrained)})
    refreshed(wire)
    assert mark not in pull(wire)["items"]


def test_a_client_that_never_asks_again_can_say_goodbye(start: Start, sure: Path) -> None:
    """All that the server waits for is cancelled then, while pygls goes through it."""
    wire = begin(start, sure, REFRESHED)
    pull(wire)
    wire.status(digest=True)
    for sensitivity in (99, 98, 97):
        settings = {"peephole": {"diagnostics": {"debounceMs": 0, "sensitivity": sensitivity}}}
        wire.notify("workspace/didChangeConfiguration", {"settings": settings})
    wire.wait(lambda message: message.get("method") == REFRESH)
    assert wire.leave() == 0
    assert wire.errors() == ""


def test_clients_that_do_not_ask_are_not_told_to(start: Start, sure: Path) -> None:
    wire = begin(start, sure, REFRESHED)
    assert len(published(wire)) == 1
    settings = {"peephole": {"diagnostics": {"debounceMs": 0, "sensitivity": 100, "severity": "information"}}}
    wire.notify("workspace/didChangeConfiguration", {"settings": settings})
    wire.notification(PUBLISHED, lambda params: [each["severity"] for each in params["diagnostics"]] == [3])
    assert wire.leave() == 0
    assert not any(message.get("method") == REFRESH for message in wire.received)


@pytest.mark.parametrize("capabilities", [{}, VERSIONED], ids=["changes", "documentChanges"])
def test_a_code_action_puts_what_belongs_there(start: Start, sure: Path, capabilities: dict[str, Any]) -> None:
    text = "\r\n\tget();\r\n /*é😀*/ vuz();\r\n"
    wire = begin(start, sure, capabilities, text, "java")
    marks = pull(wire)["items"]
    character = 9  # in UTF-16: the model's code points are one fewer
    (mark,) = [each for each in marks if each["range"]["start"] == place(2, character)]
    action = by_title(actions(wire, marks, 2, character), "Replace by `get`")
    assert (action["kind"], action["isPreferred"], action["diagnostics"]) == ("quickfix", True, [mark])
    assert apply(text, action) == text.replace("vuz", "get")
    if capabilities:
        (change,) = action["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": URI, "version": 1}
    # It moves with edits elsewhere, before the marks are renewed, and is gone where the text itself was edited.
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((1, 0), (1, 1), "\n ")))
    moved = by_title(actions(wire, [], 3, character), "Replace by")
    assert apply(text.replace("\t", "\n "), moved) == text.replace("\t", "\n ").replace("vuz", "get")
    wire.notify("textDocument/didChange", edited(URI, 3, replaced((3, character + 1), (3, character + 2), "e")))
    assert [each for each in actions(wire, [], 3, character) if each["title"].startswith("Replace by `get`")] == []


def test_code_actions_are_offered_at_marks_and_to_who_wants_quick_fixes(shared: Wire) -> None:
    wire = reopened(shared)
    marks = published(wire)
    assert len(actions(wire, marks, 2, 2)) == 3
    assert len(actions(wire, marks, 2, 2, only=["quickfix"])) == 3
    assert actions(wire, marks, 2, 2, only=["refactor"]) == []
    assert actions(wire, marks, 1, 2) == []
    (mark,) = marks
    assert [each["isPreferred"] for each in actions(wire, marks, 2, 2) if "isPreferred" in each] == [True]
    assert mark["data"]["fingerprint"] in str(by_title(actions(wire, marks, 2, 2), "It is fine")["command"])


def run(wire: Wire, action: Any) -> Any:
    """Runs an action's command as a client does."""
    command = action["command"]
    return wire.call("workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]})


def test_what_is_fine_is_hushed_until_the_server_ends(start: Start, sure: Path) -> None:
    wire = begin(start, sure)
    marks = published(wire)
    assert run(wire, by_title(actions(wire, marks, 2, 2), "It is fine")) is None
    assert published(wire) == []
    assert actions(wire, [], 2, 2) == []
    question = {"command": "peephole.explain", "arguments": [{"uri": URI, "position": place(2, 2)}]}
    told = wire.call("workspace/executeCommand", question)["diagnostics"]
    assert (told["shown"], told["silence"]) == ([], "somebody said that it is fine here")
    # Edits elsewhere, closing and opening leave it hushed; another text in its place is not, nor is another document.
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((0, 0), (0, 0), "\n get();\n")))
    assert published(wire, 2) == []
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    wire.open(URI, TEXT, version=3)
    assert published(wire, 3) == []
    wire.notify("textDocument/didChange", edited(URI, 4, replaced((2, 1), (2, 4), "vyz")))
    assert len(published(wire, 4)) == 1
    wire.open("file:///project/other.py", TEXT, version=5)
    assert len(published(wire, 5)) == 1
    assert wire.leave() == 0
    assert len(published(begin(start, sure))) == 1


def test_what_is_fine_is_hushed_for_who_asks(start: Start, sure: Path) -> None:
    wire = begin(start, sure, REFRESHED)
    first = settled_pull(wire)
    run(wire, by_title(actions(wire, first["items"], 2, 2), "It is fine"))
    refreshed(wire)
    after = pull(wire, first["resultId"])
    assert (after["kind"], after["items"]) == ("full", [])


def test_a_bad_argument_to_the_command_is_an_error(shared: Wire) -> None:
    wire = shared
    for arguments in ([], ["file:///a.py", "00"], [{"uri": URI}], [{"uri": 1, "fingerprint": 2}]):
        params = {"command": "peephole.accept", "arguments": arguments}
        assert "fingerprint" in wire.reply(wire.ask("workspace/executeCommand", params))["error"]["message"]


@pytest.mark.parametrize(
    ("language", "ending", "comment"),
    [
        ("python", "\n", "# peephole: ignore"),
        ("python", "\r\n", "# peephole: ignore"),
        ("java", "\r", "// peephole: ignore"),
    ],
)
def test_a_code_action_hushes_a_line_by_a_comment(shared: Wire, language: str, ending: str, comment: str) -> None:
    text = TEXT.replace("\n", ending)
    wire = reopened(shared, text, language)
    action = by_title(actions(wire, published(wire), 2, 2), "Ignore in this line")
    commented = apply(text, action)
    assert commented == text.replace("vuz();", f"vuz();  {comment}")
    wire.notify(
        "textDocument/didChange", {"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"text": commented}]}
    )
    assert published(wire, 2) == []
