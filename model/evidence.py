"""Evidence for another text at a place: how many bits less the document would cost with it, what follows included.

    evidence = bits(written text and what follows) − bits(rewritten text and the same that follows)

A network that reads forwards is surprised behind a fault as well as at it, and often only there: of `foo(a b)` it
blames the `b`. Charged for the characters that follow too, each rewriting has to explain them: the right one is repaid
there, another that merely sounds likelier at the place is not.

Whoever writes a wrong token has to choose one. To choose among a document's names costs about the same everywhere; but
the spelling of a name that is new is as dear as it is long, and no evidence of a fault. So of what is new only the
first character counts. New is what stands nowhere before, however often it is used behind: its first use spells it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .foretelling import foretell
from .lexis import keywords_of
from .predictor import Charge, Predictor, Reading
from .reasons import Reason
from .rewrites import Place, Rewrite, rewrites_at_token, rewrites_in_gap
from .search import Candidate, next_tokens
from .slips import Names
from .state import Float32
from .tape import ShouldStop, Tape

RIGHT_CONTEXT = 24
"""Characters behind a place that every rewriting is charged for."""

EXPECTED = 6
"""Tokens that are searched for at a place."""

GLANCE, FINALISTS, HOPELESS_BITS = 6, 6, -6.0
"""Of many rewrites each is looked at with fewer characters first; the best few that are not hopeless then are charged
for all of them. At a place with 30 rewrites that halves the time."""

SEEN_WITHIN = 20_000
"""Characters before a place in which a name is looked for to see whether it is new."""

LEAST_BITS = (1.0, 3.0)
"""Less is no evidence, for a rewriting and for the kind of a literal."""

CERTAIN = 0.5
"""How probable another token must be to be the expected one: what a place leaves open is a fault less often."""

FREE: frozenset[Reason] = frozenset(["expected", "other", "surplus"])
"""Reasons for which the spelling of something new counts as nothing: they say that the token is the wrong one."""


NOTHING = Charge(np.empty(0, np.float32), np.empty(0, np.float32))
"""Of no characters."""


@dataclass(frozen=True)
class Evidence:
    """bits: how much likelier the text is with the rewriting; probability: of the rewriting's own characters.

    written, rewritten: what each character cost as it stands and with the rewriting, those behind it included.
    """

    rewrite: Rewrite
    bits: float
    probability: float
    written: Charge
    rewritten: Charge


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
    places = [gap, token.start] if has_gap else [token.start]
    readings = tape.readings_at(places, should_stop=should_stop)
    if readings is None:
        return None
    found: list[Evidence] = []
    for at, reading in zip(places, readings, strict=True):
        if should_stop is not None and should_stop():
            return None
        expected = expect(tape, reading)
        rewrites = rewrites_at_token(place, expected, names) if at == token.start else rewrites_in_gap(place, expected)
        evidence = weigh(predictor, tape, place, reading, rewrites, right, should_stop)
        if evidence is None:
            return None
        found += evidence
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
    right: int,
    should_stop: ShouldStop | None = None,
) -> list[Evidence] | None:
    """The evidence for those of some rewrites that are worth it; all begin where the reading ends. None if stopped.

    A search for what is expected takes 8 ms, rewrites 8 each time, seldom 30: who types need not wait for all of them.
    """
    free = free_bits(tape, place)
    rewrites = list(rewrites)
    if right > GLANCE and len(rewrites) > FINALISTS:
        if should_stop is not None and should_stop():
            return None
        seen = charge(predictor, tape, reading, rewrites, GLANCE, free)
        hopeful = sorted(seen, key=lambda evidence: -evidence.bits)[:FINALISTS]
        rewrites = [evidence.rewrite for evidence in hopeful if evidence.bits > HOPELESS_BITS]
    if should_stop is not None and should_stop():
        return None
    return charge(predictor, tape, reading, rewrites, right, free)


def charge(
    predictor: Predictor, tape: Tape, reading: Reading, rewrites: Sequence[Rewrite], right: int, free: float
) -> list[Evidence]:
    """The evidence for rewrites that all begin where the reading ends, `right` characters behind them included."""
    ends = [min(rewrite.end + right, tape.fed) for rewrite in rewrites]
    texts = [rewrite.text + tape.text[rewrite.end : end] for rewrite, end in zip(rewrites, ends, strict=True)]
    found = []
    for rewrite, end, rewritten in zip(rewrites, ends, foretell(predictor, reading, texts), strict=True):
        bits = rewritten.surprisal_bits
        written = Charge(tape.surprisal_bits[rewrite.start : end].copy(), tape.network_bits[rewrite.start : end].copy())
        gained = total(written.surprisal_bits) - total(bits) - (free if rewrite.reason in FREE else 0.0)
        probability = 2.0 ** -float(bits[: len(rewrite.text)].sum(dtype=np.float64))
        if rewrite.reason == "other" and probability >= CERTAIN:
            rewrite = replace(rewrite, reason="expected")
        found.append(Evidence(rewrite, gained, probability, written, rewritten))
    return found


def total(bits: Float32) -> float:
    """The sum of some bits."""
    return float(bits.sum(dtype=np.float64))


def free_bits(tape: Tape, place: Place) -> float:
    """What the spelling of the token cost behind its first character, if it is new to the document."""
    token = place.token
    spelled = tape.surprisal_bits[token.start + 1 : token.end]
    return total(spelled) if is_new(tape, place) else 0.0


def is_new(tape: Tape, place: Place) -> bool:
    """Whether the token is a literal, or a name that stands nowhere before."""
    token = place.token
    if token.kind in ("string", "number"):
        return True
    name = token.kind == "identifier" and place.written not in keywords_of(tape.language)
    return name and place.written not in tape.text[max(token.start - SEEN_WITHIN, 0) : token.start]


def plausible(place: Place, evidence: Evidence) -> bool:
    """Whether it is evidence at all: some bits, and not of what opens the text."""
    return place.token.start > 0 and evidence.bits >= LEAST_BITS[evidence.rewrite.reason == "kind"]
