from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from asking import parked_desk
from lsprotocol import types

from peephole.model.budget import Budget
from peephole.model.library import Library, Shelved
from peephole.model.predictor import Predictor
from peephole.model.recall import Libraries
from peephole.model.tape import BLOCK
from peephole.server import background
from peephole.server.answer import Asked, ClientSupport
from peephole.server.background import Background
from peephole.server.diagnostics import diagnose
from peephole.server.display import Display
from peephole.server.document import Document
from peephole.server.inline_completion import TYPED, complete_line
from peephole.server.pulling import Pulls
from peephole.server.reader import Reader
from peephole.server.scheduler import Priority, Stopped
from peephole.server.session import Session, Sessions
from peephole.server.settings import DiagnosticSettings, DocumentSettings, Settings

PATIENCE_S = 60
"""Only a worker that has gone wrong lets it run out."""

MARKING = DiagnosticSettings(debounce_ms=0)


class Bench:
    """A background with one document that has something to mark, and what was published."""

    def __init__(self, model: Predictor) -> None:
        self.reader, self.sessions = Reader(model.runtime.checkpoint.folder), Sessions()
        self.reader.settings = Settings(diagnostics=MARKING)
        self.published: list[types.PublishDiagnosticsParams] = []
        display = Display(self.reader, self.published.append)
        self.asked: list[str] = []
        self.pulls = Pulls(self.reader, self.sessions, display, self.ask)
        self.background = Background(self.reader, self.sessions, display, self.pulls)
        text = "\n get();\n vuz();\n"
        self.session = Session("file:///a.py", "python", Document.opened("file:///a.py", "python", 1, text, "utf-16"))
        self.sessions.add(self.session)

    def ask(self, method: str, _: object) -> Future[Any]:
        """Takes a request to a client that does not answer."""
        self.asked.append(method)
        return Future()

    async def load(self) -> None:
        """Waits for the model."""
        done = asyncio.Event()
        self.reader.load(lambda _: done.set())
        async with asyncio.timeout(PATIENCE_S):
            await done.wait()

    async def settle(self) -> None:
        """Waits until the timer and all the background work that it began is over."""
        async with asyncio.timeout(PATIENCE_S):
            while self.session.timer is not None:
                await asyncio.sleep(0)
            await self.reader.submit(self.session, Priority.READ, lambda _: None, None)


@pytest.fixture
def bench(words: Predictor) -> Iterator[Bench]:
    bench = Bench(words)
    yield bench
    bench.session.hush()
    bench.reader.close()


async def test_a_rested_document_is_marked(bench: Bench) -> None:
    await bench.load()
    bench.background.rest(bench.session)
    await bench.settle()
    assert [len(each.diagnostics) for each in bench.published] == [1]


@pytest.mark.parametrize(
    "changed",
    [{"diagnostics": replace(MARKING, enabled=False)}, {"documents": DocumentSettings(languages=("java",))}],
)
async def test_marks_that_were_being_looked_for_are_not_shown_once_they_are_unwanted(
    bench: Bench, changed: dict[str, Any]
) -> None:
    await bench.load()
    gate = threading.Event()
    held = bench.reader.submit(bench.session, Priority.REQUEST, lambda _: gate.wait(PATIENCE_S), False)
    bench.background.rest(bench.session)
    async with asyncio.timeout(PATIENCE_S):
        while bench.session.timer is not None:
            await asyncio.sleep(0)
    bench.reader.settings = replace(bench.reader.settings, **changed)
    bench.background.rest(bench.session)
    gate.set()
    assert await held
    await bench.settle()
    assert bench.published == []


async def test_marks_are_made_again_when_the_first_libraries_come_but_not_for_later_ones(bench: Bench) -> None:
    await bench.load()
    bench.background.consulted(bench.session, False)
    await bench.settle()
    assert bench.published == []
    bench.background.consulted(bench.session, True)
    await bench.settle()
    assert [len(each.diagnostics) for each in bench.published] == [1]


