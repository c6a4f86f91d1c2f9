from __future__ import annotations

import asyncio
import logging
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from peephole.server import scheduler as module
from peephole.server.scheduler import Priority, Scheduler, ShouldStop, Stopped

PATIENCE_S = 60
"""Only a scheduler that has gone wrong lets it run out."""


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    scheduler = Scheduler()
    yield scheduler
    scheduler.close()


class Gate:
    """Work that holds the worker until it is opened, so that a test decides what waits behind it."""

    def __init__(self) -> None:
        self.entered, self.opened = threading.Event(), threading.Event()

    def __call__(self, _: ShouldStop) -> None:
        self.entered.set()
        assert self.opened.wait(PATIENCE_S)


def asking(gate: Gate, asked: list[bool]) -> Callable[[ShouldStop], None]:
    """Work that asks once, after the gate was opened, whether it should stop."""

    def work(should_stop: ShouldStop) -> None:
        gate(should_stop)
        asked.append(should_stop())

    return work


def until_stopped(started: threading.Event | None = None) -> Callable[[ShouldStop], None]:
    """Work that has no end of its own."""

    def work(should_stop: ShouldStop) -> None:
        if started is not None:
            started.set()
        while not should_stop():
            pass
        raise Stopped

    return work


async def entered(event: threading.Event) -> None:
    """Waits for the worker without holding the loop."""
    assert await asyncio.to_thread(event.wait, PATIENCE_S)


async def test_the_result_of_work_comes_back(scheduler: Scheduler) -> None:
    assert await scheduler.submit(Priority.REQUEST, lambda _: 7) == 7


async def test_all_work_runs_in_one_thread_that_is_not_the_loops(scheduler: Scheduler) -> None:
    threads = {await scheduler.submit(priority, lambda _: threading.get_ident()) for priority in Priority}
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


async def test_requests_go_before_reading_and_keep_their_order(scheduler: Scheduler) -> None:
    gate, ran = Gate(), list[str]()
    scheduler.submit(Priority.REQUEST, gate)
    jobs = [
        scheduler.submit(priority, lambda _, name=name: ran.append(name))  # type: ignore[misc]
        for priority, name in [
            (Priority.READ, "old document"),
            (Priority.READ, "new document"),
            (Priority.STUDY, "study"),
            (Priority.REQUEST, "first request"),
            (Priority.REQUEST, "second request"),
            (Priority.LOAD, "load"),
        ]
    ]
    gate.opened.set()
    await asyncio.gather(*jobs)
    assert ran == ["load", "first request", "second request", "study", "new document", "old document"]


async def test_a_request_interrupts_reading_which_then_goes_on(scheduler: Scheduler) -> None:
    started, done = threading.Event(), threading.Event()

    def read(should_stop: ShouldStop) -> str:
        started.set()
        while not done.is_set():
            if should_stop():
                raise Stopped
        return "read to the end"

    reading = scheduler.submit(Priority.READ, read)
    await entered(started)
    async with asyncio.timeout(PATIENCE_S):
        await scheduler.submit(Priority.REQUEST, lambda _: done.set())
        assert await reading == "read to the end"


@pytest.mark.parametrize("priority", [Priority.DIAGNOSE, Priority.READ])
async def test_a_newer_document_interrupts_an_older_one_in_the_background(
    scheduler: Scheduler, priority: Priority
) -> None:
    started, done = threading.Event(), threading.Event()

    def read(should_stop: ShouldStop) -> str:
        started.set()
        while not done.is_set():
            if should_stop():
                raise Stopped
        return "read to the end"

    older = scheduler.post(priority, read, key="older")
    await entered(started)
    async with asyncio.timeout(PATIENCE_S):
        await scheduler.post(priority, lambda _: done.set(), key="newer")
        assert await older == "read to the end"


async def test_work_is_not_interrupted_for_what_nobody_waits_for(scheduler: Scheduler) -> None:
    gate, asked = Gate(), list[bool]()
    work = asking(gate, asked)
    reading = scheduler.submit(Priority.READ, work)
    await entered(gate.entered)
    scheduler.submit(Priority.REQUEST, lambda _: None, key="a")
    scheduler.cancel("a")
    gate.opened.set()
    await reading
    assert asked == [False]


async def test_a_request_does_not_interrupt_a_request(scheduler: Scheduler) -> None:
    gate, asked = Gate(), list[bool]()
    work = asking(gate, asked)
    first = scheduler.submit(Priority.REQUEST, work)
    await entered(gate.entered)
    second = scheduler.submit(Priority.REQUEST, lambda _: None)
    gate.opened.set()
    await asyncio.gather(first, second)
    assert asked == [False]


async def test_cancelling_is_answered_at_once_and_stops_the_work(scheduler: Scheduler) -> None:
    started = threading.Event()
    endless = scheduler.submit(Priority.REQUEST, until_stopped(started))
    await entered(started)
    endless.cancel()
    with pytest.raises(asyncio.CancelledError):
        await endless
    assert await scheduler.submit(Priority.REQUEST, lambda _: "free again") == "free again"


