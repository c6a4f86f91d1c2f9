from __future__ import annotations

import asyncio
import gc
import shutil
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import parked_desk

from peephole.model.budget import Budget
from peephole.model.predictor import Predictor
from peephole.model.tape import BLOCK
from peephole.server.answer import Asked
from peephole.server.document import Document
from peephole.server.parking import Parking
from peephole.server.reader import Reader
from peephole.server.scheduler import Priority, Stopped
from peephole.server.session import MOST_UNREAD, Session, Sessions
from peephole.server.settings import DocumentSettings, Settings

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


async def test_what_was_read_of_a_closed_document_is_gone_once_the_worker_looks_up(reader: Reader) -> None:
    sessions, session = Sessions(), opened(" get();\n" * 400)
    await loaded(reader)
    sessions.add(session)
    assert await reader.submit(session, Priority.REQUEST, lambda asked: asked.desk.tape.advance_to(200), False)
    assert session.document is not None
    assert session.tape is not None
    held = [weakref.ref(each) for each in (session.document, session.tape)]
    gc.collect()
    gc.disable()  # nothing may wait for the collector: what was read is megabytes
    try:
        sessions.remove(URI)
        session.forget("closed")
        other = Session("file:///b.py", "python", Document.opened("file:///b.py", "python", 1, "x", "utf-16"))
        assert await reader.submit(other, Priority.REQUEST, lambda _: True, False)
        assert [each() for each in held] == [None, None]
    finally:
        gc.enable()


async def test_documents_not_used_for_longest_are_parked_and_come_back_exactly(untrained: Predictor) -> None:
    reader = Reader(untrained.runtime.checkpoint.folder)
    reader.settings = Settings(documents=DocumentSettings(total_megabytes=1))
    await loaded(reader)
    text = " get();\n" * 4000
    sessions = [
        Session(uri, "python", Document.opened(uri, "python", 1, text, "utf-16"))
        for uri in (f"file:///{number}.py" for number in range(4))
    ]

    def read(asked: Asked) -> bytes:
        asked.desk.read_to(len(text), asked.should_stop)
        return asked.desk.tape.surprisal_bits.tobytes()

    def held() -> list[int]:
        return [session.tape.nbytes for session in sessions if session.tape is not None]

    first = [await reader.submit(session, Priority.REQUEST, read, b"") for session in sessions]
    assert sum(held()) <= 1 << 20
    assert held()[0] < held()[-1] / 2
    assert await reader.submit(sessions[0], Priority.REQUEST, read, b"") == first[0]
    assert sum(held()) <= 1 << 20
    reader.close()


def test_a_parked_document_is_answered_at_once_and_exactly_once_it_is_remembered(remembering: Predictor) -> None:
    desk, end = parked_desk(remembering)
    assert desk.tape.unread_before(end) <= MOST_UNREAD, "there must be a state for this test to say anything"
    assert not desk.quick_reading_at(end, lambda: False)[1]
    assert desk.tape.unremembered_before(end) == end
    desk.remember_to(end, lambda: False)
    assert desk.quick_reading_at(end, lambda: False)[1]


def test_an_exact_reading_of_what_was_parked_can_be_stopped_while_it_is_remembered(remembering: Predictor) -> None:
    (desk, end), asked = parked_desk(remembering), iter([False])
    with pytest.raises(Stopped):
        desk.reading_at(end, lambda: next(asked, True))
    assert end - BLOCK <= desk.tape.unremembered_before(end) < end, "no more may be remembered between two looks"


async def test_a_document_that_takes_all_the_room_leaves_the_others_nothing_but_their_texts(
    untrained: Predictor,
) -> None:
    parking = Parking()
    desks = [opened(" get();\n" * 300).desk(untrained, Budget.of(16 << 20)) for _ in range(3)]
    for desk in desks:
        assert desk is not None
        desk.tape.edit(" get();\n" * 300)
        desk.tape.advance_to(len(desk.tape.text))
        parking.used(desk, 1 << 30)
    assert desks[2] is not None
    parking.used(desks[2], desks[2].nbytes + 1000)
    assert [desk.tape.fed for desk in desks if desk is not None] == [0, 0, len(desks[2].tape.text)]
    before = parking.nbytes
    del desk, desks[0]
    assert parking.nbytes < before
