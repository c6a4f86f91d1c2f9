"""Numbers that stand for tokens and what they stand behind, for a million of them at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_STEP = np.uint64(0x9E3779B97F4A7C15)


def mix(values: Hashes) -> Hashes:
    """Each value's 64 bits well stirred, none lost (the finaliser of SplitMix64, Steele et al. 2014)."""
    found = values ^ (values >> np.uint64(30))
    found *= _FIRST
    found ^= found >> np.uint64(27)
    found *= _SECOND
    found ^= found >> np.uint64(31)
    return found


def context_hashes(
    ids: npt.NDArray[np.uint32], order: int, start: int
) -> Iterator[tuple[Hashes, npt.NDArray[np.bool_]]]:
    """For contexts of 0, 1, … `order` − 1 ids: the hash of those before each place, and where there are so many.

    ids: (N,) of documents back to back, each beginning with the id `start`, over which no context reaches.
    """
    hashes, whole = np.zeros(len(ids), np.uint64), ids != start
    yield hashes, whole
    for length in range(1, order):
        hashes, whole = hashes.copy(), whole.copy()
        rest = max(len(ids) - length, 0)
        hashes[length:] += (ids[:rest].astype(np.uint64) + np.uint64(1)) * _STEP
        hashes = mix(hashes)
        whole[:length] = False
        if length > 1:
            whole[length:] &= ids[1 : rest + 1] != start
        yield hashes, whole