async def test_cancelled_work_that_still_waits_never_runs(scheduler: Scheduler) -> None:
    gate, ran = Gate(), list[str]()
    kept = threading.Event()
    scheduler.submit(Priority.REQUEST, gate)
    waiting = scheduler.submit(Priority.REQUEST, lambda _: ran.append("cancelled"))
    last = scheduler.submit(Priority.REQUEST, lambda _: kept.set())
    waiting.cancel()
    gate.opened.set()
    assert kept.wait(PATIENCE_S)  # holds the loop on purpose: the worker may not depend on the loop's next turn
    await last
    assert ran == []


async def test_newer_work_under_a_key_takes_the_place_of_older(scheduler: Scheduler) -> None:
    started = threading.Event()
    older = scheduler.post(Priority.READ, until_stopped(started), key="a.py")
    await entered(started)
    newer = scheduler.post(Priority.READ, lambda _: "newer", key="a.py")
    assert await newer == "newer"
    assert older.cancelled()


async def test_an_error_in_a_request_reaches_who_asked_and_the_worker_lives(scheduler: Scheduler) -> None:
    def fail(_: ShouldStop) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await scheduler.submit(Priority.REQUEST, fail)
    assert await scheduler.submit(Priority.REQUEST, lambda _: 1) == 1


async def test_an_error_in_the_background_is_logged_by_type_alone(
    scheduler: Scheduler, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: ShouldStop) -> None:
        raise ValueError("source text")

    with caplog.at_level(logging.ERROR):
        await asyncio.wait([scheduler.post(Priority.READ, fail, key="a")])
        await asyncio.sleep(0)  # one turn of the loop, for the callback that logs
    assert caplog.messages == ["background work failed: ValueError"]


async def test_closing_cancels_what_waits_and_ends_what_runs() -> None:
    scheduler, started = Scheduler(), threading.Event()
    running = scheduler.submit(Priority.READ, until_stopped(started))
    await entered(started)
    waiting = scheduler.submit(Priority.READ, lambda _: None)
    scheduler.close()
    assert running.cancelled()
    assert waiting.cancelled()
    assert not scheduler._thread.is_alive()


async def test_lesser_work_elsewhere_waits_while_a_request_waits_or_runs(scheduler: Scheduler) -> None:
    scheduler.wait_while_asked()
    gate, reading = Gate(), Gate()
    asked = scheduler.submit(Priority.REQUEST, gate)
    await entered(gate.entered)
    elsewhere = asyncio.ensure_future(asyncio.to_thread(scheduler.wait_while_asked))
    done, _ = await asyncio.wait([elsewhere], timeout=0)
    assert not done
    gate.opened.set()
    await asked
    async with asyncio.timeout(PATIENCE_S):
        await elsewhere
    background = scheduler.submit(Priority.READ, reading)
    await entered(reading.entered)
    scheduler.wait_while_asked()
    reading.opened.set()
    await background


async def test_closing_lets_go_of_who_waits_and_cancels_what_comes_later() -> None:
    scheduler, gate = Scheduler(), Gate()
    asked = scheduler.submit(Priority.REQUEST, gate)
    await entered(gate.entered)
    elsewhere = asyncio.ensure_future(asyncio.to_thread(scheduler.wait_while_asked))
    threading.Timer(0.01, gate.opened.set).start()  # closing holds the loop until the worker has ended
    scheduler.close()
    async with asyncio.timeout(PATIENCE_S):
        await elsewhere
    assert asked.cancelled()
    assert scheduler.submit(Priority.REQUEST, lambda _: 1).cancelled()


def _look_at(_held: object, _should_stop: ShouldStop) -> None:
    """Work on something."""


async def test_work_that_nobody_waits_for_is_not_kept_while_the_worker_is_busy(scheduler: Scheduler) -> None:
    class Held:
        """Stands for the text that a job works on."""

    gate = Gate()
    busy = scheduler.submit(Priority.REQUEST, gate)
    await entered(gate.entered)
    asked = scheduler.submit(Priority.REQUEST, lambda _: None)  # stays before all that follows
    kept: list[weakref.ref[Held]] = []
    for _ in range(1_000):
        held = Held()
        kept.append(weakref.ref(held))
        scheduler.post(Priority.READ, partial(_look_at, held), key="the same document")
        await asyncio.sleep(0)
    del held
    assert sum(each() is not None for each in kept) < 100
    gate.opened.set()
    await busy
    await asked


async def test_an_answer_is_out_before_the_worker_goes_on(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DELIVERY_S", PATIENCE_S)
    order: list[str] = []
    gate = Gate()
    first = scheduler.submit(Priority.REQUEST, gate)
    await entered(gate.entered)
    first.add_done_callback(lambda _: order.append("sent"))
    then = scheduler.submit(Priority.READ, lambda _: order.append("read"))
    gate.opened.set()
    held_until = asyncio.get_running_loop().time() + 0.05
    while asyncio.get_running_loop().time() < held_until:
        pass  # the loop is busy: a worker that does not wait is long at its next work
    await then
    assert order == ["sent", "read"]
