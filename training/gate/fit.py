"""Fitting a gate: AdamW on the cross-entropy of network and memories together, over places drawn at random."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..errors import RunError
from ..fitting.schedule import learning_rate
from .examples import LIBRARIES, Batch, Examples, Flags, Rows
from .network import UNITS, GateNetwork, spread_of

SILENCE = 1 / 3
"""How often a library is taken as not there, each by itself: one gate serves with and without a workspace."""

HELD_OUT = 10
"""Every tenth file is not learnt from but measured."""


@dataclass(frozen=True)
class GateSettings:
    """How to fit. On repositories left out, dropout on h and a larger weight decay gained nothing, more steps did."""

    steps: int = 4000
    batch: int = 4096
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
    units: int = UNITS
    seed: int = 1


Say = Callable[[int, float], None]
"""Hears the step and its bits per character."""


def split_documents(examples: Examples, seed: int) -> tuple[Rows, Rows]:
    """Rows of the documents to learn from, and of those held out: a tenth of the files, never parts of one file."""
    count = len(examples.names)
    order = np.random.default_rng(seed).permutation(count)
    held_out = max(1, count // HELD_OUT) if count > 1 else 0
    return examples.rows_of(np.sort(order[held_out:])), examples.rows_of(np.sort(order[:held_out]))


def fit_gate(sets: Sequence[tuple[Examples, Rows]], settings: GateSettings, say: Say) -> GateNetwork:
    """A gate learnt from rows of each language's examples, as many of one as of the other in each step."""
    torch.manual_seed(settings.seed)
    generator = np.random.default_rng(settings.seed)
    network = _fresh_network(sets, settings, generator)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, betas=(0.9, 0.99), weight_decay=settings.weight_decay
    )
    for step in range(settings.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(
                step, settings.steps, peak=settings.learning_rate, warmup_steps=50, final_share=0.01
            )
        say(step + 1, _train_step(network, optimizer, sets, settings, generator))
    return network


def _fresh_network(
    sets: Sequence[tuple[Examples, Rows]], settings: GateSettings, generator: np.random.Generator
) -> GateNetwork:
    sample = np.concatenate([_draw(*each, settings.batch, generator).features for each in sets])
    hidden_size = sets[0][0].hidden.shape[1]
    return GateNetwork(hidden_size, spread_of(sample), units=settings.units)


def _train_step(
    network: GateNetwork,
    optimizer: torch.optim.Optimizer,
    sets: Sequence[tuple[Examples, Rows]],
    settings: GateSettings,
    generator: np.random.Generator,
) -> float:
    share = settings.batch // len(sets)
    parts = [network.nats_of_written(_draw(*each, share, generator)) for each in sets]
    loss = -torch.cat(parts).mean()
    bits = float(loss.detach()) / math.log(2)
    if not math.isfinite(bits):
        raise RunError(f"the gate's loss is {bits}; the checkpoint's outputs may not be finite")
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return bits


def _draw(examples: Examples, rows: Rows, count: int, generator: np.random.Generator) -> Batch:
    # Sorted, for the files they come from are mapped.
    drawn = np.sort(rows[generator.integers(0, len(rows), count)])
    silenced: dict[str, Flags] = {name: generator.random(count) < SILENCE for name in LIBRARIES}
    return examples.batch(drawn, silenced)
