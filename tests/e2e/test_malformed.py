"""Whatever comes over the wire: every request is answered, nothing pops up, and the server goes on."""

from __future__ import annotations

from typing import Any

import pytest
from e2e.wire import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    SECRET,
    Wire,
    at,
    edited,
    frame,
    pack,
    replaced,
)

URI = "file:///a.py"


def assert_alive(wire: Wire) -> None:
    """A request that is in order gets its result."""
    assert wire.status()["version"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", PARSE_ERROR),
        (b"\xff\xfe", PARSE_ERROR),
        (b"[" * 100_000, PARSE_ERROR),
        (b"[1, 2]", INVALID_REQUEST),
        (b"7", INVALID_REQUEST),
        (b"null", INVALID_REQUEST),
    ],
    ids=["cut off", "not utf-8", "too deep", "batch", "number", "null"],
)
def test_what_is_no_message_is_answered_without_an_id(wire: Wire, body: bytes, code: int) -> None:
    wire.send(frame(body))
    assert wire.reply(None)["error"]["code"] == code
    assert_alive(wire)


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("textDocument/hover", {}, INVALID_PARAMS),
        ("textDocument/hover", None, INVALID_PARAMS),
        ("textDocument/hover", [1], INVALID_PARAMS),
        (
            "textDocument/completion",
            {"textDocument": {"uri": URI}, "position": {"line": -1, "character": 0}},
            INVALID_PARAMS,
        ),
        (
            "textDocument/completion",
            {"textDocument": {"uri": URI}, "position": {"line": "0", "character": {}}},
            INVALID_PARAMS,
        ),
        ("textDocument/inlineCompletion", at(URI, 0, 0), INVALID_PARAMS),
        ("textDocument/didOpen", {"textDocument": {"uri": URI}}, INVALID_PARAMS),
        ("textDocument/didClose", {"textDocument": {"uri": URI}}, INVALID_REQUEST),
        ("textDocument/definition", at(URI, 0, 0), METHOD_NOT_FOUND),
        ("no/such/method", {"a": SECRET}, METHOD_NOT_FOUND),
        ("no/such/method", None, METHOD_NOT_FOUND),
        ("workspace/executeCommand", {"command": "no.such.command", "arguments": []}, INVALID_PARAMS),
        ("workspace/executeCommand", {"command": "peephole.introspect"}, INVALID_PARAMS),
        ("workspace/executeCommand", {"command": "peephole.introspect", "arguments": [1, 2]}, INVALID_PARAMS),
    ],
)
def test_a_request_that_makes_no_sense_gets_an_error(wire: Wire, method: str, params: Any, code: int) -> None:
    """Trap 9: pygls leaves a request that does not parse without a reply, and lets a message pop up."""
    assert wire.reply(wire.ask(method, params))["error"]["code"] == code
    assert_alive(wire)


def test_a_request_without_params_or_with_a_strange_method_is_answered(wire: Wire) -> None:
    for number, body in enumerate([b'"method": "no/params"', b'"method": 7', b'"method": {"a": []}'], 1000):
        wire.send(frame(b'{"jsonrpc": "2.0", "id": %d, %b}' % (number, body)))
        assert wire.reply(number)["error"]["code"] in (METHOD_NOT_FOUND, INVALID_PARAMS)
    assert_alive(wire)


@pytest.mark.parametrize("params", [None, [], [1], {"digest": 7}, {"digest": [SECRET]}, {"what": {}}])
def test_a_method_of_our_own_takes_parameters_of_any_shape(wire: Wire, params: Any) -> None:
    """Trap 12: pygls checks the parameters of no custom request."""
    assert wire.call("peephole/status", params)["version"]


def test_a_message_of_another_protocol_version_is_refused(wire: Wire) -> None:
    wire.send(frame(b'{"jsonrpc": "1.0", "id": 2000, "method": "shutdown"}'))
    assert wire.reply(2000)["error"]["code"] == INVALID_REQUEST
    wire.send(frame(b'{"id": 2001, "method": "shutdown"}'))
    assert wire.reply(2001)["error"]["code"] == INVALID_REQUEST
    assert_alive(wire)


def test_a_request_with_a_string_id_is_answered_under_it(wire: Wire) -> None:
    wire.send(pack("peephole/status", None, "seven"))
    assert wire.reply("seven")["result"]["state"] in ("loading", "ready")


def test_changes_and_closes_of_documents_that_are_not_open_are_passed_over(wire: Wire) -> None:
    """Trap 9: pygls lets a message pop up for the edit of a document that is not open."""
    uri = "file:///never-opened.py"
    wire.notify("textDocument/didChange", edited(uri, 2, replaced((0, 0), (0, 0), SECRET)))
    wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert wire.call("textDocument/completion", at(uri, 0, 0)) == {"isIncomplete": False, "items": []}
    assert wire.call("textDocument/hover", at(uri, 0, 0)) is None
    assert_alive(wire)


def test_notifications_that_do_not_parse_are_passed_over(wire: Wire) -> None:
    wire.notify("textDocument/didOpen", {"textDocument": {"text": SECRET, "uri": 7}})
    wire.notify("textDocument/didChange", {"text": SECRET})
    wire.notify("no/such/notification", {"text": SECRET})
    wire.notify("$/cancelRequest", {"id": 424242})
    wire.notify("$/setTrace", {"value": "verbose"})
    assert_alive(wire)


def test_a_document_of_which_an_edit_cannot_be_read_is_let_go_until_it_is_opened_anew(wire: Wire) -> None:
    wire.open(URI, "ab\ncd")
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((0, -1), (0, 1), SECRET)))
    assert "could not be read; open it anew" in wire.document(URI)["reason"]
    wire.notify("textDocument/didChange", edited(URI, 3, replaced((0, 0), (0, 1), "X")))
    assert wire.document(URI)["state"] == "skipped"
    wire.open(URI, "ab\ncd")
    assert wire.document(URI)["state"] == "open"
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})


def test_replies_to_nothing_are_passed_over(wire: Wire) -> None:
    wire.send(frame(b'{"jsonrpc": "2.0", "id": "what", "result": 1}'))
    wire.send(frame(b'{"jsonrpc": "2.0", "id": "what", "error": {"code": 1, "message": "no"}}'))
    assert_alive(wire)


def test_positions_far_outside_and_inverted_ranges_clamp(wire: Wire) -> None:
    wire.open(URI, "ab\ncd")
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((9, 9), (0, 1), "X")))
    document = wire.document(URI, digest=True)
    assert document["characters"] == len("aX")
    assert wire.call("textDocument/completion", at(URI, 1_000_000, 1_000_000))["items"] is not None
    assert wire.call("textDocument/hover", at(URI, 99, 99)) is None
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})


def test_a_null_result_is_sent_as_null(wire: Wire) -> None:
    reply = wire.reply(wire.ask("textDocument/hover", at("file:///none.py", 0, 0)))
    assert "result" in reply
    assert reply["result"] is None
