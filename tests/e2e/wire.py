"""The other end of the wire, byte by byte: for what a well-behaved client never sends, and for the order of replies."""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

PATIENCE_S = 300.0
"""Longer than anything takes on a busy machine; only a server that never answers lets it run out."""

Message = dict[str, Any]

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
NOT_INITIALIZED = -32002
CANCELLED, CONTENT_MODIFIED, CANCELLED_BY_THE_SERVER, REQUEST_FAILED = -32800, -32801, -32802, -32803
"""Codes of JSON-RPC 2.0 (section 5.1) and of LSP 3.17 (`ErrorCodes`, `LSPErrorCodes`)."""

SECRET = "hunter2_in_the_source"
"""Text of a document, which no log may hold."""


def serve_command(*options: str | Path) -> list[str]:
    """How a client starts the server."""
    return [sys.executable, "-m", "peephole.server", "serve", *map(str, options)]


def frame(body: bytes) -> bytes:
    """A body with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def pack(method: str, params: Any = None, identifier: int | str | None = None) -> bytes:
    """A framed request, or a notification if it has no id."""
    message: Message = {"jsonrpc": "2.0", "method": method, "params": params}
    return frame(json.dumps(message if identifier is None else message | {"id": identifier}).encode())


class Wire:
    """A server process and what it says. `received` holds every message in the order in which it came."""

    def __init__(
        self, *options: str | Path, environment: Mapping[str, str] | None = None, under: Sequence[str] = ()
    ) -> None:
        """under: a command that is to start the server, as one that traces it."""
        self.process = subprocess.Popen(
            [*under, *serve_command(*options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1", **(environment or {})},
        )
        self.received: list[Message] = []
        self._identifiers = itertools.count(1)
        self._incoming: queue.Queue[Message | None] = queue.Queue()
        self._errors: list[bytes] = []
        self._readers = [threading.Thread(target=self._read), threading.Thread(target=self._read_errors)]
        for reader in self._readers:
            reader.start()

    def send(self, *frames: bytes) -> None:
        """Writes frames in one go."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"".join(frames))
        self.process.stdin.flush()

    def notify(self, method: str, params: Any = None) -> None:
        """Sends a notification."""
        self.send(pack(method, params))

    def ask(self, method: str, params: Any = None) -> int:
        """Sends a request without waiting; its id."""
        identifier = next(self._identifiers)
        self.send(pack(method, params, identifier))
        return identifier

    def answer(self, identifier: int | str, result: Any = None) -> None:
        """Answers a request of the server's."""
        self.send(frame(json.dumps({"jsonrpc": "2.0", "id": identifier, "result": result}).encode()))

    def refuse(self, identifier: int | str) -> None:
        """Answers a request of the server's with an error."""
        error = {"code": METHOD_NOT_FOUND, "message": "not supported"}
        self.send(frame(json.dumps({"jsonrpc": "2.0", "id": identifier, "error": error}).encode()))

    def reply(self, identifier: int | str | None) -> Message:
        """The reply with an id (null if it is None), whenever it comes."""
        return self.wait(lambda message: "method" not in message and message.get("id") == identifier)

    def result(self, identifier: int) -> Any:
        """The result of a request, which must not be an error."""
        message = self.reply(identifier)
        assert "error" not in message, message
        return message["result"]

    def call(self, method: str, params: Any = None) -> Any:
        """The result of a request."""
        return self.result(self.ask(method, params))

    def notification(self, method: str, accept: Callable[[Any], bool] = lambda _: True) -> Any:
        """The params of the first such notification that was not waited for before and is accepted."""
        return self.wait(lambda message: message.get("method") == method and accept(message["params"]))["params"]

    def wait(self, accept: Callable[[Message], bool]) -> Message:
        """The first message that is accepted and that nobody waited for yet."""
        for message in self.received:
            if not message.get("seen") and accept(message):
                message["seen"] = True
                return message
        while (arrived := self._incoming.get(timeout=PATIENCE_S)) is not None:
            self.received.append(arrived)
            if accept(arrived):
                arrived["seen"] = True
                return arrived
        raise AssertionError(f"the server ended; it said: {self.errors()}")

    def initialize(self, **params: Any) -> Any:
        """The server's answer to a client that can do nothing, unless `params` say otherwise."""
        answer = self.call("initialize", {"processId": None, "rootUri": None, "capabilities": {}, **params})
        self.notify("initialized", {})
        return answer

    def open(self, uri: str, text: str, language: str = "python", version: int = 1) -> None:
        """Opens a document."""
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def status(self, **options: Any) -> Any:
        """What the server says of itself."""
        return self.call("peephole/status", options)

    def document(self, uri: str, **options: Any) -> Any:
        """What the status says of one document."""
        return next(each for each in self.status(**options)["documents"] if each["uri"] == uri)

    def errors(self) -> str:
        """What the server wrote to standard error; complete once it has ended."""
        return b"".join(self._errors).decode()

    def leave(self) -> int:
        """Says goodbye as LSP asks; the exit code."""
        self.call("shutdown")
        self.notify("exit")
        return self.wait_for_end()

    def wait_for_end(self) -> int:
        """The exit code of a server that is about to end."""
        code = self.process.wait(PATIENCE_S)
        self.close()
        return code

    def close(self) -> None:
        """Ends the process, if it still runs, and the threads that listened to it."""
        self.process.kill()
        self.process.wait(PATIENCE_S)
        for reader in self._readers:
            reader.join(PATIENCE_S)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        stream = self.process.stdout
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self._incoming.put(json.loads(stream.read(length)))
        self._incoming.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._errors.append(line)


def place(line: int, character: int) -> Message:
    """A position."""
    return {"line": line, "character": character}


def at(uri: str, line: int, character: int, **more: Any) -> Message:
    """Parameters of a request about a position."""
    return {"textDocument": {"uri": uri}, "position": place(line, character), **more}


def edited(uri: str, version: int, *changes: Message) -> Message:
    """Parameters of a `didChange`."""
    return {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)}


def replaced(start: tuple[int, int], end: tuple[int, int], text: str) -> Message:
    """A change of one range."""
    return {"range": {"start": place(*start), "end": place(*end)}, "text": text}
