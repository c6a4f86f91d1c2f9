"""What it costs to spell a token that no counter knows: an n-gram over the characters of all known ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from peephole.model.vocabulary import UNKNOWN, Vocabulary

from .ngram import Floats, Opinion, bits_with_base
from .ngram_counts import START, Counts, Ids, Places, id_bits_for

LEARNT_CHARACTERS = 20_000_000
"""Of spellings, evenly from all; more would take longer than it tells."""


class Speller:
    """Probabilities of all strings, which add up to 1: characters one by one, then an end.

    Each different token of the training text was learnt once, for an unknown one is like the rare ones. Beneath the
    n-gram lies a uniform base, and a character outside the vocabulary costs the bits to say which one it is as well.
    """

    def __init__(self, types: Sequence[str], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._end = len(vocabulary) + 1
        step = max(1, -(-sum(map(len, types)) // LEARNT_CHARACTERS))
        documents, _ = self._spell(types[::step])
        self._counts = Counts.of(documents, id_bits_for(self._end))

    def bits(self, tokens: Sequence[str]) -> Floats:
        """Bits of each token, (N,)."""
        if not tokens:
            return np.empty(0)
        documents, starts = self._spell(tokens)
        places = Places.of(documents)
        base_bits = np.full(len(places.ids), math.log2(len(self._vocabulary.characters) + 2))
        bits = bits_with_base(Opinion.of(self._counts, places), base_bits)
        bits += (places.ids == UNKNOWN + 1) * self._vocabulary.unknown_bits
        bits[places.ids == START] = 0
        found: Floats = np.add.reduceat(bits, starts)
        return found

    def _spell(self, tokens: Sequence[str]) -> tuple[Ids, npt.NDArray[np.int64]]:
        """Documents of one token each, START, its characters' indices and 1, an end; and where each starts, (N,)."""
        sizes = np.array([len(token) + 2 for token in tokens], np.int64)
        starts = sizes.cumsum() - sizes
        inside = np.ones(int(sizes.sum()), np.bool_)
        inside[starts] = inside[starts + sizes - 1] = False
        documents = np.full(len(inside), self._end, np.uint32)
        documents[starts] = START
        documents[inside] = self._vocabulary.encode("".join(tokens)).astype(np.uint32) + 1
        return documents, starts
