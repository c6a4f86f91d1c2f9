"""How much speaks for it that what a `return` gives does not fit the type that its method declares.

Two witnesses are heard. The words of the expression, where they tell its type (`expressions.py`): that is beside the
declared one the same, kin to it, or none. And the first token: how much less likely it has become by what is known of
the method and the names in scope (`returns.py`), in comparison with what network and memories expected without. How
many bits each is worth was fitted on real returns, and on the same with an expression of another method in place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from .expressions import expression_end, expression_type
from .java_outline import BASIC_TYPES
from .lexis import tokens_from
from .predictor import Predictor, Reading
from .returns import family_of, given_type
from .search import Candidate, next_tokens
from .tape import Tape

ShouldStop = Callable[[], bool]

WIDE = frozenset(
    ["Object", "Comparable", "Serializable", "Any", "object", "Self", "self", "Number", "T", "E", "K", "V"]
)
"""Types that may be given by nearly any value."""

VERDICT_BITS = {
    "java": {"same": -6.0, "kin": 0.1, "other": 1.0, "misfit": 8.0, "unknown": 0.4},
    "python": {"same": -4.0, "kin": 0.5, "other": 2.2, "misfit": 4.5, "unknown": 0.2},
}
UNEXPECTED_WEIGHT = {"java": 0.55, "python": 0.8}
"""Bits that each verdict is worth, and that a bit of the first token is. Of 1,500 real returns of training packages in
each language 0 and 5 (Java, Python) were misfits by their words, of as many with another method's expression in place
559 and 352; the same type had 909 and 711 against 3 and 22. Of these log-odds three quarters are taken, for in a
logistic regression on 500 of each the first token speaks for the rest."""

LEAST_BITS = 4.0
"""Evidence from which on an expression is called a misfit."""

RETURN = "return "

LONGEST_TOKEN = 40
"""Characters of a first token that are scored."""


Verdict = Literal["same", "kin", "other", "misfit", "unknown"]


@dataclass(frozen=True)
class ReturnEvidence:
    """bits: log2 of how much likelier the expression is where it does not fit than where it does.

    start, end: the expression; given: the type that the method declares, or that its name tells; found: what the
    expression's words tell, "" for nothing; verdict: how the two stand to each other; unexpected_bits: what the first
    token costs more by what is known than without.
    """

    bits: float
    start: int
    end: int
    given: str
    found: str
    verdict: Verdict
    unexpected_bits: float


def misfits(
    tape: Tape, start: int, end: int, *, least_bits: float = LEAST_BITS, should_stop: ShouldStop | None = None
) -> list[ReturnEvidence]:
    """The expressions behind `return` in text[start:end] that do not fit what their methods declare, in order.

    Only those whose own words tell another type, with at least so many bits against them: of others the tape need not
    be read, so that all the returns of a page take a millisecond or two. When stopped, what was found so far.
    """
    found = []
    at = tape.text.find(RETURN, start, end)
    while at >= 0 and not (should_stop is not None and should_stop()):
        offset = at + len(RETURN)
        told = _told(tape, offset)
        if told is not None and told.verdict == "misfit":
            evidence = return_evidence(tape, offset)
            found += [evidence] if evidence is not None and evidence.bits >= least_bits else []
        at = tape.text.find(RETURN, offset, end)
    return found


def return_evidence(tape: Tape, start: int) -> ReturnEvidence | None:
    """Evidence against the expression that begins at `start`, right behind `return ` (one space).

    Reads the tape up to the first token's end. None where no method is around, it tells no type, or nothing is given.
    """
    told = _told(tape, start)
    reading = None if told is None else tape.reading_at(start, keep=False)
    if told is None or reading is None:
        return None
    unexpected = unexpected_bits(tape, reading, start)
    return replace(told, bits=told.bits + UNEXPECTED_WEIGHT[tape.language] * unexpected, unexpected_bits=unexpected)


def _told(tape: Tape, start: int) -> ReturnEvidence | None:
    """The evidence of the expression's words alone."""
    language, scene = tape.language, tape.scene_at(start)
    given = "" if scene is None else given_type(scene, language)
    end = expression_end(tape.text, start, language)
    if scene is None or not given or end <= start:
        return None
    found = expression_type(tape.text[start:end], scene.names, language)
    verdict = compare(found, given, language)
    if verdict == "misfit" and not scene.method.type and not scene.method.name.endswith("__"):
        verdict = "unknown"  # a name such as `has_parts` is a habit, no promise
    return ReturnEvidence(VERDICT_BITS[language][verdict], start, end, given, found, verdict, 0.0)


def compare(found: str, given: str, language: str) -> Verdict:
    """How an expression's type stands to the one that is given: same, kin, other, misfit, or unknown.

    Only the plain families of types exclude each other. A class may be a list; in Python the name of a class may stand
    for any type, and a comparison gives what its class says.
    """
    if not found or not given or {found, given} & WIDE or min(len(found), len(given)) == 1:
        return "unknown"
    if found == given:
        return "same"
    if given == "void":
        return "misfit"
    if found in ("null", "None"):  # of `int | None` only `int` is known
        return "misfit" if given in BASIC_TYPES and language == "java" else "unknown"
    families = {family_of(found, language), family_of(given, language)}
    if len(families) == 1:
        return "other" if "object" in families else "kin"
    lists = families == {"many", "object"} and not given.endswith("[]")
    return "other" if lists or ("object" in families and language != "java") else "misfit"


def unexpected_bits(tape: Tape, reading: Reading, start: int) -> float:
    """Bits that the first token costs more by what is known behind `return` than without; negative for less.

    reading: at the token's start.
    """
    token = next(tokens_from(tape.text, start, tape.language), None)
    if reading.recall is None or token is None:
        return 0.0
    end = token.start + 1 if token.kind == "string" else min(token.end, start + LONGEST_TOKEN)
    indices = tape.predictor.vocabulary.encode(tape.text[start:end])
    votes, _ = reading.recall.read(indices)
    if votes is None or votes.hints is None:
        return 0.0
    with_hints, _ = tape.predictor.charge_chunk(reading, indices, votes)
    without, _ = tape.predictor.charge_chunk(reading, indices, replace(votes, hints=None))
    difference = with_hints.surprisal_bits.astype(np.float64) - without.surprisal_bits
    return float(difference.sum())


def fitting_token(predictor: Predictor, tape: Tape, evidence: ReturnEvidence) -> Candidate | None:
    """The likeliest token in place of an expression whose own type fits what is declared; None if none is offered."""
    scene, reading = tape.scene_at(evidence.start), tape.reading_at(evidence.start, keep=False)
    if scene is None or reading is None:
        return None
    for candidate in next_tokens(predictor, reading, language=tape.language, prefix=""):
        found = expression_type(candidate.text, scene.names, tape.language)
        if compare(found, evidence.given, tape.language) in ("same", "kin"):
            return candidate
    return None
