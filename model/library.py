"""The files of a workspace in one language: what they say of the next character, and where they say it."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .neighbours import (
    LARGEST_SYMBOL,
    MARGIN,
    SEPARATOR,
    SIDE,
    WINDOW,
    Bytes,
    Neighbours,
    Order,
    fold,
    windows_of,
)
from .vocabulary import Vocabulary
from .votes import LIBRARY_EVIDENCE, LIBRARY_SLOTS, NOTHING, Votes

__all__ = ["LARGEST_SYMBOL", "SEPARATOR", "WINDOW", "Citation", "Library", "Shelved", "windows_of"]

FULL_WEIGHT = 1000
"""Of an entry that has most in common with the window. Whole numbers, so that sums are exact in any order."""

DECAY = 0.5
"""Nats that an entry's weight loses for each character that it has less in common."""

LEAST_COMMON = 3
"""Characters that some place must have in common with a window for all of them to speak. Where none has, in the first
characters of a file, those speak that are in the first of theirs: what two files said otherwise in their middles
made `iterors` of `import`."""

SHARES = 64
"""Parts in which a candidate's share of all weight is told."""

LENGTHS = (1, 3, 5, 7, 9, 12, 16, 20, 26, 32)
"""Common characters from which on each of the flags stands."""


def _weights() -> npt.NDArray[np.int32]:
    """By the most that any entry has in common, and what this one has; nothing in common weighs nothing."""
    table = np.zeros((WINDOW + 1, WINDOW + 1), np.int32)
    for most in range(1, WINDOW + 1):
        for common in range(1, most + 1):
            table[most, common] = round(FULL_WEIGHT * math.exp(-DECAY * (most - common)))
    return table.ravel()


_WEIGHTS = _weights()
_LENGTHS = np.array(LENGTHS, np.float32)[:, None]
_EARLIER = 256 * np.arange(2 * SIDE, dtype=np.int32)[::-1, None]
_SCORE_UNIT = 256 * 2 * SIDE


@dataclass(frozen=True)
class Shelved:
    r"""One file of a library; its lines end with `\n`."""

    path: str
    text: str


@dataclass(frozen=True)
class Citation:
    """Where something stands: line from 1 on; characters: how many before it are those before the place that asked."""

    path: str
    line: int
    characters: int


class Library:
    """Files of one language, ordered so that the places that resemble a context are found at once.

    Never changes once built, so threads may share it. paths: in order, as the files are held; characters: of all.
    """

    def __init__(self, paths: tuple[str, ...], starts: npt.NDArray[np.int64], order: Order, vocabulary: Vocabulary):
        """starts: where each file's first character is in all files one after another, separators included."""
        self.paths = paths
        self.characters = len(order.backwards) - MARGIN - WINDOW - len(paths)
        self._starts = starts
        self._order = order
        self._newline = min(vocabulary.index("\n"), LARGEST_SYMBOL)
        # A symbol that stands for many characters foretells none of them.
        self._symbols = LARGEST_SYMBOL if len(vocabulary) > LARGEST_SYMBOL + 1 else LARGEST_SYMBOL + 1

    @classmethod
    def build(cls, files: Iterable[Shelved], vocabulary: Vocabulary) -> Library:
        """The library of some files. They are sorted: the same set gives the same library, bit for bit.

        `LibraryError` if they are too long together, or the sorter of suffixes cannot be used.
        """
        shelf = sorted(files, key=lambda file: (file.path, file.text))
        starts = np.cumsum([1, *(len(file.text) + 1 for file in shelf)], dtype=np.int64)
        end = MARGIN + int(starts[-1]) - 1
        backwards = np.zeros(end + WINDOW, np.uint8)
        backwards[:MARGIN] = SEPARATOR
        for file, start in zip(shelf, starts.tolist(), strict=False):
            backwards[end - start] = SEPARATOR
            backwards[end - start - len(file.text) : end - start] = fold(vocabulary.encode(file.text))[::-1]
        return cls(tuple(file.path for file in shelf), starts[:-1].copy(), Order(backwards), vocabulary)

    @property
    def nbytes(self) -> int:
        """Memory that is held: about seven bytes a character."""
        return self._order.nbytes + self._starts.nbytes + sum(map(sys.getsizeof, self.paths))

    def votes(self, windows: Bytes) -> Votes:
        """What followed the places most alike each of N windows (N, WINDOW), as `windows_of` makes them."""
        return count_votes(self._order.nearest(windows), self._symbols)

    def cite(self, window: Bytes, written: npt.NDArray[np.uint16]) -> Citation | None:
        """The place most alike a window (WINDOW,) among those nearest after which `written` really stands, if any."""
        near = self._order.nearest(window[None])
        ahead = fold(written)[::-1]
        best, characters = -1, 0
        for place, common in zip(near.places[:, 0].tolist(), near.common[:, 0].tolist(), strict=True):
            if common > characters and np.array_equal(self._order.backwards[place - len(ahead) : place], ahead):
                best, characters = place, common
        if not characters:
            return None
        # Counted from the start of the text, the symbol before the place is at `end - 1 - best`.
        end = len(self._order.backwards) - WINDOW
        number = int(self._starts.searchsorted(end - best, "right")) - 1
        before = self._order.backwards[best : end - int(self._starts[number])]
        return Citation(self.paths[number], 1 + int(np.count_nonzero(before == self._newline)), characters)


def count_votes(near: Neighbours, symbols: int) -> Votes:
    """Votes of the entries near N windows; no symbol from `symbols` on is a candidate.

    Candidates have the largest sums of weights; of equal ones that of the earlier entry. Evidence: common characters
    and share of the first, entries with as much in common as any, the same two of the second and the third, flags.
    """
    found, common = near.symbols, near.common
    common = common * (near.begins | (np.maximum.reduce(common, axis=0) >= LEAST_COMMON))
    most = np.maximum.reduce(common, axis=0)
    weights = _WEIGHTS.take(most * (WINDOW + 1) + common)
    scores = np.add.reduce((found[:, None] == found) * weights, axis=1)
    # Score, place in line and symbol as one number: the largest names the candidate.
    ranks = scores * _SCORE_UNIT + _EARLIER + found
    ranks[(common == 0) | (found >= symbols)] = -1
    best = np.empty((LIBRARY_SLOTS, len(most)), np.int32)
    for slot in best:
        np.maximum.reduce(ranks, axis=0, out=slot)
        ranks[found == (slot & 255)] = -1
    candidates = np.where(best < 0, NOTHING, best & 255).astype(np.uint16)
    totals = np.maximum(np.add.reduce(weights, axis=0), 1)
    scores = np.maximum(best, 0) // _SCORE_UNIT
    evidence = np.empty((LIBRARY_EVIDENCE, len(most)), np.float32)
    evidence[0], evidence[3], evidence[5] = np.maximum.reduce((found == candidates[:, None]) * common, axis=1)
    evidence[1], evidence[4], evidence[6] = (2 * SHARES * scores + totals) // (2 * totals)  # rounded, halves up
    evidence[2] = np.add.reduce(weights == FULL_WEIGHT, axis=0)
    evidence[7:] = evidence[0] >= _LENGTHS
    return Votes(candidates.T.copy(), evidence.T.copy())
