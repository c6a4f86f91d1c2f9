"""`--tcp`: one client, over the loopback interface alone."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from e2e.wire import PATIENCE_S, pack, serve_command

HELLO = pack("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)


@pytest.fixture
def process(words: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server that listens on a port of its own choice."""
    command = serve_command("--tcp", "0", "--model", words)
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def announced(process: subprocess.Popen[bytes]) -> tuple[str, int]:
    """Where the server says that it listens."""
    assert process.stderr is not None
    host, port = process.stderr.readline().decode().split()[-1].split(":")
    return host, int(port)


def receive(stream: BinaryIO) -> dict[str, object]:
    """The next answer; what the server tells of itself meanwhile is passed over."""
    while "id" not in (message := receive_any(stream)):
        assert message["method"] == "peephole/status"
    return message


def receive_any(stream: BinaryIO) -> dict[str, object]:
    """The next message."""
    length = 0
    while line := stream.readline().strip():
        name, value = line.split(b":")
        length = int(value) if name == b"Content-Length" else length
    message: dict[str, object] = json.loads(stream.read(length))
    return message


def test_one_client_is_served_on_loopback_and_its_goodbye_ends_the_server(process: subprocess.Popen[bytes]) -> None:
    host, port = announced(process)
    assert host == "127.0.0.1"
    with socket.create_connection((host, port), PATIENCE_S) as connection, connection.makefile("rb") as stream:
        # In one go: the end of the conversation must not overtake its beginning.
        connection.sendall(HELLO + pack("initialized", {}) + pack("shutdown", None, 2) + pack("exit"))
        answer, farewell = receive(stream), receive(stream)
        assert answer["id"] == 1
        assert farewell == {"id": 2, "jsonrpc": "2.0", "result": None}
        assert stream.read() == b""
    assert process.wait(PATIENCE_S) == 0


def test_a_second_client_is_turned_away(process: subprocess.Popen[bytes]) -> None:
    place = announced(process)
    with socket.create_connection(place, PATIENCE_S) as first, first.makefile("rb") as stream:
        first.sendall(HELLO)
        receive(stream)
        with socket.create_connection(place, PATIENCE_S) as second:
            assert second.recv(1) == b""
        first.sendall(pack("shutdown", None, 2))
        assert receive(stream)["id"] == 2
    assert process.wait(PATIENCE_S) == 0


def test_a_port_that_is_taken_is_an_error_in_words(words: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = serve_command("--tcp", port, "--model", words)
        result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert result.returncode == 2
    assert f"port {port} cannot be listened on" in result.stderr
