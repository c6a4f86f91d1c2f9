"""How far a long piece of work has come, shown by the client (LSP 3.17, "Work Done Progress").

The client is never awaited: a request is sent, and its answer takes effect when it comes.
"""

from __future__ import annotations

import itertools
from concurrent.futures import Future
from typing import Any, Protocol

from lsprotocol import types
from pygls.lsp.server import LanguageServer


class Display(Protocol):
    """What shows how far a long piece of work has come."""

    def begin(self, title: str) -> None:
        """It begins."""

    def report(self, percent: int) -> None:
        """So much is done."""

    def end(self) -> None:
        """It is done."""


class Progress:
    """One piece of work at a time, shown by the client once it has agreed to. For the loop."""

    def __init__(self, server: LanguageServer, name: str) -> None:
        """name: of the kind of work, which the client gets to see in its log only."""
        self._server, self._name = server, name
        self._tokens = itertools.count(1)
        self._token: str | None = None
        """Of the work that goes on, whether or not the client has agreed yet."""
        self._shown: int | None = None
        """Percent that the client shows of it."""

    def begin(self, title: str) -> None:
        """Asks the client to show the work under a title."""
        token = self._token = f"peephole.{self._name}.{next(self._tokens)}"
        self._shown = None

        def answered(reply: Future[Any]) -> None:
            if self._token == token and not reply.cancelled() and reply.exception() is None:
                self._shown = 0
                self._send(types.WorkDoneProgressBegin(title, cancellable=False, percentage=0))

        params = types.WorkDoneProgressCreateParams(token)
        self._server.protocol.send_request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params).add_done_callback(answered)

    def report(self, percent: int) -> None:
        """Tells how much is done, if that is news."""
        if self._shown is not None and percent > self._shown:
            self._shown = percent
            self._send(types.WorkDoneProgressReport(percentage=percent))

    def end(self) -> None:
        """The work is done, or given up."""
        if self._shown is not None:
            self._send(types.WorkDoneProgressEnd())
        self._token = self._shown = None

    def _send(self, value: Any) -> None:
        self._server.protocol.notify(types.PROGRESS, types.ProgressParams(self._token or "", value))
