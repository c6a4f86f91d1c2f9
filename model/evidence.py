"""Evidence for another text at a place: how many bits less the document would cost with it, what follows included.

    evidence = bits(written text and what follows) − bits(rewritten text and the same that follows)

A network that reads forwards is surprised behind a fault as well as at it, and often only there: of `foo(a b)` it
blames the `b`. Charged for the characters that follow too, each rewriting has to explain them: the right one is repaid
there, another that merely sounds likelier at the place is not.

Whoever writes a wrong token has to choose one. To choose among a document's names costs about the same everywhere,
so it is left to calibration; but the spelling of a name that is new is as dear as it is long, and no evidence of a
fault. So of what is new only the first character counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .foretelling import foretell
from .lexis import keywords_of
from .predictor import Predictor, Reading
from .reasons import Reason
from .rewrites import Place, Rewrite, rewrites_at_token, rewrites_in_gap
from .search import Candidate, next_tokens
from .slips import Names
from .tape import ShouldStop, Tape

RIGHT_CONTEXT = 24
"""Characters behind a place that every rewriting is charged for."""

EXPECTED = 6
"""Tokens that are searched for at a place."""

GLANCE, FINALISTS, HOPELESS_BITS = 6, 6, -6.0
"""Of many rewrites each is looked at with fewer characters first; the best few that are not hopeless then are charged
for all of them. At a place with 30 rewrites that halves the time."""

CERTAIN = 0.5
"""How probable another token must be to be the expected one: what a place leaves open is a fault less often."""

FREE: frozenset[Reason] = frozenset(["expected", "other", "surplus"])
"""Reasons for which the spelling of something new counts as nothing: they say that the token is the wrong one."""


@dataclass(frozen=True)
class Evidence:
    """bits: how much likelier the text is with the rewriting; probability: of the rewriting's own characters."""

    rewrite: Rewrite
    bits: float
    probability: float


def weigh_place(
    predictor: Predictor,
    tape: Tape,
    place: Place,
    names: Names,
    *,
    right: int = RIGHT_CONTEXT,
    should_stop: ShouldStop | None = None,
) -> list[Evidence] | None:
    """The evidence for all that may have been meant at a place, the strongest first; None if stopped.

    The tape must have been read to the end of the token; what follows counts as far as it has been read.
    """
    token, gap = place.token, place.gap
    has_gap = gap < token.start and place.before >= 0
    readings = tape.readings_at([gap, token.start] if has_gap else [token.start], should_stop=should_stop)
    if readings is None or (should_stop is not None and should_stop()):
        return None
    found: list[Evidence] = []
    if has_gap:
        found += weigh(
            predictor, tape, place, readings[0], rewrites_in_gap(place, expect(tape, readings[0])), names, right
        )
        if should_stop is not None and should_stop():
            return None
    rewrites = rewrites_at_token(place, expect(tape, readings[-1]), names)
    found += weigh(predictor, tape, place, readings[-1], rewrites, names, right)
    return sorted(found, key=lambda evidence: -evidence.bits)


def expect(tape: Tape, reading: Reading) -> list[Candidate]:
    """The tokens that are most probable behind a reading."""
    return next_tokens(tape.predictor, reading, language=tape.language, prefix="", width=EXPECTED, top=EXPECTED)


def weigh(
    predictor: Predictor,
    tape: Tape,
    place: Place,
    reading: Reading,
    rewrites: Iterable[Rewrite],
    names: Names,
    right: int,
) -> list[Evidence]:
    """The evidence for those of some rewrites that are worth it; all begin where the reading ends."""
    free = free_bits(tape, place, names)
    rewrites = list(rewrites)
    if right > GLANCE and len(rewrites) > FINALISTS:
        seen = charge(predictor, tape, reading, rewrites, GLANCE, free)
        hopeful = sorted(seen, key=lambda evidence: -evidence.bits)[:FINALISTS]
        rewrites = [evidence.rewrite for evidence in hopeful if evidence.bits > HOPELESS_BITS]
    return charge(predictor, tape, reading, rewrites, right, free)


def charge(
    predictor: Predictor, tape: Tape, reading: Reading, rewrites: Sequence[Rewrite], right: int, free: float
) -> list[Evidence]:
    """The evidence for rewrites that all begin where the reading ends, `right` characters behind them included."""
    ends = [min(rewrite.end + right, tape.fed) for rewrite in rewrites]
    texts = [rewrite.text + tape.text[rewrite.end : end] for rewrite, end in zip(rewrites, ends, strict=True)]
    found = []
    for rewrite, end, bits in zip(rewrites, ends, foretell(predictor, reading, texts), strict=True):
        written = float(tape.surprisal_bits[rewrite.start : end].sum(dtype=np.float64))
        gained = written - float(bits.sum(dtype=np.float64)) - (free if rewrite.reason in FREE else 0.0)
        probability = 2.0 ** -float(bits[: len(rewrite.text)].sum(dtype=np.float64))
        if rewrite.reason == "other" and probability >= CERTAIN:
            rewrite = replace(rewrite, reason="expected")
        found.append(Evidence(rewrite, gained, probability))
    return found


def free_bits(tape: Tape, place: Place, names: Names) -> float:
    """What the spelling of the token cost behind its first character, if it is new to the document."""
    token = place.token
    new = token.kind in ("string", "number")
    if token.kind == "identifier":
        new = names.uses(place.written) < 2 and place.written not in keywords_of(tape.language)
    spelled = tape.surprisal_bits[token.start + 1 : token.end]
    return float(spelled.sum(dtype=np.float64)) if new else 0.0


def strongest(found: Sequence[Evidence]) -> dict[Reason, Evidence]:
    """The strongest evidence for each reason."""
    best: dict[Reason, Evidence] = {}
    for evidence in found:
        if evidence.rewrite.reason not in best or evidence.bits > best[evidence.rewrite.reason].bits:
            best[evidence.rewrite.reason] = evidence
    return best
