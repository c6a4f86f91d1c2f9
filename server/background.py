"""What is done without being asked: reading ahead of the next request, and marks once the typing rests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types

from .answer import Asked
from .display import Display, look_for_marks
from .exclusion import switched_off
from .pulling import Pulls
from .reader import Reader
from .scheduler import Priority, Stopped
from .session import MOST_UNREMEMBERED, Session, Sessions

if TYPE_CHECKING:
    from .document import Document
    from .marks import Mark


QUIET_S = 0.03
"""How long after a change reading ahead begins. What follows a keystroke (the change, a list,
ghost text, the next keystroke of a fast hand) finds worker and lock free: a change and its completion at random places
of 5,000 lines took 9.4 ms in the median, where reading begun at once made it 13.4 (p99 28 and 36). Who types ten
characters a second leaves 70 % of the time for reading."""


class Background:
    """Keeps documents read, and marked for a client that does not ask. For the loop."""

    def __init__(self, reader: Reader, sessions: Sessions, display: Display, pulls: Pulls) -> None:
        self._reader, self._sessions, self._display, self._pulls = reader, sessions, display, pulls

    def opened(self, session: Session) -> None:
        """Reads a document that was opened, and marks it in a while."""
        if session.document is not None:
            self.read_ahead(session, len(session.document.text))
        self.rest(session)

    def changed(self, session: Session, offset: int) -> None:
        """Reads up to the place of a change soon; the rest, which may change again, in a while."""
        self._reader.stop(session.uri)
        self._pulls.overtake(session.uri, ask_again=True)
        self.read_ahead(session, offset)
        self.rest(session)

    def consulted(self, session: Session, first: bool) -> None:
        """A document's libraries are others: those from before are let go of, and its marks renewed at the next rest.

        first: there were none before, or files have gone from them. What was marked then is marked anew without
        waiting for an edit.
        """
        if self._reads(session):
            self._reader.post(session, Priority.READ, "consult", lambda _: None, None)
        if first:
            self.rest(session)
            self._pulls.refresh()

    def closed(self, session: Session) -> None:
        """Stops all that is done for a document, and takes its marks away."""
        session.hush()
        self._reader.stop(session.uri)
        self._pulls.overtake(session.uri, ask_again=False)
        if not session.pulled:
            self._display.clear(session)

    def read_ahead(self, session: Session, offset: int) -> None:
        """Reads up to a place, so that a later request there finds its state at hand."""
        if self._reads(session):
            work = partial(read, offset=offset)
            self._reader.post(session, Priority.READ, "read", work, None, delay_s=QUIET_S)

    def read_on(self, session: Session) -> None:
        """Reads all of a document of which a place was asked for that is not read; not where a read is under way.

        A change has it read to where somebody types. A read of all would take that one's place, and remember the whole
        document first: in a long one it would not come to reading before the next keystroke ended it.
        """
        if session.document is not None and not self._reader.awaits(session.uri, "read"):
            self.read_ahead(session, len(session.document.text))

    def rest(self, session: Session) -> None:
        """Reads and marks the whole document once nothing was typed for a while."""
        session.hush()
        if not self._marks(session):
            self._reader.stop(session.uri, ["diagnose"])
        if self._reads(session):
            delay_s = self._reader.settings.diagnostics.debounce_ms / 1e3
            session.timer = asyncio.get_running_loop().call_later(delay_s, self._rested, session)
        elif session.marked:  # the settings or another model have left it without a reader
            self._display.clear(session)

    def _reads(self, session: Session) -> bool:
        return session.document is not None and self._reader.silence(session) is None

    def _marks(self, session: Session) -> bool:
        off = switched_off("diagnostics", self._reader.settings.diagnostics, session.language)
        return off is None and not session.pulled and self._reads(session)

    def _rested(self, session: Session) -> None:
        session.timer = None
        document = session.document
        if document is None or not self._reads(session):
            return
        if not self._marks(session):
            if session.marked:
                self._display.clear(session)
            self.read_ahead(session, len(document.text))
            return
        marks: asyncio.Future[Sequence[Mark]]
        marks = self._reader.post(session, Priority.DIAGNOSE, "diagnose", look_for_marks, [])
        marks.add_done_callback(partial(self._marked, session, document))

    def _marked(self, session: Session, document: Document, marks: asyncio.Future[Sequence[Mark]]) -> None:
        """Publishes marks, unless the document was changed or closed, or marking switched off, meanwhile."""
        if marks.cancelled() or marks.exception() is not None or not self._marks(session):
            return
        if session.document is document and self._sessions.get(session.uri) is session:
            self._display.publish(session, document, marks.result())


def edit_end(document: Document, changes: Sequence[types.TextDocumentContentChangeEvent]) -> int:
    """Where the last of some changes that are made already ends, about: the person is typing there."""
    last = changes[-1] if changes else None
    if isinstance(last, types.TextDocumentContentChangePartial):
        return min(document.offset_at(last.range.start) + len(last.text), len(document.text))
    return 0


def read(asked: Asked, offset: int) -> None:
    """In the worker: reads to the offset and leaves its state at hand, and the tokens before it.

    All of a document is remembered first, and one that was parked; not the little that lies before a place where
    somebody types: taking that in holds Python's lock, while the network does not, and the answers to who types would
    come 2.5 ms later.
    """
    unremembered = asked.desk.tape.unremembered_before(offset)
    if offset == len(asked.document.text) or unremembered > MOST_UNREMEMBERED:
        asked.desk.remember_to(offset, asked.should_stop)
    if asked.desk.tape.reading_at(offset, should_stop=asked.should_stop) is None:
        raise Stopped
    asked.desk.lexing.tokens_to(asked.document.text, offset, asked.should_stop)  # 50 ms for 5,000 lines, only once
