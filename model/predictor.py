"""Where the next character's probabilities come from: whoever searches, scores or explains asks here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .checkpoint import Parameters
from .runtime import LONGEST_CALL, Runtime
from .state import Float32, State
from .vocabulary import UNKNOWN

BITS_PER_NAT = np.float32(1 / math.log(2))


@dataclass(frozen=True, eq=False)
class Reading:
    """What is known after some text. state: batch 1; log_probabilities: (V,) nats of the next character."""

    state: State
    log_probabilities: Float32

    @property
    def nbytes(self) -> int:
        """Memory that keeping this reading costs."""
        return self.state.nbytes + self.log_probabilities.nbytes


@dataclass(frozen=True, eq=False)
class Beam:
    """Several texts' readings side by side. state: batch B; log_probabilities: (B, V) nats."""

    state: State
    log_probabilities: Float32


class Predictor:
    """The network as a reader of text. Like its runtime, it belongs to one thread at a time."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.config = runtime.config
        self.vocabulary = runtime.vocabulary

    @cached_property
    def parameters(self) -> Parameters:
        """The float32 parameters, read when first asked for: completing needs none of their megabytes."""
        return self.runtime.checkpoint.parameters()

    def start(self, language: str) -> Reading:
        """The reading of an empty document; `VocabularyError` for a language that the model does not know."""
        index = np.array([self.vocabulary.start(language)], np.uint16)
        log_probabilities, state = self.runtime.read(index, State.zeros(self.config))
        return Reading(state, log_probabilities[0])

    def read(self, reading: Reading, text: str) -> tuple[Float32, Reading]:
        """Surprisal of each code point, (T,) bits, and the reading after the text (newlines normalised).

        A code point outside the vocabulary costs −log2 p(unknown) and the bits to say which one it is.
        """
        return self.read_indices(reading, self.vocabulary.encode(text))

    def read_indices(self, reading: Reading, indices: npt.NDArray[np.uint16]) -> tuple[Float32, Reading]:
        """`read` for a text that is already encoded."""
        count = len(indices)
        if not count:
            return np.empty(0, np.float32), reading
        state, nats = reading.state, reading.log_probabilities
        came = np.empty(count, np.float32)
        # In the runtime's own chunks: all T rows of V probabilities would be 500 times the text.
        for start in range(0, count, LONGEST_CALL):
            chunk = indices[start : start + LONGEST_CALL]
            after, state = self.runtime.read(chunk, state)
            came[start] = nats[chunk[0]]
            came[start + 1 : start + len(chunk)] = after[np.arange(len(chunk) - 1), chunk[1:]]
            # A copy: a view would keep all rows alive for as long as the reading.
            nats = after[-1].copy()
        surprisal_bits = came * -BITS_PER_NAT
        surprisal_bits[indices == UNKNOWN] += np.float32(self.vocabulary.unknown_bits)
        return surprisal_bits, Reading(state, nats)

    def branch(self, readings: Sequence[Reading]) -> Beam:
        """The readings as one beam, in order."""
        return Beam(
            State.stack([reading.state for reading in readings]),
            np.stack([reading.log_probabilities for reading in readings]),
        )

    def step(self, beam: Beam, rows: Sequence[int], indices: Sequence[int]) -> Beam:
        """A new beam: row k continues the old row `rows[k]` with the character `indices[k]`.

        For searching only: a beam's bits depend on its other rows, so nothing of it may enter a tape.
        """
        state = beam.state.take(rows)
        log_probabilities, state = self.runtime.step(np.asarray(indices, np.int64), state)
        return Beam(state, log_probabilities)
