"""Freed memory is kept where the C library can be told to."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys, torch
from peephole.training.fitting.allocation import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()
def step():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    held = [torch.ones(8 << 20) for _ in range(4)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(sum(step() for _ in range(10)))
"""


def _faults(word: str) -> int:
    """Pages that the system had to give in ten rounds of four tensors of 32 MB each."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, word], check=True, capture_output=True, text=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_a_round_of_large_tensors_takes_the_pages_of_the_round_before() -> None:
    assert _faults("kept") < _faults("returned") / 2
