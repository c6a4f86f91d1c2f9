"""What a thread freed is given back to the system where the C library can be told to; what stays is left alone."""

from __future__ import annotations

import gc
import platform
import subprocess
import sys
import weakref

import pytest

from peephole.server.allocation import spare_what_stays

PROGRAM = """
import sys, threading
import numpy as np
from peephole.server.allocation import give_freed_memory_back
from peephole.server.commands.machine import resident_bytes
if sys.argv[1] == "given":
    assert give_freed_memory_back()

def work():
    np.ones(30 << 20, np.uint8)  # once this was freed, glibc takes smaller arrays for such as come again and again
    arrays, kept = [], []
    for _ in range(30):
        arrays.append(np.ones(1 << 20, np.uint8))
        kept.append(np.ones(1000, np.uint8))
    del arrays
    print(resident_bytes())

thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def _resident(word: str) -> int:
    """Bytes that a process holds when its worker has freed arrays of some megabytes."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, word], check=True, capture_output=True, text=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_what_a_thread_freed_is_held_no_longer() -> None:
    assert _resident("given") < _resident("kept") - (8 << 20)


def test_the_collector_passes_over_what_was_there_and_frees_what_is_left_of_it_the_next_time() -> None:
    class Ring:
        """An object that only the collector can free: it refers to itself."""

        def __init__(self) -> None:
            self.ring = self

    ring = Ring()
    try:
        spare_what_stays()
        assert not any(each is ring for each in gc.get_objects()), "the collector must not look at it"
        reference = weakref.ref(ring)
        del ring
        gc.collect()
        assert reference() is not None
        spare_what_stays()
        assert reference() is None
    finally:
        gc.unfreeze()
