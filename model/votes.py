"""What memories say of the next character: candidates, and the evidence by which a gate weighs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NOTHING = 0xFFFF
"""The candidate of an empty slot: no vocabulary has so many entries that it would need this index."""

DOCUMENT_SLOTS, DOCUMENT_EVIDENCE = 12, 31
"""Columns of the document's own memory: two candidates a context; five pieces of evidence a context, and one more."""

LIBRARY_SLOTS, LIBRARY_EVIDENCE = 3, 17
"""Columns of a library of other files."""

SLOTS = DOCUMENT_SLOTS + 2 * LIBRARY_SLOTS
EVIDENCE = DOCUMENT_EVIDENCE + 2 * LIBRARY_EVIDENCE
"""Of all together, in this order: the document, the library of near files, that of far ones."""


@dataclass(frozen=True, eq=False)
class Hints:
    """What is known of the next character in a few of N places, and no gate weighs.

    rows: (M,) which places; trust: (M,) by what network and memories are multiplied there; nats: (M, V), gained then.
    """

    rows: npt.NDArray[np.intp]
    trust: npt.NDArray[np.float32]
    nats: npt.NDArray[np.float32]

    def applied(self, nats: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Log-probabilities, not normalised, (N, V), with the hints in their places."""
        applied = nats.copy()
        applied[self.rows] = nats[self.rows] * self.trust[:, None] + self.nats
        return applied


@dataclass(frozen=True, eq=False)
class Votes:
    """What one memory, or several side by side, say of the next character in each of N places.

    candidates: (N, c) uint16 vocabulary indices, NOTHING in an empty slot; evidence: (N, e) float32, whole numbers
    from 0 to 127, so that a gate's sums are exact; hints: None for none.
    """

    candidates: npt.NDArray[np.uint16]
    evidence: npt.NDArray[np.float32]
    hints: Hints | None = None

    def __len__(self) -> int:
        return len(self.candidates)


def silent(rows: int, slots: int, pieces: int) -> Votes:
    """The votes of a memory that is not there."""
    return Votes(np.full((rows, slots), NOTHING, np.uint16), np.zeros((rows, pieces), np.float32))


def join(votes: Sequence[Votes], hints: Hints | None = None) -> Votes:
    """The votes of several memories side by side, with the hints beside them."""
    return Votes(
        np.concatenate([each.candidates for each in votes], axis=1),
        np.concatenate([each.evidence for each in votes], axis=1),
        hints,
    )


def stack(votes: Sequence[Votes]) -> Votes:
    """Votes on several places, one after the other."""
    firsts = np.cumsum([0, *map(len, votes)])
    found = [(first, each.hints) for first, each in zip(firsts, votes, strict=False) if each.hints is not None]
    hints = None
    if found:
        rows = np.concatenate([first + each.rows for first, each in found])
        trust = np.concatenate([each.trust for _, each in found])
        hints = Hints(rows, trust, np.concatenate([each.nats for _, each in found]))
    return Votes(
        np.concatenate([each.candidates for each in votes]), np.concatenate([each.evidence for each in votes]), hints
    )
