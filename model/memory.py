"""What a document has said already: for each context the places where it stood before, found without a scan.

A pure function of the text before a place, so the law of the tape covers it. Occurrences lie in sorted *runs* of
keys with a position in their low bits: the last occurrence before any place, in the middle of the text too, is one
binary search away. New text becomes a new run, merged with smaller ones as in a log-structured merge tree (O'Neil
et al. 1996); rolling back only shortens the last runs. For each character read the last occurrence of each of its
contexts is kept, which makes chains to the second and third.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .contexts import CONTEXTS, POSITION_BITS, POSITION_MASK, Alphabet, Context, Keys, Symbols, words_back
from .hinting import Hinting
from .outline import Scene
from .votes import DOCUMENT_EVIDENCE, DOCUMENT_SLOTS, NOTHING, Hints, Votes

NEVER = -1
"""In place of a position: the context has not stood before."""

MERGE_RATIO = 4
"""A run is merged into the one before unless that is so many times larger: few runs, each character sorted seldom."""

LARGEST_BLOCK = 16384
"""Characters taken in at once; at least so many lie between two contexts that are kept."""

SMALLEST_ROOM = 1024

LONGEST_TEXT = 1 << POSITION_BITS
"""Characters that positions can name; what lies beyond is not remembered."""

Places = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Run:
    """Occurrences of the places start … end − 1. keys: sorted, with positions; if cut, those from `end` on are void."""

    start: int
    end: int
    keys: Keys
    cut: bool = False

    def last_before(self, keys: Keys, bound: int) -> Places:
        """The last position below the bound at which each key stood in this run, or NEVER; keys: any shape."""
        last = np.uint64(min(bound, self.end) - 1)  # below 2^24 even where the bound is 2^24 itself
        found = np.searchsorted(self.keys, keys | last, "right") - 1
        there = self.keys[np.maximum(found, 0)]
        same = (found >= 0) & ((there & ~POSITION_MASK) == keys)
        return np.where(same, (there & POSITION_MASK).astype(np.int32), np.int32(NEVER))

    def trimmed(self) -> Run:
        """The same without what was rolled back."""
        return Run(self.start, self.end, self.keys[(self.keys & POSITION_MASK) < self.end]) if self.cut else self

    def merged(self, later: Run) -> Run:
        """This run and the one that follows it as one, without what was rolled back."""
        keys = np.concatenate([self.trimmed().keys, later.keys])
        keys.sort(kind="stable")  # merges the two: 1 ms for 1.2 million keys, where sorting takes 70
        return Run(self.start, later.end, keys)


@dataclass(frozen=True, eq=False)
class MemoryOffcut:
    """What a memory forgets when it is cut at `start`, to be put back when the text is again what it was up to `end`.

    symbols, latest: of the places start … end − 1; runs, contexts: of all the text up to `end`. Runs never change, so
    those are no copies.
    """

    start: int
    end: int
    symbols: Symbols
    latest: Places
    runs: tuple[Run, ...]
    contexts: tuple[tuple[int, Context], ...]
    last: Context

    @property
    def arrays(self) -> list[npt.NDArray[np.generic]]:
        """All that it holds; the keys of runs may be held by others as well."""
        return [self.symbols, self.latest, *(run.keys for run in self.runs)]


class Memory:
    """The occurrences of one text that grows at its end and is cut there. Owns its arrays; for one thread at a time."""

    def __init__(self, alphabet: Alphabet, language: str = "", path: str = "") -> None:
        """language, path: of the text, for what is known of its grammar and by its name; "" for nothing."""
        self.alphabet = alphabet
        self.language = language
        self.path = path
        self._hinting = Hinting(alphabet.vocabulary, language, path)
        self._length = 0
        self._symbols = np.empty(SMALLEST_ROOM, np.uint16)
        self._latest = np.empty((SMALLEST_ROOM, CONTEXTS), np.int32)
        self._runs: list[Run] = []
        self._end = Context.empty(alphabet)
        self._contexts: list[tuple[int, Context]] = [(0, self._end)]

    def __len__(self) -> int:
        return self._length

    @property
    def nbytes(self) -> int:
        """Memory that is held, spare room included."""
        runs = sum(run.keys.nbytes for run in self._runs)
        return self._symbols.nbytes + self._latest.nbytes + runs + self._hinting.nbytes

    @property
    def symbols(self) -> Symbols:
        """The text as vocabulary indices; a view, good until the memory changes."""
        return self._symbols[: self._length]

    def extend(self, symbols: Symbols) -> None:
        """Remember more text at the end."""
        symbols = symbols[: max(LONGEST_TEXT - self._length, 0)]
        for start in range(0, len(symbols), LARGEST_BLOCK):
            self._extend(symbols[start : start + LARGEST_BLOCK])

    def _extend(self, symbols: Symbols) -> None:
        start, end = self._length, self._length + len(symbols)
        self._make_room(end)
        keys, self._end = self._end.over(symbols)
        packed = np.sort((keys | np.arange(start, end, dtype=np.uint64)[:, None]).ravel())
        packed = packed[np.searchsorted(packed, POSITION_MASK, "right") :]  # NO_KEY with any position sorts first
        self._symbols[start:end] = symbols
        self._latest[start:end] = self._latest_in_block(keys, start)
        self._append(Run(start, end, packed))
        self._length = end
        if end - self._contexts[-1][0] >= LARGEST_BLOCK:
            self._contexts.append((end, self._end))

    def cut_off(self, start: int) -> MemoryOffcut | None:
        """What `truncate(start)` would forget; None if it is nothing."""
        if start >= self._length:
            return None
        place = slice(start, self._length)
        symbols, latest = self._symbols[place].copy(), self._latest[place].copy()
        runs, contexts = tuple(self._runs), tuple(self._contexts)
        return MemoryOffcut(start, self._length, symbols, latest, runs, contexts, self._end)

    def put_back(self, offcut: MemoryOffcut) -> None:
        """Remember what was cut off; the first `offcut.start` characters must be there, and be those that were then."""
        start, end = offcut.start, offcut.end
        self.truncate(start)
        self._make_room(end)
        self._symbols[start:end], self._latest[start:end] = offcut.symbols, offcut.latest
        self._runs, self._contexts = list(offcut.runs), list(offcut.contexts)
        self._length, self._end = end, offcut.last

    def truncate(self, length: int) -> None:
        """Forget what stands behind the first `length` characters; costs what is forgotten, at most."""
        if length >= self._length:
            return
        self._hinting.truncate(length)
        while self._runs and self._runs[-1].start >= length:
            self._runs.pop()
        if self._runs and self._runs[-1].end > length:
            last = replace(self._runs[-1], end=length, cut=True)
            # Shortening is free and a copy is not, but what is mostly void shall not be held.
            self._runs[-1] = last.trimmed() if len(last.keys) > 4 * CONTEXTS * (length - last.start) else last
        while self._contexts[-1][0] > length:
            self._contexts.pop()
        self._length = length
        self._end = self._context_at(length)
        if len(self._symbols) > max(4 * length, SMALLEST_ROOM):
            room = max(2 * length, SMALLEST_ROOM)
            self._symbols, self._latest = self._symbols[:room].copy(), self._latest[:room].copy()

    def context_at(self, place: int) -> Context:
        """What precedes a place, as a beam of one."""
        return self._end if place == self._length else self._context_at(place)

    def _context_at(self, place: int) -> Context:
        """As a rule the last words are enough; in a text without words the last context that was kept goes on."""
        symbols = self._symbols[:place]
        start = words_back(self.alphabet, symbols)
        if start is not None:
            return Context.empty(self.alphabet).over(symbols[start:])[1]
        kept, context = next(each for each in reversed(self._contexts) if each[0] <= place)
        return context.over(symbols[kept:])[1]

    def last_before(self, keys: Keys, bound: int) -> Places:
        """The last position below the bound at which each key stood, or NEVER; of the keys' shape."""
        found = np.full(keys.shape, NEVER, np.int32)
        for run in reversed(self._runs):
            if run.start < bound:
                missing = found < 0
                found[missing] = run.last_before(keys[missing], bound)
        return found

    def latest(self, start: int, end: int) -> Places:
        """(end − start, CONTEXTS): the last occurrence of each context of each place that was read; a view."""
        return self._latest[start:end]

    def votes(self, start: int, end: int) -> Votes:
        """What the text before each of the places start … end − 1, all read, says of the character there."""
        return count_votes(self.recall(self.latest(start, end)), np.arange(start, end))

    def hints(self, start: int, end: int) -> Hints | None:
        """What the text's grammar and name say of the characters at start … end − 1, all read; None for nothing."""
        return self._hinting.hints(self.symbols, start, end)

    def hints_behind(self, place: int, tails: Symbols) -> Hints | None:
        """The same of the next character of B texts: the first `place` characters, and a tail each, (B, t)."""
        return self._hinting.hints_behind(self.symbols, place, tails)

    def scene(self, offset: int) -> Scene | None:
        """Where a `return` stands whose space ends at the offset; None in no method, or where no grammar is known."""
        return self._hinting.scene(self.symbols, offset)

    def recall(self, latest: Places) -> Chain:
        """The last three occurrences of contexts and what followed them; latest: (N, CONTEXTS)."""
        second = self.before(latest)
        third = self.before(second)
        return Chain(latest, tuple(self.symbol_at(places) for places in (latest, second, third)))

    def symbol_at(self, places: Places) -> Symbols:
        """The characters at places, NOTHING for NEVER."""
        return np.where(places < 0, np.uint16(NOTHING), self._symbols[np.maximum(places, 0)])

    def before(self, places: Places) -> Places:
        """The occurrence before each of some occurrences, of the context in its column."""
        columns = np.arange(CONTEXTS)
        return np.where(places < 0, np.int32(NEVER), self._latest[np.maximum(places, 0), columns])

    def _latest_in_block(self, keys: Keys, start: int) -> Places:
        """The last occurrence of each context of new text: in the text itself, or else in the runs."""
        length = len(keys)
        latest = np.full((length, CONTEXTS), NEVER, np.int32)
        packed = np.sort((keys | np.arange(length, dtype=np.uint64)[:, None]).T, axis=1)
        places = (packed & POSITION_MASK).astype(np.intp)
        bare = packed & ~POSITION_MASK
        again = np.zeros(packed.shape, np.bool_)
        again[:, 1:] = bare[:, 1:] == bare[:, :-1]
        again &= bare != 0
        columns, ranks = np.nonzero(again)
        latest[places[columns, ranks], columns] = places[columns, ranks - 1] + start
        columns, ranks = np.nonzero(~again & (bare != 0))
        if self._runs:
            latest[places[columns, ranks], columns] = self.last_before(bare[columns, ranks], start)
        return latest

    def _append(self, run: Run) -> None:
        """Add a run at the end, and merge while the one before is not much larger."""
        while self._runs and self._runs[-1].end - self._runs[-1].start < MERGE_RATIO * (run.end - run.start):
            run = self._runs.pop().merged(run)
        self._runs.append(run)

    def _make_room(self, length: int) -> None:
        if length > len(self._symbols):
            room = max(length, 3 * len(self._symbols) // 2)
            self._symbols = np.concatenate([self.symbols, np.empty(room - self._length, np.uint16)])
            rest = np.empty((room - self._length, CONTEXTS), np.int32)
            self._latest = np.concatenate([self._latest[: self._length], rest])


@dataclass(frozen=True, eq=False)
class Chain:
    """Of N places and each context the last occurrence and what followed the last three.

    latest: (N, CONTEXTS), NEVER where there is none; followers: three times (N, CONTEXTS), NOTHING where there is none.
    """

    latest: Places
    followers: tuple[Symbols, ...]


def count_votes(chain: Chain, places: npt.NDArray[np.integer]) -> Votes:
    """Votes of the occurrences of contexts; places: (N,) where each of the texts ends.

    Evidence of each context: whether the character after its second last occurrence is that after the last; or another;
    the same of the third last; and the bits of the distance to the last. At the end the bits of the text's length.
    """
    first, second, third = chain.followers
    rows = len(first)
    there, there_2, there_3 = (follower != NOTHING for follower in chain.followers)
    same_2, same_3 = second == first, third == first
    candidates = np.empty((rows, CONTEXTS, 2), np.uint16)
    candidates[:, :, 0] = first
    candidates[:, :, 1] = np.where(same_2, np.uint16(NOTHING), second)
    evidence = np.zeros((rows, DOCUMENT_EVIDENCE), np.float32)
    evidence[:, 0:-1:5], evidence[:, 1:-1:5] = there_2 & same_2, there_2 & ~same_2
    evidence[:, 2:-1:5], evidence[:, 3:-1:5] = there_3 & same_3, there_3 & ~same_3
    evidence[:, 4:-1:5] = np.where(there, bit_length(places[:, None] - chain.latest), 0)
    evidence[:, -1] = bit_length(places + 1)
    return Votes(candidates.reshape(rows, DOCUMENT_SLOTS), evidence)


def bit_length(numbers: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """How many bits each number takes, 0 for 0; exact below 2^53."""
    return np.frexp(numbers.astype(np.float64))[1].astype(np.int32)
