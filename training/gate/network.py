"""The torch twin of `model/gate.py`: the same network on the same whole numbers, with weights that can be learnt."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from peephole.model.gate import FEATURES, HIDDEN_STEPS, LARGEST_UNIT, UNIT_STEPS
from peephole.model.state import Float32
from peephole.model.votes import NOTHING, SLOTS

from .examples import Batch

UNITS = 32


class GateNetwork(nn.Module):
    """Weights of the slots from h and features; spread: (FEATURES,) divides features, to make them of one size."""

    def __init__(self, hidden_size: int, spread: Float32, *, units: int = UNITS) -> None:
        super().__init__()
        self.first = nn.Linear(hidden_size + FEATURES, units)
        self.second = nn.Linear(units + FEATURES, SLOTS)
        self.spread: Tensor
        self.register_buffer("spread", torch.from_numpy(spread))
        # A gate that has learnt nothing leaves the network's word as it is.
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, hidden: Tensor, features: Tensor) -> Tensor:
        """Nats that each slot's candidate gains, (N, SLOTS); hidden, features: whole numbers."""
        scaled = features / self.spread
        sums: Tensor = self.first(torch.cat([hidden / HIDDEN_STEPS, scaled], 1))
        units = sums.clamp(0, LARGEST_UNIT)
        # Rounded as what serves rounds; the gradient passes as if nothing had been (Bengio et al. 2013).
        units = units + (torch.round(units * UNIT_STEPS) / UNIT_STEPS - units).detach()
        weights: Tensor = self.second(torch.cat([units, scaled], 1))
        return weights

    def nats_of_written(self, batch: Batch) -> Tensor:
        """Log-probabilities (N,) of what was written, network and memories together."""
        weights = self(torch.from_numpy(batch.hidden), torch.from_numpy(batch.features))
        nats = torch.from_numpy(batch.nats)
        candidates = torch.from_numpy(batch.votes.candidates.astype(np.int64))
        # Votes for nothing fall into one more column, which is cut off.
        column = torch.where(candidates == NOTHING, nats.shape[1], candidates)
        mixed = nn.functional.pad(nats, (0, 1)).scatter_add(1, column, weights)[:, :-1]
        written = torch.from_numpy(batch.written)
        return mixed.log_softmax(1).gather(1, written[:, None])[:, 0]


def spread_of(features: Float32) -> Float32:
    """Standard deviations of the features, 1 where one never changes; features: (N, FEATURES)."""
    spread = features.astype(np.float64).std(axis=0)
    return np.where(spread > 0, spread, 1).astype(np.float32)
