"""What the client is asked for on account of the workspace: to tell when files change, and to show how far the first
look at them has come (LSP 3.17, `client/registerCapability`, `$/progress`).

The client is never awaited: a request is sent, and its answer takes effect when it comes.
"""

from __future__ import annotations

import itertools
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from .ignoring import FILE_NAME
from .walk import LANGUAGES

TITLE = "Reading the workspace"

WATCHED = types.Registration(
    id="peephole.files",
    method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
    register_options=types.DidChangeWatchedFilesRegistrationOptions(
        [types.FileSystemWatcher(f"**/{name}") for name in (*(f"*{suffix}" for suffix in LANGUAGES), FILE_NAME)]
    ),
)


def watch_files(server: LanguageServer) -> None:
    """Asks the client to tell of files that come, go or change."""
    server.protocol.send_request(types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([WATCHED]))


class Progress:
    """One piece of work at a time, shown by the client once it has agreed to. For the loop."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._tokens = itertools.count(1)
        self._token: str | None = None
        """Of the work that goes on, whether or not the client has agreed yet."""
        self._shown: int | None = None
        """Percent that the client shows of it."""

    def begin(self) -> None:
        """Asks the client to show the work."""
        token = self._token = f"peephole.workspace.{next(self._tokens)}"
        self._shown = None

        def answered(reply: Future[Any]) -> None:
            if self._token == token and not reply.cancelled() and reply.exception() is None:
                self._shown = 0
                self._send(types.WorkDoneProgressBegin(TITLE, cancellable=False, percentage=0))

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
