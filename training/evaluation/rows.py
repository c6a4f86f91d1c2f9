"""One pass over a text that shows, before each character, what the network and what everything together expect."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peephole.model.predictor import Predictor, Reading, Snapshot
from peephole.model.runtime import LONGEST_CALL
from peephole.model.state import Float32
from peephole.model.vocabulary import UNKNOWN


@dataclass(frozen=True, eq=False)
class Rows:
    """N characters in a row. hidden: (N, H) of the top layer; network_nats, nats: (N, V), the network's log-
    probabilities and those of network and memories together; all of what was known before each character.

    written: (N,) the characters that came.
    """

    hidden: Float32
    network_nats: Float32
    nats: Float32
    written: npt.NDArray[np.intp]


@dataclass
class Clock:
    """Seconds that network and memories took, the latter with the gate."""

    network_s: float = 0.0
    memory_s: float = 0.0


def read_rows(predictor: Predictor, reading: Reading, indices: npt.NDArray[np.uint16], clock: Clock) -> Iterator[Rows]:
    """The rows of all characters behind a reading, in the runtime's own chunks.

    The bits are those of `Predictor.charge`. The reading's memory is read on, so it serves once.
    """
    snapshot: Snapshot = reading
    recall = reading.recall
    for start in range(0, len(indices), LONGEST_CALL):
        chunk = indices[start : start + LONGEST_CALL]
        began = time.perf_counter()
        after, hidden, state = predictor.runtime.read_with_hidden(chunk, snapshot.state)
        before = np.concatenate([snapshot.network_nats[None], after[:-1]])
        seen = np.concatenate([snapshot.state.hidden[-1], hidden[:-1]])
        snapshot = Snapshot(state, after[-1].copy())
        read = time.perf_counter()
        clock.network_s += read - began
        mixed = before
        if recall is not None and predictor.gate is not None:
            votes, recall = recall.read(chunk)
            if votes is not None:
                mixed = predictor.gate.mix(before, seen, votes)
            clock.memory_s += time.perf_counter() - read
        yield Rows(seen, before, mixed, chunk.astype(np.intp))


def nats_of(nats: Float32, written: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Log-probabilities (N,) of what came."""
    return nats[np.arange(len(written)), written].astype(np.float64)


def is_right(nats: Float32, written: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Where the most probable character came, (N,); one outside the vocabulary is never foretold."""
    right: npt.NDArray[np.bool_] = (nats.argmax(axis=1) == written) & (written != UNKNOWN)
    return right
