"""How often each token followed each context, for hundreds of millions of n-grams.

Of each order the n-grams are sorted numbers of 64 bits, the context's hash in the upper ones and the token's id below,
so that all that followed a context lies together. An n-gram takes 12 bytes. With ids of 21 bits two of 20 million
contexts share a hash some 20 times, and one that was never seen passes for one that was once in 400,000.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .hashing import Hashes, context_hashes

ORDER = 6
"""Tokens of the longest n-gram: 5 of context and the one that follows (Hellendoorn & Devanbu 2017)."""

START = 0
"""The id that every document begins with; it is in contexts, but nothing foretells it."""

Ids = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Followers:
    """What followed one context. ids: (N,) ascending; counts: (N,); total: their sum."""

    ids: Ids
    counts: Numbers
    total: int


class Counter(Protocol):
    """Whoever knows how often what followed what."""

    def look(self, order: int, contexts: Hashes, ids: Ids) -> tuple[Numbers, Numbers]:
        """How often each id followed each context, and how often anything did, (N,) each. order: from 1 on."""

    def followers(self, order: int, context: int) -> Followers:
        """All that followed one context."""


@dataclass(frozen=True, eq=False)
class Places:
    """Places in a text of ids, START first, where something is to be foretold.

    ids: (N,) what came; contexts: by order the hash of what stood before each, and whether there was so much.
    """

    ids: Ids
    contexts: tuple[tuple[Hashes, npt.NDArray[np.bool_]], ...]

    @classmethod
    def of(cls, ids: Ids) -> Places:
        """All places behind the START of one document."""
        found = tuple((hashes[1:], whole[1:]) for hashes, whole in context_hashes(ids, ORDER, START))
        return cls(ids[1:], found)


@dataclass(frozen=True, eq=False)
class Counts:
    """N-grams of all orders. id_bits: an id has no more; keys: by order (N,), sorted; before: by order (N + 1,), how
    often n-grams with lower keys occurred."""

    id_bits: int
    keys: tuple[Hashes, ...]
    before: tuple[npt.NDArray[np.uint32], ...]

    @classmethod
    def of(cls, ids: Ids, id_bits: int) -> Counts:
        """The n-grams of documents back to back, each beginning with START."""
        keys, before = [], []
        for hashes, whole in context_hashes(ids, ORDER, START):
            found = _with_ids(hashes[whole], ids[whole], id_bits)
            found.sort()
            firsts = _firsts(found)
            keys.append(found[firsts])
            before.append(np.append(firsts, len(found)).astype(np.uint32))
        return cls(id_bits, tuple(keys), tuple(before))

    def merged(self, other: Counts) -> Counts:
        """The counts of both texts. The ids of both must have as many bits."""
        assert self.id_bits == other.id_bits, "keys of other bits mean other n-grams"
        pairs = [_merge(*both) for both in zip(self.keys, self.before, other.keys, other.before, strict=True)]
        return Counts(self.id_bits, tuple(keys for keys, _ in pairs), tuple(before for _, before in pairs))

    @property
    def ngrams(self) -> int:
        """How many different ones there are, of all orders."""
        return sum(map(len, self.keys))

    @property
    def nbytes(self) -> int:
        """Memory that they take."""
        return sum(keys.nbytes + before.nbytes for keys, before in zip(self.keys, self.before, strict=True))

    def look(self, order: int, contexts: Hashes, ids: Ids) -> tuple[Numbers, Numbers]:
        keys, before = self.keys[order - 1], self.before[order - 1]
        if not len(keys):
            return np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64)
        low, high = self._bounds(order, contexts)
        wanted = _with_ids(contexts, ids, self.id_bits)
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        known = (keys[at] == wanted) & (ids.astype(np.uint64) >> np.uint64(self.id_bits) == 0)
        counts = np.where(known, before[at + 1] - before[at], 0)
        return counts.astype(np.int64), (before[high] - before[low]).astype(np.int64)

    def followers(self, order: int, context: int) -> Followers:
        low, high = (int(bound[0]) for bound in self._bounds(order, np.array([context], np.uint64)))
        keys, before = self.keys[order - 1][low:high], self.before[order - 1][low : high + 1].astype(np.int64)
        ids = (keys & np.uint64((1 << self.id_bits) - 1)).astype(np.uint32)
        return Followers(ids, np.diff(before), int(before[-1] - before[0]))

    def _bounds(self, order: int, contexts: Hashes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        keys, mask = self.keys[order - 1], np.uint64((1 << self.id_bits) - 1)
        return np.searchsorted(keys, contexts & ~mask), np.searchsorted(keys, contexts | mask, side="right")


@dataclass(frozen=True, eq=False)
class Difference:
    """The counts of some documents without those of some of them, which need not be counted anew for that."""

    whole: Counts
    without: Sequence[Counts]

    def look(self, order: int, contexts: Hashes, ids: Ids) -> tuple[Numbers, Numbers]:
        counts, totals = self.whole.look(order, contexts, ids)
        for less in self.without:
            fewer, total = less.look(order, contexts, ids)
            counts, totals = counts - fewer, totals - total
        return counts, totals

    def followers(self, order: int, context: int) -> Followers:
        found = self.whole.followers(order, context)
        counts, total = found.counts.copy(), found.total
        for less in self.without:
            gone = less.followers(order, context)
            counts[np.searchsorted(found.ids, gone.ids)] -= gone.counts
            total -= gone.total
        left = counts > 0
        return Followers(found.ids[left], counts[left], total)


def _with_ids(contexts: Hashes, ids: Ids, id_bits: int) -> Hashes:
    mask = np.uint64((1 << id_bits) - 1)
    found = contexts & ~mask
    found |= ids.astype(np.uint64) & mask
    return found


def _firsts(ordered: Hashes) -> npt.NDArray[np.intp]:
    """Where in sorted numbers another one begins."""
    unlike = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=unlike[1:])
    return np.flatnonzero(unlike)


def _merge(
    keys: Hashes, before: npt.NDArray[np.uint32], more: Hashes, more_before: npt.NDArray[np.uint32]
) -> tuple[Hashes, npt.NDArray[np.uint32]]:
    joined = np.concatenate([keys, more])
    counts = np.concatenate([np.diff(before), np.diff(more_before)])
    order = np.argsort(joined, kind="stable")
    joined, counts = joined[order], counts[order]
    firsts = _firsts(joined)
    totals = np.concatenate([np.zeros(1, np.uint32), np.cumsum(counts, dtype=np.uint32)])
    return joined[firsts], totals[np.append(firsts, len(joined))]


def id_bits_for(largest: int) -> int:
    """Bits that ids up to the largest need."""
    return max(1, int(largest).bit_length())


def as_documents(parts: Sequence[Ids]) -> Ids:
    """Documents back to back, each with START before it."""
    start = np.array([START], np.uint32)
    return np.concatenate([part for document in parts for part in (start, document)] or [np.empty(0, np.uint32)])
