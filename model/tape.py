"""A document as it has been read: surprisals, states to return to and a memory, kept while the text is edited.

The law: whatever the edits and in whatever order it was read, text, surprisals, states and memory equal, bit for bit,
those of a fresh tape of the same text and budget beside the same libraries (same machine, same runtime). Everything is
read in batch 1 for its sake.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from .alignment import common_prefix, common_suffix
from .budget import DEFAULT, Budget
from .charges import Charges
from .memory import LONGEST_TEXT, Memory
from .offcuts import Offcut, Offcuts
from .outline import Scene
from .predictor import Charge, Predictor, Reading, Snapshot
from .recall import NO_LIBRARIES, Libraries, Recall, read_votes
from .snapshots import Snapshots, TapeCounters
from .traces import Traces
from .votes import Votes

ShouldStop = Callable[[], bool]

SLICE_LENGTH = 48
"""Characters between two looks at `should_stop`: 2.5 ms for a 2x512 network on a Zen 4. Whoever types waits for half of
that on average; slices of 128 take 6.3 ms, and read a text only 5 % faster."""

BLOCK = 4096
"""Characters that the memory takes in at once where that many are to be read anyway: about 3 ms."""

LEAST_OFFCUT = 64
"""Characters that are rather read again, in 2 ms, than kept with a copy of the former text."""


class Tape:
    """The reading of one document in one language; like its predictor it belongs to one thread at a time."""

    def __init__(
        self,
        predictor: Predictor,
        language: str,
        *,
        path: str = "",
        budget: Budget = DEFAULT,
        snapshot_interval: int = 256,
        slice_length: int = SLICE_LENGTH,
        least_offcut: int = LEAST_OFFCUT,
    ) -> None:
        self.predictor = predictor
        self.language, self.path = language, path
        self.text = ""
        self.counters = TapeCounters()
        self.libraries = NO_LIBRARIES
        self.budget = budget
        self._slice_length = slice_length
        self._longest_memory = min(self.budget.remembered, LONGEST_TEXT)
        grammar = predictor.grammar(language)
        self._memory = Memory(predictor.alphabet, grammar, path) if predictor.gate is not None else None
        self._charges = Charges()
        start = predictor.start(language)
        first = Snapshot(start.state, start.network_nats)
        self._snapshots = Snapshots(first, snapshot_interval, self.budget.snapshot_bytes)
        self._traces = Traces()
        self._offcuts = Offcuts(least_offcut, self.budget.several_bytes)
        self._head = 0, first
        self._charged = self._head
        """Where reading in order has come to: behind `_head` while surprisals are read again."""

    @property
    def fed(self) -> int:
        """How many characters have been read in order, their surprisals known."""
        return self._charges.fed

    @property
    def surprisal_bits(self) -> npt.NDArray[np.float32]:
        """Bits of each code point read so far, (fed,); a read-only view, good until the next edit."""
        return self._charges.surprisal_bits

    @property
    def network_bits(self) -> npt.NDArray[np.float32]:
        """The same by the network alone, without the memories."""
        return self._charges.network_bits

    @property
    def nbytes(self) -> int:
        """Memory that is held for the document, besides its text."""
        return self._needed_bytes + self._traces.nbytes + self._offcuts.nbytes

    def snapshots_at(self) -> list[int]:
        """Offsets at which a reading is kept, ascending."""
        return self._snapshots.offsets()

    def edit(self, text: str) -> int:
        """Replace the text (newlines normalised); how many characters that had been read must be read anew.

        What the old and new text begin with in common stays read, and what was read of a text before is put back if
        the new one goes on like that. No model work happens here.
        """
        fed, common = self.fed, common_prefix(self.text, text)
        if common == len(text) == len(self.text):
            return 0
        self._cut_off(common, text)
        self.text = text
        self._put_back(common)
        self._offcuts.bound(self.budget.bytes)  # only now: what an undo needs is older than what it cuts off
        self._account()
        return max(fed - self.fed, 0)

    def consult(self, libraries: Libraries) -> None:
        """Look into these libraries from now on. States stay as they are; surprisals have to be read again."""
        if libraries != self.libraries and self._memory is not None:
            self.libraries = libraries
            self._charges.truncate(0)
            self._charged = 0, self._snapshots.start
            self._offcuts.forget_surprisals()

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

    def remember_to(self, offset: int, *, should_stop: ShouldStop | None = None) -> bool:
        """Take the text up to a place into the memory, before the network has read it; false if stopped before.

        A text is remembered some eighty times as quickly as it is read: whoever asks meanwhile is told by all of it.
        """
        self._check(offset)
        if not self.unremembered_before(offset):
            return True
        while (missing := self.unremembered_before(offset)) and not (should_stop is not None and should_stop()):
            self._remember(min(offset, self._longest_memory) - max(missing - BLOCK, 0))
        self._account()  # before the network reads on for a minute: what undos need may have to make room
        return not missing

    def reading_at(self, offset: int, *, should_stop: ShouldStop | None = None, keep: bool = True) -> Reading | None:
        """The exact reading of text[:offset], or None if stopped. What was read beyond it stays read.

        With `keep` a snapshot is left there, so an edit at that place costs nothing but its own characters;
        without, a look at many places does not push out the places where somebody types.
        """
        snapshot = self.state_at(offset, should_stop=should_stop, keep=keep)
        return None if snapshot is None else self.predictor.reading(snapshot, self.recall_at(offset))

    def state_at(self, offset: int, *, should_stop: ShouldStop | None = None, keep: bool = True) -> Snapshot | None:
        """`reading_at` without what the memories say."""
        self._check(offset)
        reached, snapshot = self._walk(*self._nearest(offset), offset, should_stop, keep=keep)
        if reached >= self._head[0]:
            self._head = reached, snapshot
        if reached < offset:
            return None
        if keep:
            self._snapshots.keep_recent(offset, snapshot)
            self._account()
        return snapshot

    def readings_at(self, offsets: Sequence[int], *, should_stop: ShouldStop | None = None) -> list[Reading] | None:
        """Exact readings of text[:offset] for ascending offsets, on one walk; None if stopped. Keeps no snapshot."""
        readings = []
        reached = self._nearest(offsets[0]) if offsets else self._head
        for offset in offsets:
            self._check(offset)
            reached = self._walk(*reached, offset, should_stop, keep=False)
            if reached[0] < offset:
                return None
            readings.append(self.predictor.reading(reached[1], self.recall_at(offset)))
        return readings

    def scene_at(self, offset: int) -> Scene | None:
        """Where a `return` stands whose space ends at the offset, by the text before it; None in no method, or
        without a memory of what is declared."""
        self._check(offset)
        if self._memory is None or offset > self._longest_memory:
            return None
        self._remember(offset)
        return self._memory.scene(offset)

    def recall_at(self, offset: int, *, most_unread: int | None = None) -> Recall | None:
        """What the memories say at a place; None without a memory, or beyond what it can hold.

        most_unread: None, too, if the memory had to take in more characters than that.
        """
        if self._memory is None or offset > self._longest_memory:
            return None
        if most_unread is not None and offset - len(self._memory) > most_unread:
            return None
        self._remember(offset)
        return Recall.at(self._memory, offset, self.libraries)

    def unread_before(self, offset: int) -> int:
        """Characters between the offset and the last place before it whose exact state is at hand."""
        return offset - self._nearest(offset)[0]

    def unremembered_before(self, offset: int) -> int:
        """Characters before the offset that the memory has still to take in; 0 without one."""
        return max(min(offset, self._longest_memory) - len(self._memory), 0) if self._memory is not None else 0

    def trace_before(self, offset: int) -> tuple[int, Snapshot] | None:
        """A place at or before the offset where a former text, alike there, left its state; not exact. None without."""
        return self._traces.nearest(offset)

    def suppose(self, offset: int, snapshot: Snapshot) -> None:
        """Take a state for that at a place, from where on readings are no longer exact; for who does not need it."""
        self._check(offset)
        self._snapshots.keep_recent(offset, snapshot)

    def park(self, budget_bytes: int) -> None:
        """Hold no more than so many bytes from now on, until it is read again; all comes back exactly when needed.

        First goes what only helps to be quick, then the memory, then snapshots, every second as often as need be, and
        the surprisals last: what is read of the text then begins anew.
        """
        self._offcuts.clear()
        self._traces.clear()
        if self._memory is not None:
            self._memory = Memory(self._memory.alphabet, self._memory.language, self.path)
        self._charges.trim()
        self._snapshots.shrink(max(budget_bytes - self._charges.nbytes, 0) // self._snapshots.start.nbytes)
        if self._charges.nbytes > budget_bytes:
            self._charges = Charges()
            self._charged = 0, self._snapshots.start
        self._head = self._snapshots.nearest(self._head[0])
        self._charged = self._snapshots.nearest(self._charged[0])
        self._account()

    def _check(self, offset: int) -> None:
        if not 0 <= offset <= len(self.text):
            raise IndexError(f"offset {offset} is outside the text's 0..{len(self.text)}")

    def _cut_off(self, common: int, text: str) -> None:
        """Forget what is read behind the place where another text parts from this one, and lay it by."""
        charge = self._charges.since(common)
        memory = self._memory.cut_off(common) if self._memory is not None else None
        places = tuple(place for place in (self._head, self._charged) if place[0] > common)
        snapshots = self._snapshots.truncate(common)
        offcut = Offcut(self.text, common, charge.surprisal_bits, charge.network_bits, snapshots, places, memory)
        self._offcuts.add(offcut)
        if snapshots or len(self._traces):
            suffix = common_suffix(self.text, text, common)
            self._traces.move(snapshots, (common, len(self.text) - suffix), len(text) - len(self.text))
        self.counters.characters_rolled_back += max(self.fed - common, 0)
        self._charges.truncate(common)
        if self._memory is not None:
            self._memory.truncate(common)
        if self._head[0] > common:
            self._head = self._snapshots.nearest(common)
        if self._charged[0] > common:
            self._charged = self._snapshots.nearest(common)

    def _put_back(self, start: int) -> None:
        """Put back what was read of former texts that go on from a place as this one does."""
        while (found := self._offcuts.take(self.text, start)) is not None:
            offcut, end = found
            fed = min(offcut.fed, end)
            if offcut.start <= self.fed < fed:
                charge = offcut.charge(self.fed, fed)
                self.counters.characters_restored += len(charge.surprisal_bits)
                self._charges.append(charge)
            self._snapshots.put_back(offcut.snapshots, start, end)
            for place in offcut.places:
                if self._head[0] < place[0] <= end:
                    self._head = place
                if self._charged[0] < place[0] <= min(end, self.fed):
                    self._charged = place
            past = offcut.memory
            if self._memory is not None and past is not None and past.start <= len(self._memory) < min(past.end, end):
                self._memory.put_back(past)
                self._memory.truncate(end)
            start = end

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
            if at < self._longest_memory:  # what is remembered ends there, however the text is cut
                end = min(end, self._longest_memory)
            indices = self.predictor.vocabulary.encode(self.text[at:end])
            charge, snapshot = self.predictor.charge_chunk(snapshot, indices, self._votes(at, end, offset))
            self._record(at, end, charge)
            at = end
            self._snapshots.pass_by(at, snapshot, towards=offset, keep=keep)
        self._account(at)
        return at, snapshot

    def _votes(self, start: int, end: int, towards: int) -> Votes | None:
        """What the memories say of each character of a slice that is being read; None as for `recall_at`."""
        if self._memory is None or end > self._longest_memory:
            return None
        if end > len(self._memory):
            self._remember(min(towards, start + BLOCK))
        return read_votes(self._memory, start, end, self.libraries)

    def _remember(self, offset: int) -> None:
        """Make the memory hold the text up to a place, at least, or as far as it may."""
        offset = min(offset, self._longest_memory)
        if self._memory is not None and len(self._memory) < offset:
            self._memory.extend(self.predictor.vocabulary.encode(self.text[len(self._memory) : offset]))

    def _record(self, start: int, end: int, charge: Charge) -> None:
        """Append what is new of a slice, and count what was read again."""
        # What lies beyond a part that has to be charged anew is not recorded: it will be, from there.
        fresh = max(end - max(start, self.fed), 0) if start <= self.fed else 0
        self.counters.characters_fed += fresh
        self.counters.characters_refed += end - start - fresh
        if fresh:
            self._charges.append(Charge(charge.surprisal_bits[-fresh:], charge.network_bits[-fresh:]))

    @property
    def _needed_bytes(self) -> int:
        memory = self._memory.nbytes if self._memory is not None else 0
        return self._charges.nbytes + self._snapshots.nbytes + memory

    def _account(self, reached: int = 0) -> None:
        """Keep within the budget, and count what is held."""
        self._traces.overtaken(max(self._head[0], reached))
        self._traces.bound(self._snapshots.most - len(self._snapshots))
        if self.nbytes > self.budget.bytes:
            self._offcuts.bound(self.budget.bytes - self._needed_bytes - self._traces.nbytes)
        counters, memory = self.counters, self._memory
        counters.snapshots, counters.bytes = len(self._snapshots), self._snapshots.nbytes
        counters.memory_bytes = memory.nbytes if memory is not None else 0
        counters.offcut_bytes, counters.held_bytes = self._offcuts.nbytes, self.nbytes
