"""Bytes that no client should send, and ids and replies that mean nothing: the conversation goes on behind them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import Start
from e2e.wire import CANCELLED, INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR, Wire, at, edited, frame, pack, replaced

URI = "file:///a.py"
HOVER = "textDocument/hover"


def headed(body: bytes, header: str) -> bytes:
    """A body behind a header of any kind; `{}` in it stands for the right length."""
    return header.format(len(body)).encode() + body


def asking(name: str) -> bytes:
    """The body of a request that has a result."""
    return json.dumps({"jsonrpc": "2.0", "id": name, "method": "peephole/status"}).encode()


@pytest.mark.parametrize(
    "header",
    [
        "Content-Length: {}\n\n",
        "content-length:{}\r\n\r\n",
        "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
        "Content-Length: {0}\r\nContent-Length: {0}\r\n\r\n",
        "\r\n\r\nContent-Length: {}\r\n\r\n",
    ],
    ids=["bare newlines", "lower case", "type first", "told twice", "empty lines before"],
)
def test_a_header_may_be_written_carelessly(wire: Wire, header: str) -> None:
    wire.send(headed(asking(header), header))
    assert wire.reply(header)["result"]


@pytest.mark.parametrize(
    "waste",
    [
        b"somebody prints a line\r\n",
        b"\x00\xff\xfe" * 100,
        b"Content-Length: -20\r\n\r\n" + asking("negative"),
        b"Content-Length: 99999999999999999999\r\n\r\n" + asking("huge"),
        b"Content-Length: 999999999999\r\n\r\n" + asking("a terabyte"),
        b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + asking("thousands of digits"),
        b"Content-Length: ten\r\n\r\n" + asking("no number"),
        b"Content-Type: text/plain\r\n\r\n" + asking("missing"),
        b"Content-Length: 10\r\n\r\n" + asking("too short"),
        asking("no header") + b"\n",
        frame(b""),
    ],
    ids=lambda waste: waste[:30].decode(errors="replace"),
)
def test_behind_bytes_that_are_no_message_the_next_request_is_answered(wire: Wire, waste: bytes) -> None:
    wire.send(waste, frame(asking("next")))
    assert wire.reply("next")["result"]
    unreadable = [message for message in wire.received if message.get("id", "") is None and not message.get("seen")]
    assert {message["error"]["code"] for message in unreadable} == {PARSE_ERROR}
    for message in unreadable:  # of bytes with a wrong length there may be two
        message["seen"] = True


@pytest.mark.parametrize("excess", [1, 7, 15, 16, 40, 1000, 100_000_000])
def test_a_length_that_was_told_too_long_costs_no_message(wire: Wire, excess: int) -> None:
    body = asking("long")
    wire.send(b"Content-Length: %d\r\n\r\n" % (len(body) + excess) + body)
    wire.send(frame(asking("next")))
    assert wire.reply("long")["result"]
    assert wire.reply("next")["result"]


@pytest.mark.parametrize(
    "body",
    [
        b"1" * 5000,
        b'{"jsonrpc": "2.0", "id": ' + b"1" * 5000 + b', "method": "shutdown"}',
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"jsonrpc": "2.0", "id": 1, "method": "shutdown"',
        b'{"jsonrpc": "2.0", "id": "\xc3(", "method": "shutdown"}',
    ],
    ids=["number of 5,000 digits", "id of 5,000 digits", "deep objects", "cut off", "not utf-8"],
)
def test_what_cannot_be_read_is_answered_without_an_id(wire: Wire, body: bytes) -> None:
    wire.send(frame(body))
    assert wire.reply(None)["error"]["code"] == PARSE_ERROR
    assert wire.status()["version"]


@pytest.mark.parametrize("identifier", [None, True, 1.5, [], {}, [1], {"id": 1}], ids=json.dumps)
@pytest.mark.parametrize("method", ["peephole/status", HOVER, "workspace/executeCommand", "no/such", "shutdown"])
def test_a_request_with_an_id_that_none_can_have_is_refused_without_one(
    wire: Wire, identifier: Any, method: str
) -> None:
    params = at(URI, 0, 0) if method == HOVER else {"command": "peephole.status"}
    body = {"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}
    wire.send(frame(json.dumps(body).encode()))
    assert wire.reply(None)["error"]["code"] in (INVALID_REQUEST, INVALID_PARAMS)
    assert wire.status()["version"]


@pytest.mark.parametrize("identifier", ["", "\ud800", "7", -1, 0, 10**30, "x" * 10_000, "\0"], ids=repr)
def test_a_strange_id_comes_back_as_it_was(wire: Wire, identifier: int | str) -> None:
    wire.send(pack("peephole/status", None, identifier))
    assert wire.reply(identifier)["result"]


def test_two_requests_with_one_id_are_both_answered(wire: Wire) -> None:
    wire.open(URI, " g")
    twice = pack("textDocument/completion", at(URI, 0, 2), "twin")
    wire.send(twice, twice, pack("$/cancelRequest", {"id": "twin"}))
    for _ in range(2):
        reply = wire.reply("twin")
        assert "result" in reply or reply["error"]["code"] == CANCELLED
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})


def test_a_reply_that_nobody_asked_for_answers_no_request_of_the_client(start: Start, untrained: Path) -> None:
    wire = start("--model", untrained)
    wire.initialize()
    wire.open(URI, "x = 1\n" * 100_000)
    question = {"command": "peephole.introspect", "arguments": [{"uri": URI, "layer": 0, "neurons": [0]}]}
    for number, reply in enumerate([{"result": "forged"}, {"error": {"code": 1, "message": "forged"}}], 700):
        forged = frame(json.dumps({"jsonrpc": "2.0", "id": number, **reply}).encode())
        cancel = pack("$/cancelRequest", {"id": number})
        wire.send(pack("workspace/executeCommand", question, number), forged, cancel)
        assert wire.reply(number)["error"]["code"] == CANCELLED


@pytest.mark.parametrize(
    "reply",
    [{"id": []}, {"id": None, "result": 1}, {"id": 5}, {"id": {}, "error": 7}, {"id": "no-uuid", "error": []}, {}],
    ids=json.dumps,
)
def test_a_malformed_reply_is_passed_over(wire: Wire, reply: dict[str, Any]) -> None:
    wire.send(frame(json.dumps({"jsonrpc": "2.0", **reply}).encode()), frame(asking("after")))
    assert wire.reply("after")["result"]


def test_a_message_within_a_message_is_data(wire: Wire) -> None:
    """Trap 9: pygls takes every object with a `jsonrpc` for a message, and leaves the request around it unanswered."""
    inner = {"jsonrpc": "2.0", "id": 1, "method": "shutdown"}
    for number, argument in enumerate([{"jsonrpc": "2.0"}, inner, {"jsonrpc": "2.0", "id": []}], 800):
        wire.send(pack("workspace/executeCommand", {"command": "peephole.status", "arguments": [argument]}, number))
        assert wire.reply(number)["result"]["version"]


def test_cancelling_at_every_moment_leaves_one_reply_for_each_request(wire: Wire) -> None:
    wire.open(URI, "\n get();\n ge")
    cancel = [pack("$/cancelRequest", {"id": f"moment-{number}"}) for number in range(4)]
    ask = [pack("textDocument/completion", at(URI, 2, 3), f"moment-{number}") for number in range(4)]
    wire.send(cancel[0], ask[0], ask[1], cancel[1], cancel[1], ask[2])
    wire.reply("moment-2")
    wire.send(cancel[2], pack("$/cancelRequest", {"id": "unknown"}), pack("$/cancelRequest", {}), ask[3])
    wire.send(cancel[3], pack("$/cancelRequest", {"id": []}), pack("$/cancelRequest"))
    for number in (0, 1, 3):
        wire.reply(f"moment-{number}")
    wire.status(digest=True)
    replies = [message["id"] for message in wire.received if str(message.get("id", "")).startswith("moment-")]
    assert sorted(replies) == [f"moment-{number}" for number in range(4)]
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})


def test_a_beginning_that_fails_may_be_tried_again(start: Start, words: Path) -> None:
    wire = start("--model", words)
    broken = {"processId": None, "rootUri": "file://[", "capabilities": {}}
    assert "error" in wire.reply(wire.ask("initialize", broken))
    wire.initialize()
    wire.open(URI, " ge")
    assert wire.call("textDocument/completion", at(URI, 0, 3))["items"]
    assert wire.leave() == 0


@pytest.mark.parametrize("process_id", [0, -1, -7, 2**31 - 1])
def test_a_process_that_no_client_can_be_is_not_watched(start: Start, words: Path, process_id: int) -> None:
    wire = start("--model", words)
    wire.initialize(processId=process_id)
    assert wire.status(digest=True)["state"] == "ready"
    assert wire.leave() == 0


@pytest.mark.parametrize(
    "uri",
    [
        "file://[",
        "",
        "x",
        "file:///a%00b.py",
        "file:///\ud800.py",
        "untitled:Untitled-1",
        "file:///" + "d/" * 3000,
        "::",
    ],
    ids=lambda uri: repr(uri[:20]),
)
def test_a_document_of_any_name_is_edited_and_answered(wire: Wire, uri: str) -> None:
    wire.open(uri, " g")
    wire.notify("textDocument/didChange", edited(uri, 2, replaced((0, 2), (0, 2), "e")))
    assert [item["label"] for item in wire.call("textDocument/completion", at(uri, 0, 3))["items"]] == ["get", "getn"]
    wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert wire.status(digest=True)["documents"] == []
