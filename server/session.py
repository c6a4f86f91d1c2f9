"""The documents that are open: each one's text, which the loop renews, and its tape, which the worker alone touches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .scheduler import ShouldStop, Stopped

if TYPE_CHECKING:  # the model's modules take a while to import: the worker does it
    from peephole.model.budget import Budget
    from peephole.model.glance import Glance
    from peephole.model.predictor import Predictor, Reading
    from peephole.model.recall import Libraries
    from peephole.model.spans import Known
    from peephole.model.suggestion import Ghost
    from peephole.model.tape import Tape

    from .document import Document
    from .lexing import Lexing
    from .marks import Mark

MOST_UNREAD = 256
"""Characters, 8 to 13 ms, that an exact answer may still have to read, unless a provisional one takes as many."""

MOST_UNREMEMBERED = 16384
"""Characters, 8 ms, that the memory may have to take in for that: as many as a glance remembers at most. A document
that was parked has states without a memory, and to remember 5,000 lines takes 90 ms in which nobody else is served."""


@dataclass
class Desk:
    """What the worker keeps for one document: only it reads or writes here."""

    tape: Tape
    glance: Glance
    lexing: Lexing
    marks: tuple[Any, Sequence[Mark]] | None = None
    """What was looked for last, a text among other things, and what was found there."""
    weighed: tuple[Any, Known] | None = None
    """What was read, and which of its places were weighed already: marks may be looked for with interruptions."""

    ghost: Ghost | None = None
    """The ghost text that was shown last."""

    @property
    def nbytes(self) -> int:
        """Memory that is held for what was read, the text itself and its tokens left out."""
        return self.tape.nbytes + self.glance.nbytes

    def park(self, budget_bytes: int) -> None:
        """Holds no more than so many bytes until it is used again; nothing is lost but time."""
        self.tape.park(budget_bytes)
        self.glance.clear()
        self.weighed = None

    def fits(self, predictor: Predictor | None, budget: Budget) -> bool:
        """Whether it was made with these."""
        return self.tape.predictor is predictor and self.tape.budget == budget

    def lay(self, document: Document, libraries: Libraries | None = None) -> None:
        """Makes the tape's text that of the document, and its libraries those that there are now; no model work."""
        from peephole.model.recall import NO_LIBRARIES

        before = self.tape.libraries
        self.tape.edit(document.text)
        self.tape.consult(libraries or NO_LIBRARIES)
        if self.tape.libraries is not before:  # all of these hold them, and are good for nothing with others
            self.marks = self.weighed = self.ghost = None

    def remember_to(self, offset: int, should_stop: ShouldStop) -> None:
        """Takes the text up to the offset into the memory; raises `Stopped` if told to, and keeps what was taken."""
        if not self.tape.remember_to(offset, should_stop=should_stop):
            raise Stopped

    def read_to(self, offset: int, should_stop: ShouldStop) -> None:
        """Reads exactly up to the offset, and remembers all first; raises `Stopped` if told to, and keeps what was."""
        self.remember_to(offset, should_stop)
        if not self.tape.advance_to(offset, should_stop=should_stop):
            raise Stopped

    def reading_at(self, offset: int, should_stop: ShouldStop, *, keep: bool = True) -> Reading:
        """The exact reading at the offset, all before it remembered first; raises `Stopped` if told to."""
        self.remember_to(offset, should_stop)
        reading = self.tape.reading_at(offset, should_stop=should_stop, keep=keep)
        if reading is None:
            raise Stopped
        return reading

    def quick_reading_at(self, offset: int, should_stop: ShouldStop) -> tuple[Reading, bool]:
        """A reading that is there at once, and whether it is exact: a glance where exact reading would take long."""
        if self.is_near(offset):
            return self.reading_at(offset, should_stop), True
        reading = self.glance.reading_at(offset, should_stop=should_stop)
        if reading is None:
            raise Stopped
        return reading, False

    def is_near(self, offset: int) -> bool:
        """Whether an exact reading at the offset is there at once, or as soon as another."""
        if self.tape.unremembered_before(offset) > MOST_UNREMEMBERED:
            return False
        unread = self.tape.unread_before(offset)
        return unread <= MOST_UNREAD or unread <= self.glance.unread_before(offset)


class Shown(NamedTuple):
    """Marks that the client was given, and the document that they are of."""

    document: Document
    marks: Sequence[Mark]


@dataclass
class Session:
    """One open document. `document` is None where it may not be kept: then `skipped` says why."""

    uri: str
    language: str
    document: Document | None
    skipped: str | None = None
    silences: dict[str, str] = field(default_factory=dict)
    """Why the last request of a kind was answered with nothing, by kind."""
    marked: bool = False
    """Whether the client shows marks of ours in it that were published."""
    pulled: bool = False
    """Whether the client asks for its marks: then none are published, lest it shows them twice."""
    shown: Shown | None = None
    """The marks that the client was given last, published or asked for."""
    timer: asyncio.TimerHandle | None = None
    """Runs when the document has rested for a while."""
    libraries: Libraries | None = None
    """Of the files around it, as the loop gave them out last; None before it did."""
    _desk: Desk | None = None

    def desk(self, predictor: Predictor, budget: Budget) -> Desk | None:
        """The worker's desk for this document; a new one if what it is made with has changed. For the worker.

        None once the document is forgotten. The loop may do that at any moment: it clears `document` before the desk,
        so whoever sees a document after setting the desk knows that the desk will be cleared with it.
        """
        from peephole.model.glance import Glance
        from peephole.model.tape import Tape

        from .lexing import Lexing

        desk = self._desk
        if desk is None or not desk.fits(predictor, budget):
            tape = Tape(predictor, self.language, path=self.uri, budget=budget)
            self._desk = desk = Desk(tape, Glance(tape), Lexing(self.language))
        if self.document is None:
            self._desk = desk = None
        return desk

    @property
    def tape(self) -> Tape | None:
        """The tape, for its counters: plain numbers, which the loop may look at while the worker counts."""
        desk = self._desk
        return desk.tape if desk is not None else None

    def clear(self, predictor: Predictor | None, budget: Budget) -> None:
        """Clears a desk that was made with something else, and so lets go of a model that is not served any more.

        Should the worker just be making a fitting one, that one is cleared, and only has to read again.
        """
        desk = self._desk
        if desk is not None and not desk.fits(predictor, budget):
            self._desk = None

    def forget(self, reason: str) -> None:
        """Lets go of the text and all that was read of it; for good, a document that is opened again is another."""
        self.skipped = reason
        self.document = self.libraries = self.shown = None
        self._desk = None  # last: see `desk`

    def unrest_s(self) -> float:
        """Seconds until the document will have rested, if nothing more is typed."""
        if self.timer is None:
            return 0.0
        return max(self.timer.when() - asyncio.get_running_loop().time(), 0.0)

    def hush(self) -> None:
        """Stops the timer."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Sessions:
    """All open documents, by URI. For the loop."""

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._open.values()))

    def get(self, uri: str) -> Session | None:
        """The session of a document, None if it is not open."""
        return self._open.get(uri)

    def add(self, session: Session) -> None:
        """Adds one; a document that was open already starts anew."""
        self.remove(session.uri)
        self._open[session.uri] = session

    def remove(self, uri: str) -> Session | None:
        """Takes a session out, None if there was none."""
        session = self._open.pop(uri, None)
        if session is not None:
            session.hush()
        return session
