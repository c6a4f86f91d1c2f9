"""The small client against servers of a few lines of Python: what it sends, and what it does when things go wrong."""

import sys

import pytest

from peephole.server.client import Client, ClientError, OpenDocument

SCRIPT = """
import json, sys

def read():
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length)) if length else None

def send(**message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
    sys.stdout.buffer.flush()
"""
"""The other end of the wire, without Peephole's own code."""


def server(body: str) -> list[str]:
    """The command of a server that does what the body says."""
    return [sys.executable, "-c", SCRIPT + body]


def test_a_request_gets_its_result() -> None:
    with Client(server("call = read(); send(id=call['id'], result=[call['method'], call['params']])")) as client:
        assert client.request("echo", {"a": 1}) == ["echo", {"a": 1}]


def test_an_error_reply_is_raised_with_its_words() -> None:
    body = "call = read(); send(id=call['id'], error={'code': -32601, 'message': 'no such method'})"
    with Client(server(body)) as client, pytest.raises(ClientError, match=r"no such method \(code -32601\)"):
        client.request("fly")


def test_a_reply_to_nothing_is_passed_over() -> None:
    body = "call = read(); send(id=None, result=1); send(id=99, result=2); send(id=call['id'], result=3)"
    with Client(server(body)) as client:
        assert client.request("echo") == 3


def test_a_server_that_dies_is_an_error_and_no_hang() -> None:
    with Client(server("read()")) as client, pytest.raises(ClientError, match="closed its output"):
        client.request("fly")


def test_a_server_that_is_gone_cannot_be_asked() -> None:
    with Client(server("")) as client:
        client.process.wait()
        with pytest.raises(ClientError, match=r"closed its output|has ended with exit code 0"):
            client.request("fly")


def test_silence_is_an_error_in_time() -> None:
    with Client(server("read(); read()")) as client:
        with pytest.raises(ClientError, match="no answer within 0 s"):
            client.request("fly", timeout_s=0.01)
        with pytest.raises(ClientError, match="nothing came"):
            client.wait_for("fly", timeout_s=0.01)


def test_waiting_finds_the_accepted_notification_and_forgets_those_before() -> None:
    body = """
for number in range(3):
    send(method="count", params=number)
read()
"""
    with Client(server(body)) as client:
        assert client.wait_for("count", lambda number: number == 1) == 1
        assert client.wait_for("count") == 2


def test_the_servers_requests_are_answered_with_the_settings() -> None:
    body = """
send(id=7, method="workspace/configuration", params={"items": [{"section": "peephole"}]})
answer = read()
send(id=8, method="window/workDoneProgress/create", params={"token": 1})
other = read()
send(method="done", params=[answer["id"], answer["result"], other["id"], other["result"]])
read()
"""
    with Client(server(body), settings={"completion": {"maxItems": 3}}) as client:
        assert client.wait_for("done") == [7, [{"completion": {"maxItems": 3}}], 8, None]


def test_closing_says_shutdown_then_exit() -> None:
    body = """
assert read()["method"] == "initialize"
call = read(); assert call["method"] == "shutdown"; send(id=call["id"], result=None)
sys.exit(0 if read()["method"] == "exit" else 1)
"""
    client = Client(server(body))
    client.notify("initialize")
    assert client.close() == 0


def test_an_edit_is_sent_as_a_range_and_the_text_follows() -> None:
    body = """
opened, changed = read(), read()
send(method="seen", params=[opened["params"], changed["params"]])
read()
"""
    with Client(server(body)) as client:
        document = OpenDocument(client, "file:///a.py", "python", "one\ntwo\n")
        assert document.insert(6, "XY") == 8
        assert document.text == "one\ntwXYo\n"
        opened, changed = client.wait_for("seen")
    assert opened["textDocument"]["text"] == "one\ntwo\n"
    assert changed["textDocument"] == {"uri": "file:///a.py", "version": 2}
    place = {"line": 1, "character": 2}
    assert changed["contentChanges"] == [{"range": {"start": place, "end": place}, "text": "XY"}]
