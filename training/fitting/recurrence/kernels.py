"""A step's element-wise work as one generated kernel (torch.compile), and what its loops share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

Parts = tuple[Tensor, ...]
"""Views (B, H) of the gates that stand side by side in one buffer (B, G*H)."""

Kernel = Callable[..., None]
"""Writes its results into its last arguments."""


def generated(kernel: Kernel, *, compiled: bool) -> Kernel:
    """The kernel as machine code, or as it stands if it is not to be compiled."""
    return torch.compile(kernel, dynamic=False) if compiled else kernel


def has_compiler() -> bool:
    """Whether torch.compile can generate processor code here."""
    return any(shutil.which(name) for name in ("g++", "clang++", "c++"))


def steps_of(gates: Tensor, count: int) -> list[Parts]:
    """For each step the views (B, H) of its gates in a buffer (T, B, count*H)."""
    return list(zip(*(part.unbind(0) for part in gates.chunk(count, 2)), strict=True))


def write(outputs: Parts, values: Parts) -> None:
    """Each value into its place.

    Several outputs rather than one `cat`: the compiler then makes a single loop, each function computed once.
    """
    for output, value in zip(outputs, values, strict=True):
        output.copy_(value)


def keep_after(keep: Tensor) -> Iterator[Tensor]:
    """For each step what the next one keeps of its state, (B, 1); after the last all."""
    yield from keep[1:]
    yield torch.ones_like(keep[0])
