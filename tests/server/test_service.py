"""How a server's threads end."""

from __future__ import annotations

import asyncio
import time

from peephole.server.app import create_server
from peephole.server.scheduler import Priority, ShouldStop

PATIENCE_S = 60
"""Only a worker that has gone wrong lets it run out."""


async def test_closing_tells_both_threads_before_it_waits_for_either() -> None:
    service = create_server().service
    reading, looking = service._reader._scheduler, service._workspace._scheduler

    def until_the_other_ends(_: ShouldStop) -> None:
        end = time.monotonic() + PATIENCE_S
        while not looking._closing and time.monotonic() < end:
            time.sleep(0.001)

    reading.post(Priority.READ, until_the_other_ends, key="held")
    async with asyncio.timeout(PATIENCE_S):
        while reading._running is None:
            await asyncio.sleep(0.001)
    service.close()
    assert not reading._thread.is_alive()
