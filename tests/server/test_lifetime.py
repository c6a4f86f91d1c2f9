from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from peephole.server.lifetime import is_running, watch_client


def ended_process() -> int:
    """The id of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_process_runs_until_it_has_ended() -> None:
    assert is_running(os.getpid())
    assert not is_running(ended_process())


def test_looking_does_no_harm_to_the_process() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert is_running(process.pid)
        assert process.poll() is None
        process.communicate(b"\n")
        assert process.returncode == 0


async def test_a_client_that_goes_is_noticed() -> None:
    gone = asyncio.Event()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        watch_client(process.pid, gone.set, poll_s=0.001)
        process.communicate(b"\n")
    await asyncio.wait_for(gone.wait(), 60)


@pytest.mark.parametrize("process_id", [None, ended_process()], ids=["no id", "not to be seen"])
async def test_a_client_that_cannot_be_seen_is_not_taken_for_gone(process_id: int | None) -> None:
    gone = asyncio.Event()
    watch_client(process_id, gone.set, poll_s=0.0)
    for _ in range(10):
        await asyncio.sleep(0)  # turns of the loop, in which a timer would have come up
    assert not gone.is_set()
