"""Models that the worker's side is tested with, without a process around it."""

from __future__ import annotations

import pytest
from asking import FOLLOWERS
from checkpoints import tiny_vocabulary, trusting_gate, write_bigram_checkpoint, write_tiny_checkpoint

from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """The model of `FOLLOWERS`."""
    return Predictor(Runtime(write_bigram_checkpoint(tmp_path_factory.mktemp("words") / "model", FOLLOWERS)))


@pytest.fixture(scope="session")
def remembering(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """The model of `FOLLOWERS`, which rather believes what it has read, in the document and around it."""
    gate = trusting_gate(len(tiny_vocabulary()), nats=20)
    folder = tmp_path_factory.mktemp("remembering") / "model"
    return Predictor(Runtime(write_bigram_checkpoint(folder, FOLLOWERS, gate=gate)))


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """A model whose every state depends on all that was read."""
    return Predictor(Runtime(write_tiny_checkpoint(tmp_path_factory.mktemp("untrained") / "model")))
