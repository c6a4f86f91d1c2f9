"""The n-gram agrees with a readable twin, its probabilities add up to 1, and its cache knows only what it has read."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.vocabulary import CODE_POINTS, Vocabulary
from peephole.training.evaluation.ngram import (
    LAMBDA,
    FileCache,
    Floats,
    Opinion,
    add_scores,
    bits_with_base,
    followers_at,
    mixed,
    mixing_weights,
)
from peephole.training.evaluation.ngram_counts import (
    ORDER,
    START,
    Counts,
    Difference,
    Followers,
    Ids,
    Places,
    as_documents,
)
from peephole.training.evaluation.ngram_reading import rank_among
from peephole.training.evaluation.ngram_speller import Speller

KINDS = 4
BITS = 3

Document = list[int]
documents = st.lists(st.lists(st.integers(1, KINDS), max_size=14), min_size=1, max_size=4)
document = st.lists(st.integers(1, KINDS + 1), min_size=1, max_size=14)
"""May hold a token that no counter knows."""


def ids_of(texts: Sequence[Document]) -> Ids:
    """Documents as counters take them."""
    return as_documents([np.array(text, np.uint32) for text in texts])


def counts_of(texts: Sequence[Document]) -> Counts:
    """Their counts."""
    return Counts.of(ids_of(texts), BITS)


class Twin:
    """Jelinek and Mercer as one reads it: a dictionary of tuples."""

    def __init__(self, texts: Sequence[Document] = ()) -> None:
        self.counts: Counter[tuple[int, ...]] = Counter()
        for text in texts:
            for place in range(len(text)):
                self.learn(text, place)

    def learn(self, text: Document, place: int, sign: int = 1) -> None:
        for context in self.contexts(text, place):
            self.counts[(*context, text[place])] += sign

    def contexts(self, text: Document, place: int) -> list[tuple[int, ...]]:
        before = (START, *text[:place])
        return [before[len(before) - length :] for length in range(min(ORDER, len(before) + 1))]

    def ask(self, text: Document, place: int, token: int) -> tuple[float, int]:
        probability, hits = 0.0, 0
        for context in self.contexts(text, place):
            total = sum(n for ngram, n in self.counts.items() if ngram[:-1] == context)
            if not total:
                break
            probability = (1 - LAMBDA) * probability + LAMBDA * self.counts[(*context, token)] / total
            hits += 1
        return (probability / (1 - (1 - LAMBDA) ** hits) if hits else 0.0), hits


def scores_of(found: Sequence[Followers]) -> Floats:
    """One counter's probabilities of all tokens."""
    scores = np.zeros(KINDS + 2)
    if found:
        add_scores(scores, found, 1.0)
    return scores


def test_a_small_example_agrees_with_what_one_computes_by_hand() -> None:
    opinion = Opinion.of(counts_of([[1, 2, 1, 3]]), Places.of(ids_of([[1, 2]])))
    # 1 at the beginning: half of all, and all that ever stood there. 2 behind a 1 at the beginning: a quarter of all,
    # half of what followed a 1, and all that followed a 1 at the beginning.
    assert opinion.hits.tolist() == [2, 3]
    assert opinion.probability[0] == pytest.approx((1 / 2 * 1 + 1 / 4 * 1 / 2) / (3 / 4))
    assert opinion.probability[1] == pytest.approx((1 / 2 * 1 + 1 / 4 * 1 / 2 + 1 / 8 * 1 / 4) / (7 / 8))
    bits = bits_with_base(opinion, np.full(2, math.log2(5)))
    assert 2 ** -bits[1] == pytest.approx(1 / 2 * 1 + 1 / 4 * 1 / 2 + 1 / 8 * 1 / 4 + 1 / 8 * 1 / 5)


@given(documents, document)
def test_counts_agree_with_the_readable_twin(texts: list[Document], text: Document) -> None:
    counts, twin, places = counts_of(texts), Twin(texts), Places.of(ids_of([text]))
    opinion = Opinion.of(counts, places)
    for place in range(len(text)):
        probability, hits = twin.ask(text, place, text[place])
        assert opinion.hits[place] == hits
        assert opinion.probability[place] == pytest.approx(probability)
        scores = scores_of(followers_at(counts, places, place))
        assert scores.tolist() == pytest.approx([twin.ask(text, place, token)[0] for token in range(KINDS + 2)])


@given(document, st.integers(1, 20))
def test_the_cache_agrees_with_a_twin_that_holds_the_last_tokens(text: Document, capacity: int) -> None:
    places = Places.of(ids_of([text]))
    opinion, seen = FileCache(places, capacity).read(range(len(text)))
    for place in range(len(text)):
        twin = Twin()
        for number in range(max(0, place - capacity), place):
            twin.learn(text, number)
        probability, hits = twin.ask(text, place, text[place])
        assert opinion.hits[place] == hits == len(seen[place])
        assert opinion.probability[place] == pytest.approx(probability)
        expected = [twin.ask(text, place, token)[0] for token in range(KINDS + 2)]
        assert scores_of(seen[place]).tolist() == pytest.approx(expected)


