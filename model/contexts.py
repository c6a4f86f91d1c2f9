"""The contexts by which a document remembers: hashed, a block of text at a time or one character after another.

A context is what stands before a place, seen in one of six ways: its last 3, 5, 8 or 16 characters, the word so
far, and the word so far with the separator and the word before it. Each becomes a *key*: a bit that is always set and
39 bits of hash, above 24 bits left free for a position. Hashes are polynomial, modulo 2^64: that of any stretch of
text follows from two prefixes (Karp & Rabin 1987), so a block costs a few array operations however long its contexts
are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from .lexis import is_word_character
from .vocabulary import Vocabulary

Keys = npt.NDArray[np.uint64]
Symbols = npt.NDArray[np.uint16]

ORDERS = (3, 5, 8, 16)
"""Lengths of the plain contexts. Eleven lengths from 1 to 32 save another 1.5 % of the bits at twice the cost."""

CONTEXTS = len(ORDERS) + 2
LONGEST = max(ORDERS)

POSITION_BITS = 24
POSITION_MASK = np.uint64((1 << POSITION_BITS) - 1)
FARTHEST = 1024
"""Characters that are looked back over for the last words."""

NO_KEY = np.uint64(0)
"""Of a context that the text is too short for."""

BASE = 0x9E3779B97F4A7C15
"""Odd, so that it has an inverse modulo 2^64."""
WORD_START, NO_WORD, NO_SEPARATOR = np.uint64(0x51ED270B), np.uint64(0x2545F491), np.uint64(0x1B873593)
_BASE, _INVERSE = np.uint64(BASE), np.uint64(pow(BASE, -1, 1 << 64))
_SALTS = np.arange(1, CONTEXTS + 1, dtype=np.uint64) * np.uint64(0xD6E8FEB86659FD93)
_PAIR, _SEPARATED = np.uint64(0xA0761D6478BD642F), np.uint64(0xE7037ED1A0B428DB)


def scramble(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """A one-to-one mixing of 64 bits (the finaliser of SplitMix64, Steele, Lea & Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: npt.NDArray[np.uint64] = values ^ (values >> np.uint64(31))
    return mixed


@cache
def _powers(base: int, count: int) -> Keys:
    """base^0 … base^(count−1), modulo 2^64."""
    powers = np.full(count, np.uint64(base))
    powers[0] = 1
    found: Keys = np.cumprod(powers, dtype=np.uint64)
    return found


def powers_of(base: np.uint64, count: int) -> Keys:
    """The first powers of a base; tables grow by doubling."""
    return _powers(int(base), 1 << max(count - 1, 1).bit_length())[:count]


@dataclass(frozen=True, eq=False)
class Alphabet:
    """What contexts need of a vocabulary. marks: (V,) a random number each; in_words: (V,) whether it is in words."""

    vocabulary: Vocabulary
    marks: Keys
    in_words: npt.NDArray[np.bool_]


@cache
def alphabet_of(vocabulary: Vocabulary) -> Alphabet:
    """The alphabet of a vocabulary."""
    words = np.zeros(len(vocabulary), np.bool_)
    first = vocabulary.first_character
    words[first:] = [is_word_character(character) for character in vocabulary.characters]
    return Alphabet(vocabulary, scramble(np.arange(1, len(vocabulary) + 1, dtype=np.uint64) * _BASE), words)


@dataclass(frozen=True, eq=False)
class Context:
    """What precedes one place in each of B texts, as far as keys depend on it.

    prefixes: (B, LONGEST + 1) hashes of the text up to here and up to each of the LONGEST places before; count: (B,)
    how many of those characters there are; word, previous: (B,) hashes of the word so far and of the one before;
    separator: (B,) the mark between them. A hash of a whole text may begin anywhere: only differences are used.
    """

    alphabet: Alphabet
    prefixes: Keys
    count: npt.NDArray[np.intp]
    word: Keys
    previous: Keys
    separator: Keys

    @classmethod
    def empty(cls, alphabet: Alphabet) -> Context:
        """Of the beginning of a text, B = 1."""
        one = np.ones(1, np.uint64)
        prefixes = np.zeros((1, LONGEST + 1), np.uint64)
        return cls(alphabet, prefixes, np.zeros(1, np.intp), one * WORD_START, one * NO_WORD, one * NO_SEPARATOR)

    def take(self, rows: npt.NDArray[np.intp]) -> Context:
        """The given rows, in that order."""
        return Context(
            self.alphabet,
            self.prefixes[rows],
            self.count[rows],
            self.word[rows],
            self.previous[rows],
            self.separator[rows],
        )

    def push(self, symbols: npt.NDArray[np.integer]) -> Context:
        """One more character in each text; symbols: (B,)."""
        marks, in_word = self.alphabet.marks[symbols], self.alphabet.in_words[symbols]
        prefixes = np.empty_like(self.prefixes)
        prefixes[:, :-1] = self.prefixes[:, 1:]
        prefixes[:, -1] = self.prefixes[:, -1] * _BASE + marks
        ended = ~in_word & (self.word != WORD_START)
        return Context(
            self.alphabet,
            prefixes,
            np.minimum(self.count + 1, LONGEST),
            np.where(in_word, self.word * _BASE + marks, WORD_START),
            np.where(ended, self.word, self.previous),
            np.where(in_word, self.separator, marks),
        )

    def keys(self) -> Keys:
        """(B, CONTEXTS) keys of this place."""
        last = self.prefixes[:, -1]
        powers = powers_of(_BASE, LONGEST + 1)
        hashes = [last - self.prefixes[:, -1 - order] * powers[order] for order in ORDERS]
        hashes += [self.word, pair_hash(self.word, self.previous, self.separator)]
        return to_keys(np.stack(hashes, axis=1), self.count)

    def over(self, symbols: Symbols) -> tuple[Keys, Context]:
        """Keys (T, CONTEXTS) of the place before each of T characters, and the context behind them; B must be 1."""
        length = len(symbols)
        if not length:
            return np.empty((0, CONTEXTS), np.uint64), self
        marks, in_word = self.alphabet.marks[symbols], self.alphabet.in_words[symbols]
        powers = powers_of(_BASE, length + 1)
        prefixes = np.concatenate([self.prefixes[0, :-1], _prefixes(self.prefixes[0, -1], marks, powers)])
        here = prefixes[LONGEST : LONGEST + length]
        hashes = np.empty((length, CONTEXTS), np.uint64)
        for column, order in enumerate(ORDERS):
            hashes[:, column] = (
                here - prefixes[LONGEST - order : LONGEST - order + length] * powers_of(_BASE, LONGEST + 1)[order]
            )
        word, previous, separator = self._words(marks, in_word, prefixes[LONGEST:], powers)
        hashes[:, -2], hashes[:, -1] = word[:-1], pair_hash(word[:-1], previous[:-1], separator[:-1])
        count = np.minimum(self.count[0] + np.arange(length + 1), LONGEST)
        end = Context(
            self.alphabet,
            prefixes[-LONGEST - 1 :][None].copy(),
            count[-1:].copy(),
            word[-1:].copy(),
            previous[-1:].copy(),
            separator[-1:].copy(),
        )
        return to_keys(hashes, count[:-1]), end

    def _words(
        self, marks: Keys, in_word: npt.NDArray[np.bool_], prefixes: Keys, powers: Keys
    ) -> tuple[Keys, Keys, Keys]:
        """The word so far, the word before it and the mark between, before each character and behind the last."""
        length = len(marks)
        places = np.arange(length)
        # Place i + 1 is behind character i: the last separator before each place, −1 while there was none yet.
        last = np.concatenate([[-1], np.maximum.accumulate(np.where(in_word, -1, places))])
        start = last + 1
        begun = np.where(last < 0, self.word[0], WORD_START)
        word = prefixes + (begun - prefixes[start]) * powers[np.arange(length + 1) - start]
        ends = ~in_word & (word[:-1] != WORD_START)
        ended = np.concatenate([[-1], np.maximum.accumulate(np.where(ends, places, -1))])
        previous = np.where(ended < 0, self.previous[0], word[ended])
        separator = np.where(last < 0, self.separator[0], marks[last])
        return word, previous, separator


def _prefixes(first: np.uint64, marks: Keys, powers: Keys) -> Keys:
    """h(0) = first, h(i + 1) = h(i) · BASE + marks(i), all at once: divided by the powers it is a running sum."""
    sums = np.cumsum(marks * powers_of(_INVERSE, len(marks) + 1)[1:], dtype=np.uint64)
    return np.concatenate([[first], (sums + first) * powers[1:]])


def pair_hash(word: Keys, previous: Keys, separator: Keys) -> Keys:
    """Of the word so far with what stands before it."""
    found: Keys = word + previous * _PAIR + separator * _SEPARATED
    return found


def to_keys(hashes: Keys, count: npt.NDArray[np.intp]) -> Keys:
    """Keys of hashes (N, CONTEXTS); NO_KEY where, and only where, too few characters stand before for the context."""
    keys = (scramble(hashes + _SALTS) | np.uint64(1 << 63)) & ~POSITION_MASK
    for column, order in enumerate(ORDERS):
        keys[count < order, column] = NO_KEY
    return keys


def words_back(alphabet: Alphabet, symbols: Symbols) -> int | None:
    """Where to begin reading for the context behind a text: before its last words, LONGEST characters back at least.

    None if no words are found within `FARTHEST` characters.
    """
    for reach in (64, FARTHEST):
        if reach >= len(symbols):
            return 0
        tail = alphabet.in_words[symbols[-reach:]]
        edges = np.flatnonzero(tail[1:] != tail[:-1])
        # Four edges: the text may end within a word, and the word before is whole only if its own start is there.
        if len(edges) >= 4:
            return len(symbols) - reach + min(int(edges[-4]) + 1, reach - LONGEST)
    return None
