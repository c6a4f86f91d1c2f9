"""Places of a text ordered by what stands before them, the latest character first: those alike are neighbours.

The text is held backwards, so that what precedes a place is a suffix and the places in order are a suffix array
(Manber and Myers 1993). Of every STRIDE-th place the WINDOW symbols before it are held as one string of bytes: a binary
search among these, in C, leaves STRIDE places at which a window may belong, and all of them are looked at at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .suffixes import sort_suffixes

SEPARATOR = 255
"""Stands before each file; the largest symbol, and never a character."""

LARGEST_SYMBOL = 254
"""Stands for every character from this index on: symbols are bytes, and so many characters are very rare."""

WINDOW = 32
"""Symbols of context that are compared; a longer one is nearly always a copy of the same file."""

SIDE = 8
"""Neighbours that are asked on either side of where a window belongs."""

STRIDE = 16
"""Places for each one whose window is held: 2 bytes a character. 8 takes twice that and is no faster."""

MARGIN = WINDOW + 1
"""Separators before the text: a place among them has no next character, and nothing in common with any window."""

Bytes = npt.NDArray[np.uint8]

_COLUMNS = np.arange(STRIDE + 2 * SIDE)[:, None]
_NEAREST_FIRST = np.concatenate([np.arange(SIDE)[::-1], np.arange(SIDE, 2 * SIDE)])[:, None]
_WINDOW_TYPE = f"S{WINDOW}"  # compared as unsigned bytes, by memcmp


def fold(indices: npt.NDArray[np.uint16]) -> Bytes:
    """Symbols of vocabulary indices."""
    return np.minimum(indices, LARGEST_SYMBOL).astype(np.uint8)


def windows_of(indices: npt.NDArray[np.uint16], start: int, end: int) -> Bytes:
    """(end − start, WINDOW): the symbols before each of the places start … end − 1 of a text, the latest first."""
    rows = max(end - start, 0)
    if not rows:
        return np.empty((0, WINDOW), np.uint8)
    backwards = np.full(rows + WINDOW - 1, SEPARATOR, np.uint8)
    before = fold(indices[max(start - WINDOW, 0) : end - 1])[::-1]
    backwards[: len(before)] = before
    return np.ndarray((rows, WINDOW), np.uint8, backwards, rows - 1, (-1, 1)).copy()


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Of N windows the 2 · SIDE places most alike: those that sort before, nearest first, then those from there on.

    places: where in the text held backwards the symbol before each place stands; common: how many symbols precede
    both, 0 where the entry says nothing; symbols: what follows there; begins: whether what they have in common is all
    that stands before either. Each (2 · SIDE, N).
    """

    places: npt.NDArray[np.int32]
    common: npt.NDArray[np.int32]
    symbols: Bytes
    begins: npt.NDArray[np.bool_]


class Order:
    """A text's places in order. Owns its arrays, which never change."""

    def __init__(self, backwards: Bytes) -> None:
        """Takes MARGIN separators, the text from its end to its start, and WINDOW zeros; keeps the array."""
        self.backwards = backwards
        length = len(backwards) - MARGIN - WINDOW
        # Places in the margin stand for those beyond both ends of the order.
        self.places = np.ones(length + STRIDE + 2 * SIDE, np.int32)
        order = self.places[SIDE : SIDE + length]
        np.add(sort_suffixes(backwards[MARGIN : MARGIN + length]), MARGIN, out=order)
        self._windows = np.ndarray(MARGIN + length, f"V{WINDOW}", backwards, 0, (1,))  # every window, overlapping
        self._samples = self._windows[order[::STRIDE]].view(_WINDOW_TYPE)

    @property
    def nbytes(self) -> int:
        """Memory that is held."""
        return self.backwards.nbytes + self.places.nbytes + self._samples.nbytes

    def nearest(self, windows: Bytes) -> Neighbours:
        """The places most alike each of N windows; a row of the result never depends on the others."""
        rows = len(windows)
        windows = np.ascontiguousarray(windows)
        blocks = self._samples[1:].searchsorted(windows.view(_WINDOW_TYPE).ravel())
        places = self.places.take(blocks * STRIDE + _COLUMNS)
        found = self._windows[places].view(np.uint8).reshape(len(_COLUMNS), rows, WINDOW)
        below, above = _mask(found < windows), _mask(found > windows)
        # The larger of the two masks is the one that has the bit of the first symbol that differs.
        before = (below > above).reshape(places.shape)[SIDE:-SIDE]
        nearest = (np.add.reduce(before, axis=0) + _NEAREST_FIRST) * rows + np.arange(rows)
        places = places.take(nearest)
        symbols = self.backwards.take(places - 1)
        # A separator, in the window or in both, counts as a difference: nothing is alike across a file's start.
        differing = (below | above).take(nearest)
        # The exponent is the place of the highest bit, from 1 on; of no bit it is 0, and then all symbols are alike.
        highest = np.frexp(differing | _mask(windows == SEPARATOR))[1]
        begins = np.frexp(differing)[1] < highest  # both separators: the files themselves are alike so far
        common = WINDOW - highest
        common[symbols == SEPARATOR] = 0
        return Neighbours(places, common, symbols, begins)


def _mask(found: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint32]:
    """A number for each WINDOW truths: a bit for each symbol of a window, that of the latest the highest."""
    return np.packbits(found).view(">u4").astype(np.uint32)
