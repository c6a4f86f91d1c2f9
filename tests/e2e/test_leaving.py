"""The client dies, or stops reading, in every way that it can: the server ends, or goes on, but never hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.conftest import Start
from e2e.wire import PATIENCE_S, at, frame, pack, serve_command

URI = "file:///a.py"
HELLO = pack("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)

CLIENT = """
import subprocess, sys
server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(server.pid, flush=True)
server.stdin.write(bytes.fromhex(sys.argv[1]))
server.stdin.flush()
server.stdout.readline()
print("answered", flush=True)
sys.stdin.read()
"""
"""A client in a process of its own, which starts a server and then waits to be killed."""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_client_leaves_no_server_behind(words: Path, tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    command = ["sh", "-c", '"$@"; echo $? > "$0"', str(ended), *serve_command("--model", words)]
    with subprocess.Popen(
        [sys.executable, "-c", CLIENT, HELLO.hex(), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as client:
        assert client.stdout is not None
        assert client.stderr is not None
        client.stdout.readline()
        assert client.stdout.readline() == b"answered\n"
        client.send_signal(signal.SIGKILL)
        # The server and its shell hold the client's standard error: that ends when the last of them has ended.
        client.stderr.read()
    assert ended.read_text() == "1\n"


@pytest.mark.parametrize("at_once", [True, False], ids=["in answering a message", "in telling what came later"])
def test_a_client_that_stops_reading_is_gone_though_it_keeps_its_end_of_the_input(words: Path, at_once: bool) -> None:
    with subprocess.Popen(
        serve_command("--model", words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(HELLO)
        server.stdin.flush()
        server.stdout.readline()
        server.stdout.close()
        item = {"uri": URI, "languageId": "python", "version": 1, "text": " ge"}
        last = frame(b"{") if at_once else pack("textDocument/completion", at(URI, 0, 3), 2)
        server.stdin.write(pack("textDocument/didOpen", {"textDocument": item}) + last)
        server.stdin.flush()
        assert server.wait(PATIENCE_S) == 1


def test_a_client_that_never_reads_standard_error_is_answered_all_the_same(words: Path) -> None:
    with subprocess.Popen(
        serve_command("--model", words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        bad = pack("textDocument/didChange", {"nothing": "that parses"})
        server.stdin.write(HELLO + bad * 3_000)  # two lines in the log each: many times what a pipe holds
        server.stdin.write(pack("shutdown", None, "last") + pack("exit"))
        server.stdin.flush()
        assert b'"last"' in server.stdout.read()
        assert server.wait(PATIENCE_S) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_server_that_waits_for_input(start: Start, words: Path, number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_DFL)  # a shell starts what runs in the background with SIGINT ignored
    try:
        wire = start("--model", words)
    finally:
        signal.signal(number, before)
    wire.initialize()
    wire.status(digest=True)
    wire.process.send_signal(number)
    assert wire.wait_for_end() in (-number, 130)
    assert "Traceback" not in wire.errors()


def test_the_end_of_the_input_in_the_middle_of_a_message_ends_the_server(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize()
    wire.send(b"Content-Length: 100\r\n\r\n{")
    assert wire.process.stdin is not None
    wire.process.stdin.close()
    assert wire.wait_for_end() == 1
    assert wire.errors() == ""


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="zombies are of POSIX")
def test_a_client_that_has_ended_is_gone_though_nobody_has_asked_how(start: Start, words: Path) -> None:
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    wire = start("--model", words)
    wire.initialize(processId=client.pid)
    assert client.stdin is not None
    client.stdin.close()
    os.waitid(os.P_PID, client.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays in the table
    assert wire.wait_for_end() == 1
    client.wait()
