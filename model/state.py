"""What a recurrent network remembers between two characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .config import NetworkConfig

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class State:
    """Hidden and cell state of all layers; the arrays are never written to after construction.

    hidden: (L, B, H) float32; cell: (L, B, H) float32, or (0, B, H) for a GRU.
    """

    hidden: Float32
    cell: Float32

    @classmethod
    def zeros(cls, config: NetworkConfig, batch: int = 1) -> State:
        """The state before any character."""
        shape = (config.layers, batch, config.hidden_size)
        cells = config.layers if config.has_cell else 0
        return cls(np.zeros(shape, np.float32), np.zeros((cells, *shape[1:]), np.float32))

    @classmethod
    def stack(cls, states: Sequence[State]) -> State:
        """One state whose batch is that of all given ones, in order."""
        return cls(
            np.concatenate([state.hidden for state in states], axis=1),
            np.concatenate([state.cell for state in states], axis=1),
        )

    @property
    def batch(self) -> int:
        """How many texts are read side by side (B)."""
        return int(self.hidden.shape[1])

    @property
    def nbytes(self) -> int:
        """Memory of the two arrays."""
        return self.hidden.nbytes + self.cell.nbytes

    def row(self, b: int) -> State:
        """The state of one text, batch 1, in memory of its own."""
        return self.take([b])

    def take(self, rows: Sequence[int] | npt.NDArray[np.intp]) -> State:
        """The states of the given rows, in that order, repeats allowed; copied."""
        picked = np.asarray(rows, np.intp)
        return State(self.hidden[:, picked], self.cell[:, picked])
