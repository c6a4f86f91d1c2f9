"""Models that the worker's side is tested with, without a process around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import FOLLOWERS, SURE
from checkpoints import tiny_vocabulary, trusting_gate, write_bigram_checkpoint, write_tiny_checkpoint
from commanding import JAVA

from peephole.model.checkpoint import load_checkpoint
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime


@pytest.fixture(scope="session")
def words_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder whose network knows the language of `FOLLOWERS`: `get` comes first in a line."""
    return write_bigram_checkpoint(tmp_path_factory.mktemp("words") / "model", FOLLOWERS).folder


@pytest.fixture(scope="session")
def sure_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder whose network is nearly certain that `get` comes first in a line."""
    return write_bigram_checkpoint(tmp_path_factory.mktemp("sure") / "model", SURE).folder


@pytest.fixture(scope="session")
def words(words_folder: Path) -> Predictor:
    """The model of `FOLLOWERS`."""
    return Predictor(Runtime(load_checkpoint(words_folder)))


@pytest.fixture(scope="session")
def remembering_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `words_folder`, but it rather believes what it has read, in the document and around it."""
    gate = trusting_gate(len(tiny_vocabulary()), nats=20)
    return write_bigram_checkpoint(tmp_path_factory.mktemp("remembering") / "model", FOLLOWERS, gate=gate).folder


@pytest.fixture(scope="session")
def remembering(remembering_folder: Path) -> Predictor:
    """The model of `remembering_folder`."""
    return Predictor(Runtime(load_checkpoint(remembering_folder)))


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder whose network has learned nothing, but answers."""
    return write_tiny_checkpoint(tmp_path_factory.mktemp("untrained") / "model").folder


@pytest.fixture(scope="session")
def untrained(model: Path) -> Predictor:
    """A model whose every state depends on all that was read."""
    return Predictor(Runtime(load_checkpoint(model)))


@pytest.fixture
def java_file(tmp_path: Path) -> Path:
    """A small Java file."""
    path = tmp_path / "Counter.java"
    path.write_text(JAVA)
    return path
