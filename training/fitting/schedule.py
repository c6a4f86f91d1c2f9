"""The learning rate over a run: linear warm-up, then a cosine (Loshchilov & Hutter 2017, without restarts)."""

from __future__ import annotations

import math


def learning_rate(step: int, steps: int, *, peak: float, warmup_steps: int, final_share: float) -> float:
    """The rate of optimiser step `step` of `steps` (0-based): up to `peak`, then down to `final_share` of it."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    progress = min(1.0, (step - warmup_steps) / max(1, steps - warmup_steps))
    return peak * (final_share + (1 - final_share) * 0.5 * (1 + math.cos(math.pi * progress)))
