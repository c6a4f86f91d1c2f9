"""Which words the training text of a corpus holds, so that new ones can be told.

Every run of word characters that does not begin with a digit is a word, in code, comments and strings alike: a model
of characters has read them all. A word is kept as 64 bits of hash, sorted: two millions of them take 16 MB, and the
chance that a new word passes for one of them is one in 10^13.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from peephole.model.lexis import is_word_character
from peephole.model.vocabulary import CODE_POINTS, Vocabulary

from ..corpus.shards import Shard, corpus_vocabulary, open_shard, read_corpus
from .hashing import Hashes, mix

CHUNK = 1 << 20
"""Characters hashed at once, which takes 50 MB."""

_BASE = 0x9E3779B97F4A7C15
"""Odd, so that it has an inverse modulo 2^64."""
_INVERSE = pow(_BASE, -1, 1 << 64)


@dataclass(frozen=True, eq=False)
class KnownWords:
    """The words of a training split. hashes: (N,) sorted; characters: those of which its words consist."""

    hashes: Hashes
    characters: frozenset[str]

    def lacks(self, words: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which words are new, (N,). One with a character that the corpus cannot write counts as known."""
        hashed = np.array([hash_word(word) for word in words], np.uint64)
        # Not `np.isin`, which would sort all the words again for each few that are asked for.
        at = np.minimum(np.searchsorted(self.hashes, hashed), max(len(self.hashes) - 1, 0))
        found = self.hashes[at] == hashed if len(self.hashes) else np.zeros(len(words), np.bool_)
        unwritable = np.array([not self.characters.issuperset(word) for word in words], np.bool_)
        return ~(found | unwritable)


def known_words(corpus: Path, language: str, advance: Callable[[int], None] = lambda _count: None) -> KnownWords:
    """The words of a corpus's training split, kept beside it where that folder may be written to."""
    vocabulary = corpus_vocabulary(corpus)
    characters = frozenset(filter(is_word_character, vocabulary.characters))
    shard = open_shard(corpus, "train", language)
    digest = read_corpus(corpus)["splits"]["train"][language]["bytes_sha256"]
    kept = corpus / f"words-{language}-{digest[:16]}.npy"
    if kept.is_file():
        with contextlib.suppress(OSError, ValueError):
            return KnownWords(np.load(kept, allow_pickle=False), characters)
    hashes = _hash_shard(shard, vocabulary, advance)
    with contextlib.suppress(OSError):
        _write(kept, hashes)
    return KnownWords(hashes, characters)


def _write(path: Path, hashes: Hashes) -> None:
    """Write the file as a whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as out:
            np.save(out, hashes)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _hash_shard(shard: Shard, vocabulary: Vocabulary, advance: Callable[[int], None]) -> Hashes:
    table = np.array([ord(character) for character in vocabulary.decode(range(len(vocabulary)))], np.uint32)
    found, waiting = np.empty(0, np.uint64), [np.empty(0, np.uint64)]
    for points in _chunks(shard, table):
        waiting.append(np.unique(hash_words(points)))
        # To join them takes as long as all that were found: so only when as many wait.
        if sum(map(len, waiting)) > len(found):
            found, waiting = np.unique(np.concatenate([found, *waiting])), []
        advance(len(points))
    return np.unique(np.concatenate([found, *waiting]))


def _chunks(shard: Shard, table: npt.NDArray[np.uint32]) -> Iterator[npt.NDArray[np.uint32]]:
    """The code points of a shard; no word is cut, for each chunk ends behind a character that belongs to none."""
    start, end = 0, len(shard.tokens)
    while start < end:
        stop = min(start + CHUNK, end)
        points = table[shard.tokens[start:stop]]
        breaks = np.flatnonzero(~_word_table()[points])
        if stop < end and len(breaks):
            points = points[: int(breaks[-1]) + 1]
        start += len(points)
        yield points


def hash_words(points: npt.NDArray[np.uint32]) -> Hashes:
    """The hashes of all words in a text of at most `CHUNK` code points, in order.

    A word's hash is Σ value(c_i) · B^i modulo 2^64, mixed, where it starts at i = 0: a difference of two running sums
    over the text, moved by a power of B's inverse.
    """
    word = _word_table()[points]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], word, [False]]).astype(np.int8)))
    starts, ends = edges[0::2], edges[1::2]
    letters = ~_digit_table()[points[starts]]
    starts, ends = starts[letters], ends[letters]
    sums = np.zeros(len(points) + 1, np.uint64)
    np.cumsum(_values(points) * _powers(False)[: len(points)], out=sums[1:])
    return mix((sums[ends] - sums[starts]) * _powers(True)[starts])


def hash_word(word: str) -> int:
    """The readable twin of `hash_words`, for one word."""
    values = _values(np.array([ord(character) for character in word], np.uint32)).tolist()
    total = sum(value * pow(_BASE, place, 1 << 64) for place, value in enumerate(values)) % (1 << 64)
    return int(mix(np.array([total], np.uint64))[0])


def _values(points: npt.NDArray[np.uint32]) -> Hashes:
    return mix(points.astype(np.uint64) + np.uint64(1))


@cache
def _word_table() -> npt.NDArray[np.bool_]:
    """Which code points words may hold, (CODE_POINTS,)."""
    return np.array([is_word_character(chr(point)) for point in range(CODE_POINTS)])


@cache
def _digit_table() -> npt.NDArray[np.bool_]:
    return np.array([chr(point).isdigit() for point in range(CODE_POINTS)])


@cache
def _powers(inverse: bool) -> Hashes:
    """Powers of the base, or of its inverse, modulo 2^64, (CHUNK,), from the zeroth on."""
    factors = np.full(CHUNK, _INVERSE if inverse else _BASE, np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)