@given(document, document, document)
def test_the_cache_learns_only_from_what_was_read_before(text: Document, one: Document, other: Document) -> None:
    found = []
    for rest in (one, other):
        places = Places.of(ids_of([[*text, *rest]]))
        opinion, seen = FileCache(places).read(range(len(text) + 1))
        here = [scores_of(seen[place]).tolist() for place in range(len(text) + 1)]
        found.append((opinion.probability[: len(text)].tolist(), here))
    assert found[0] == found[1]


@given(st.lists(documents, min_size=1, max_size=4), document)
def test_probabilities_of_all_known_tokens_and_an_unknown_one_add_up_to_one(
    folders: list[list[Document]], text: Document
) -> None:
    unknown, total = KINDS + 1, 0.0
    known = {*range(1, KINDS + 1), *text}
    counters = [counts_of(folder) for folder in folders]
    for token in {*known, unknown}:
        places = Places.of(ids_of([[*text, token]]))
        cache, _ = FileCache(places).read(())
        opinion = mixed([*(Opinion.of(counts, places) for counts in counters), cache])
        base_bits = np.full(len(text) + 1, math.log2(len({*known, unknown})))
        total += 2 ** -float(bits_with_base(opinion, base_bits)[-1])
    assert total == pytest.approx(1)


@given(st.lists(documents, min_size=1, max_size=4), document)
def test_what_is_ranked_is_what_is_charged(folders: list[list[Document]], text: Document) -> None:
    places = Places.of(ids_of([text]))
    counters = [counts_of(folder) for folder in folders]
    opinion = mixed([Opinion.of(counts, places) for counts in counters])
    for place in range(len(text)):
        found = [followers_at(counts, places, place) for counts in counters]
        weights, _ = mixing_weights(np.array([[len(followers)] for followers in found]))
        scores = np.zeros(KINDS + 2)
        for weight, followers in zip(weights[:, 0], found, strict=True):
            add_scores(scores, followers, float(weight))
        assert scores[text[place]] == pytest.approx(opinion.probability[place])


@given(documents, documents, document)
def test_a_corpus_counted_in_two_passes_is_the_corpus_counted_in_one(
    first: list[Document], second: list[Document], text: Document
) -> None:
    whole = counts_of([*first, *second])
    parts = counts_of(first).merged(counts_of(second))
    for one, other in zip(whole.keys + whole.before, parts.keys + parts.before, strict=True):
        np.testing.assert_array_equal(one, other)
    places = Places.of(ids_of([text]))
    difference = Difference(whole, [counts_of(second)])
    opinion, alone = (Opinion.of(counter, places) for counter in (difference, counts_of(first)))
    np.testing.assert_array_equal(opinion.hits, alone.hits)
    np.testing.assert_array_equal(opinion.probability, alone.probability)
    for place in range(len(text)):
        here, there = (scores_of(followers_at(c, places, place)) for c in (difference, counts_of(first)))
        np.testing.assert_array_equal(here, there)


def test_of_counters_with_equal_hits_the_most_local_one_has_half_of_the_word() -> None:
    weights, hits = mixing_weights(np.array([[6, 6, 0], [6, 0, 0], [6, 2, 3]]))
    assert weights[:, 0].tolist() == [0.25, 0.25, 0.5]
    assert weights[:, 1].tolist() == pytest.approx([64 / 68, 0, 4 / 68])
    assert weights[:, 2].tolist() == [0, 0, 1]
    assert hits.tolist() == [6, 6, 3]


def test_a_rank_is_among_those_that_begin_alike_and_of_equals_the_lower_id_is_first() -> None:
    scores = np.array([0, 0.1, 0.3, 0.1, 0.5, 0])
    assert [rank_among(scores, token, None) for token in (4, 2, 1, 3, 5)] == [1, 2, 3, 4, None]
    assert rank_among(scores, 3, np.array([1, 3])) == 2
    assert rank_among(np.full(20, 0.05), 10, None) is None


def test_spellings_share_one_probability_among_all_strings() -> None:
    vocabulary = Vocabulary(("java",), "ab")
    speller = Speller(["ab", "a", "b", "abab"], vocabulary)
    strings = ["".join(some) for length in range(9) for some in itertools.product("ab?", repeat=length)]
    # What an unknown character costs beyond being unknown says which of all those that are left it is.
    which_bits = [text.count("?") * vocabulary.unknown_bits for text in strings]
    total = np.exp2(np.array(which_bits) - speller.bits(strings)).sum()
    assert 0.99 < total <= 1
    assert vocabulary.unknown_bits == math.log2(CODE_POINTS - 2)
    short, long = speller.bits(["ab", "bbaabb"])
    assert short < long
