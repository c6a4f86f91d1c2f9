"""The rivals are what their papers say, however a text is cut, and know nothing of other texts."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from checkpoints import write_tiny_checkpoint
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_code import java_file

from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.model.softmax import log_softmax
from peephole.model.state import Float32
from peephole.training.evaluation.dynamic_evaluation import DAMPING, DynamicEvaluation
from peephole.training.evaluation.evaluate import evaluate_beside
from peephole.training.evaluation.neural_cache import NeuralCache
from peephole.training.evaluation.rivals import (
    CACHE,
    DYNAMIC,
    DYNAMIC_MEMORY,
    WITH_CACHE,
    Rivals,
    RivalSettings,
    blend,
    tune,
)
from peephole.training.neighbourhood import beside_none
from peephole.training.texts import Text

SIZE, HIDDEN = 6, 3


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """An untrained network with a gate that trusts its memories."""
    return Predictor(Runtime(write_tiny_checkpoint(tmp_path_factory.mktemp("rivals") / "model", gate=True)))


def random_rows(seed: int, count: int) -> tuple[Float32, Float32, np.ndarray]:
    """Hidden states, log-probabilities and what came."""
    generator = np.random.default_rng(seed)
    hidden = generator.normal(size=(count, HIDDEN)).astype(np.float32)
    nats = log_softmax(generator.normal(size=(count, SIZE)).astype(np.float32))
    return hidden, nats, generator.integers(0, SIZE, count)


def plain_cache(hidden: Float32, written: np.ndarray, window: int, theta: float) -> np.ndarray:
    """The paper's sum, written down."""
    found = np.zeros((len(hidden), SIZE))
    for t in range(len(hidden)):
        for i in range(max(t - window, 0), t):
            found[t, written[i]] += math.exp(theta * float(hidden[t] @ hidden[i]))
        found[t] /= max(found[t].sum(), 1e-30)
    return found


@given(st.integers(0, 99), st.integers(1, 30), st.integers(1, 40), st.lists(st.integers(0, 30), max_size=4))
@settings(max_examples=40)
def test_the_cache_is_the_sum_over_earlier_states_however_the_text_is_cut(
    seed: int, count: int, window: int, cuts: list[int]
) -> None:
    hidden, _, written = random_rows(seed, count)
    cache = NeuralCache(SIZE, window, 0.7)
    edges = [0, *sorted(min(cut, count) for cut in cuts), count]
    parts = [cache.read(hidden[a:b], written[a:b]) for a, b in pairwise(edges) if a < b]
    np.testing.assert_allclose(np.concatenate(parts), plain_cache(hidden, written, window, 0.7), rtol=1e-4, atol=1e-6)


def test_the_cache_stands_large_products() -> None:
    hidden, _, written = random_rows(1, 20)
    found = NeuralCache(SIZE, 50, 3.0).read(hidden * 30, written)
    np.testing.assert_allclose(found[1:].sum(axis=1), 1, rtol=1e-5)
    assert not found[0].any()


def cost(hidden: np.ndarray, nats: np.ndarray, written: np.ndarray, moved: np.ndarray) -> float:
    """What some characters cost where the output layer has moved."""
    logits = nats.astype(np.float64) + np.concatenate([hidden, np.ones((len(hidden), 1))], axis=1) @ moved.T
    logits -= np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return -float(logits[np.arange(len(written)), written].sum())


def test_dynamic_evaluation_steps_down_the_gradient_of_each_segment() -> None:
    hidden, nats, written = random_rows(2, 12)
    found = DynamicEvaluation(SIZE, HIDDEN, 0.3, 4).read(hidden, nats, written)
    moved, squares = np.zeros((SIZE, HIDDEN + 1)), np.zeros((SIZE, HIDDEN + 1))
    for start in range(0, 12, 4):
        part = slice(start, start + 4)
        expected = -cost(hidden[part], nats[part], written[part], moved)
        assert found[part][np.arange(4), written[part]].sum() == pytest.approx(expected, rel=1e-4)
        gradient = np.zeros_like(moved)
        for place in np.ndindex(*moved.shape):
            nudge = np.zeros_like(moved)
            nudge[place] = 1e-5
            after, before = (cost(hidden[part], nats[part], written[part], moved + s * nudge) for s in (1, -1))
            gradient[place] = (after - before) / 2e-5
        squares += gradient**2
        moved -= 0.3 * gradient / (np.sqrt(squares) + DAMPING)


def test_without_a_rate_dynamic_evaluation_changes_nothing() -> None:
    hidden, nats, written = random_rows(3, 50)
    found = DynamicEvaluation(SIZE, HIDDEN, 0.0, 7).read(hidden, nats, written)
    np.testing.assert_allclose(found, nats, atol=1e-6)


def test_a_blend_is_a_distribution_and_leaves_out_who_says_nothing() -> None:
    _, nats, _ = random_rows(4, 3)
    other = np.array([[0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0], [0.5, 0.5, 0, 0, 0, 0]], np.float32)
    found = np.exp(blend(nats, other, 0.25))
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(found[0], np.exp(nats[0]), rtol=1e-5)
    assert found[1, 0] == pytest.approx(0.75 * math.exp(nats[1, 0]) + 0.25, rel=1e-5)


def test_rivals_learn_what_repeats_and_begin_each_text_anew(predictor: Predictor) -> None:
    once = java_file(1)
    texts = [Text("a", once), Text("b", once), Text("c", once * 3)]
    results = [
        evaluate_beside(predictor, "java", beside_none(taken), rivals=Rivals(predictor, RivalSettings()))
        for taken in (texts[:1], texts[:2], texts[2:])
    ]
    for name in (CACHE, DYNAMIC, WITH_CACHE, DYNAMIC_MEMORY):
        first, twice, long = (result.systems[name].whole for result in results)
        assert twice.bits == pytest.approx(2 * first.bits, rel=1e-9), name
        assert long.bits_per_character < first.bits_per_character, name
    alone = results[2].systems["network"].whole
    assert results[2].systems[CACHE].whole.bits < alone.bits
    assert results[2].systems[DYNAMIC].whole.bits < alone.bits
    assert all(seconds > 0 for seconds in results[0].rival_seconds.values())


def test_without_a_gate_there_is_nothing_to_add_to(predictor: Predictor) -> None:
    alone = predictor.alone()
    beside = beside_none([Text("a", java_file(1))])
    systems = evaluate_beside(alone, "java", beside, rivals=Rivals(alone, RivalSettings())).systems
    assert set(systems) == {"network", "served", CACHE, DYNAMIC}
    assert systems["network"] == systems["served"]


def test_tuned_numbers_cost_no_more_than_the_defaults_on_the_text_they_were_chosen_on(predictor: Predictor) -> None:
    texts = [Text("a", java_file(2)), Text("b", java_file(3))]
    tuned = tune(predictor, "java", beside_none(texts))
    costs = [
        evaluate_beside(predictor, "java", beside_none(texts), rivals=Rivals(predictor, given)).systems
        for given in (tuned, RivalSettings())
    ]
    for name in (CACHE, DYNAMIC, DYNAMIC_MEMORY):
        assert costs[0][name].whole.bits <= costs[1][name].whole.bits * (1 + 1e-6), name
    assert costs[0][WITH_CACHE].whole.bits <= costs[0]["served"].whole.bits * (1 + 1e-6)
