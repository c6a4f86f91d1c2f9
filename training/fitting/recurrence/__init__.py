"""Recurrences for training that are as fast as matrix products allow; `peephole.model.network` has their twins."""

from __future__ import annotations

from peephole.model.config import CellKind
from peephole.model.network import Recurrence

from .gru import fused_gru
from .kernels import has_compiler
from .lstm import fused_lstm
from .product import MATRIX

__all__ = ["MATRIX", "fused_gru", "fused_lstm", "fused_recurrence", "has_compiler"]


def fused_recurrence(cell: CellKind, *, compiled: bool = True) -> Recurrence:
    """The fast recurrence of a cell, for networks of type MATRIX; needs a C++ compiler when `compiled`."""
    return fused_gru(compiled=compiled) if cell == "gru" else fused_lstm(compiled=compiled)
