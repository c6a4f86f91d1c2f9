"""The law over the wire: whatever was edited and asked in between, the server holds what a fresh open would give it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import reference_editor as reference
from e2e.wire import CANCELLED, Wire, at, edited, pack, replaced
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lsprotocol import types

PIECES = [
    "a",
    "return",
    " ",
    "    ",
    "\t",
    "(",
    "\n",
    "\r",
    "\r\n",
    "\x0c",
    "\x85",
    "\u2028",
    "é",
    "→",
    "😀",
    "\ud83d",
    "\ude00",
]
ENCODINGS = ("utf-8", "utf-16", "utf-32")

texts = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
positions = st.builds(types.Position, st.integers(0, 12), st.integers(0, 20))
partial_changes = st.builds(types.TextDocumentContentChangePartial, st.builds(types.Range, positions, positions), texts)
changes = partial_changes | st.builds(types.TextDocumentContentChangeWholeDocument, texts)
interludes = st.sampled_from(["nothing", "completion", "hover", "inlineCompletion", "cancelled", "digest", "undone"])
scripts = st.lists(st.tuples(st.lists(changes, min_size=1, max_size=3), interludes, positions), max_size=5)

names = itertools.count()


@pytest.fixture(scope="module", params=ENCODINGS)
def wire(request: pytest.FixtureRequest, untrained: Path) -> Iterator[Wire]:
    """A server that counts columns in one of the three units."""
    wire = Wire("--model", untrained)
    answer = wire.initialize(
        capabilities={"general": {"positionEncodings": [request.param]}},
        initializationOptions={"diagnostics": {"debounceMs": 0}, "completion": {"leastProbability": 0}},
    )
    assert answer["capabilities"]["positionEncoding"] == request.param
    yield wire
    assert wire.leave() == 0


def as_json(change: types.TextDocumentContentChangeEvent) -> dict[str, Any]:
    """A change as a client sends it."""
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        return {"text": change.text}
    ends = {"start": change.range.start, "end": change.range.end}
    places = {name: {"line": end.line, "character": end.character} for name, end in ends.items()}
    return {"range": places, "text": change.text}


def interrupt(wire: Wire, uri: str, interlude: str, place: types.Position) -> None:
    """What a client does between two edits; a request may still be under way when the next edit comes."""
    params = at(uri, place.line, place.character, context={"triggerKind": 1})
    if interlude in ("completion", "hover", "inlineCompletion"):
        wire.ask(f"textDocument/{interlude}", params)
    elif interlude == "cancelled":
        name = f"cancelled-{next(names)}"
        wire.send(pack("textDocument/completion", params, name), pack("$/cancelRequest", {"id": name}))
        reply = wire.reply(name)
        assert "result" in reply or reply["error"]["code"] == CANCELLED
    elif interlude == "digest":
        wire.status(digest=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts, script=scripts)
def test_text_and_surprisals_equal_those_of_a_fresh_open(
    wire: Wire,
    text: str,
    script: list[tuple[list[types.TextDocumentContentChangeEvent], str, types.Position]],
) -> None:
    """Trap 3: a handler sees the text after all of an event's changes, to which their ranges do not apply any more."""
    encoding = wire.status()["positionEncoding"]
    used, fresh = f"file:///used{next(names)}.py", f"file:///fresh{next(names)}.py"
    wire.open(used, text)
    expected = reference.pair_surrogates(text)
    versions = itertools.count(2)
    for event, interlude, place in script:
        before = expected
        wire.notify("textDocument/didChange", edited(used, next(versions), *map(as_json, event)))
        for change in event:
            expected = reference.apply(expected, change, encoding)
        interrupt(wire, used, interlude, place)
        if interlude == "undone":
            wire.notify("textDocument/didChange", edited(used, next(versions), {"text": before}))
            expected = before
    wire.open(fresh, expected)
    documents = {each["uri"]: each for each in wire.status(digest=True)["documents"]}
    for name in ("text", "surprisals"):
        assert documents[used]["digest"][name] == documents[fresh]["digest"][name]
    assert documents[used]["characters"] == documents[fresh]["characters"]
    for uri in (used, fresh):
        wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_typing_at_the_end_feeds_only_what_was_typed(wire: Wire) -> None:
    uri, text = "file:///typed.py", "def f(x):\n    return x\n" * 50
    wire.open(uri, text)
    wire.status(digest=True)
    before = wire.document(uri)
    for number, character in enumerate("import"):
        end = at(uri, 100, number)["position"]
        change = {"range": {"start": end, "end": end}, "text": character}
        wire.notify("textDocument/didChange", edited(uri, number + 2, change))
        wire.call("textDocument/completion", at(uri, 100, number + 1))
    after = wire.document(uri, digest=True)
    assert after["charactersFed"] - before["charactersFed"] == len("import")
    assert after["charactersRolledBack"] == before["charactersRolledBack"] == 0


def test_a_paste_and_its_undo_feed_nothing_that_was_read_before(wire: Wire) -> None:
    uri, text = "file:///pasted.py", "def f(x):\n    return x\n" * 200
    wire.open(uri, text)
    first = wire.document(uri, digest=True)
    pasted = "def g(y):\n    print(y)\n" * 100
    wire.notify("textDocument/didChange", edited(uri, 2, replaced((100, 0), (100, 0), pasted)))
    middle = wire.document(uri, digest=True)
    wire.notify("textDocument/didChange", edited(uri, 3, replaced((100, 0), (300, 0), "")))
    last = wire.document(uri, digest=True)
    assert (last["fed"], last["digest"]["surprisals"]) == (len(text), first["digest"]["surprisals"])
    assert last["charactersFed"] == middle["charactersFed"] > first["charactersFed"]
    assert last["charactersRestored"] >= len(text) // 2
