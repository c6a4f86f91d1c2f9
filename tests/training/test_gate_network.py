"""The gate that learns is the gate that serves: one network on whole numbers, before and after it is quantised."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from peephole.model.gate import (
    EXACT,
    FEATURES,
    HIDDEN_STEPS,
    LARGEST_INPUT,
    LARGEST_UNIT,
    UNIT_STEPS,
    Gate,
    GateParameters,
    gate_features,
)
from peephole.model.softmax import log_softmax
from peephole.model.votes import EVIDENCE, NOTHING, SLOTS, Votes
from peephole.training.gate.examples import Batch
from peephole.training.gate.measure import judge_by_gate, judge_by_network
from peephole.training.gate.network import GateNetwork, spread_of
from peephole.training.gate.quantise import quantise, quantise_rows

HIDDEN, VOCABULARY = 24, 40


def random_network(seed: int, *, size: float = 1.0) -> GateNetwork:
    """A network whose units and weights are of the size that a fitted one's are."""
    generator = np.random.default_rng(seed)
    network = GateNetwork(HIDDEN, generator.uniform(0.2, 40, FEATURES).astype(np.float32), units=8)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.from_numpy(generator.normal(0, size * 0.3, parameter.shape)))
    return network


def random_batch(seed: int, rows: int = 64) -> Batch:
    """Places with candidates here and there."""
    generator = np.random.default_rng(seed)
    nats = log_softmax(generator.normal(0, 3, (rows, VOCABULARY)).astype(np.float32))
    candidates = generator.integers(0, VOCABULARY, (rows, SLOTS)).astype(np.uint16)
    candidates[generator.random(candidates.shape) < 0.3] = NOTHING
    votes = Votes(candidates, generator.integers(0, 128, (rows, EVIDENCE)).astype(np.float32))
    hidden = generator.integers(-127, 128, (rows, HIDDEN)).astype(np.float32)
    return Batch(nats, hidden, votes, gate_features(nats, votes), generator.integers(0, VOCABULARY, rows))


def weights_in_integers(gate: GateParameters, hidden: npt.NDArray[np.int64], features: npt.NDArray[np.int64]) -> object:
    """The readable twin: Python's own sums, unbounded, and float64 only where the definition leaves whole numbers."""
    found = []
    for h, f in zip(hidden.tolist(), features.tolist(), strict=True):
        given, units = h + f, []
        for row, scale, bias in zip(gate.first.tolist(), gate.first_scale, gate.first_bias, strict=True):
            value = np.float32(sum(w * x for w, x in zip(row, given, strict=True))) * scale + bias
            units.append(int(np.rint(np.clip(value, 0, np.float32(LARGEST_UNIT)) * np.float32(UNIT_STEPS))))
        second = zip(gate.second.tolist(), gate.second_scale, gate.second_bias, strict=True)
        found.append(
            [np.float32(sum(w * x for w, x in zip(row, units + f, strict=True))) * s + b for row, s, b in second]
        )
    return np.array(found, np.float32)


@given(st.integers(0, 10_000), st.floats(0.01, 30))
@settings(max_examples=25, deadline=None)
def test_a_quantised_gate_is_what_plain_integers_give_bit_for_bit(seed: int, size: float) -> None:
    gate, batch = quantise(random_network(seed, size=size)), random_batch(seed, 5)
    found = Gate(gate).weights(batch.hidden / np.float32(HIDDEN_STEPS), batch.features)
    expected = weights_in_integers(gate, batch.hidden.astype(np.int64), batch.features.astype(np.int64))
    np.testing.assert_array_equal(found, expected)


@given(st.integers(0, 10_000), st.floats(0.1, 3))
@settings(max_examples=25, deadline=None)
def test_quantising_hardly_moves_a_weight(seed: int, size: float) -> None:
    network, batch = random_network(seed, size=size), random_batch(seed)
    with torch.no_grad():
        fitted = network(torch.from_numpy(batch.hidden), torch.from_numpy(batch.features)).numpy()
    served = Gate(quantise(network)).weights(batch.hidden / np.float32(HIDDEN_STEPS), batch.features)
    # A unit that rounds the other way moves a weight by a sixteenth of a parameter; few do.
    assert np.quantile(np.abs(served - fitted), 0.9) < 0.06 * size
    assert np.abs(served - fitted).max() < 0.5 * size


def test_the_fitted_network_and_the_gate_that_serves_charge_alike() -> None:
    network, batch = random_network(3), random_batch(4, 400)
    fitted = judge_by_network(network)(batch)
    served = judge_by_gate(Gate(quantise(network)))(batch)
    assert np.abs(fitted - served).mean() < 0.01


@given(
    arrays.arrays(
        np.float64,
        st.tuples(st.integers(1, 4), st.integers(1, 700)),
        elements=st.floats(-1e6, 1e6, allow_subnormal=False),
    )
)
@settings(deadline=None)
def test_no_row_can_sum_up_to_where_float32_rounds(matrix: npt.NDArray[np.float64]) -> None:
    whole, scale = quantise_rows(matrix)
    assert int(np.abs(whole.astype(np.int64)).sum(axis=1).max()) * LARGEST_INPUT < EXACT
    assert (np.abs(whole * scale[:, None].astype(np.float64) - matrix) <= 0.51 * scale[:, None] + 1e-30).all()


def test_a_gate_of_the_right_size_passes_the_check_of_a_checkpoint() -> None:
    quantise(random_network(1, size=20)).check(HIDDEN)


def test_a_gate_that_has_learnt_nothing_leaves_the_networks_word() -> None:
    batch = random_batch(5)
    network = GateNetwork(HIDDEN, spread_of(batch.features), units=8)
    alone = batch.nats[np.arange(len(batch.written)), batch.written]
    assert judge_by_network(network)(batch) == pytest.approx(alone, abs=1e-5)
    assert judge_by_gate(Gate(quantise(network)))(batch) == pytest.approx(alone, abs=1e-5)
