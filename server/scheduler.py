"""One thread for the model, and an order for what it does: requests first, background reading last.

The event loop submits work and gets a future; the worker runs one piece of work at a time. Work is a function of
`should_stop`, which it asks between slices and obeys by raising `Stopped`. It answers true when the future was
cancelled (then nobody waits for the result any more) or when something more urgent came in (then the work is run
again later: what it achieved so far must live in what it works on, as a tape's progress does).
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import threading
from collections.abc import Callable, Hashable
from enum import IntEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")
ShouldStop = Callable[[], bool]
Work = Callable[[ShouldStop], T]

logger = logging.getLogger(__name__)

CLOSING_S = 2.0
"""How long closing waits for the worker: a slice takes milliseconds, loading a model may not be interrupted."""


DELIVERY_S = 0.005
"""How long the worker waits for the loop to send the answer to a request. Python runs one thread at a time, and lets go
of the one that runs after 5 ms: the next piece of work would hold the answer up for as long."""

SPARE = 32
"""Jobs that may wait in vain before it is worth looking for them."""


class Priority(IntEnum):
    """What goes before what; lower is sooner."""

    LOAD = 0
    REQUEST = 1
    STUDY = 2
    DIAGNOSE = 3
    READ = 4


class Stopped(Exception):
    """Raised by work that was told to stop."""


class Job(Generic[T]):
    """A piece of work on its way and the future that waits for it; `order` breaks ties between jobs of one priority."""

    def __init__(
        self, priority: Priority, order: int, key: Hashable | None, work: Work[T], future: asyncio.Future[T]
    ) -> None:
        self.priority, self.order, self.key, self.work, self.future = priority, order, key, work, future

    @property
    def abandoned(self) -> bool:
        """Whether nobody waits for the result any more.

        Read from the future itself, by both threads: its callbacks run only in the loop's next turn, too late for a
        worker that becomes free in this one.
        """
        return self.future.cancelled()

    def __lt__(self, other: Job[Any]) -> bool:
        return (self.priority, self.order) < (other.priority, other.order)


class Scheduler:
    """Owns the worker thread. All methods are for the event loop's thread; `work` runs in the worker."""

    def __init__(self, name: str = "peephole-model") -> None:
        self._waiting: list[Job[Any]] = []
        self._running: Job[Any] | None = None
        self._changed = threading.Condition()
        self._orders = itertools.count()
        self._jobs: set[Job[Any]] = set()
        self._closing = False
        self.changed: Callable[[], None] = lambda: None
        """Told in the loop whenever work came or went."""
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)

    def submit(
        self, priority: Priority, work: Work[T], *, key: Hashable | None = None, delay_s: float = 0.0
    ) -> asyncio.Future[T]:
        """The future of a piece of work, begun after the delay. Cancelling it stops the work and is answered at once.

        A key makes it the only one of its kind: what waits or runs under the same key is cancelled.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if key is not None:
            self.cancel(key)
        order = next(self._orders)
        # In the background the document that was touched last goes first: it is the one being looked at.
        job = Job(priority, -order if priority >= Priority.DIAGNOSE else order, key, work, future)
        self._jobs.add(job)
        future.add_done_callback(lambda _: self._forget(job))
        if self._closing:
            future.cancel()
        if delay_s > 0:
            loop.call_later(delay_s, self._enqueue, job)
        else:
            self._enqueue(job)
        return future

    def post(self, priority: Priority, work: Work[T], *, key: Hashable, delay_s: float = 0.0) -> asyncio.Future[T]:
        """`submit` for work that nobody awaits: its failure is logged, by type, and goes no further."""
        future = self.submit(priority, work, key=key, delay_s=delay_s)
        future.add_done_callback(_log_failure)
        return future

    def awaits(self, key: Hashable) -> bool:
        """Whether anything waits or runs under a key."""
        return any(job.key == key and not job.abandoned for job in self._jobs)

    def cancel(self, key: Hashable) -> None:
        """Cancels what waits or runs under a key, if anything does."""
        for job in list(self._jobs):
            if job.key == key:
                job.future.cancel()

    def end(self) -> None:
        """Cancels everything and tells the worker to end, without waiting for it."""
        for job in list(self._jobs):
            if not job.future.get_loop().is_closed():
                job.future.cancel()
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def close(self) -> None:
        """Ends everything; waits for the slice that is running, but not for long."""
        self.end()
        if self._thread.is_alive():
            self._thread.join(CLOSING_S)

    def working(self) -> Priority | None:
        """The priority of what is worked on, or else of what waits for that; None at rest.

        Reading waits for its time as well: work is to come. A request that waits for the typing to rest is none yet.
        """
        with self._changed:
            running = self._running if self._running is not None and not self._running.future.done() else None
            job = running or self._first()
        if job is None:  # what is delayed is not in the queue yet
            job = next((job for job in self._jobs if job.priority == Priority.READ and not job.abandoned), None)
        return None if job is None else job.priority

    def _enqueue(self, job: Job[Any]) -> None:
        with self._changed:
            if not self._thread.is_alive() and not self._closing:
                self._thread.start()
            heapq.heappush(self._waiting, job)
            self._sweep()
            self._changed.notify_all()
        self.changed()

    def _sweep(self) -> None:
        """Lets go of jobs that nobody waits for, with the texts that they hold; for a holder of the lock.

        Those at the top go when the worker looks for its next. Under a stream of requests it does not come to those
        below, and 20,000 edits without a pause would leave as many versions of the documents behind.
        """
        if len(self._waiting) > 2 * len(self._jobs) + SPARE:
            self._waiting = [job for job in self._waiting if not job.abandoned]
            heapq.heapify(self._waiting)

    def _forget(self, job: Job[Any]) -> None:
        self._jobs.discard(job)
        self.changed()

    def wait_while_asked(self) -> None:
        """Returns when no request waits or is worked on. For a thread of lesser work, between its slices: Python runs
        one thread at a time, so that whatever it does would hold a request up."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or not self._is_asked())

    def _is_asked(self) -> bool:
        first = self._first()
        return any(job is not None and job.priority <= Priority.REQUEST for job in (self._running, first))

    # What follows runs in the worker.

    def _serve(self) -> None:
        while (job := self._take()) is not None:
            self._perform(job)
            del job  # while it waits for the next one, the worker keeps no document alive

    def _take(self) -> Job[Any] | None:
        """The most urgent job that somebody still waits for; None once the scheduler closes."""
        with self._changed:
            self._running = None
            self._changed.notify_all()
            while not self._closing:
                if self._first() is not None:
                    self._running = heapq.heappop(self._waiting)
                    return self._running
                self._changed.wait()
        return None

    def _first(self) -> Job[Any] | None:
        """The most urgent job that waits, those dropped that nobody waits for; for a holder of the lock."""
        while self._waiting and self._waiting[0].abandoned:
            heapq.heappop(self._waiting)
        return self._waiting[0] if self._waiting else None

    def _perform(self, job: Job[Any]) -> None:
        try:
            result = job.work(lambda: self._should_stop(job))
        except Stopped:
            if not job.abandoned:
                with self._changed:
                    heapq.heappush(self._waiting, job)
        except Exception as error:
            self._deliver(job, None, error)
        else:
            self._deliver(job, result, None)

    def _deliver(self, job: Job[Any], result: Any, error: Exception | None) -> None:
        sent = threading.Event()
        try:
            job.future.get_loop().call_soon_threadsafe(_resolve, job.future, result, error, sent)
        except RuntimeError:  # the loop closed meanwhile: nobody is left to tell
            return
        if job.priority == Priority.REQUEST:
            sent.wait(DELIVERY_S)

    def _should_stop(self, job: Job[Any]) -> bool:
        if job.abandoned or self._closing:
            return True
        with self._changed:
            first = self._first()
        if first is None:
            return False
        # Among requests an older one is finished first; in the background a newer document takes over at once.
        return first < job if job.priority >= Priority.DIAGNOSE else first.priority < job.priority


def _resolve(future: asyncio.Future[Any], result: Any, error: Exception | None, sent: threading.Event) -> None:
    """In the loop: hands over the outcome, unless the future was cancelled in the meantime. `sent` is set then."""
    if not future.done():
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
    future.get_loop().call_soon(sent.set)  # what the future calls back is called before


def _log_failure(future: asyncio.Future[Any]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        logger.error("background work failed: %s", type(error).__name__)
