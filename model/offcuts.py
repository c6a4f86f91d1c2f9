"""What was read of former texts, kept in case one of them comes back: an undo, a redo, a comment taken off again.

An edit cuts a tape where the old and the new text part. The *offcut* is all that was read behind: surprisals, states,
memory. It is good for any text that begins as the former one did, to as far as they agree; that is found by comparing
the texts themselves. Several steps back are a chain: what the first offcut lacks, an older one may have.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from .alignment import common_prefix
from .memory import MemoryOffcut
from .predictor import Charge, Snapshot

MOST_OFFCUTS = 32
"""Looking for one that fits compares a few characters with each."""

T = TypeVar("T")
Place = tuple[int, Snapshot]


@dataclass(frozen=True, eq=False)
class Offcut:
    """What was read of `text` behind `start`.

    surprisal_bits, network_bits: of the places start … fed − 1; places: offsets where reading stood, with the states
    there; snapshots: those that were kept, by offset.
    """

    text: str
    start: int
    surprisal_bits: npt.NDArray[np.float32]
    network_bits: npt.NDArray[np.float32]
    snapshots: dict[int, Snapshot]
    places: tuple[Place, ...]
    memory: MemoryOffcut | None

    @property
    def fed(self) -> int:
        """Where the surprisals end."""
        return self.start + len(self.surprisal_bits)

    def charge(self, start: int, end: int) -> Charge:
        """What the characters between two places cost, both among those whose surprisals are there."""
        part = slice(start - self.start, end - self.start)
        return Charge(self.surprisal_bits[part], self.network_bits[part])

    @property
    def reach(self) -> int:
        """Where all ends that it knows."""
        ends = [self.fed, *(place for place, _ in self.places)]
        return max(*ends, self.memory.end if self.memory is not None else 0)

    @property
    def state_bytes(self) -> int:
        """Memory of the states; all are of one size."""
        states = [*self.snapshots.values(), *(snapshot for _, snapshot in self.places)]
        return len(states) * states[0].nbytes if states else 0

    def without_surprisals(self) -> Offcut:
        """The rest, which does not depend on what other files say."""
        none = self.surprisal_bits[:0].copy()
        return replace(self, surprisal_bits=none, network_bits=none)


class Offcuts:
    """The offcuts of one tape, the latest last; those that were cut off longest ago go first where there are too many.

    least: characters of reading below which an offcut is not worth its text; several_bytes: what more than one of them
    may take together.
    """

    def __init__(self, least: int, several_bytes: int) -> None:
        self._least, self._several_bytes = least, several_bytes
        self._kept: list[Offcut] = []
        self.nbytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, offcut: Offcut) -> None:
        """Keep one more if it is worth it; `bound` once it is known which are still wanted."""
        if offcut.reach - offcut.start >= self._least:
            self._kept.append(offcut)

    def bound(self, budget_bytes: int) -> None:
        """Drop the oldest until so many bytes are enough; the last may take them all, several together may not."""
        del self._kept[:-MOST_OFFCUTS]
        self.nbytes = held_bytes(self._kept)
        while self._kept and self.nbytes > min(budget_bytes, self._several_bytes if self._kept[1:] else budget_bytes):
            del self._kept[0]
            self.nbytes = held_bytes(self._kept)

    def take(self, text: str, start: int) -> tuple[Offcut, int] | None:
        """The latest that goes on from `start` as a text does, and up to where they agree; None if there is none.

        The text's first `start` characters are read. An offcut that is used up is let go of.
        """
        ahead = text[start : start + self._least]
        for place in range(len(self._kept) - 1, -1, -1):
            offcut = self._kept[place]
            if not offcut.start <= start < offcut.reach or not offcut.text.startswith(ahead, start):
                continue
            agreed = min(common_prefix(offcut.text, text), offcut.reach)
            if agreed > start:
                if agreed == offcut.reach:
                    del self._kept[place]
                    self.nbytes = held_bytes(self._kept)
                return offcut, agreed
        return None

    def forget_surprisals(self) -> None:
        """Keep what does not depend on other files, which have changed."""
        self._kept = [offcut.without_surprisals() for offcut in self._kept]
        self.nbytes = held_bytes(self._kept)

    def clear(self) -> None:
        """Drop all."""
        self._kept, self.nbytes = [], 0


def held_bytes(offcuts: Sequence[Offcut]) -> int:
    """Memory that some offcuts hold, texts and arrays that they share counted once; the tape may share some, too."""
    texts = sum(sys.getsizeof(text) for text in _once(offcut.text for offcut in offcuts))
    arrays = sum(array.nbytes for array in _once(array for offcut in offcuts for array in _arrays(offcut)))
    return int(texts + arrays + sum(offcut.state_bytes for offcut in offcuts))


def _arrays(offcut: Offcut) -> Iterator[npt.NDArray[np.generic]]:
    yield offcut.surprisal_bits
    yield offcut.network_bits
    yield from offcut.memory.arrays if offcut.memory is not None else ()


def _once(things: Iterable[T]) -> Iterable[T]:
    """Each thing once, however often it is there."""
    return {id(thing): thing for thing in things}.values()
