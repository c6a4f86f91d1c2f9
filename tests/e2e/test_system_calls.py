"""Over standard input and output no socket is opened: what the system itself saw of a whole session."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from e2e.test_privacy import internet_sockets
from e2e.wire import Wire, at

URI = "file:///a.py"
TRACE = ("strace", "-f", "-qq", "-e", "trace=network", "-o")
WAYS_OUT = tuple(f"{name}(" for name in ("socket", "connect", "bind", "listen", "accept", "accept4"))
LOOP = "socketpair(AF_UNIX"
"""The pair by which the event loop wakes itself: it leads nowhere but back."""


def traces() -> bool:
    """Whether system calls can be traced here: in many containers they cannot."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run([*TRACE, "/dev/null", "true"], capture_output=True, check=False).returncode == 0


def live(wire: Wire, words: Path) -> list[str]:
    """A session with a bit of everything; the Internet's sockets that the process had at any moment of it."""
    seen = internet_sockets(wire.process.pid)

    def look() -> None:
        seen.extend(internet_sockets(wire.process.pid))

    wire.initialize(rootUri=words.as_uri(), initializationOptions={"diagnostics": {"debounceMs": 0}})
    look()
    wire.open(URI, "\n get();\n vuz();\n ge")
    look()
    wire.call("textDocument/completion", at(URI, 3, 3))
    look()
    wire.call("textDocument/inlineCompletion", at(URI, 3, 3, context={"triggerKind": 1}))
    wire.call("textDocument/hover", at(URI, 2, 2))
    wire.status(digest=True)
    wire.notification("textDocument/publishDiagnostics")
    look()
    wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    wire.status(digest=True)
    look()
    return seen


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="without /proc")
def test_at_no_moment_of_a_session_has_the_process_a_socket_to_anywhere(words: Path) -> None:
    wire = Wire("--model", words)
    try:
        assert live(wire, words) == []
        assert wire.leave() == 0
    finally:
        wire.close()


@pytest.mark.skipif(not traces(), reason="system calls cannot be traced here")
def test_the_system_is_asked_for_no_socket_from_the_start_to_the_end(words: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    wire = Wire("--model", words, under=[*TRACE, str(trace)])
    try:
        live(wire, words)
        assert wire.leave() == 0
    finally:
        wire.close()
    calls = [line.split(maxsplit=1)[1] for line in trace.read_text().splitlines()]
    assert [call for call in calls if call.startswith(WAYS_OUT)] == []
    pairs = [call for call in calls if call.startswith("socketpair(")]
    assert pairs  # else nothing was traced
    assert [call for call in pairs if not call.startswith(LOOP)] == []


@pytest.mark.skipif(not traces(), reason="system calls cannot be traced here")
def test_the_trace_does_show_a_socket(tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    subprocess.run([*TRACE, trace, "python3", "-c", "import socket; socket.socket()"], check=True)
    assert "socket(AF_INET" in trace.read_text()
