"""Where the next character's probabilities come from: whoever searches, scores or explains asks here.

The network and the memories speak as one. What each of them says can be told apart: `network_nats` are the network's
alone, `log_probabilities` everything together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .checkpoint import Parameters
from .contexts import alphabet_of
from .gate import Bonus, Gate
from .recall import NO_LIBRARIES, Libraries, Recall
from .runtime import LONGEST_CALL, Runtime
from .state import Float32, State
from .vocabulary import UNKNOWN
from .votes import Votes

BITS_PER_NAT = np.float32(1 / math.log(2))


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What the network knows after some text. state: batch 1; network_nats: (V,) its word on the next character."""

    state: State
    network_nats: Float32

    @property
    def nbytes(self) -> int:
        """Memory that keeping this costs."""
        return self.state.nbytes + self.network_nats.nbytes


@dataclass(frozen=True, eq=False)
class Reading(Snapshot):
    """What is known after some text, by the network and, where there is a gate, by the memories."""

    recall: Recall | None = None
    gate: Gate | None = None

    @cached_property
    def log_probabilities(self) -> Float32:
        """(V,) nats of the next character, all that is known taken together."""
        if self.gate is None or self.recall is None:
            return self.network_nats
        mixed: Float32 = self.gate.mix(self.network_nats[None], self.state.hidden[-1], self.recall.votes())[0]
        return mixed

    def bonus(self, index: int) -> Bonus:
        """What the memories add to a character's log-probability, each by itself; nothing where there are none."""
        if self.gate is None or self.recall is None:
            return Bonus(0.0, 0.0, 0.0)
        return self.gate.bonus(index, self.network_nats[None], self.state.hidden[-1], self.recall.votes())


@dataclass(frozen=True, eq=False)
class Beam:
    """Several texts' readings side by side. state: batch B; network_nats, log_probabilities: (B, V)."""

    state: State
    network_nats: Float32
    log_probabilities: Float32
    recall: Recall | None = None


@dataclass(frozen=True, eq=False)
class Charge:
    """What each of T characters cost. surprisal_bits: all taken together; network_bits: by the network alone."""

    surprisal_bits: Float32
    network_bits: Float32


