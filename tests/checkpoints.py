"""Tiny untrained checkpoints for tests: random parameters from a seed, no training needed."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from peephole.model.checkpoint import Checkpoint, Parameters
from peephole.model.checkpoint_writer import write_checkpoint
from peephole.model.config import CellKind, NetworkConfig, parameter_shapes
from peephole.model.gate import FEATURES, GateParameters
from peephole.model.predictor import Predictor
from peephole.model.vocabulary import Vocabulary
from peephole.model.votes import SLOTS
from peephole.training.export import export_onnx

LANGUAGES = ("java", "python")

Followers = dict[str, dict[str, float]]
"""A bigram model: how often each character, or language, is followed by which."""

Build = Callable[[Followers], Predictor]
"""Makes a predictor of one."""

LEAST_FOLLOWER = 1e-8
"""Weight of a character that a bigram model was not told about."""


def tiny_vocabulary(languages: Sequence[str] = LANGUAGES) -> Vocabulary:
    """Printable ASCII, tab, newline and two characters more; two languages."""
    return Vocabulary.from_counts(languages, {"é": 3, "→": 2}, size=256)


def tiny_config(cell: CellKind = "lstm", *, hidden_size: int = 24, layers: int = 2) -> NetworkConfig:
    """A network that reads a thousand characters in a few milliseconds."""
    return NetworkConfig(cell, len(tiny_vocabulary()), 12, hidden_size, layers)


def random_parameters(config: NetworkConfig, seed: int = 0) -> Parameters:
    """Normal weights, of a size that lets gates open and close."""
    generator = np.random.default_rng(seed)
    return {
        name: (generator.standard_normal(shape) * (2.0 / np.sqrt(shape[-1]) if len(shape) > 1 else 0.5)).astype(
            np.float32
        )
        for name, shape in parameter_shapes(config).items()
    }


def write_tiny_checkpoint(
    folder: Path,
    cell: CellKind = "lstm",
    *,
    hidden_size: int = 24,
    layers: int = 2,
    seed: int = 0,
    quantise: bool = True,
    gate: bool = False,
) -> Checkpoint:
    """A checkpoint of an untrained network in the folder; the same arguments give the same bytes.

    With `gate` it also trusts its memories, as `trusting_gate` does.
    """
    config = tiny_config(cell, hidden_size=hidden_size, layers=layers)
    parameters = random_parameters(config, seed)
    graph = export_onnx(config, parameters, quantise=quantise)
    trusting = trusting_gate(hidden_size, seed) if gate else None
    return write_checkpoint(folder, config, tiny_vocabulary(), parameters, graph, {"note": "untrained"}, gate=trusting)


def trusting_gate(hidden_size: int, seed: int = 0, *, nats: float = 2.0) -> GateParameters:
    """A gate that adds about so many nats to whatever a memory names, more or less by random weights on all inputs."""
    generator = np.random.default_rng(seed)
    units = 4
    return GateParameters(
        generator.integers(-40, 41, (units, hidden_size + FEATURES)).astype(np.int16),
        np.full(units, 1e-3, np.float32),
        np.zeros(units, np.float32),
        generator.integers(-40, 41, (SLOTS, units + FEATURES)).astype(np.int16),
        np.full(SLOTS, 1e-4, np.float32),
        np.full(SLOTS, nats, np.float32),
    )


def write_bigram_checkpoint(
    folder: Path,
    followers: Mapping[str, Mapping[str, float]],
    *,
    languages: Sequence[str] = LANGUAGES,
    quantise: bool = False,
    gate: GateParameters | None = None,
) -> Checkpoint:
    """A network that was not trained but told which characters follow which, and how often: a bigram model.

    followers: for a character (or a language, for its start token) the weights of the next; what is not named gets
    a little. One layer whose candidate copies the one-hot input, and whose gates never change: h is the character.
    """
    vocabulary = tiny_vocabulary(languages)
    size = len(vocabulary)
    config = NetworkConfig("lstm", size, size, size, 1)
    parameters = {name: np.zeros(shape, np.float32) for name, shape in parameter_shapes(config).items()}
    parameters["embedding.weight"] = np.eye(size, dtype=np.float32)
    always, never = np.full(size, 30, np.float32), np.full(size, -30, np.float32)
    parameters["layers.0.bias"] = np.concatenate([always, never, np.zeros(size, np.float32), always])
    parameters["layers.0.weight_input"][2 * size : 3 * size] = np.eye(size, dtype=np.float32) * 10
    weights = np.full((size, size), LEAST_FOLLOWER)
    for name, following in followers.items():
        row = vocabulary.start(name) if name in languages else vocabulary.index(name)
        for character, weight in following.items():
            weights[row, vocabulary.index(character)] = weight
    nats = np.log(weights / weights.sum(axis=1, keepdims=True))
    parameters["output.weight"] = (nats.T / np.tanh(1)).astype(np.float32)
    graph = export_onnx(config, parameters, quantise=quantise)
    return write_checkpoint(folder, config, vocabulary, parameters, graph, {"note": "bigrams"}, gate=gate)
