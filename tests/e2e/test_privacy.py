"""What is on the screen stays there: no sockets, no text in logs, no reading of files that look like secrets."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.conftest import Start
from e2e.test_lifecycle import ordered_burst
from e2e.wire import PATIENCE_S, SECRET, Wire, at, edited, frame, pack, replaced

URI = "file:///a.py"

AUDIT = """
import os, sys

def look(event, arguments):
    if event.startswith("socket."):
        # The event loop wakes itself through a pair of connected Unix sockets; that is no way out.
        if event == "socket.__new__" and arguments[1] == 1:
            return
        with open(os.environ["PEEPHOLE_AUDIT"], "a") as file:
            file.write(f"{event} {arguments[1:]}\\n")

if "PEEPHOLE_AUDIT" in os.environ:
    sys.addaudithook(look)
"""
"""Put into the server's process as `sitecustomize`: notes every use of a socket that is not the loop's own pair."""


def internet_sockets(process_id: int) -> list[str]:
    """The process's sockets that the system lists as TCP or UDP, native code's included."""
    folder = Path(f"/proc/{process_id}")
    listed = "".join((folder / "net" / name).read_text() for name in ("tcp", "tcp6", "udp", "udp6"))
    inodes = {fields[9] for fields in map(str.split, listed.splitlines()) if len(fields) > 9}
    held = []
    for link in (folder / "fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # The process opens and closes files while it is looked at.
            held.append(str(link.readlink()))
    return [target for target in held if target.removeprefix("socket:[").removesuffix("]") in inodes]


def test_over_stdio_no_socket_is_ever_used(start: Start, words: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(AUDIT)
    audit = tmp_path / "audit.txt"
    wire = start("--model", words, environment={"PYTHONPATH": str(tmp_path), "PEEPHOLE_AUDIT": str(audit)})
    wire.initialize()
    ordered_burst(wire)
    wire.status(digest=True)
    assert internet_sockets(wire.process.pid) == []
    assert wire.leave() == 0
    assert not audit.exists(), audit.read_text()


def test_the_audit_does_notice_a_connection(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(AUDIT)
    audit = tmp_path / "audit.txt"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PEEPHOLE_AUDIT": str(audit)}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = f"import socket; socket.create_connection(('127.0.0.1', {listener.getsockname()[1]})).close()"
        subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=PATIENCE_S)
    assert "socket.connect" in audit.read_text()


def test_a_busy_verbose_session_writes_no_source_text_to_its_log(start: Start, words: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    wire = start("--model", words, "--log-file", log, "-v")
    wire.initialize(initializationOptions={"diagnostics": {"debounceMs": 0}})
    wire.open(URI, f" {SECRET}();\n ge")
    wire.call("textDocument/completion", at(URI, 1, 3))
    wire.notify("textDocument/didChange", edited(URI, 2, replaced((1, 3), (1, 3), SECRET)))
    wire.notify("textDocument/didChange", {"text": SECRET})
    wire.notify("textDocument/didChange", edited("file:///not-open.py", 2, {"text": SECRET}))
    wire.reply(wire.ask(f"no/such/{SECRET}", {"text": SECRET}))
    wire.reply(wire.ask("textDocument/hover", {"textDocument": SECRET}))
    wire.send(pack("textDocument/completion", at(URI, 1, 3), "x"), pack("$/cancelRequest", {"id": "x"}))
    wire.reply("x")
    wire.status(digest=True)
    assert SECRET not in str(wire.status())
    assert wire.leave() == 0
    assert log.stat().st_size > 0
    assert SECRET not in log.read_text()
    assert SECRET not in wire.errors()


@pytest.mark.parametrize("uri", ["file:///home/a/.env", "file:///home/a/.ssh/tool.py", "file:///home/a/server.pem"])
def test_what_looks_like_a_secret_is_not_read_whatever_its_language(start: Start, words: Path, uri: str) -> None:
    wire = start("--model", words)
    wire.initialize()
    wire.open(uri, " g")
    assert wire.call("textDocument/completion", at(uri, 0, 2))["items"] == []
    document = wire.document(uri, digest=True)
    assert document["state"] == "skipped"
    assert "excluded pattern" in document["reason"]
    assert document["silences"]["completion"] == document["reason"]
    assert "fed" not in document
    assert document["digest"] is None
    question = {"uri": uri, "layer": 0, "neurons": [0]}
    refused = wire.ask("workspace/executeCommand", {"command": "peephole.introspect", "arguments": [question]})
    assert "excluded pattern" in wire.reply(refused)["error"]["message"]


def spoken_of(wire: Wire) -> None:
    """Brings a secret to the server in every way that a message can: whole, broken, in names, ids and settings."""
    wire.open(URI, f" {SECRET}();\n ge")
    wire.open(f"file:///{SECRET}[.py", f"x = '{SECRET}'", SECRET)
    wire.send(frame(f'{{"jsonrpc": "2.0", "method": "{SECRET}"'.encode()))
    wire.send(f"{SECRET}\r\n".encode(), f"Content-Length: 5\r\n\r\n{SECRET}".encode(), frame(SECRET.encode()))
    wire.send(frame(f'{{"jsonrpc": "{SECRET}", "id": "{SECRET}", "method": "{SECRET}"}}'.encode()))
    wire.send(frame(f'{{"jsonrpc": "2.0", "id": ["{SECRET}"], "method": "{SECRET}"}}'.encode()))
    wire.send(frame(f'{{"jsonrpc": "2.0", "id": "{SECRET}", "result": "{SECRET}"}}'.encode()))
    wire.send(frame(f'{{"jsonrpc": "2.0", "id": "{SECRET}", "error": "{SECRET}"}}'.encode()))
    for method in (
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didClose",
        "$/cancelRequest",
        SECRET,
    ):
        wire.notify(method, {"textDocument": {"uri": SECRET, "text": SECRET}, "id": {SECRET: SECRET}})
    wire.notify("$/setTrace", {"value": SECRET})
    wire.notify("window/workDoneProgress/cancel", {"token": SECRET})
    wire.notify("textDocument/didChange", edited(URI, 2, {"range": SECRET, "text": SECRET}))
    for method in ("textDocument/completion", "textDocument/hover", "textDocument/inlineCompletion", "no/such"):
        wire.reply(wire.ask(method, {"textDocument": {"uri": SECRET}, "position": SECRET}))
    for command in ("peephole.introspect", "peephole.status", SECRET):
        arguments = [{"uri": URI, "layer": SECRET, "neurons": SECRET, SECRET: SECRET}, SECRET]
        wire.reply(wire.ask("workspace/executeCommand", {"command": command, "arguments": arguments}))
    wire.status(digest=True)


@pytest.mark.parametrize("verbose", [(), ("-v",), ("-v", "-v")], ids=["by default", "-v", "-vv"])
def test_no_text_that_a_client_sends_is_logged_at_any_level(
    start: Start, words: Path, tmp_path: Path, verbose: tuple[str, ...]
) -> None:
    """Trap 11: pygls logs whole payloads, and puts what an exception says into its replies."""
    log = tmp_path / "log.txt"
    for options in ((), ("--log-file", log)):
        wire = start("--model", words, *verbose, *options)
        wire.initialize(initializationOptions={"diagnostics": {"debounceMs": 0}})
        spoken_of(wire)
        assert wire.leave() == 0
        assert SECRET not in wire.errors()
        if options:
            assert log.stat().st_size > 0
            assert wire.errors() == ""
        else:
            assert wire.errors() != ""
    assert SECRET not in log.read_text()
