"""The Jelinek–Mercer n-gram, the cache of a file, and how several counters are mixed into one opinion.

After Hellendoorn & Devanbu (2017), "Are deep neural networks the best choice for modeling source code?", and what
their SLP-Core computes. One counter's opinion on a token w behind a context is

    p(w) = λ Σ over n = 1 … hits of (1 − λ)^(hits − n) · count_n(w) / total_n,  divided by 1 − (1 − λ)^hits

over the orders whose context it has seen, which are `hits`. Two opinions are mixed in parts of 2^hits, the more local
one last, so that of equals it has half of the word. What all of them leave, (1 − λ)^hits, goes to a base that knows no
context; probabilities of all tokens and of an unknown one add up to 1.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .ngram_counts import ORDER, Counter, Followers, Places

LAMBDA = 0.5
"""What the longer context has of the word against all shorter ones; SLP-Core's own."""

CACHE_TOKENS = 5000
"""How far back the cache of a file reaches; SLP-Core's own."""

Floats = npt.NDArray[np.float64]
Hits = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Opinion:
    """What one counter said of the tokens that came, (N,) each. hits: orders that it had something to say by."""

    probability: Floats
    hits: Hits

    @classmethod
    def of(cls, counts: Counter, places: Places) -> Opinion:
        """What counts that do not change say of a whole text."""
        number = len(places.ids)
        probability, hits, seen = np.zeros(number), np.zeros(number, np.int64), np.ones(number, np.bool_)
        for order, (contexts, whole) in enumerate(places.contexts, 1):
            count, total = counts.look(order, contexts, places.ids)
            seen = seen & whole & (total > 0)
            share = LAMBDA * count / np.maximum(total, 1)
            probability = np.where(seen, (1 - LAMBDA) * probability + share, probability)
            hits += seen
        return cls(probability / np.where(hits > 0, 1 - (1 - LAMBDA) ** hits, 1), hits)


def mixed(opinions: Sequence[Opinion]) -> Opinion:
    """All opinions as one, the most local last."""
    weights, hits = mixing_weights(np.stack([opinion.hits for opinion in opinions]))
    return Opinion((weights * np.stack([opinion.probability for opinion in opinions])).sum(axis=0), hits)


def mixing_weights(hits: Hits) -> tuple[Floats, Hits]:
    """What each of C counters has of the word at N places, and the hits of all together; hits: (C, N).

    Two are mixed in parts of 1 / (1 − confidence) = 2^hits, where the confidence is 1 − 2^−hits; one without hits says
    nothing. From the first, the most distant one, to the last.
    """
    weights, most = np.zeros(hits.shape), np.zeros(hits.shape[1], np.int64)
    for number, more in enumerate(hits):
        former, latter = np.where(most > 0, 2.0**most, 0), np.where(more > 0, 2.0**more, 0)
        share = latter / np.maximum(former + latter, 1)
        weights[:number] *= 1 - share
        weights[number] = share
        most = np.maximum(most, more)
    return weights, most


def bits_with_base(opinion: Opinion, base_bits: Floats) -> Floats:
    """Bits (N,) of what came, where a base that knows no context has what the counters leave.

    base_bits: (N,) of the base alone; for a long text that is spelled out too many to be written as a probability.
    """
    left = (1 - LAMBDA) ** opinion.hits
    with np.errstate(divide="ignore"):
        bits: Floats = -np.logaddexp2(np.log2((1 - left) * opinion.probability), np.log2(left) - base_bits)
    return bits


def followers_at(counts: Counter, places: Places, number: int) -> list[Followers]:
    """What followed the contexts of one place, from the shortest on; as many as there are hits."""
    found = []
    for order, (contexts, whole) in enumerate(places.contexts, 1):
        followers = counts.followers(order, int(contexts[number])) if whole[number] else None
        if followers is None or not followers.total:
            break
        found.append(followers)
    return found


def add_scores(scores: Floats, found: Sequence[Followers], weight: float) -> None:
    """Add one counter's probabilities of all tokens, by id, in its part."""
    mass = 1 - (1 - LAMBDA) ** len(found)
    for order, followers in enumerate(found, 1):
        share = weight * LAMBDA * (1 - LAMBDA) ** (len(found) - order) / mass
        scores[followers.ids] += (share / followers.total) * followers.counts


class FileCache:
    """The n-grams of the last tokens of the file that is read. It knows of a token only once it has learnt it."""

    def __init__(self, places: Places, capacity: int = CACHE_TOKENS) -> None:
        self._capacity = capacity
        self._ids: list[int] = places.ids.tolist()
        self._contexts = [
            [context if there else None for context, there in zip(hashes.tolist(), whole.tolist(), strict=True)]
            for hashes, whole in places.contexts
        ]
        self._tables: list[dict[int, dict[int, int]]] = [{} for _ in range(ORDER)]
        self._totals: list[dict[int, int]] = [{} for _ in range(ORDER)]

    def read(self, wanted: Collection[int]) -> tuple[Opinion, dict[int, list[Followers]]]:
        """What it said of each token before it came, and all that it had seen at the wanted places; learns them all."""
        probability, hits = np.zeros(len(self._ids)), np.zeros(len(self._ids), np.int64)
        found = {}
        for number in range(len(self._ids)):
            if number in wanted:
                found[number] = self.followers(number)
            probability[number], hits[number] = self.look(number)
            self.learn(number)
        return Opinion(probability, hits), found

    def look(self, number: int) -> tuple[float, int]:
        """Probability of the token at a place by what was learnt so far, and the hits."""
        token, probability, hits = self._ids[number], 0.0, 0
        for contexts, table, totals in zip(self._contexts, self._tables, self._totals, strict=True):
            context = contexts[number]
            if context is None or context not in totals:
                break
            probability = (1 - LAMBDA) * probability + LAMBDA * table[context].get(token, 0) / totals[context]
            hits += 1
        return (probability / (1 - (1 - LAMBDA) ** hits), hits) if hits else (0.0, 0)

    def followers(self, number: int) -> list[Followers]:
        """What followed the contexts of a place so far, from the shortest on."""
        found = []
        for contexts, table, totals in zip(self._contexts, self._tables, self._totals, strict=True):
            context = contexts[number]
            if context is None or context not in totals:
                break
            seen = sorted(table[context].items())
            ids, counts = np.array([pair[0] for pair in seen], np.uint32), np.array([pair[1] for pair in seen])
            found.append(Followers(ids, counts, totals[context]))
        return found

    def learn(self, number: int) -> None:
        """Count the token at a place, and forget the one that is too far back now."""
        self._count(number, 1)
        if number >= self._capacity:
            self._count(number - self._capacity, -1)

    def _count(self, number: int, sign: int) -> None:
        token = self._ids[number]
        for contexts, table, totals in zip(self._contexts, self._tables, self._totals, strict=True):
            context = contexts[number]
            if context is None:
                break
            followers = table.setdefault(context, {})
            followers[token] = followers.get(token, 0) + sign
            totals[context] = totals.get(context, 0) + sign
            if not followers[token]:
                del followers[token]
            if not totals[context]:
                del totals[context], table[context]
