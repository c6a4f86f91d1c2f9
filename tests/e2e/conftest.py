"""Two small models, and servers that serve them in processes of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asking import FOLLOWERS
from checkpoints import tiny_vocabulary, trusting_gate, write_bigram_checkpoint, write_tiny_checkpoint
from e2e.wire import SECRET, Wire

Start = Callable[..., Wire]


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows the language of `FOLLOWERS`, by bigrams: no state matters but the last character."""
    folder = tmp_path_factory.mktemp("words") / "model"
    write_bigram_checkpoint(folder, FOLLOWERS)
    return folder


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose every state depends on all that was read."""
    folder = tmp_path_factory.mktemp("untrained") / "model"
    write_tiny_checkpoint(folder)
    return folder


@pytest.fixture(scope="session")
def remembering(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of `words`, which rather believes what it has read, in the document and around it."""
    folder = tmp_path_factory.mktemp("remembering") / "model"
    write_bigram_checkpoint(folder, FOLLOWERS, gate=trusting_gate(len(tiny_vocabulary()), nats=20))
    return folder


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers, and ends them with the test."""
    started: list[Wire] = []

    def begin(*options: str | Path, **more: dict[str, str]) -> Wire:
        started.append(Wire(*options, **more))
        return started[-1]

    yield begin
    for wire in started:
        wire.close()


@pytest.fixture(scope="module")
def wire(words: Path) -> Iterator[Wire]:
    """One server for all of a module that has no other: it has to survive each of its tests, and to keep quiet."""
    wire = Wire("--model", words)
    wire.initialize()
    yield wire
    assert wire.leave() == 0
    assert [message for message in wire.received if message.get("method") == "window/showMessage"] == []
    assert SECRET not in wire.errors()
