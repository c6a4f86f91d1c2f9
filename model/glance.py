"""A reading at once of a place whose exact one would take long: in a document just opened, or edited far before.

A *window* of the last one or two `WINDOW`s of characters is read, as if the document began there; or less, where a
former text left a state that fits. Nothing of it enters the tape. Typing on costs only the typed characters, as there.
"""

from __future__ import annotations

from .alignment import common_prefix
from .budget import Budget
from .memory import Memory
from .predictor import Reading
from .recall import Recall
from .tape import ShouldStop, Tape

WINDOW = 1024
"""Characters that a window begins before its place, at a line's start if one is within as many more: 27 ms for a
2x512 network."""

MOST_REMEMBERED = 4096
"""Characters that are taken into the tape's own memory for a glance, in 2 ms; else the window's own has to do."""

BUDGET = Budget.of(4 << 20)
"""Of a window: states of some tens of places."""


class Glance:
    """Provisional readings beside one tape, which they leave as it is."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._alone = tape.predictor.alone()
        self._open(0)

    @property
    def nbytes(self) -> int:
        """Memory that is held."""
        return self._window.nbytes + self._memory.nbytes

    def unread_before(self, offset: int) -> int:
        """Characters that a reading at a place takes, at most."""
        trace = self._tape.trace_before(offset)
        unread = min(offset - (0 if trace is None else trace[0]), 2 * WINDOW)
        if not self._reaches(offset):
            return unread
        common = common_prefix(self._window.text, self._tape.text[self._start : offset])
        return min(unread, offset - self._start - common + self._window.unread_before(common))

    def reading_at(self, offset: int, *, should_stop: ShouldStop | None = None) -> Reading | None:
        """A reading of the place; None if stopped."""
        text = self._tape.text
        if not 0 <= offset <= len(text):
            raise IndexError(f"offset {offset} is outside the text's 0..{len(text)}")
        if not self._reaches(offset):
            self._open(window_start(text, offset))
        self._window.edit(text[self._start : offset])
        trace = self._tape.trace_before(offset)
        if trace is not None and trace[0] - self._start > offset - self._start - self._unread(offset):
            self._window.suppose(trace[0] - self._start, trace[1])
        snapshot = self._window.state_at(offset - self._start, should_stop=should_stop)
        return None if snapshot is None else self._tape.predictor.reading(snapshot, self._recall_at(offset))

    def clear(self) -> None:
        """Hold no window any more."""
        self._open(0)

    def _open(self, start: int) -> None:
        self._start = start
        self._window = Tape(self._alone, self._tape.language, budget=BUDGET)
        tape, alphabet = self._tape, self._tape.predictor.alphabet
        self._memory, self._remembered = Memory(alphabet, tape.predictor.grammar(tape.language), tape.path), ""

    def _reaches(self, offset: int) -> bool:
        """Whether the window that is open has enough before a place, and not too much."""
        least = WINDOW // 2 if self._start else 0
        return least <= offset - self._start <= 2 * WINDOW

    def _unread(self, offset: int) -> int:
        return self._window.unread_before(offset - self._start)

    def _recall_at(self, offset: int) -> Recall | None:
        """What the memories say: the tape's own if that is nearly there, else one of the window alone."""
        tape = self._tape
        if tape.predictor.gate is None:
            return None
        recall = tape.recall_at(offset, most_unread=MOST_REMEMBERED)
        if recall is not None:
            return recall
        text = self._window.text
        common = common_prefix(self._remembered, text)
        self._memory.truncate(common)
        self._memory.extend(tape.predictor.vocabulary.encode(text[common:]))
        self._remembered = text
        return Recall.at(self._memory, len(text), tape.libraries)


def window_start(text: str, offset: int) -> int:
    """The last line's start that is a window away, but no more than two; the document's own if that is as near."""
    earliest, latest = max(offset - 2 * WINDOW, 0), max(offset - WINDOW, 0)
    line = text.rfind("\n", earliest, latest) + 1
    return line or (latest if earliest else 0)
