"""Tiny untrained networks, one of each cell, loaded once a session."""

from pathlib import Path

import pytest
from checkpoints import Build, Followers, write_bigram_checkpoint, write_tiny_checkpoint

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


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Makes a predictor of a bigram model, once for equal ones."""
    made: dict[str, Predictor] = {}

    def make(followers: Followers) -> Predictor:
        key = repr(followers)
        if key not in made:
            folder: Path = tmp_path_factory.mktemp("bigram") / "model"
            made[key] = Predictor(Runtime(write_bigram_checkpoint(folder, followers)))
        return made[key]

    return make
