"""A reading at once of a place whose exact one would take long: in a document just opened, or edited far before.

The network reads a *window* of the last one or two `WINDOW`s of characters, as if the document began there; or less,
where a former text left a state that fits. The memory takes in far more, for it is some eighty times as quick and tells
what the window cannot: with both, the first offer is the exact one's at nine of ten places. Nothing enters the tape but
what it would remember anyway. Typing on costs only the typed characters, as there.
"""

from __future__ import annotations

from .alignment import common_prefix
from .budget import Budget
from .memory import Memory
from .predictor import Reading
from .recall import Recall
from .tape import ShouldStop, Tape

WINDOW = 256
"""Characters that a window begins before its place, at a line's start if one is within as many more: 8 to 15 ms for a
2x512 network. The first offer is right at 48 (Java) and 37 (Python) of 100 places where a name begins, as with the
whole document; with 128 characters at 48 and 37, too, but then it is the same one less often (91 of 100, not 96)."""

REACH = 8192
"""The same of what is remembered beside it: 5 ms. 48 (Java) and 35 (Python) are right; with twice as much, in 8 ms, 48
and 38, with what a window holds alone some 12 fewer. As many are taken into the tape's own memory for a glance; beyond,
one besides has to do, until the reading in the background has remembered all."""

BUDGET = Budget.of(4 << 20)
"""Of a window: states of some tens of places."""


class Glance:
    """Provisional readings beside one tape, which they leave as it is."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._alone = tape.predictor.alone()
        self.clear()

    @property
    def nbytes(self) -> int:
        """Memory that is held."""
        return self._window.nbytes + self._memory.nbytes

    def unread_before(self, offset: int) -> int:
        """Characters that the network reads for a reading at a place, at most; what is remembered is not counted."""
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
            self._open(start_before(text, offset, WINDOW))
        self._window.edit(text[self._start : offset])
        trace = self._tape.trace_before(offset)
        if trace is not None and trace[0] - self._start > offset - self._start - self._unread(offset):
            self._window.suppose(trace[0] - self._start, trace[1])
        snapshot = self._window.state_at(offset - self._start, should_stop=should_stop)
        return None if snapshot is None else self._tape.predictor.reading(snapshot, self._recall_at(offset))

    def clear(self) -> None:
        """Hold nothing any more."""
        self._open(0)
        self._remember_from(0)

    def _open(self, start: int) -> None:
        self._start = start
        self._window = Tape(self._alone, self._tape.language, budget=BUDGET)

    def _remember_from(self, start: int) -> None:
        tape = self._tape
        self._since, self._remembered = start, ""
        self._memory = Memory(tape.predictor.alphabet, tape.predictor.grammar(tape.language), tape.path)

    def _reaches(self, offset: int) -> bool:
        """Whether the window that is open has enough before a place, and not too much."""
        return reaches(self._start, offset, WINDOW)

    def _unread(self, offset: int) -> int:
        return self._window.unread_before(offset - self._start)

    def _recall_at(self, offset: int) -> Recall | None:
        """What the memories say: the tape's own if that is nearly there, else one of what stands before the place."""
        tape = self._tape
        if tape.predictor.gate is None:
            return None
        recall = tape.recall_at(offset, most_unread=REACH)
        if recall is not None:
            if self._remembered:
                self._remember_from(0)  # it takes 90 bytes a character, and the tape has all that it had
            return recall
        if not reaches(self._since, offset, REACH):
            self._remember_from(start_before(tape.text, offset, REACH))
        text = tape.text[self._since : offset]
        common = common_prefix(self._remembered, text)
        self._memory.truncate(common)
        self._memory.extend(tape.predictor.vocabulary.encode(text[common:]))
        self._remembered = text
        return Recall.at(self._memory, len(text), tape.libraries)


def reaches(start: int, offset: int, length: int) -> bool:
    """Whether what begins at a place has enough before another one, and not too much: half to twice the length."""
    return (length // 2 if start else 0) <= offset - start <= 2 * length


def start_before(text: str, offset: int, length: int) -> int:
    """The last line's start that is so far before, but no more than twice; the document's own if that is as near."""
    earliest, latest = max(offset - 2 * length, 0), max(offset - length, 0)
    line = text.rfind("\n", earliest, latest) + 1
    return line or (latest if earliest else 0)
