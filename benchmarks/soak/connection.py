"""A server process to which much is sent before anything is answered, and the account of what was."""

from __future__ import annotations

import json
import subprocess
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from benchmarks.server import command
from peephole.server.commands import machine

from .acts import Act

PATIENCE_S = 600.0
"""Longer than anything takes on a busy machine: reading twenty documents, with all that was sent before."""

CANCELLED = -32800
LAST_ERRORS = 4096
"""Bytes of what the server wrote to standard error that a report quotes."""


class Unanswered(Exception):
    """The server ended, or left requests without an answer."""


class Connection:
    """Sends, and counts what comes back. At most `window` requests are without an answer at any moment."""

    def __init__(self, model: Path | None, *, window: int = 24) -> None:
        self._process = subprocess.Popen(
            command(model), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._window = window
        self._waiting: dict[int | str, str] = {}
        self._results: dict[int | str, Any] = {}
        self._wanted: set[int | str] = set()
        self._arrived = threading.Condition()
        self._replies: SimpleQueue[int | str] = SimpleQueue()
        """Requests of the server's that are to be answered; by the caller's thread, for the one that reads must not
        wait until there is room to write."""
        self._ended = False
        self._errors = b""
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        """Replies by what they were: `result`, `cancelled`, or `error` and its code."""
        self.notified: Counter[str] = Counter()
        self.unasked = 0
        """Replies to no request, or to one that has its reply already; without those to what could not be read."""
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._read, self._read_errors)]
        for thread in self._threads:
            thread.start()

    @property
    def resident_mb(self) -> float:
        """What the server process holds in memory, in 10^6 bytes; 0 where the system does not tell."""
        return (machine.resident_bytes(self._process.pid) or 0) / 1e6

    @property
    def errors(self) -> str:
        """The last that the server wrote to standard error."""
        return self._errors.decode(errors="replace")

    def act(self, act: Act) -> None:
        """Sends one message, once there is room in the window if it is a request."""
        while not self._replies.empty():
            self._send_json({"id": self._replies.get(), "result": None})
        if act.raw is not None:
            self._send(act.raw)
            return
        message: dict[str, Any] = {"method": act.method, "params": act.params}
        if act.identifier is not None:
            self._expect(act.identifier, act.method)
            message["id"] = act.identifier
        self._send_json(message)

    def notify(self, method: str, params: Any) -> None:
        """Sends a notification."""
        self.act(Act(method, params))

    def call(self, method: str, params: Any) -> Any:
        """The result of a request, when all that was sent before has had its effect."""
        identifier = f"call-{self.asked.total()}"
        self._wanted.add(identifier)
        self._expect(identifier, method)
        self._send_json({"method": method, "params": params, "id": identifier})
        with self._arrived:
            there = self._arrived.wait_for(lambda: identifier in self._results or self._ended, PATIENCE_S)
        if not there or identifier not in self._results:
            raise Unanswered(f"{method} has no result; the server wrote: {self.errors}")
        return self._results.pop(identifier)

    def settle(self) -> int:
        """How many requests are still without an answer when the patience with them is at its end."""
        with self._arrived:
            self._arrived.wait_for(lambda: not self._waiting or self._ended, PATIENCE_S)
            return len(self._waiting)

    def close(self) -> int:
        """Says goodbye; the exit code."""
        if not self._ended:
            self.call("shutdown", None)
            self._send_json({"method": "exit", "params": None})
        code = self._process.wait(PATIENCE_S)
        self.kill()
        return code

    def kill(self) -> None:
        """Ends the process, if it still runs."""
        self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    def _expect(self, identifier: int | str, method: str) -> None:
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self._waiting) < self._window or self._ended, PATIENCE_S):
                raise Unanswered(f"no reply for {PATIENCE_S:.0f} s to {sorted(set(self._waiting.values()))}")
            self._waiting[identifier] = method
            self.asked[method] += 1

    def _send_json(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._send(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def _send(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Unanswered(f"the server ended with code {self._process.wait()}; it wrote: {self.errors}") from None

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self._take(json.loads(stream.read(length)))
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        if "method" in message:
            self.notified[message["method"]] += 1
            if "id" in message:
                self._replies.put(message["id"])
            return
        identifier, error = message.get("id"), message.get("error")
        with self._arrived:
            if identifier is None:
                self.answered["unreadable"] += 1
            elif self._waiting.pop(identifier, None) is None:
                self.unasked += 1
            else:
                code = None if error is None else error["code"]
                self.answered["result" if code is None else "cancelled" if code == CANCELLED else f"error {code}"] += 1
                if identifier in self._wanted:
                    self._wanted.discard(identifier)
                    self._results[identifier] = message.get("result")
            self._arrived.notify_all()

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._errors = (self._errors + line)[-LAST_ERRORS:]
