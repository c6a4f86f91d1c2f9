"""What the signs of a fault are called, in their order: by these names their weights are stored with a model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .reasons import REASONS

KINDS = ("identifier", "number", "string", "operator")
PARTS = ("first", "spelling", "choice", "rewritten", "near", "far")
"""Bits of the written token's first character, of the rest of something new, of the rest of something seen before; of
the rewritten one; and how many fewer the characters behind cost."""

NAMES: tuple[str, ...] = (
    *PARTS,
    *(f"network {part}" for part in PARTS),
    "evidence",
    "network evidence",
    "dearest",
    "dearest behind",
    *REASONS,
    *KINDS,
    "new",
    "uses",
    "seen",
    "uses of other",
    "seen of other",
    "used once",
    "other not seen",
    "bits around",
    "network bits around",
    "improbability",
    "length",
    "other length",
    "head",
    "far in",
    *(f"evidence {reason}" for reason in REASONS),
)
"""Of the numbers of `Surroundings.signs`, in their order."""

Signs = npt.NDArray[np.float32]
"""(n, len(NAMES)) or (len(NAMES),): numbers without a unit."""
