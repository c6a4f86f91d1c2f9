"""A whole training step (forward, backward, clipping, optimiser) beside what one would write first in torch, float32.

Peers: `nn.LSTM` and `nn.GRU` between an embedding and an output layer; for the peephole LSTM, which torch has not, the
plain loop of `peephole.model.network`. All with AdamW, the same shape, batch and length. Repetitions alternate.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from peephole.model.config import CellKind, NetworkConfig
from peephole.model.network import Network
from peephole.model.vocabulary import ASCII, Vocabulary
from peephole.training.fitting.allocation import keep_freed_memory
from peephole.training.fitting.config import FitConfig, NetworkShape, RunConfig
from peephole.training.fitting.networks import build_network, network_config
from peephole.training.fitting.optimizer import BETAS, Optimizers
from peephole.training.fitting.recurrence import MATRIX

from .accelerator import has_matrix_products, peak_flops
from .figure import Figure

STREAMS, LENGTH = 128, 128
"""As in the shipped recipe."""

SHAPES: tuple[tuple[CellKind, int], ...] = (("lstm", 2), ("lstm", 3), ("peephole", 2), ("gru", 2))
HIDDEN = 512

RATE = 1e-3
WARM_UP = 2
"""Steps before the clock runs: the first one compiles."""

Step = Callable[[], None]


@dataclass(frozen=True)
class Batch:
    """Random characters: which ones they are changes no time."""

    inputs: Tensor
    targets: Tensor
    keep: Tensor


class Plain(nn.Module):
    """What one would write first, with the interface of `Network`."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        kind = nn.GRU if config.cell == "gru" else nn.LSTM
        self.embedding = nn.Embedding(config.vocabulary_size, config.embedding_size)
        self.recurrence = kind(config.embedding_size, config.hidden_size, config.layers)
        self.output = nn.Linear(config.hidden_size, config.vocabulary_size)

    def forward(self, indices: Tensor, state: object, _: Tensor) -> tuple[Tensor, object]:
        """Logits (T, B, V) and the state after the last step; documents run into each other."""
        outputs, state = self.recurrence(self.embedding(indices), state)
        return self.output(outputs), state


def measure(repetitions: int) -> list[Figure]:
    """Characters a second of both, their ratio, and what part of our step matrix products would take by themselves."""
    keep_freed_memory()  # for both: `peephole-train fit` does it, and the peer gains as much
    torch.set_num_threads(os.cpu_count() or 1)  # other parts measure one thread
    return [figure for cell, layers in SHAPES for figure in _measure(cell, layers, repetitions)]


def _measure(cell: CellKind, layers: int, repetitions: int) -> Iterator[Figure]:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run = RunConfig(NetworkShape(cell=cell, hidden_size=HIDDEN, layers=layers), fit=FitConfig(streams=STREAMS))
    vocabulary = Vocabulary(("java", "python"), ASCII)
    config = network_config(run, vocabulary)
    ours = build_network(run, vocabulary).to(device)
    plain: nn.Module = (Network(config) if cell == "peephole" else Plain(config)).to(device)
    batch, optimizers = _batch(config.vocabulary_size, device), Optimizers(ours, run.fit)
    adamw = torch.optim.AdamW(plain.parameters(), lr=RATE, betas=BETAS)
    product, flops = _product(device)
    times = _alternate(
        {
            "ours": _step(ours, lambda: optimizers.step(RATE), batch),
            "peer": _step(plain, lambda: adamw.step() and None, batch),
            "product": product,
        },
        repetitions,
    )
    rate, work = flops / times["product"], _step_flops(ours)
    name, characters = f"training, {cell} {layers}x{HIDDEN}", STREAMS * LENGTH
    peer = "the plain loop" if cell == "peephole" else f"nn.{cell.upper()}"
    fast = has_matrix_products(device)
    goal = ">= 2" if cell == "lstm" and fast else ""
    remark = "" if fast else " (no bfloat16 products in this processor: train in float32)"
    yield Figure(f"{name}, bfloat16{remark}", characters / times["ours"], "characters/s")
    yield Figure(f"{name}, {peer}, float32", characters / times["peer"], "characters/s")
    yield Figure(f"{name}, ratio", times["peer"] / times["ours"], "times", goal)
    yield Figure(
        f"{name}, products at {rate / 1e9:.0f} GFLOP/s alone", 100 * work / rate / times["ours"], "% of a step"
    )
    peak = peak_flops(device)
    if peak is not None:
        yield Figure(f"{name}, of the card's bfloat16 peak", 100 * work / times["ours"] / peak, "%")


def _batch(vocabulary_size: int, device: torch.device) -> Batch:
    generator = torch.Generator().manual_seed(1)
    indices = torch.randint(0, vocabulary_size, (LENGTH + 1, STREAMS), generator=generator).to(device)
    keep = torch.ones(LENGTH, STREAMS, 1, device=device)
    keep[LENGTH // 2, 0] = 0  # about as often as a document begins
    return Batch(indices[:-1], indices[1:].flatten(), keep)


def _step(network: nn.Module, update: Callable[[], None], batch: Batch) -> Step:
    """One step as `Fit` makes it, the state carried on."""
    state: object = None

    def step() -> None:
        nonlocal state
        logits, after = network(batch.inputs, state, batch.keep)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), batch.targets)
        float(loss.detach())
        network.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        update()
        state = after.detach() if isinstance(after, Tensor) else tuple(each.detach() for each in after)

    return step


def _product(device: torch.device) -> tuple[Step, float]:
    """The product that a layer's inputs make for all steps, and its floating-point operations."""
    inputs = torch.randn(STREAMS * LENGTH, HIDDEN, device=device).to(MATRIX)
    weight = torch.randn(HIDDEN, 4 * HIDDEN, device=device).to(MATRIX)

    def multiply() -> None:
        torch.mm(inputs, weight)

    return multiply, 2.0 * inputs.numel() * 4 * HIDDEN


def _step_flops(network: Network) -> float:
    """Operations of forward and backward products: two of an addition and a multiplication each, three times."""
    matrices = [p for name, p in network.named_parameters() if p.ndim == 2 and "weight" in name]
    weights = sum(p.numel() for p in matrices) - network.embedding.weight.numel()
    return 6.0 * STREAMS * LENGTH * weights


def _alternate(steps: dict[str, Step], repetitions: int) -> dict[str, float]:
    """Median seconds of each, measured in turns, so that other work on the machine slows all alike."""
    for step in steps.values():
        for _ in range(WARM_UP):
            step()
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(repetitions):
        for name, step in steps.items():
            _wait()
            began = time.perf_counter()
            step()
            _wait()
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def _wait() -> None:
    """Until the accelerator has done what it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
