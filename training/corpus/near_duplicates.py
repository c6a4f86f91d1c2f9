"""Digests seen so far, and which of them a new one resembles (Leskovec, Rajaraman & Ullman, chapter 3.4: banding)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .deduplicate import BANDS, LEAST_SIMILARITY, PERMUTATIONS, ROWS, Digest, similarity

RECENT = 1024
"""Digests that are compared one by one before they are sorted in: 21 bands of as many take 15 µs."""

_MIXERS = np.asarray([pow(0x9E3779B97F4A7C15, k + 1, 1 << 64) | 1 for k in range(ROWS)], np.uint64)

Keys = npt.NDArray[np.uint32]


class NearDuplicates:
    """Digests seen so far, found again by any band in which they agree; 512 bytes of digest each and 168 more.

    Every band has a sorted list of its own, so all who agree with a digest in a band lie side by side. Families want
    that, where thousands of files begin with the same paragraphs: followed one by one, the shipped model's corpus was
    not done after 9 minutes; so it takes less than one.
    """

    def __init__(self) -> None:
        self._count = self._sorted = 0
        self._digests = np.zeros((RECENT, PERMUTATIONS), np.uint32)
        self._keys: Keys = np.zeros((BANDS, RECENT), np.uint32)
        """The newest digests' bands, in the order in which they came."""
        self._runs: Keys = np.zeros((BANDS, 0), np.uint32)
        """Each band's keys of all others, ascending, and beside them whose they are."""
        self._owners: Keys = np.zeros((BANDS, 0), np.uint32)

    def resembles(self, digest: Digest) -> bool:
        """Whether a digest seen before agrees with this one in a band and has similarity 0.8 or more with it."""
        agreeing = self._agreeing(band_keys(digest))
        return bool(np.any(similarity(self._digests[agreeing], digest) >= LEAST_SIMILARITY))

    def add(self, digest: Digest) -> None:
        """Remember a digest."""
        if self._count == len(self._digests):
            self._digests = np.concatenate([self._digests, np.zeros_like(self._digests)])
        self._digests[self._count] = digest
        self._keys[:, self._count - self._sorted] = band_keys(digest)
        self._count += 1
        if self._count - self._sorted == RECENT:
            self._sort_in()

    def _agreeing(self, keys: Keys) -> npt.NDArray[np.intp]:
        """Who has one of these (BANDS,) keys in the same band; another band has the same key by
        chance once in 200 million, and then similarity decides, as it always does."""
        recent = (self._keys[:, : self._count - self._sorted] == keys[:, None]).any(axis=0)
        found = [np.flatnonzero(recent) + self._sorted]
        for run, owners, key in zip(self._runs, self._owners, keys, strict=True):
            first = run.searchsorted(key)
            if first < len(run) and run[first] == key:
                found.append(owners[first : run.searchsorted(key, "right")].astype(np.intp))
        return np.unique(np.concatenate(found)) if len(found) > 1 else found[0]

    def _sort_in(self) -> None:
        keys = np.concatenate([self._runs, self._keys], axis=1)
        newest = np.arange(self._sorted, self._count, dtype=np.uint32)
        owners = np.concatenate([self._owners, np.broadcast_to(newest, (BANDS, RECENT))], axis=1)
        order = np.argsort(keys, axis=1, kind="stable")
        self._runs, self._owners = np.take_along_axis(keys, order, axis=1), np.take_along_axis(owners, order, axis=1)
        self._sorted = self._count


def band_keys(digest: Digest) -> Keys:
    """(BANDS,) a number for each band: equal where the band is."""
    bands = digest[: BANDS * ROWS].reshape(BANDS, ROWS).astype(np.uint64)
    mixed = (bands * _MIXERS).sum(axis=1, dtype=np.uint64)
    return np.asarray(mixed >> np.uint64(32), np.uint32)
