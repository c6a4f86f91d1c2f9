"""How far to trust the memories: a small network that turns votes into bonuses on the LSTM's log-probabilities.

    log p = log_softmax(network_nats + Σ over slots of weight[slot] · onehot(candidate[slot]))

The weights come from 32 hidden units over the LSTM's top hidden state, what the memories bring as evidence, and what
the LSTM thinks of their candidates; and from the evidence directly.

**Why it is exact.** A float32 product of matrices may round otherwise when the number of rows changes. Here all
inputs and weights are whole numbers, and no sum can reach 2^24: every partial sum is exact, in whatever order it is
made. So a character's probability does not depend on how its text was cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from .errors import CheckpointMismatch
from .softmax import log_softmax
from .state import Float32
from .votes import DOCUMENT_SLOTS, EVIDENCE, LIBRARY_SLOTS, NOTHING, SLOTS, Votes

FEATURES = EVIDENCE + 4 * SLOTS + 1
"""Per slot: is there a candidate, its cost, is it the LSTM's best, is it the longest context's; and the best's cost."""

REFERENCES = (6, 4, 2, 0)
"""Slots of the document's contexts by length, the longest first: the first that is not empty is the reference."""

LARGEST_INPUT = 127
"""Of every input of either layer."""

HIDDEN_STEPS, COST_STEPS, UNIT_STEPS = 127, 10, 16
"""Whole numbers a unit: of h (−1 … 1), of costs (up to 12 nats), and of the hidden units (up to 7.9)."""

DEAREST_NATS, LARGEST_UNIT = 12.0, 7.9

MOST_UNITS, LARGEST_SCALE = 1024, 1e3
"""Beyond them a file is no gate: it would take megabytes, or overflow."""

EXACT = 1 << 24
"""Below it all whole numbers are float32 numbers."""


@dataclass(frozen=True)
class Bonus:
    """Nats that a character gains, before all are normalised: by the document, hints included, and either library."""

    document: float
    near: float
    far: float


