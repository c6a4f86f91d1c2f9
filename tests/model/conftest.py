"""Tiny untrained networks, one of each cell, loaded once a session."""

from pathlib import Path

import pytest
from checkpoints import write_tiny_checkpoint

from peephole.model.checkpoint import Checkpoint
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime

CELLS = ("lstm", "peephole", "gru")


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Checkpoint]:
    """A checkpoint for each cell, by its name."""
    root: Path = tmp_path_factory.mktemp("checkpoints")
    return {cell: write_tiny_checkpoint(root / cell, cell, gate=True) for cell in CELLS}


@pytest.fixture(scope="session")
def predictors(checkpoints: dict[str, Checkpoint]) -> dict[str, Predictor]:
    """A predictor for each cell, by its name."""
    return {cell: Predictor(Runtime(checkpoint)) for cell, checkpoint in checkpoints.items()}


@pytest.fixture(scope="session")
def predictor(predictors: dict[str, Predictor]) -> Predictor:
    """The LSTM's predictor, where the cell does not matter."""
    return predictors["lstm"]