class Predictor:
    """Network and gate as a reader of text. Like its runtime, it belongs to one thread at a time."""

    def __init__(self, runtime: Runtime, *, memories: bool = True, hinting: bool = True) -> None:
        """memories: whether there are any; hinting: whether `hinting.py` is asked."""
        self.runtime = runtime
        self.hinting = hinting
        gate = runtime.checkpoint.gate() if memories else None
        self.gate = None if gate is None else Gate(gate)
        """None where the network stands alone: nobody fitted a gate for it, or nobody wants one."""
        self.calibration = runtime.checkpoint.calibration
        """How much evidence makes a place improbable; None where nobody measured it."""
        self.config = runtime.config
        self.vocabulary = runtime.vocabulary
        self.alphabet = alphabet_of(runtime.vocabulary)

    def alone(self) -> Predictor:
        """The network without memories, on the same runtime."""
        return Predictor(self.runtime, memories=False)

    @cached_property
    def parameters(self) -> Parameters:
        """The float32 parameters, read when first asked for: completing needs none of their megabytes."""
        return self.runtime.checkpoint.parameters()

    def grammar(self, language: str) -> str:
        """The language whose grammar the document's memory may use; "" for none."""
        return language if self.hinting else ""

    def start(self, language: str, libraries: Libraries = NO_LIBRARIES, path: str = "") -> Reading:
        """The reading of an empty document; `VocabularyError` for a language that the model does not know.

        path: the document's, or its address; its last part tells a Java type's name (`title.py`).
        """
        index = np.array([self.vocabulary.start(language)], np.uint16)
        nats, state = self.runtime.read(index, State.zeros(self.config))
        recall = None if self.gate is None else Recall.empty(self.alphabet, libraries, self.grammar(language), path)
        return Reading(state, nats[0], recall, self.gate)

    def reading(self, snapshot: Snapshot, recall: Recall | None) -> Reading:
        """What the network knew, with what the memories know; recall: of the same text."""
        return Reading(snapshot.state, snapshot.network_nats, recall if self.gate is not None else None, self.gate)

    def read(self, reading: Reading, text: str) -> tuple[Float32, Reading]:
        """Surprisal of each code point, (T,) bits, and the reading after the text (newlines normalised).

        A code point outside the vocabulary costs −log2 p(unknown) and the bits to say which one it is.
        """
        return self.read_indices(reading, self.vocabulary.encode(text))

    def read_indices(self, reading: Reading, indices: npt.NDArray[np.uint16]) -> tuple[Float32, Reading]:
        """`read` for a text that is already encoded."""
        charge, reading = self.charge(reading, indices)
        return charge.surprisal_bits, reading

    def charge(self, reading: Reading, indices: npt.NDArray[np.uint16]) -> tuple[Charge, Reading]:
        """`read_indices`, with what the characters cost by the network alone beside."""
        if not len(indices):
            empty = np.empty(0, np.float32)
            return Charge(empty, empty), reading
        snapshot: Snapshot = reading
        recall, charges = reading.recall, []
        # In the runtime's own chunks: all T rows of V probabilities would be 500 times the text.
        for start in range(0, len(indices), LONGEST_CALL):
            chunk = indices[start : start + LONGEST_CALL]
            votes = None
            if recall is not None:
                votes, recall = recall.read(chunk)
            charge, snapshot = self.charge_chunk(snapshot, chunk, votes)
            charges.append(charge)
        bits = np.concatenate([charge.surprisal_bits for charge in charges])
        alone = np.concatenate([charge.network_bits for charge in charges])
        return Charge(bits, alone), self.reading(snapshot, recall)

    def charge_chunk(
        self, snapshot: Snapshot, indices: npt.NDArray[np.uint16], votes: Votes | None
    ) -> tuple[Charge, Snapshot]:
        """What a few characters, at least one, cost, and what the network knows behind them.

        votes: (T, …) on each before it comes, from whoever keeps the memory; None for the network alone.
        """
        after, hidden, state = self.runtime.read_with_hidden(indices, snapshot.state)
        before = np.concatenate([snapshot.network_nats[None], after[:-1]])
        network_bits = self._bits(before, indices)
        bits = network_bits
        if votes is not None and self.gate is not None:
            seen = np.concatenate([snapshot.state.hidden[-1], hidden[:-1]])
            bits = self._bits(self.gate.mix(before, seen, votes), indices)
        # A copy: a view would keep all rows alive for as long as the snapshot.
        return Charge(bits, network_bits), Snapshot(state, after[-1].copy())

    def _bits(self, nats: Float32, indices: npt.NDArray[np.uint16]) -> Float32:
        bits: Float32 = nats[np.arange(len(indices)), indices] * -BITS_PER_NAT
        bits[indices == UNKNOWN] += np.float32(self.vocabulary.unknown_bits)
        return bits

    def branch(self, readings: Sequence[Reading]) -> Beam:
        """The readings as one beam, in order; more than one only where no memory is asked."""
        recalls = [reading.recall for reading in readings if reading.recall is not None]
        assert len(readings) == 1 or not recalls, "a beam looks back on one text"
        return Beam(
            State.stack([reading.state for reading in readings]),
            np.stack([reading.network_nats for reading in readings]),
            np.stack([reading.log_probabilities for reading in readings]),
            recalls[0] if recalls else None,
        )

    def step(self, beam: Beam, rows: Sequence[int], indices: Sequence[int]) -> Beam:
        """A new beam: row k continues the old row `rows[k]` with the character `indices[k]`.

        For searching only: a beam's bits depend on its other rows, so nothing of it may enter a tape.
        """
        taken = np.asarray(indices, np.int64)
        nats, state = self.runtime.step(taken, beam.state.take(rows))
        if beam.recall is None or self.gate is None:
            return Beam(state, nats, nats)
        recall = beam.recall.push(rows, taken)
        return Beam(state, nats, self.gate.mix(nats, state.hidden[-1], recall.votes()), recall)
