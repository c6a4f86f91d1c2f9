"""Signs of a fault: what is known of a place and of one rewriting of it, as numbers that a linear score can weigh.

Bits of evidence alone flag the wrong places: a new name, a table or a line like none before it surprise by as many as a
fault does. What tells them apart is where the bits come from (the first character or the spelling of something new, the
place itself or what follows, the network or the memory), and how usual either text is in the document. Bits are taken
by their arsinh, for ten times as many say no more than twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from .evidence import SEEN_WITHIN, Evidence, is_new, total
from .reasons import REASONS
from .rewrites import Place
from .sign_names import KINDS, NAMES, Signs
from .slips import Names
from .state import Float32
from .tape import Tape

NEAR = 6
"""Characters behind a place that are told apart from those farther behind."""

AROUND = 300
"""Characters before a place whose mean says how unusual the text is."""

UNIT_BITS = 6.0
"""Up to so many bits each counts alike, above them less and less."""

HEADS = ("import ", "package ", "from ")
"""Lines that name what stands elsewhere."""


@dataclass(frozen=True)
class Surroundings:
    """A place in its document, all that does not depend on the rewriting. seen: the text before it."""

    place: Place
    names: Names
    seen: str
    new: bool
    fixed: tuple[float, ...]

    @classmethod
    def of(cls, tape: Tape, place: Place, names: Names) -> Surroundings:
        """The surroundings of a place that the tape has read."""
        start = place.token.start
        around = slice(max(start - AROUND, 0), start)
        seen = tape.text[max(start - SEEN_WITHIN, 0) : start]
        line = seen[seen.rfind("\n") + 1 :].lstrip()
        fixed = (
            _mean(tape.surprisal_bits[around]),
            _mean(tape.network_bits[around]),
            float((line + place.written + " ").startswith(HEADS)),
            math.log1p(start),
        )
        return cls(place, names, seen, is_new(tape, place), fixed)

    def signs(self, evidence: Evidence) -> Signs:
        """(len(NAMES),): the signs of one rewriting."""
        rewrite, place, seen = evidence.rewrite, self.place, self.seen
        length, other = rewrite.end - rewrite.start, len(rewrite.text)
        written, rewritten = evidence.written, evidence.rewritten
        gained = total(written.network_bits) - total(rewritten.network_bits)
        uses, uses_of_other = self.names.uses(place.written), self.names.uses(rewrite.text.strip())
        seen_of_other = seen.count(rewrite.text) if rewrite.text else 0
        around, network_around, head, far_in = self.fixed
        numbers = (
            *self._parts(written.surprisal_bits, rewritten.surprisal_bits, length, other),
            *self._parts(written.network_bits, rewritten.network_bits, length, other),
            _squash(evidence.bits),
            _squash(gained),
            _squash(max(written.surprisal_bits[:length], default=0.0)),
            _squash(max(written.surprisal_bits[length : length + NEAR], default=0.0)),
            *(float(rewrite.reason == reason) for reason in REASONS),
            *(float(place.token.kind == kind) for kind in KINDS),
            float(self.new),
            math.log1p(uses),
            math.log1p(seen.count(place.written)),
            math.log1p(uses_of_other),
            math.log1p(seen_of_other),
            float(uses == 1),
            float(not seen_of_other),
            around,
            network_around,
            -math.log2(max(evidence.probability, 1e-30)) / 10 if rewrite.text else 0.0,
            math.log1p(length),
            math.log1p(other),
            head,
            far_in,
            *(_squash(evidence.bits) * (rewrite.reason == reason) for reason in REASONS),
        )
        return np.array(numbers, np.float32)

    def _parts(self, written: Float32, rewritten: Float32, length: int, other: int) -> Sequence[float]:
        rest = _squash(total(written[1:length]))
        return (
            _squash(float(written[0])) if length else 0.0,
            rest if self.new else 0.0,
            0.0 if self.new else rest,
            _squash(total(rewritten[:other])),
            _squash(total(written[length : length + NEAR]) - total(rewritten[other : other + NEAR])),
            _squash(total(written[length + NEAR :]) - total(rewritten[other + NEAR :])),
        )


def signs_of(tape: Tape, place: Place, names: Names, found: Sequence[Evidence]) -> Signs:
    """(len(found), len(NAMES)): the signs of all that may have been meant at a place."""
    around = Surroundings.of(tape, place, names)
    numbers = list(chain.from_iterable(around.signs(evidence) for evidence in found))
    return np.array(numbers, np.float32).reshape(len(found), len(NAMES))


def _mean(bits: Float32) -> float:
    return float(bits.mean()) if len(bits) else 0.0


def _squash(bits: float) -> float:
    return math.asinh(bits / UNIT_BITS)
