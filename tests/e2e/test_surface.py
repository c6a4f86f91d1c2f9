"""What a client gets from commands and lenses, over the wire; no command needs a word of the client's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.wire import CONTENT_MODIFIED, INVALID_PARAMS, REQUEST_FAILED, Message, Wire, edited, place, replaced

URI, OTHER, SECRET = "file:///a.py", "file:///a.kt", "file:///.env"
TEXT = "def get():\n    get();\n\ndef set():\n    vuz();\n"

COMMANDS = ("peephole.explain", "peephole.heatMap", "peephole.documents", "peephole.status", "peephole.introspect")


@pytest.fixture(scope="module")
def announced() -> dict[str, Any]:
    return {}


@pytest.fixture(scope="module")
def wire(words: Path, announced: dict[str, Any]) -> Iterator[Wire]:
    wire = Wire("--model", words)
    capabilities = {"workspace": {"codeLens": {"refreshSupport": True}}}
    announced.update(wire.initialize(capabilities=capabilities)["capabilities"])
    for uri, language in ((URI, "python"), (OTHER, "kotlin"), (SECRET, "python")):
        wire.open(uri, TEXT, language)
    yield wire
    wire.close()


def command(wire: Wire, name: str, *arguments: Any) -> Message:
    """The reply to a command."""
    return wire.reply(wire.ask("workspace/executeCommand", {"command": name, "arguments": list(arguments)}))


def lenses(wire: Wire) -> list[Any]:
    """The document's lenses, unresolved."""
    found: list[Any] = wire.call("textDocument/codeLens", {"textDocument": {"uri": URI}})
    return found


def configure(wire: Wire, **sections: Any) -> None:
    wire.notify("workspace/didChangeConfiguration", {"settings": {"peephole": sections}})


def test_the_commands_are_announced_so_that_any_client_can_call_them(wire: Wire, announced: dict[str, Any]) -> None:
    assert wire.process.poll() is None
    assert set(COMMANDS) <= set(announced["executeCommandProvider"]["commands"])


def test_ghost_text_is_announced_and_neither_its_list_nor_its_items_have_more_than_the_protocol_allows(
    wire: Wire, announced: dict[str, Any]
) -> None:
    """Trap 8: pygls announces it only if it is given options; its items have no `data`, its list no `isIncomplete`."""
    assert "inlineCompletionProvider" in announced
    context = {"triggerKind": 1}
    asked = {"textDocument": {"uri": URI}, "position": place(1, 5), "context": context}
    found = wire.call("textDocument/inlineCompletion", asked)
    assert set(found) == {"items"}
    assert all(set(item) <= {"insertText", "filterText", "range", "command"} for item in found["items"])


def test_who_asks_for_ghost_text_by_hand_as_before_the_specification_was_corrected_is_answered(wire: Wire) -> None:
    asked = {"textDocument": {"uri": URI}, "position": place(1, 5)}
    _, now, before = (
        wire.call("textDocument/inlineCompletion", {**asked, "context": {"triggerKind": kind}}) for kind in (2, 1, 0)
    )
    assert before == now


@pytest.mark.parametrize("name", ["peephole.explain", "peephole.heatMap", "peephole.introspect"])
@pytest.mark.parametrize("arguments", [[], [None], [7], ["x", "y"], [{}], [{"uri": 1}], [[]]])
def test_a_command_with_arguments_of_another_shape_is_refused_in_words(
    wire: Wire, name: str, arguments: list[Any]
) -> None:
    """Trap 12: pygls checks a command's arguments by annotations alone, in words of its own."""
    error = command(wire, name, *arguments)["error"]
    assert error["code"] == INVALID_PARAMS
    assert "must" in error["message"] or "takes one object" in error["message"]


def test_explain_says_why_something_or_nothing_is_shown(wire: Wire) -> None:
    found = command(wire, "peephole.explain", {"uri": URI, "position": place(1, 6)})["result"]
    assert found["completion"]["shown"]
    assert found["document"]["uri"] == URI
    assert found["server"]["state"] in ("ready", "reading", "busy")
    for uri, reason in ((OTHER, "not kotlin"), (SECRET, "excluded pattern"), ("file:///x.py", "is not open")):
        silent = command(wire, "peephole.explain", {"uri": uri, "position": place(0, 0)})["result"]
        assert reason in silent["hover"]["silence"]


def test_a_heat_map_comes_through_the_command_alone(wire: Wire) -> None:
    found = command(wire, "peephole.heatMap", {"uri": URI, "unit": "character"})["result"]
    assert (found["characters"], found["end"]) == (len(TEXT), place(5, 0))
    refused = command(wire, "peephole.heatMap", {"uri": OTHER})["error"]
    assert (refused["code"], "not kotlin" in refused["message"]) == (REQUEST_FAILED, True)


def test_another_language_is_left_alone_without_a_popup(wire: Wire) -> None:
    (described,) = (each for each in wire.status()["documents"] if each["uri"] == OTHER)
    assert described["state"] == "skipped"
    assert "this model knows java, python, not kotlin" in described["reason"]
    assert not [each for each in wire.received if each.get("method") == "window/showMessage"]


def test_lenses_are_off_until_the_settings_ask_for_them_and_the_client_is_told_to_ask_anew(wire: Wire) -> None:
    assert lenses(wire) == []
    configure(wire, surprisal={"codeLens": True})
    refresh = wire.wait(lambda message: message.get("method") == "workspace/codeLens/refresh")
    wire.answer(refresh["id"])
    assert [lens["range"]["start"] for lens in lenses(wire)] == [place(0, 4), place(3, 4)]
    configure(wire, surprisal={"codeLens": True}, completion={"maxItems": 3})
    wire.status()
    refreshes = [each for each in wire.received if each.get("method") == "workspace/codeLens/refresh"]
    assert len(refreshes) == 1


def test_a_lens_costs_nothing_until_it_is_shown_and_follows_its_function_through_edits(wire: Wire) -> None:
    configure(wire, surprisal={"codeLens": True})
    found = lenses(wire)
    assert all("command" not in lens for lens in found)
    titles = [wire.call("codeLens/resolve", lens)["command"]["title"] for lens in found]
    assert all(title.endswith(" bits a character") for title in titles)
    assert titles[0] != titles[1]
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((0, 0), (0, 0), "\n\n")))
    moved = wire.call("codeLens/resolve", found[1])
    assert moved["range"]["start"] == place(5, 4)
    assert moved["command"]["title"] == titles[1]  # in a bigram model only the character before matters
    heat = command(wire, moved["command"]["command"], *moved["command"]["arguments"])["result"]
    assert (heat["start"], heat["end"]) == (place(5, 0), place(6, 10))
    wire.notify("textDocument/didChange", edited(URI, 3, replaced((5, 4), (5, 7), "get")))
    assert wire.reply(wire.ask("codeLens/resolve", found[1]))["error"]["code"] == CONTENT_MODIFIED
    assert wire.call("codeLens/resolve", lenses(wire)[1])["range"]["start"] == place(5, 4)


def test_a_lens_of_nobodys_is_refused(wire: Wire) -> None:
    lens = {"range": {"start": place(0, 0), "end": place(0, 0)}, "data": {"uri": 3}}
    assert wire.reply(wire.ask("codeLens/resolve", lens))["error"]["code"] == REQUEST_FAILED