async def test_right_behind_a_change_the_worker_is_free_though_reading_is_to_come(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "QUIET_S", PATIENCE_S)
    bench.reader.settings = Settings(diagnostics=DiagnosticSettings(debounce_ms=60_000))
    await bench.load()
    bench.background.changed(bench.session, 3)
    for priority in (Priority.REQUEST, Priority.READ, Priority.READ, Priority.READ):
        assert await bench.reader.submit(bench.session, priority, lambda asked: asked.desk.tape.fed, -1) == 0
    assert bench.reader.working() == Priority.READ
    bench.reader.stop(bench.session.uri)
    assert bench.reader.working() is None


async def test_reading_ahead_comes_by_itself_after_a_change(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "QUIET_S", 0.001)
    bench.reader.settings = Settings(diagnostics=DiagnosticSettings(debounce_ms=60_000))
    await bench.load()
    bench.background.changed(bench.session, 3)
    async with asyncio.timeout(PATIENCE_S):
        while bench.reader.working() is not None:
            await asyncio.sleep(0)
    tape = bench.session.tape
    assert tape is not None
    assert tape.fed == 3


async def test_the_first_completion_finds_the_tokens_at_hand_as_well(remembering: Predictor) -> None:
    text = " get();\n" * 5_000
    document = Document.opened("", "python", 1, text, "utf-16")
    desk = Session("", "python", document).desk(remembering, Budget.of(16 << 20))
    assert desk is not None
    desk.lay(document)
    background.read(Asked(document, desk, remembering, Settings(), ClientSupport(), lambda: False), len(text))
    assert desk.lexing.tokens_to(text, len(text), lambda: True).end == len(text), "who has to lex would be stopped"


async def test_a_provisional_answer_leaves_the_reading_to_where_somebody_types_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "QUIET_S", 0.001)
    bench.reader.settings = Settings(diagnostics=DiagnosticSettings(debounce_ms=60_000))
    await bench.load()

    async def read() -> int:
        async with asyncio.timeout(PATIENCE_S):
            while bench.reader.working() is not None:
                await asyncio.sleep(0)
        assert bench.session.tape is not None
        return bench.session.tape.fed

    bench.background.changed(bench.session, 3)
    bench.background.read_on(bench.session)
    assert await read() == 3
    bench.background.read_on(bench.session)
    assert await read() == len(bench.session.document.text)


async def test_a_request_that_waits_for_the_typing_to_rest_is_no_work_yet(bench: Bench) -> None:
    await bench.load()
    waiting = bench.reader.submit(bench.session, Priority.REQUEST, lambda _: 1, 0, delay_s=PATIENCE_S)
    assert bench.reader.working() is None
    waiting.cancel()


async def test_reading_to_where_somebody_types_in_a_parked_document_can_be_stopped_while_it_is_remembered(
    remembering: Predictor,
) -> None:
    desk, end = parked_desk(remembering)
    document = Document.opened("", "python", 1, desk.tape.text, "utf-16")
    asked_for = iter([False])
    asked = Asked(document, desk, remembering, Settings(), ClientSupport(), lambda: next(asked_for, True))
    with pytest.raises(Stopped):
        background.read(asked, end - 1)
    assert end - BLOCK <= desk.tape.unremembered_before(end) < end, "no more may be remembered between two looks"


def use(asked: Asked) -> None:
    """Everything that keeps what it found for the next time, with what it was found by."""
    text = asked.document.text
    diagnose(asked)
    complete_line(asked, len(text), TYPED)
    asked.desk.glance.reading_at(len(text), should_stop=asked.should_stop)


async def test_libraries_from_before_are_let_go_of_though_nobody_asks_for_anything(remembering: Predictor) -> None:
    bench = Bench(remembering)
    await bench.load()
    library = Library.build([Shelved("b.py", "zebra")], remembering.vocabulary)
    bench.session.libraries, gone = Libraries(far=library), weakref.ref(library)
    bench.background.consulted(bench.session, False)
    await bench.settle()
    await bench.reader.submit(bench.session, Priority.REQUEST, use, None)
    del library
    assert gone() is not None
    bench.session.libraries = None
    bench.background.consulted(bench.session, False)
    await bench.settle()
    gc.collect()
    assert gone() is None
    bench.reader.close()