@dataclass(frozen=True, eq=False)
class GateParameters:
    """A gate as it is stored, G hidden units over an LSTM of hidden size H.

    first: (G, H + FEATURES) int16; second: (SLOTS, G + FEATURES) int16; their sums, times scale, plus bias (float32, a
    row each) are the units before the threshold and the weights in nats.
    """

    first: npt.NDArray[np.int16]
    first_scale: Float32
    first_bias: Float32
    second: npt.NDArray[np.int16]
    second_scale: Float32
    second_bias: Float32

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, npt.NDArray[np.generic]], hidden_size: int) -> GateParameters:
        """The parameters of a file's tensors; `CheckpointMismatch` unless they are a gate of this version and size."""
        names = [each.name for each in fields(cls)]
        if set(tensors) != set(names):
            raise CheckpointMismatch(f"a gate has the tensors {', '.join(names)}; found {', '.join(sorted(tensors))}")
        gate = cls(**{name: tensors[name] for name in names})  # type: ignore[arg-type]
        gate.check(hidden_size)
        return gate

    def tensors(self) -> dict[str, npt.NDArray[np.generic]]:
        """The parameters by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def check(self, hidden_size: int) -> None:
        """Raise `CheckpointMismatch` where sizes, types or values are not those of a gate that is exact."""
        units = self.first.shape[0] if self.first.ndim else 0
        if not 0 < units <= MOST_UNITS:
            raise CheckpointMismatch(f"a gate has 1 to {MOST_UNITS} hidden units, this one {units}; fit it again")
        expected: dict[str, tuple[tuple[int, ...], type[np.generic]]] = {
            "first": ((units, hidden_size + FEATURES), np.int16),
            "second": ((SLOTS, units + FEATURES), np.int16),
            **{f"first_{kind}": ((units,), np.float32) for kind in ("scale", "bias")},
            **{f"second_{kind}": ((SLOTS,), np.float32) for kind in ("scale", "bias")},
        }
        for name, tensor in self.tensors().items():
            shape, kind = expected[name]
            if tensor.shape != shape or tensor.dtype != np.dtype(kind):
                found, wanted = f"{tensor.dtype} {tensor.shape}", f"{kind.__name__} {shape}"
                raise CheckpointMismatch(f"the gate's {name} is {found}, expected {wanted}: fit it again")
            if tensor.dtype == np.float32 and not (np.abs(tensor) <= LARGEST_SCALE).all():
                raise CheckpointMismatch(f"the gate's {name} holds values that are no weights; fit it again")
        for name in ("first", "second"):
            sums = np.abs(getattr(self, name).astype(np.int64)).sum(axis=1)
            if sums.max(initial=0) * LARGEST_INPUT >= EXACT:
                raise CheckpointMismatch(f"the gate's {name} layer can sum up to {EXACT} and round; fit it again")


class Gate:
    """A gate that serves. One object may serve several threads: it keeps nothing between calls."""

    def __init__(self, parameters: GateParameters) -> None:
        self.parameters = parameters
        hidden_size = parameters.first.shape[1] - FEATURES
        first = parameters.first.astype(np.float32)
        # Two products in place of one on a joined input: the sums are exact, so parts may be added.
        self._from_hidden = np.ascontiguousarray(first[:, :hidden_size].T)
        self._from_features = np.ascontiguousarray(first[:, hidden_size:].T)
        self._second = np.ascontiguousarray(parameters.second.astype(np.float32).T)

    def weights(self, hidden: Float32, features: Float32) -> Float32:
        """Nats that each slot's candidate gains, (N, SLOTS). hidden: (N, H), top layer; features: (N, FEATURES)."""
        given = self.parameters
        sums = np.rint(hidden * np.float32(HIDDEN_STEPS)) @ self._from_hidden + features @ self._from_features
        units = np.clip(sums * given.first_scale + given.first_bias, 0, np.float32(LARGEST_UNIT))
        inputs = np.concatenate([np.rint(units * np.float32(UNIT_STEPS)), features], axis=1)
        weights: Float32 = (inputs @ self._second) * given.second_scale + given.second_bias
        return weights

    def mix(self, network_nats: Float32, hidden: Float32, votes: Votes) -> Float32:
        """Log-probabilities (N, V) in nats of network and memories together; a row does not depend on the others."""
        rows, size = network_nats.shape
        weights = self.weights(hidden, gate_features(network_nats, votes))
        there = votes.candidates != NOTHING
        cells = (np.arange(rows)[:, None] * size + votes.candidates)[there]
        # Each cell is summed in the order of the slots, in float64.
        bonus = np.bincount(cells, weights[there], minlength=rows * size).reshape(rows, size)
        nats = network_nats + bonus.astype(np.float32)
        return log_softmax(nats if votes.hints is None else votes.hints.applied(nats))

    def bonus(self, index: int, network_nats: Float32, hidden: Float32, votes: Votes) -> Bonus:
        """What one character gains from where, in a single place (N = 1)."""
        gained = self.weights(hidden, gate_features(network_nats, votes))[0] * (votes.candidates[0] == index)
        parts = np.split(gained.astype(np.float64), [DOCUMENT_SLOTS, DOCUMENT_SLOTS + LIBRARY_SLOTS])
        document, near, far = (float(part.sum()) for part in parts)
        if votes.hints is None:
            return Bonus(document, near, far)
        trust, hint = float(votes.hints.trust[0]), float(votes.hints.nats[0, index])
        lost = (1 - trust) * float(network_nats[0, index])
        return Bonus(trust * document + hint - lost, trust * near, trust * far)


def gate_features(network_nats: Float32, votes: Votes) -> Float32:
    """What a gate is told beside h, (N, FEATURES) whole numbers up to 127; the one source for fitting and serving.

    network_nats: (N, V); votes: of document, near and far libraries side by side.
    """
    rows = len(votes)
    there = votes.candidates != NOTHING
    index = np.where(there, votes.candidates, 0)
    best = network_nats.argmax(axis=1)[:, None]
    references = votes.candidates[:, REFERENCES]
    reference = references[np.arange(rows), (references != NOTHING).argmax(axis=1)][:, None]
    features = np.empty((rows, FEATURES), np.float32)
    features[:, :EVIDENCE] = votes.evidence
    has, cost, is_best, agrees = (features[:, EVIDENCE + k * SLOTS :][:, :SLOTS] for k in range(4))
    has[:] = there
    cost[:] = nats_to_cost(np.take_along_axis(network_nats, index, axis=1)) * there
    is_best[:] = there & (index == best)
    agrees[:] = there & (votes.candidates == reference)
    features[:, -1] = nats_to_cost(np.take_along_axis(network_nats, best, axis=1))[:, 0]
    return features


def nats_to_cost(nats: Float32) -> Float32:
    """Costs as whole numbers, tenths of a nat up to 120."""
    cost: Float32 = np.rint(np.minimum(-nats, np.float32(DEAREST_NATS)) * np.float32(COST_STEPS))
    return cost
