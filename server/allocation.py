"""Memory that is freed goes back to the system, and what stays is not looked through again and again."""

from __future__ import annotations

import gc

from peephole.model.allocation import tell_malloc

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
"""Names of glibc's `mallopt` (malloc.h)."""

LARGE = 256 << 10
"""Bytes from which on an array has pages of its own, which go back at once when it is freed. With 64 KB less of the
heap is holes, but a keystroke takes a quarter more of the processor's time: all of them need fresh pages."""


def give_freed_memory_back() -> bool:
    """Makes malloc do so, in the whole process; False where the C library is not glibc.

    By itself glibc gives each thread a heap of its own, and takes ever larger arrays from it once one was freed. What
    is read of documents comes and goes in megabytes, and what it leaves there is full of holes.
    """
    return tell_malloc({M_ARENA_MAX: 1, M_MMAP_THRESHOLD: LARGE})


def spare_what_stays() -> None:
    """Has Python's collector of garbage pass over everything that is there now, for as long as it is there.

    Packages and the model are 50,000 objects, which stay. To look through them took 25 to 45 ms in which nothing else
    ran, about every hundredth keystroke. What nobody refers to is freed as before.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
