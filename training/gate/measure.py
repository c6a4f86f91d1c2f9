"""Bits per character of a gate on rows of examples: the network alone, with the document's memory, with libraries."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from peephole.model.gate import HIDDEN_STEPS, Gate
from peephole.model.vocabulary import UNKNOWN

from .examples import LIBRARIES, Batch, Examples, Flags, Rows
from .network import GateNetwork

ROWS = 8192
"""Measured at once: 60 MB."""

Nats = npt.NDArray[np.floating[Any]]
Judge = Callable[[Batch], Nats]
"""Gives the log-probability (N,) of what was written."""

ALONE, DOCUMENT, EVERYTHING = "network alone", "with document", "with libraries"
SILENCED: Mapping[str, tuple[str, ...]] = {ALONE: LIBRARIES, DOCUMENT: LIBRARIES, EVERYTHING: ()}


def judge_alone(batch: Batch) -> Nats:
    """The network's own word."""
    return batch.nats[np.arange(len(batch.written)), batch.written]


def judge_by_network(network: GateNetwork) -> Judge:
    """By a gate that is being fitted."""

    def judge(batch: Batch) -> Nats:
        with torch.no_grad():
            found: Nats = network.nats_of_written(batch).numpy()
            return found

    return judge


def judge_by_gate(gate: Gate) -> Judge:
    """By a gate that serves."""

    def judge(batch: Batch) -> Nats:
        mixed = gate.mix(batch.nats, batch.hidden / np.float32(HIDDEN_STEPS), batch.votes)
        return mixed[np.arange(len(batch.written)), batch.written]

    return judge


def measure(examples: Examples, rows: Rows, judge: Judge) -> dict[str, float]:
    """Bits per character with what is known, by name; unknown characters are charged in full."""
    unknown_bits = np.count_nonzero(examples.written[rows] == UNKNOWN) * examples.unknown_bits
    found = {}
    for name, silenced in SILENCED.items():
        asked = judge_alone if name == ALONE else judge
        nats = sum(_nats(examples, rows[k : k + ROWS], asked, silenced) for k in range(0, len(rows), ROWS))
        found[name] = float(-nats / math.log(2) + unknown_bits) / max(len(rows), 1)
    return found


def _nats(examples: Examples, rows: Rows, judge: Judge, silenced: tuple[str, ...]) -> float:
    flags: Flags = np.ones(len(rows), np.bool_)
    batch = examples.batch(rows, dict.fromkeys(silenced, flags))
    return float(judge(batch).sum(dtype=np.float64))
