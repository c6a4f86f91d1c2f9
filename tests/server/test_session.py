from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from peephole.model.budget import Budget
from peephole.model.predictor import Predictor
from peephole.server.answer import Asked
from peephole.server.document import Document
from peephole.server.reader import Reader
from peephole.server.scheduler import Priority, Stopped
from peephole.server.session import Session

URI = "file:///a.py"
PATIENCE_S = 60
"""Only a reader that has gone wrong lets it run out."""


@pytest.fixture
def reader(words: Predictor) -> Iterator[Reader]:
    reader = Reader(words.runtime.checkpoint.folder)
    yield reader
    reader.close()


def opened(text: str = " get();\n") -> Session:
    """A session with a document in it."""
    return Session(URI, "python", Document.opened(URI, "python", 1, text, "utf-16"))


async def loaded(reader: Reader) -> None:
    """Waits until a model was loaded, or could not be."""
    done = asyncio.Event()
    assert reader.load(lambda _: done.set())
    async with asyncio.timeout(PATIENCE_S):
        await done.wait()


def test_a_forgotten_document_gets_no_desk_again(words: Predictor) -> None:
    session = opened()
    desk = session.desk(words, Budget.of(16 << 20))
    assert desk is not None
    assert session.desk(words, Budget.of(16 << 20)) is desk
    session.forget("too large")
    assert session.desk(words, Budget.of(16 << 20)) is None
    assert session.tape is None


def test_other_memory_or_another_model_makes_a_new_desk_and_the_old_one_is_let_go(
    words: Predictor, untrained: Predictor
) -> None:
    session = opened()
    first = session.desk(words, Budget.of(16 << 20))
    assert first is not None
    session.clear(words, Budget.of(16 << 20))
    assert session.desk(words, Budget.of(16 << 20)) is first
    assert session.desk(words, Budget.of(32 << 20)) is not first
    session.clear(untrained, Budget.of(32 << 20))
    assert session.tape is None
    last = session.desk(untrained, Budget.of(32 << 20))
    assert last is not None
    assert last.tape.predictor is untrained
    session.clear(None, Budget.of(32 << 20))
    assert session.tape is None


async def test_what_waits_for_a_forgotten_document_is_not_done(reader: Reader) -> None:
    session, started, gate = opened(), threading.Event(), threading.Event()
    await loaded(reader)

    def hold(_: Asked) -> bool:
        started.set()
        return gate.wait(PATIENCE_S)

    first = reader.submit(session, Priority.REQUEST, hold, False)
    assert await asyncio.to_thread(started.wait, PATIENCE_S)
    waiting = reader.submit(session, Priority.REQUEST, lambda _: "done", "nothing")
    session.forget("excluded")
    gate.set()
    assert await first
    assert await waiting == "nothing"
    assert session.tape is None


async def test_what_is_being_done_for_a_forgotten_document_stops(reader: Reader) -> None:
    session, started = opened(), threading.Event()
    await loaded(reader)

    def work(asked: Asked) -> str:
        started.set()
        while not asked.should_stop():
            pass
        raise Stopped

    running = reader.submit(session, Priority.REQUEST, work, "nothing")
    assert await asyncio.to_thread(started.wait, PATIENCE_S)
    session.forget("excluded")
    async with asyncio.timeout(PATIENCE_S):
        assert await running == "nothing"
    assert session.tape is None


async def test_a_model_that_could_not_be_loaded_is_tried_again(words: Predictor, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    reader = Reader(folder)
    await loaded(reader)
    assert reader.condition.state == "inactive"
    shutil.copytree(words.runtime.checkpoint.folder, folder)
    await loaded(reader)
    assert reader.condition.state == "ready"
    assert not reader.load(lambda _: None), "one that is there is not loaded again"
    reader.close()
