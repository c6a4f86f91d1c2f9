"""A document as it has been read: surprisals, states to return to and a memory, kept while the text is edited.

The law: whatever the edits and in whatever order it was read, text, surprisals, states and memory equal, bit for bit,
those of a fresh tape of the same text beside the same libraries (same machine, same runtime). Everything is read in
batch 1 for its sake.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from .memory import LONGEST_TEXT, Memory
from .outline import Scene
from .predictor import Charge, Predictor, Reading, Snapshot
from .recall import NO_LIBRARIES, Libraries, Recall, read_votes
from .snapshots import Snapshots, TapeCounters
from .votes import Votes

ShouldStop = Callable[[], bool]

SLICE_LENGTH = 128
"""Characters between two looks at `should_stop`: 3.4 ms for a 2x512 network."""

WINDOW = 1024
"""Characters that a provisional reading starts before its place, at a line's start if one is within as many more:
27 ms for a 2x512 network."""

BLOCK = 16384
"""Characters that the memory takes in at once where that many are to be read anyway: about 10 ms."""


class Tape:
    """The reading of one document in one language; like its predictor it belongs to one thread at a time."""

    def __init__(
        self,
        predictor: Predictor,
        language: str,
        *,
        path: str = "",
        snapshot_interval: int = 256,
        snapshot_budget_bytes: int = 8 << 20,
        slice_length: int = SLICE_LENGTH,
    ) -> None:
        self.predictor = predictor
        self.language, self.path = language, path
        self.text = ""
        self.fed = 0
        self.counters = TapeCounters()
        self._slice_length = slice_length
        self.libraries = NO_LIBRARIES
        grammar = predictor.grammar(language)
        self._memory = Memory(predictor.alphabet, grammar, path) if predictor.gate is not None else None
        self._surprisal_bits = np.empty(1024, np.float32)
        self._network_bits = np.empty(1024, np.float32)
        start = predictor.start(language)
        self._snapshots = Snapshots(Snapshot(start.state, start.network_nats), snapshot_interval, snapshot_budget_bytes)
        self._head = 0, self._snapshots.start
        self._charged = self._head
        """Where reading in order has come to: behind `_head` while surprisals are read again."""
        self._window: tuple[int, Tape] | None = None

    @property
    def surprisal_bits(self) -> npt.NDArray[np.float32]:
        """Bits of each code point read so far, (fed,); a read-only view, good until the next edit."""
        return _read_only(self._surprisal_bits[: self.fed])

    @property
    def network_bits(self) -> npt.NDArray[np.float32]:
        """The same by the network alone, without the memories."""
        return _read_only(self._network_bits[: self.fed])

    def snapshots_at(self) -> list[int]:
        """Offsets at which a reading is kept, ascending."""
        return self._snapshots.offsets()

    def edit(self, text: str) -> int:
        """Replace the text (newlines normalised); how many characters that had been read must be read anew.

        What the old and new text begin with in common stays read. No model work happens here.
        """
        common = common_prefix(self.text, text)
        rolled_back = max(self.fed - common, 0)
        self.text = text
        self.fed = min(self.fed, common)
        if self._memory is not None:
            self._memory.truncate(common)
        self._snapshots.truncate(common)
        if self._head[0] > common:
            self._head = self._snapshots.nearest(common)
        if self._charged[0] > common:
            self._charged = self._snapshots.nearest(common)
        self.counters.characters_rolled_back += rolled_back
        self._count_snapshots()
        return rolled_back

    def consult(self, libraries: Libraries) -> None:
        """Look into these libraries from now on. States stay as they are; surprisals have to be read again."""
        if libraries != self.libraries and self._memory is not None:
            self.libraries = libraries
            self.fed = 0
            self._charged = 0, self._snapshots.start
            self._window = None

    def advance_to(self, offset: int, *, should_stop: ShouldStop | None = None) -> bool:
        """Read on until `fed` is at least `offset`; false if stopped before. What was read by then stays read."""
        self._check(offset)
        if offset <= self.fed:
            return True
        start = self._nearest(self.fed)
        if start[0] < self._charged[0] <= self.fed:
            start = self._charged
        self._charged = reached = self._walk(*start, offset, should_stop)
        if reached[0] >= self._head[0]:
            self._head = reached
        return self.fed >= offset

    def reading_at(self, offset: int, *, should_stop: ShouldStop | None = None, keep: bool = True) -> Reading | None:
        """The exact reading of text[:offset], or None if stopped. What was read beyond it stays read.

        With `keep` a snapshot is left there, so an edit at that place costs nothing but its own characters;
        without, a look at many places does not push out the places where somebody types.
        """
        self._check(offset)
        reached, snapshot = self._walk(*self._nearest(offset), offset, should_stop, keep=keep)
        if reached >= self._head[0]:
            self._head = reached, snapshot
        if reached < offset:
            return None
        if keep:
            self._snapshots.keep_recent(offset, snapshot)
            self._count_snapshots()
        return self.predictor.reading(snapshot, self._recall_at(offset))

    def scene_at(self, offset: int) -> Scene | None:
        """Where a `return` stands whose space ends at the offset, by the text before it; None in no method, or
        without a memory of what is declared."""
        self._check(offset)
        if self._memory is None or offset > LONGEST_TEXT:
            return None
        self._remember(offset)
        return self._memory.scene(offset)

    def _recall_at(self, offset: int) -> Recall | None:
        """What the memories say at a place; None without a memory, or beyond what it can hold."""
        if self._memory is None or offset > LONGEST_TEXT:
            return None
        self._remember(offset)
        return Recall.at(self._memory, offset, self.libraries)

    def provisional_reading_at(self, offset: int, *, should_stop: ShouldStop | None = None) -> Reading | None:
        """A reading of the last one or two `WINDOW`s of characters before the offset, as if the document began there.

        For an answer at once while a long document is still unread; nothing of it enters the tape. Typing on
        costs only the typed characters, as in the tape itself.
        """
        self._check(offset)
        start, window = self._window or (0, None)
        least = WINDOW // 2 if start else 0
        if window is None or not least <= offset - start <= 2 * WINDOW:
            start = self._window_start(offset)
            window = Tape(self.predictor, self.language, path=self.path, slice_length=self._slice_length)
            window.consult(self.libraries)
            self._window = start, window
        window.edit(self.text[start:offset])
        return window.reading_at(offset - start, should_stop=should_stop)

    def _window_start(self, offset: int) -> int:
        """The last line's start that is a window away, but no more than two; the document's own if that is as near."""
        earliest, latest = max(offset - 2 * WINDOW, 0), max(offset - WINDOW, 0)
        line = self.text.rfind("\n", earliest, latest) + 1
        return line or (latest if earliest else 0)

    def _check(self, offset: int) -> None:
        if not 0 <= offset <= len(self.text):
            raise IndexError(f"offset {offset} is outside the text's 0..{len(self.text)}")

    def _nearest(self, offset: int) -> tuple[int, Snapshot]:
        """The last place at or before the offset where the network's state is at hand."""
        kept = self._snapshots.nearest(offset)
        return self._head if kept[0] < self._head[0] <= offset else kept

    def _walk(
        self, at: int, snapshot: Snapshot, offset: int, should_stop: ShouldStop | None, *, keep: bool = True
    ) -> tuple[int, Snapshot]:
        """Read from one place towards another in slices, leaving snapshots; the place reached."""
        while at < offset:
            if should_stop is not None and should_stop():
                break
            end = min(offset, at + self._slice_length, self._snapshots.next_place(at))
            if at < LONGEST_TEXT:  # what is remembered ends there, however the text is cut
                end = min(end, LONGEST_TEXT)
            indices = self.predictor.vocabulary.encode(self.text[at:end])
            charge, snapshot = self.predictor.charge_chunk(snapshot, indices, self._votes(at, end, offset))
            self._record(at, end, charge)
            at = end
            self._snapshots.pass_by(at, snapshot, towards=offset, keep=keep)
        self._count_snapshots()
        return at, snapshot

    def _votes(self, start: int, end: int, towards: int) -> Votes | None:
        """What the memories say of each character of a slice that is being read; None as for `_recall_at`."""
        if self._memory is None or end > LONGEST_TEXT:
            return None
        if end > len(self._memory):
            self._remember(min(towards, start + BLOCK))
        return read_votes(self._memory, start, end, self.libraries)

    def _remember(self, offset: int) -> None:
        """Make the memory hold the text up to a place, at least."""
        if self._memory is not None and len(self._memory) < offset:
            self._memory.extend(self.predictor.vocabulary.encode(self.text[len(self._memory) : offset]))

    def _record(self, start: int, end: int, charge: Charge) -> None:
        """Append what is new of a slice, and count what was read again."""
        if end > len(self._surprisal_bits):
            self._surprisal_bits = np.concatenate([self._surprisal_bits, np.empty(end, np.float32)])
            self._network_bits = np.concatenate([self._network_bits, np.empty(end, np.float32)])
        # What lies beyond a part that has to be charged anew is not recorded: it will be, from there.
        fresh = max(end - max(start, self.fed), 0) if start <= self.fed else 0
        self.counters.characters_fed += fresh
        self.counters.characters_refed += end - start - fresh
        if fresh:
            self._surprisal_bits[end - fresh : end] = charge.surprisal_bits[-fresh:]
            self._network_bits[end - fresh : end] = charge.network_bits[-fresh:]
            self.fed = end

    def _count_snapshots(self) -> None:
        self.counters.snapshots, self.counters.bytes = len(self._snapshots), self._snapshots.nbytes
        self.counters.memory_bytes = self._memory.nbytes if self._memory is not None else 0


def _read_only(view: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    view.flags.writeable = False
    return view


def common_prefix(old: str, new: str) -> int:
    """How many code points two texts begin with in common: by halving, so all comparing is memcmp's."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
