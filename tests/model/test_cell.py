"""The numpy cells against the torch network, float32 against float32, and against the int8 graph that serves."""

from pathlib import Path

import numpy as np
import pytest
import torch
from checkpoints import random_parameters, tiny_config, tiny_vocabulary, write_tiny_checkpoint

from peephole.model import cell as truth
from peephole.model.checkpoint import Checkpoint
from peephole.model.config import CellKind, NetworkConfig
from peephole.model.network import Network
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime, log_softmax
from peephole.model.state import State
from peephole.model.surprisal import cross_entropy_bits

CODE = "class A:\n    def f(self, a):\n        return a + 1  # é\n"


def random_state(config: NetworkConfig, seed: int = 1) -> State:
    """A state as one might stand in the middle of a text."""
    generator = np.random.default_rng(seed)
    zeros = State.zeros(config)
    return State(
        np.tanh(generator.standard_normal(zeros.hidden.shape)).astype(np.float32),
        generator.standard_normal(zeros.cell.shape).astype(np.float32),
    )


@pytest.mark.parametrize("kind", ["lstm", "peephole", "gru"])
@pytest.mark.parametrize("layers", [1, 3])
def test_numpy_equals_torch_to_a_hundred_thousandth(kind: CellKind, layers: int) -> None:
    config = tiny_config(kind, hidden_size=64, layers=layers)
    parameters = random_parameters(config)
    state = random_state(config)
    indices = tiny_vocabulary().encode(CODE)
    logits, after = truth.read(config, parameters, indices, state)
    network = Network(config)
    network.load_parameters(parameters)
    cell = state.cell if config.has_cell else np.zeros_like(state.hidden)
    start = torch.from_numpy(state.hidden.copy()), torch.from_numpy(cell.copy())
    with torch.no_grad():
        expected, (hidden, cells) = network(torch.from_numpy(indices.astype(np.int64))[:, None], start)
    np.testing.assert_allclose(logits, expected.numpy()[:, 0], rtol=0, atol=1e-5)
    np.testing.assert_allclose(after.hidden, hidden.numpy(), rtol=0, atol=1e-5)
    if config.has_cell:  # a cell state is a sum without bound: its rounding grows with it
        np.testing.assert_allclose(after.cell, cells.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", ["lstm", "peephole", "gru"])
def test_the_float32_graph_equals_numpy(kind: CellKind, tmp_path: Path) -> None:
    checkpoint = write_tiny_checkpoint(tmp_path / kind, kind, quantise=False)
    indices, state = checkpoint.vocabulary.encode(CODE), random_state(checkpoint.config)
    logits, after = truth.read(checkpoint.config, checkpoint.parameters(), indices, state)
    found, last = Runtime(checkpoint).read(indices, state)
    np.testing.assert_allclose(found, log_softmax(logits), atol=2e-5)
    np.testing.assert_allclose(last.hidden, after.hidden, atol=1e-5)
    np.testing.assert_allclose(last.cell, after.cell, atol=2e-5)


@pytest.mark.parametrize("kind", ["lstm", "peephole", "gru"])
def test_the_int8_graph_costs_less_than_a_hundredth_of_a_bit(
    kind: str, checkpoints: dict[str, Checkpoint], predictors: dict[str, Predictor]
) -> None:
    checkpoint, predictor = checkpoints[kind], predictors[kind].alone()
    text = CODE * 40
    indices = np.concatenate([[checkpoint.vocabulary.start("python")], checkpoint.vocabulary.encode(text)])
    zeros = State.zeros(checkpoint.config)
    logits, _ = truth.read(checkpoint.config, checkpoint.parameters(), indices, zeros)
    exact_nats = log_softmax(logits)[np.arange(len(text)), indices[1:]]
    surprisal_bits, _ = predictor.read(predictor.start("python"), text)
    assert 0 not in indices, "unknown characters would be charged beyond the network's own bits"
    assert abs(cross_entropy_bits(surprisal_bits) - float(-exact_nats.mean() / np.log(2))) < 0.01


def test_sigmoid_does_not_overflow() -> None:
    assert truth.sigmoid(np.array([-1e30, 0, 1e30], np.float32)).tolist() == [0, 0.5, 1]


def test_every_cell_gives_the_signals_it_names(checkpoints: dict[str, Checkpoint]) -> None:
    for checkpoint in checkpoints.values():
        config = checkpoint.config
        indices = checkpoint.vocabulary.encode("ab")
        for found in truth.signals(config, checkpoint.parameters(), indices, State.zeros(config)):
            assert tuple(sorted(found)) == tuple(sorted(truth.SIGNALS[config.cell]))
            assert all(values.shape == (2, config.hidden_size) for values in found.values())
