from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from peephole.model.predictor import Predictor
from peephole.server import activity
from peephole.server.activity import Activity, Watch
from peephole.server.answer import Asked
from peephole.server.document import Document
from peephole.server.reader import Reader
from peephole.server.scheduler import Priority
from peephole.server.session import Session, Sessions

PATIENCE_S = 60
"""Only a worker that has gone wrong lets it run out."""

URI, TEXT = "file:///folder/a.py", " get();\n" * 50
HALF = len(TEXT) // 2


class Display:
    """Keeps what is shown of the progress."""

    def __init__(self) -> None:
        self.shown: list[str | int] = []

    def begin(self, title: str) -> None:
        self.shown.append(title)

    def report(self, percent: int) -> None:
        self.shown.append(percent)

    def end(self) -> None:
        self.shown.append("end")


class Bench:
    """A worker that works as long as it is let, and what was told of it."""

    def __init__(self, model: Predictor) -> None:
        self.reader, self.sessions = Reader(model.runtime.checkpoint.folder), Sessions()
        self.told: list[Activity] = []
        self._arrived = asyncio.Event()
        self.watch = Watch(self.reader, self.sessions, self.tell)
        self.reader.tell_changes(self.watch.look)
        self.session = Session(URI, "python", Document.opened(URI, "python", 1, TEXT, "utf-16"))
        self.sessions.add(self.session)
        self.gate = threading.Event()
        self.gate.set()

    def tell(self, told: Activity) -> None:
        """Takes what the client would get."""
        self.told.append(told)
        self._arrived.set()

    async def expect(self, told: Activity) -> None:
        """Waits until that is told."""
        async with asyncio.timeout(PATIENCE_S):
            while told not in self.told:
                self._arrived.clear()
                await self._arrived.wait()

    async def load(self) -> None:
        """Waits for the model."""
        done = asyncio.Event()
        self.reader.load(lambda _: done.set())
        async with asyncio.timeout(PATIENCE_S):
            await done.wait()

    def work(self, priority: Priority, offset: int = 0) -> asyncio.Future[None]:
        """Work that reads to an offset, and then until the gate is opened."""
        self.gate.clear()

        def until_let(asked: Asked) -> None:
            asked.desk.read_to(offset, asked.should_stop)
            self.gate.wait(PATIENCE_S)

        return self.reader.submit(self.session, priority, until_let, None)


@pytest.fixture
def bench(words: Predictor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(activity, "LOOK_S", 0.001)
    bench = Bench(words)
    yield bench
    bench.gate.set()
    bench.watch.end()
    bench.reader.close()


async def test_a_model_is_loading_and_then_ready(bench: Bench) -> None:
    await bench.load()
    await bench.expect(Activity("ready"))
    assert bench.told[0] == Activity("loading")
    assert [told.state for told in bench.told].count("loading") == 1


async def test_a_model_that_cannot_be_loaded_is_inactive_and_the_reason_is_told(bench: Bench) -> None:
    bench.reader._model_folder = bench.reader._model_folder and bench.reader._model_folder / "nowhere"
    await bench.load()
    assert bench.reader.condition.reason is not None
    await bench.expect(Activity("inactive", bench.reader.condition.reason))


async def test_what_is_read_is_told_with_its_percent_until_it_is_done(bench: Bench) -> None:
    await bench.load()
    done = bench.work(Priority.READ, HALF)
    await bench.expect(Activity("reading", None, URI, 50))
    bench.told.clear()
    bench.gate.set()
    await done
    await bench.expect(Activity("ready"))


async def test_other_work_that_lasts_is_busy(bench: Bench) -> None:
    await bench.load()
    await bench.reader.submit(bench.session, Priority.READ, lambda asked: asked.desk.read_to(len(TEXT), bool), None)
    bench.told.clear()
    done = bench.work(Priority.STUDY)
    await bench.expect(Activity("busy"))
    bench.told.clear()
    bench.gate.set()
    await done
    await bench.expect(Activity("ready"))


async def test_work_of_a_moment_is_not_worth_a_word(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.load()
    await bench.expect(Activity("ready"))
    bench.told.clear()
    monkeypatch.setattr(activity, "LOOK_S", PATIENCE_S)
    for _ in range(5):
        await bench.reader.submit(bench.session, Priority.REQUEST, lambda _: None, None)
    assert bench.told == []


async def test_at_rest_nothing_looks(bench: Bench) -> None:
    await bench.load()
    done = bench.work(Priority.READ, HALF)
    await bench.expect(Activity("reading", None, URI, 50))
    bench.gate.set()
    await done
    assert bench.watch._timer is None


async def test_a_long_reading_is_shown_until_it_is_over(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "LONG_READ", HALF)
    bench.watch.display = display = Display()
    await bench.load()
    done = bench.work(Priority.READ, HALF)
    await bench.expect(Activity("reading", None, URI, 50))
    bench.gate.set()
    await done
    assert (display.shown[0], display.shown[-1]) == ("Reading a.py", "end")
    assert all(isinstance(each, int) for each in display.shown[1:-1])


async def test_a_document_that_is_closed_is_shown_no_more(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "LONG_READ", 1)
    bench.watch.display = display = Display()
    await bench.load()
    bench.work(Priority.READ, HALF)
    await bench.expect(Activity("reading", None, URI, 50))
    bench.sessions.remove(URI)
    bench.told.clear()
    await bench.expect(Activity("busy"))
    assert display.shown[-1] == "end"


def test_the_client_gets_plain_json() -> None:
    found: dict[str, Any] = Activity("reading", None, URI, 7).to_json()
    assert found == {"state": "reading", "reason": None, "uri": URI, "percent": 7}
