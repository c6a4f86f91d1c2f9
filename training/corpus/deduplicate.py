"""Exact duplicates by SHA-256, near-duplicates by MinHash over word 5-grams.

MinHash and banding as in Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, chapter 3.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

NGRAM = 5
PERMUTATIONS = 128
ROWS = 6
BANDS = PERMUTATIONS // ROWS
"""21 bands of 6 rows: a pair at J = 0.8 shares a band with probability
1 - (1 - 0.8^6)^21 = 0.998, one at 0.4 with 0.08, so few are compared in vain."""
LEAST_SIMILARITY = 0.8
SEED = 42

Digest = npt.NDArray[np.uint32]

_WORD = re.compile(rb"\w+")
# Odd 64-bit multipliers (the golden ratio's and its powers), so that the order of the words counts.
_MULTIPLIERS = [np.uint64(pow(0x9E3779B97F4A7C15, k + 1, 1 << 64) | 1) for k in range(NGRAM)]
_MIXERS = np.asarray([pow(0x9E3779B97F4A7C15, k + 1, 1 << 64) | 1 for k in range(ROWS)], np.uint64)
_ALL_BANDS = np.arange(BANDS)
_COLUMNS = np.arange(BANDS * ROWS).reshape(BANDS, ROWS)
"""The columns of a digest that each band is made of."""


def shingle(content: bytes) -> npt.NDArray[np.uint64]:
    """Hashes of the distinct word 5-grams; a shorter text is one shingle of all its words."""
    words = np.fromiter(map(zlib.crc32, _WORD.findall(content)), np.uint64)
    size = min(NGRAM, len(words))
    if size == 0:
        return np.zeros(1, np.uint64)
    total = np.zeros(len(words) - size + 1, np.uint64)
    for k in range(size):
        total += words[k : k + len(total)] * _MULTIPLIERS[k]
    total ^= total >> np.uint64(29)
    return np.unique(total)


def sketch(contents: Iterable[bytes]) -> Digest:
    """MinHash digests (N, 128) uint32 of N texts."""
    rows = [shingle(content) for content in contents]
    if not rows:
        return np.zeros((0, PERMUTATIONS), np.uint32)
    offsets = np.cumsum([0, *map(len, rows)]).tolist()
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(np.concatenate(rows), offsets, PERMUTATIONS, SEED)
    return np.asarray(matrix.to_rows(), np.uint32)


def similarity(left: Digest, right: Digest) -> npt.NDArray[np.float64]:
    """Estimated Jaccard similarities (N,) of digests (N, 128) with one (128,); standard error 0.035 at J = 0.8."""
    return np.asarray(np.mean(left == right, axis=-1))


class NearDuplicates:
    """Digests seen so far, found again by any band in which they agree; 512 bytes of digest each and 170 to 250 more.

    Every band has a hash table of its own, of chains through arrays: a bucket knows the last digest that fell into it,
    and each digest the one before it. Numbers begin at 1; 0 is nobody.
    """

    def __init__(self) -> None:
        self._count = 0
        self._make_tables(1024)

    def resembles(self, digest: Digest) -> bool:
        """Whether a digest seen before agrees with this one in a band and has similarity 0.8 or more with it."""
        bands = _ALL_BANDS
        chained = self._last[bands, self._buckets(digest)]
        while len(chained):
            columns = _COLUMNS[bands]
            agree = (self._digests[chained[:, None], columns] == digest[columns]).all(axis=1)
            if np.any(similarity(self._digests[chained[agree]], digest) >= LEAST_SIMILARITY):
                return True
            chained = self._before[chained, bands]
            bands, chained = bands[chained > 0], chained[chained > 0]
        return False

    def add(self, digest: Digest) -> None:
        """Remember a digest."""
        if self._count + 1 == len(self._digests):
            self._grow()
        self._count += 1
        buckets = self._buckets(digest)
        self._digests[self._count] = digest
        self._before[self._count] = self._last[_ALL_BANDS, buckets]
        self._last[_ALL_BANDS, buckets] = self._count

    def _buckets(self, digest: Digest) -> npt.NDArray[np.intp]:
        """The bucket of each band; there are as many as digests have room, a power of two."""
        mixed = (digest[_COLUMNS].astype(np.uint64) * _MIXERS).sum(axis=1, dtype=np.uint64)
        return np.asarray(mixed >> np.uint64(32) & np.uint64(len(self._digests) - 1), np.intp)

    def _make_tables(self, size: int) -> None:
        self._digests = np.zeros((size, PERMUTATIONS), np.uint32)
        self._before = np.zeros((size, BANDS), np.uint32)
        self._last = np.zeros((BANDS, size), np.uint32)

    def _grow(self) -> None:
        seen, self._count = self._digests[1 : self._count + 1], 0
        self._make_tables(2 * len(self._digests))
        for digest in seen:
            self.add(digest)
