"""Improbable spans: places where the text would be far likelier with something else.

A rare token alone is no fault: names are rare wherever they are made up. So each suspicious place is weighed against
what may have been meant there (`rewrites.py`), what follows included (`evidence.py`), and reported where the evidence
is such as clean code seldom shows (`calibration.py`). A literal is reported too where none of its kind belongs,
whatever it says and whatever belongs there instead: `return "x";` where numbers are returned.

Weighing reads the place again, so a first pass over the surprisals, which are there anyway, picks the places that are
worth it, in proportion to the text's lines. What is told of a place is weighed as a whole (`signs.py`): the rewriting
with the highest score speaks for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .calibration import DEFAULT, Calibration
from .evidence import NOTHING, RIGHT_CONTEXT, Evidence, plausible, total, weigh_place
from .lexis import Kind, Token, tokens
from .offers import SENSITIVITY
from .predictor import Charge, Predictor
from .reasons import RETURN, SpanReason
from .return_evidence import fitting_token, misfits
from .rewrites import BLANK, Place, Rewrite, place_of
from .sign_names import Signs
from .signs import signs_of
from .slips import Names
from .state import Float32
from .tape import Tape

ShouldStop = Callable[[], bool]

EXAMINED_AT_LEAST, EXAMINED_A_THOUSAND_LINES = 5, 90
"""Places that are weighed in a text. Of one-token faults of eight kinds in 80 Java and 66 Python files the place or its
neighbour was among the first 40 of 1,000 lines for 29 and 32 of 100, among 80 for 36 and 42, among 160 for 48 and 54.
More in a short text would be more flags in its few lines."""

LEAST_SCORE = 6.0
"""Bits of the most surprising characters of a token and the one behind it: with less there is nothing to gain."""

RETURN_SENSITIVITY = 0.1
"""Returns of 1,000 lines of clean code that seem not to fit: of 500 development files each 0.09 in Java, 0.03 in
Python."""

EXAMINED: frozenset[Kind] = frozenset({"identifier", "number", "string", "operator"})
"""White space is layout, comments are prose."""

FIRST_CHARACTERS: dict[Kind, str] = {"string": "\"'", "number": "0123456789"}
"""What the literals of a kind begin with, as a rule; `f"` and `.5` begin otherwise."""


@dataclass(frozen=True)
class ImprobableSpan:
    """A token, what it cost, and the text that belongs there. start, end: offsets; bits: of the token.

    alternative: what text[start:end] becomes if the model is right, empty where nothing belongs there; None where
    there is no single one. evidence_bits: how much likelier the text is with the alternative. For a literal of the
    wrong kind the bits are those of its kind. least_sensitivity: from which one on it is reported.
    """

    start: int
    end: int
    bits: float
    alternative: str | None
    alternative_probability: float
    evidence_bits: float
    reason: SpanReason
    least_sensitivity: float = 0.0


@dataclass(frozen=True)
class Weighed:
    """A place that was weighed: what its token cost, and all evidence with its signs, one row each."""

    place: Place
    bits: float
    evidence: Sequence[Evidence]
    signs: Signs


Known = dict[int, Weighed]
"""What was weighed of one text, by the number of the token. To weigh a place takes 20 to 60 ms, so whoever may be
stopped, or look at a part first, keeps it."""


def improbable_spans(
    predictor: Predictor,
    tape: Tape,
    *,
    sensitivity: float = SENSITIVITY,
    start: int = 0,
    end: int | None = None,
    most_examined: int | None = None,
    lexed: Sequence[Token] | None = None,
    known: Known | None = None,
    should_stop: ShouldStop | None = None,
) -> list[ImprobableSpan]:
    """The improbable spans in text[start:end] that the tape has read, in the text's order; none overlaps another.

    sensitivity: how many are expected in 1,000 lines of clean code. At most `most_examined` places of the whole text
    are weighed, the most surprising first; by default in proportion to the lines. When stopped, what was found so far.
    lexed: all the text's tokens, for who has them at hand; known: what was weighed of the text before, which is added
    to.
    """
    calibration = predictor.calibration or DEFAULT
    weighed = weigh_text(
        predictor,
        tape,
        start=start,
        end=end,
        most_examined=most_examined,
        lexed=lexed,
        known=known,
        should_stop=should_stop,
    )
    spans = [make_span(each, calibration) for each in weighed]
    read = min(len(tape.text) if end is None else end, tape.fed)
    if sensitivity >= RETURN_SENSITIVITY:
        spans += return_spans(predictor, tape, start, read, should_stop)
    return without_overlaps([span for span in spans if span.least_sensitivity <= sensitivity])


def return_spans(
    predictor: Predictor, tape: Tape, start: int, end: int, should_stop: ShouldStop | None = None
) -> list[ImprobableSpan]:
    """The expressions behind `return` that do not fit what their methods declare, with what is offered and does fit."""
    spans = []
    for found in misfits(tape, start, end, should_stop=should_stop):
        if found.end > tape.fed:
            break
        offered = fitting_token(predictor, tape, found)
        text, probability = (None, 0.0) if offered is None else (offered.text.strip(), offered.probability)
        cost = total(tape.surprisal_bits[found.start : found.end])
        place = (found.start, found.end, cost, text, probability)
        spans.append(ImprobableSpan(*place, found.bits, RETURN, RETURN_SENSITIVITY))
    return spans


def weigh_text(
    predictor: Predictor,
    tape: Tape,
    *,
    start: int = 0,
    end: int | None = None,
    most_examined: int | None = None,
    lexed: Sequence[Token] | None = None,
    right: int = RIGHT_CONTEXT,
    least_score: float = LEAST_SCORE,
    known: Known | None = None,
    should_stop: ShouldStop | None = None,
) -> Iterator[Weighed]:
    """The places in text[start:end] that are worth it in the whole text, weighed, the most surprising first; as
    `improbable_spans`.

    least_score: bits with which a place must surprise, unless a name may be a slip there.
    """
    text, known = tape.text, {} if known is None else known
    found = tokens(text, tape.language) if lexed is None else lexed
    rated = suspicious(found, tape.surprisal_bits)
    names = Names(text, found, tape.language)
    most = places_to_examine(text) if most_examined is None else most_examined
    slips = misspelt(found, [number for _, number in rated], names, text, most // 2)
    others = [number for score, number in rated if score >= least_score and number not in slips]
    for number in [*slips, *others][:most]:
        if not start <= found[number].start < (len(text) if end is None else end):
            continue
        if should_stop is not None and should_stop():
            return
        if number not in known:
            place = place_of(text, found, number, tape.language)
            evidence = weigh_place(predictor, tape, place, names, right=right, should_stop=should_stop)
            if evidence is None:
                return
            told = [each for each in [*evidence, *kind_evidence(predictor, tape, place)] if plausible(place, each)]
            cost = total(tape.surprisal_bits[place.token.start : place.token.end])
            known[number] = Weighed(place, cost, told, signs_of(tape, place, names, told))
        if known[number].evidence:
            yield known[number]


def misspelt(found: Sequence[Token], places: Sequence[int], names: Names, text: str, most: int) -> list[int]:
    """Those of some places where a name may be a slip: such places are few, and right more often than others."""
    slips: list[int] = []
    for number in places:
        token = found[number]
        if token.kind == "identifier" and len(slips) < most and any(names.meant(text[token.start : token.end])):
            slips.append(number)
    return slips


def places_to_examine(text: str) -> int:
    """How many places of a text are weighed."""
    return EXAMINED_AT_LEAST + EXAMINED_A_THOUSAND_LINES * text.count("\n") // 1000


def make_span(weighed: Weighed, calibration: Calibration = DEFAULT) -> ImprobableSpan:
    """A place as a span, by the evidence that looks most like a fault."""
    scale = calibration.scale(weighed.place.language)
    scores = scale.score(weighed.signs)
    best = int(scores.argmax())
    evidence = weighed.evidence[best]
    kind = evidence.rewrite.reason == "kind"
    # Where a literal's kind is wrong one token may be certain, too.
    likely = [each for each in weighed.evidence if each.rewrite.reason == "expected"] if kind else [evidence]
    certain = max(likely, key=lambda each: each.bits, default=None)
    return ImprobableSpan(
        *evidence.rewrite.shown,
        bits=evidence.bits if kind else weighed.bits,
        alternative=None if certain is None else certain.rewrite.alternative,
        alternative_probability=0.0 if certain is None else certain.probability,
        evidence_bits=evidence.bits,
        reason=evidence.rewrite.reason,
        least_sensitivity=scale.least_sensitivity(float(scores[best])),
    )


def without_overlaps(spans: Sequence[ImprobableSpan]) -> list[ImprobableSpan]:
    """In the text's order; of spans that overlap or touch the one that clean code shows least often."""
    kept: list[ImprobableSpan] = []
    for span in sorted(spans, key=lambda span: (span.least_sensitivity, span.start)):
        if all(span.end < other.start or other.end < span.start for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def suspicious(found: Sequence[Token], surprisal_bits: Float32) -> list[tuple[float, int]]:
    """Scores and numbers of tokens that may be improbable, the most surprising first.

    What a fault surprises with is single characters: the first that cannot be right, at the place or behind it. A long
    new name costs as much in many small parts. So the score is the dearest character of the token and of the next.
    """
    read = len(surprisal_bits)
    read_tokens = [k for k, token in enumerate(found) if token.kind in EXAMINED and token.end <= read]
    code = [k for k in read_tokens if not _is_prose(found, k)]
    peaks = np.array([_peak(found, k, surprisal_bits) for k in code])
    scores = peaks + np.append(peaks[1:], 0.0)
    chosen = [(-score, number) for score, number in zip(scores.tolist(), code, strict=True) if score >= LEAST_SCORE]
    return [(-score, number) for score, number in sorted(chosen)]


def _is_prose(found: Sequence[Token], number: int) -> bool:
    """Whether the token is a string that begins a line: in Python that says what the line above is for."""
    before = number - 1
    while before >= 0 and found[before].kind == "space":
        before -= 1
    return found[number].kind == "string" and (before < 0 or found[before].kind == "newline")


def _peak(found: Sequence[Token], number: int, surprisal_bits: Float32) -> float:
    """Bits of the dearest character of a token and the blanks before it; of a string only the first is its own.

    What a string says is free. A `;` that is missing at a line's end surprises with the line's end.
    """
    start, token = number, found[number]
    while start and found[start - 1].kind in BLANK:
        start -= 1
    end = token.start + 1 if token.kind == "string" else token.end
    return float(surprisal_bits[found[start].start : end].max())


def kind_evidence(predictor: Predictor, tape: Tape, place: Place) -> list[Evidence]:
    """That a literal of this kind does not belong at its place; no evidence for what is no literal."""
    if place.token.kind not in FIRST_CHARACTERS:
        return []
    readings = tape.readings_at([place.token.start])
    if readings is None:
        return []
    token, reading = place.token, readings[0]
    voices = reading.log_probabilities, reading.network_nats
    told = [kind_cost_bits(predictor, nats, token.kind, place.written) for nats in voices]
    rewrite = Rewrite(token.start, token.end, "", "kind", (token.start, token.end), "")
    charge = Charge(*(np.array([bits], np.float32) for bits in told))
    return [Evidence(rewrite, told[0], 0.0, charge, NOTHING)]


def kind_cost_bits(predictor: Predictor, nats: Float32, kind: Kind, written: str) -> float:
    """Bits of a literal of this kind beginning here, whatever it says; 0 for what is no literal.

    nats: (V,) of the next character. The written first character counts whatever it is: a prefix makes no string
    improbable.
    """
    if kind not in FIRST_CHARACTERS:
        return 0.0
    characters = {*FIRST_CHARACTERS[kind], written[0]}
    first = nats[predictor.vocabulary.encode("".join(sorted(characters)))]
    return -math.log2(float(np.exp(first.astype(np.float64)).sum()))
