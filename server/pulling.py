"""Marks for clients that ask for them (LSP 3.17, `textDocument/diagnostic`, `workspace/diagnostic/refresh`).

A client that has asked for a document's marks once gets none published for it, lest it shows them twice. Its question
waits, as publishing does, until nothing was typed for a while; one that is overtaken by an edit is answered with
ServerCancelled, for nobody wants the marks of a text that is gone.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from .display import Display, look_for_marks
from .exclusion import switched_off
from .protocol import RequestFailed
from .reader import Reader
from .scheduler import Priority
from .session import Session, Sessions

if TYPE_CHECKING:
    from .document import Document
    from .marks import Mark

AskClient = Callable[[str, Any], Future[Any]]
"""Sends a request to the client: its method and parameters."""

Report = types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport

OPTIONS = types.DiagnosticOptions(identifier="peephole", inter_file_dependencies=False, workspace_diagnostics=False)
"""The memory of the workspace makes marks depend on other files a little; to ask anew whenever one of them is edited
would cost far more than it tells. `workspace/diagnostic/refresh` is sent when much has changed."""


class Overtaken(RequestFailed):
    """The document was changed before its marks were found."""

    CODE = types.LSPErrorCodes.ServerCancelled
    MESSAGE = "the document was changed"

    def __init__(self, *, ask_again: bool) -> None:
        super().__init__(data={"retriggerRequest": ask_again})


class Pulls:
    """Answers those who ask for marks. For the loop."""

    def __init__(self, reader: Reader, sessions: Sessions, display: Display, ask_client: AskClient) -> None:
        self._reader, self._sessions, self._display, self._ask_client = reader, sessions, display, ask_client
        self._waiting: defaultdict[str, set[asyncio.Future[Report]]] = defaultdict(set)
        self._refreshing = self._refresh_again = False

    def pull(self, params: types.DocumentDiagnosticParams) -> asyncio.Future[Report] | Report:
        """The marks of a document, or that they are those of `previousResultId` still."""
        uri, previous = params.text_document.uri, params.previous_result_id
        session = self._sessions.get(uri)
        if session is None or session.document is None or not self._is_read(session):
            return make_report([], previous)
        self._no_more_published(session)
        promised: asyncio.Future[Report] = asyncio.get_running_loop().create_future()
        nothing: Sequence[Mark] = ()
        job = self._reader.submit(session, Priority.DIAGNOSE, look_for_marks, nothing, delay_s=session.unrest_s())
        job.add_done_callback(partial(self._found, session, session.document, previous, promised))
        promised.add_done_callback(lambda _: job.cancel())
        self._waiting[uri].add(promised)
        promised.add_done_callback(self._waiting[uri].discard)
        return promised

    def overtake(self, uri: str, *, ask_again: bool) -> None:
        """Answers those who wait for the marks of a text that is gone."""
        for promised in list(self._waiting.pop(uri, ())):
            if not promised.done():
                promised.set_exception(Overtaken(ask_again=ask_again))

    def refresh(self) -> None:
        """Asks a client that asks for marks to do so again; while it has not answered, once more is enough."""
        if not self._reader.support.refresh_diagnostics or not any(session.pulled for session in self._sessions):
            return
        self._refresh_again = self._refreshing
        if not self._refreshing:
            self._refreshing = True
            self._ask_client(types.WORKSPACE_DIAGNOSTIC_REFRESH, None).add_done_callback(self._refreshed)

    def _refreshed(self, reply: Future[Any]) -> None:
        self._refreshing = False
        if self._refresh_again and not reply.cancelled():  # as all that waits is when the server is shut down
            self.refresh()

    def _is_read(self, session: Session) -> bool:
        """Whether there may be marks of it; if not, the reason is left with the session."""
        off = switched_off("diagnostics", self._reader.settings.diagnostics, session.language)
        silence = off or self._reader.silence(session)
        session.silences.pop("diagnostics", None)
        if silence is not None:
            session.silences["diagnostics"] = silence
        return silence is None

    def _no_more_published(self, session: Session) -> None:
        session.pulled = True
        self._reader.stop(session.uri, ["diagnose"])
        if session.marked:
            self._display.clear(session)

    def _found(
        self,
        session: Session,
        document: Document,
        previous: str | None,
        promised: asyncio.Future[Report],
        job: asyncio.Future[Sequence[Mark]],
    ) -> None:
        """Answers with what the worker found, unless somebody else answered meanwhile or settings forbid it now."""
        error = None if job.cancelled() else job.exception()
        if promised.done():
            return
        if job.cancelled():
            promised.cancel()
        elif error is not None:
            promised.set_exception(error)
        else:
            marks = job.result() if self._is_read(session) else []
            promised.set_result(make_report(self._display.give(session, document, marks), previous))


def make_report(items: Sequence[types.Diagnostic], previous: str | None) -> Report:
    """The report of a document's marks; one without items if the client has the same already."""
    identifier = hashlib.sha256(repr(items).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    if previous == identifier:
        return types.RelatedUnchangedDocumentDiagnosticReport(identifier)
    return types.RelatedFullDocumentDiagnosticReport(items, result_id=identifier)


def register(server: LanguageServer, pulls: Pulls) -> None:
    """Lets clients ask for marks."""
    server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, OPTIONS)(partial(pulls.pull))
