"""Whether a run's loss diverges: its mean of late steps against the best that this mean has been."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Literal

KEEP = 0.95
"""The mean is over about 1 / (1 - 0.95) = 20 steps: a single odd batch does not count, a divergence shows at once."""

SETTLED = 10
"""Steps before which the mean is of too few to be anybody's best."""

Verdict = Literal["calm", "rising", "diverged"]


@dataclass
class Watch:
    """Follows the bits per character of step after step. `limit_bits` of 0 finds everything calm.

    Rising is half the way to diverged: what is saved then is not kept as good.
    """

    limit_bits: float
    steps: int = 0
    mean_bits: float = 0.0
    best_bits: float = math.inf

    def add(self, bits: float) -> Verdict:
        """The verdict with one step more."""
        self.steps += 1
        share = (1 - KEEP) / (1 - KEEP**self.steps)  # so that the first steps weigh alike (Kingma & Ba 2015, section 3)
        self.mean_bits += share * (bits - self.mean_bits)
        if self.steps >= SETTLED:
            self.best_bits = min(self.best_bits, self.mean_bits)
        return self.verdict

    @property
    def verdict(self) -> Verdict:
        """Whether the loss is calm, rising or diverged."""
        rise = self.mean_bits - self.best_bits
        if self.limit_bits and rise > self.limit_bits:
            return "diverged"
        return "rising" if self.limit_bits and rise > self.limit_bits / 2 else "calm"

    def describe(self) -> str:
        """The rise in words."""
        return f"the loss rose from {self.best_bits:.2f} to {self.mean_bits:.2f} bits/char (means of some 20 steps)"

    def to_json(self) -> str:
        """What `resume` takes."""
        return json.dumps(asdict(self))

    def resume(self, text: str | None) -> Watch:
        """As it stood when it was written, under this one's limit; this one if nothing was written."""
        return self if text is None else Watch(**{**json.loads(text), "limit_bits": self.limit_bits})
