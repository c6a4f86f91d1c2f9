"""Tiny untrained checkpoints for tests: random parameters from a seed, no training needed."""

from pathlib import Path

import numpy as np

from peephole.model.checkpoint import Checkpoint, Parameters, write_checkpoint
from peephole.model.config import CellKind, NetworkConfig, parameter_shapes
from peephole.model.vocabulary import Vocabulary
from peephole.training.export import export_onnx

LANGUAGES = ("java", "python")


def tiny_vocabulary() -> Vocabulary:
    """Printable ASCII, tab, newline and two characters more; two languages."""
    return Vocabulary.from_counts(LANGUAGES, {"é": 3, "→": 2}, size=256)


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
) -> Checkpoint:
    """A checkpoint of an untrained network in the folder; the same arguments give the same bytes."""
    config = tiny_config(cell, hidden_size=hidden_size, layers=layers)
    parameters = random_parameters(config, seed)
    graph = export_onnx(config, parameters, quantise=quantise)
    return write_checkpoint(folder, config, tiny_vocabulary(), parameters, graph, {"note": "untrained"})
