"""A small LSP client: what the tour and the benchmarks speak with to a real server process, as an editor would."""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

from .errors import ServerError

REPLY_TIMEOUT_S = 60.0
"""Longer than anything a healthy server does, a model load on a busy machine included."""


GOODBYE_S = 10.0
"""A server that does not say goodbye in this time is ended."""


class ClientError(ServerError):
    """The server answered with an error, not in time, or not at all."""


@dataclass
class Client:
    """A language server as a child process; use it as a context manager, so that the child ends.

    Results and parameters are plain JSON values. Requests that the server makes are answered: `settings` for
    workspace/configuration, null for the others. Safe for one thread at a time.
    """

    command: Sequence[str]
    settings: Mapping[str, Any] = field(default_factory=dict)
    errors: IO[bytes] | int = subprocess.DEVNULL

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        self._identifiers = itertools.count(1)
        self._pending: dict[int, Future[Any]] = {}
        self._notifications: list[tuple[str, Any]] = []
        self._arrived = threading.Condition()
        self._writing = threading.Lock()  # the reading thread answers while the caller may be sending
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def request(self, method: str, params: Any = None, *, timeout_s: float = REPLY_TIMEOUT_S) -> Any:
        """The result of a request; `ClientError` for an error reply or none."""
        identifier = next(self._identifiers)
        reply = self._pending[identifier] = Future[Any]()
        if not self._reader.is_alive():
            raise ClientError("the server closed its output")
        self._send({"id": identifier, "method": method, "params": params})
        try:
            return reply.result(timeout_s)
        except TimeoutError:
            raise ClientError(f"{method}: no answer within {timeout_s:.0f} s") from None

    def notify(self, method: str, params: Any = None) -> None:
        """Sends what needs no answer."""
        self._send({"method": method, "params": params})

    def wait_for(
        self, method: str, accept: Callable[[Any], bool] = lambda _: True, *, timeout_s: float = REPLY_TIMEOUT_S
    ) -> Any:
        """The params of the first such notification that is accepted; it and all before it are forgotten."""
        deadline = time.monotonic() + timeout_s
        with self._arrived:
            while True:
                for place, (name, params) in enumerate(self._notifications):
                    if name == method and accept(params):
                        del self._notifications[: place + 1]
                        return params
                if not self._arrived.wait(max(0.0, deadline - time.monotonic())):
                    raise ClientError(f"{method}: nothing came within {timeout_s:.0f} s")

    def close(self) -> int:
        """Says goodbye as LSP asks (shutdown, exit), or ends a server that does not listen; gives its exit code."""
        if self.process.poll() is None:
            try:
                self.request("shutdown", timeout_s=GOODBYE_S)
                self.notify("exit")
                self.process.wait(timeout=GOODBYE_S)
            except (ClientError, OSError, subprocess.TimeoutExpired):
                self.process.kill()
        code = self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # what was written last may not have been taken
                    stream.close()
        return code

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self.process.stdin
        assert stream is not None
        try:
            with self._writing:
                stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
                stream.flush()
        except BrokenPipeError:
            raise ClientError(f"the server has ended with exit code {self.process.wait()}") from None

    def _read(self) -> None:
        while (message := self._receive()) is not None:
            if "method" not in message:
                self._settle(message)
            elif "id" in message:
                self._answer(message)
            else:
                with self._arrived:
                    self._notifications.append((message["method"], message.get("params")))
                    self._arrived.notify_all()
        for reply in self._pending.values():
            reply.set_exception(ClientError("the server closed its output"))

    def _receive(self) -> dict[str, Any] | None:
        stream = self.process.stdout
        assert stream is not None
        length = 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return dict(json.loads(stream.read(length))) if length else None

    def _settle(self, message: dict[str, Any]) -> None:
        reply = self._pending.pop(message["id"], None)
        if reply is None:  # an answer to nothing that was asked; a message that the server could not read has none, too
            return
        if "error" in message:
            error = message["error"]
            reply.set_exception(ClientError(f"{error.get('message')} (code {error.get('code')})"))
        else:
            reply.set_result(message.get("result"))

    def _answer(self, message: dict[str, Any]) -> None:
        result: Any = None
        if message["method"] == "workspace/configuration":
            result = [self.settings for _ in message["params"]["items"]]
        self._send({"id": message["id"], "result": result})


@dataclass
class OpenDocument:
    """A document that is open in the client: keeps the text, and sends each edit as an incremental change."""

    client: Client
    uri: str
    language: str
    text: str
    version: int = 1

    def __post_init__(self) -> None:
        item = {"uri": self.uri, "languageId": self.language, "version": self.version, "text": self.text}
        self.client.notify("textDocument/didOpen", {"textDocument": item})

    @property
    def identifier(self) -> dict[str, str]:
        """The `TextDocumentIdentifier` that requests carry."""
        return {"uri": self.uri}

    def position(self, offset: int) -> dict[str, int]:
        """The LSP position of an offset in code points. Right for any encoding as long as the text is ASCII."""
        line_start = self.text.rfind("\n", 0, offset) + 1
        return {"line": self.text.count("\n", 0, offset), "character": offset - line_start}

    def replace(self, start: int, end: int, text: str) -> None:
        """Replaces the characters from `start` to `end`, as an editor would after a keystroke."""
        self.version += 1
        change = {"range": {"start": self.position(start), "end": self.position(end)}, "text": text}
        self.text = self.text[:start] + text + self.text[end:]
        identifier = {**self.identifier, "version": self.version}
        self.client.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": [change]})

    def insert(self, offset: int, text: str) -> int:
        """Types text at an offset; gives the offset after it."""
        self.replace(offset, offset, text)
        return offset + len(text)

    def ask(self, method: str, offset: int, **more: Any) -> Any:
        """The result of a `textDocument/...` request about a place."""
        params = {"textDocument": self.identifier, "position": self.position(offset), **more}
        return self.client.request(f"textDocument/{method}", params)

    def close(self) -> None:
        """Closes it in the client."""
        self.client.notify("textDocument/didClose", {"textDocument": self.identifier})
