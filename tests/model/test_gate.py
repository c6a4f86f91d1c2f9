"""The gate: whole-number sums, rows that do not know of each other, and refusals of what is no gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peephole.model.errors import CheckpointMismatch
from peephole.model.gate import EXACT, FEATURES, LARGEST_INPUT, Gate, GateParameters, gate_features
from peephole.model.softmax import log_softmax
from peephole.model.votes import EVIDENCE, NOTHING, SLOTS, Votes
from tests.checkpoints import trusting_gate

HIDDEN, SIZE = 24, 40


def example(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray, Votes]:
    """Random network's log-probabilities, h and votes."""
    generator = np.random.default_rng(seed)
    nats = log_softmax(generator.normal(0, 3, (rows, SIZE)).astype(np.float32))
    hidden = generator.uniform(-1, 1, (rows, HIDDEN)).astype(np.float32)
    candidates = generator.integers(0, SIZE, (rows, SLOTS)).astype(np.uint16)
    candidates[generator.random((rows, SLOTS)) < 0.4] = NOTHING
    return nats, hidden, Votes(candidates, generator.integers(0, 128, (rows, EVIDENCE)).astype(np.float32))


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 40), row=st.integers(0, 39))
def test_a_rows_probabilities_do_not_depend_on_the_rows_beside_it(seed: int, rows: int, row: int) -> None:
    nats, hidden, votes = example(rows, seed)
    gate, row = Gate(trusting_gate(HIDDEN, seed % 7)), row % rows
    alone = Votes(votes.candidates[row : row + 1], votes.evidence[row : row + 1])
    whole = gate.mix(nats, hidden, votes)
    assert whole[row].tobytes() == gate.mix(nats[row : row + 1], hidden[row : row + 1], alone)[0].tobytes()
    np.testing.assert_allclose(np.exp(whole.astype(np.float64)).sum(axis=1), 1, atol=1e-5)


def test_weights_are_those_of_integer_arithmetic() -> None:
    nats, hidden, votes = example(30, 5)
    parameters = trusting_gate(HIDDEN)
    features = gate_features(nats, votes)
    assert (features == np.rint(features)).all()
    assert features.min() >= 0
    assert features.max() <= LARGEST_INPUT
    inputs = np.concatenate([np.rint(hidden * 127), features], axis=1).astype(np.int64)
    sums = (inputs @ parameters.first.T.astype(np.int64)).astype(np.float32)
    units = np.clip(sums * parameters.first_scale + parameters.first_bias, 0, np.float32(7.9))
    inner = np.concatenate([np.rint(units * 16), features], axis=1).astype(np.int64)
    sums = (inner @ parameters.second.T.astype(np.int64)).astype(np.float32)
    expected = sums * parameters.second_scale + parameters.second_bias
    assert Gate(parameters).weights(hidden, features).tobytes() == expected.tobytes()


def test_features_say_what_the_network_thinks_of_each_candidate() -> None:
    nats = log_softmax(np.array([[0.0, 2.0, 1.0, -40.0]], np.float32))
    candidates = np.full((1, SLOTS), NOTHING, np.uint16)
    candidates[0, [2, 4, 17]] = [2, 1, 3]  # of five characters, of eight, the far library's last
    evidence = np.arange(EVIDENCE, dtype=np.float32)[None] % 128
    features = gate_features(nats, Votes(candidates, evidence))[0]
    assert features[:EVIDENCE].tolist() == evidence[0].tolist()
    has, cost, is_best, agrees = features[EVIDENCE : EVIDENCE + 4 * SLOTS].reshape(4, SLOTS)
    assert np.flatnonzero(has).tolist() == [2, 4, 17]
    assert [cost[2], cost[4], cost[17]] == [np.rint(-10 * nats[0, 2]), np.rint(-10 * nats[0, 1]), 120]
    assert np.flatnonzero(is_best).tolist() == [4]
    assert np.flatnonzero(agrees).tolist() == [4], "the longest context that has a candidate is that of eight"
    assert features[-1] == cost[4]


def test_slots_that_name_the_same_character_add_up() -> None:
    nats, hidden, votes = example(1, 3)
    candidates = np.full((1, SLOTS), NOTHING, np.uint16)
    parameters = trusting_gate(HIDDEN)
    silent = replace(parameters, second=np.zeros_like(parameters.second))
    candidates[0, [1, 5, 9]] = 7
    mixed = Gate(silent).mix(nats, hidden, Votes(candidates, votes.evidence))
    bonus = np.zeros(SIZE, np.float32)
    bonus[7] = 6.0
    np.testing.assert_allclose(mixed[0], log_softmax(nats + bonus)[0], atol=1e-5)


def test_without_a_candidate_the_network_stands_alone() -> None:
    nats, hidden, votes = example(4, 11)
    nothing = Votes(np.full((4, SLOTS), NOTHING, np.uint16), votes.evidence)
    np.testing.assert_allclose(Gate(trusting_gate(HIDDEN)).mix(nats, hidden, nothing), nats, atol=1e-6)


def overflowing(gate: GateParameters) -> GateParameters:
    first = gate.first.copy()
    first[1] = EXACT // LARGEST_INPUT // (HIDDEN + FEATURES) + 2
    return replace(gate, first=first)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda gate: replace(gate, first=gate.first[:, 1:]), "first is int16"),
        (lambda gate: replace(gate, second=gate.second.astype(np.int32)), "second is int32"),
        (lambda gate: replace(gate, first_scale=gate.first_scale[1:]), "first_scale"),
        (lambda gate: replace(gate, second_bias=gate.second_bias * np.float32(np.nan)), "no weights"),
        (lambda gate: replace(gate, first_scale=gate.first_scale * np.float32(1e38)), "no weights"),
        (lambda gate: replace(gate, first=np.int16(3)), "hidden units"),
        (lambda gate: replace(gate, first=np.zeros((5000, 3), np.int16)), "hidden units"),
        (overflowing, "round"),
    ],
)
def test_what_is_no_gate_of_this_network_is_refused(
    spoil: Callable[[GateParameters], GateParameters], told: str
) -> None:
    gate = trusting_gate(HIDDEN)
    gate.check(HIDDEN)
    with pytest.raises(CheckpointMismatch, match=told):
        spoil(gate).check(HIDDEN)


def test_tensors_of_other_names_are_no_gate() -> None:
    tensors = trusting_gate(HIDDEN).tensors()
    assert GateParameters.from_tensors(tensors, HIDDEN).first.tobytes() == tensors["first"].tobytes()
    with pytest.raises(CheckpointMismatch, match="first_scale"):
        GateParameters.from_tensors({"weights": tensors["first"]}, HIDDEN)
