"""Improbable spans: tokens where the model is sure that something else belongs there.

A rare token alone is no fault: names are rare wherever they are made up. A span is reported for one of three reasons.
Either one other token is nearly certain at its place and the written one is not. Or a literal stands where no literal
of its kind belongs, whatever it says and whatever belongs there instead: `return "x";` where numbers are returned. Or
a name looks like a slip in writing another that the document uses (`slips.py`), and that one is far more probable.

All need the reading at the place, so a first pass over the surprisals, which are there anyway, picks the few places
that are worth one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from .lexis import Kind, Token, is_word_character, tokens
from .predictor import Predictor, Reading
from .search import Candidate, ending_bits, next_tokens
from .slips import Names
from .surprisal import token_surprisal
from .tape import Tape

ShouldStop = Callable[[], bool]

THRESHOLD_BITS = 12.0
"""How many bits more than the alternative a token must cost: 4,096 times less probable."""

LEAST_ALTERNATIVE = 0.9
"""How probable the alternative must be. A memory is often fairly sure that what was said before will be said again: at
8 bits and 0.7 it would mark 24 (Java) and 12 (Python) places in 1,000 lines of other people's code; at 12 bits and 0.9,
slips and all, 4 and 3."""

SLIP_BITS = 8.0
"""How many bits more than the name that is meant a slip must cost. Of one slip a file in 38 files 33 were found."""

KIND_BITS = 9.0
"""How improbable a literal's kind must be: of 900 literals in 5,700 lines of such code none cost over 8.7 bits."""

MOST_EXAMINED = 24
"""Places a call: each reads up to a snapshot interval again and takes some ten steps, about 6 ms together."""

EXAMINED: frozenset[Kind] = frozenset({"identifier", "number", "string", "operator"})
"""White space is layout, comments are prose."""

FIRST_CHARACTERS: dict[Kind, str] = {"string": "\"'", "number": "0123456789"}
"""What the literals of a kind begin with, as a rule; `f"` and `.5` begin otherwise."""


Reason = Literal["other", "slip", "missing", "surplus", "kind"]
"""Why a span is improbable: another token belongs there; it is a slip in writing a name; one is missing before it;
it is one too many; or it is a literal of a kind that does not belong there."""


@dataclass(frozen=True)
class ImprobableSpan:
    """A token, what it cost, and the text that belongs there. start, end: offsets; bits: of the token.

    alternative: what text[start:end] becomes if the model is right, empty where nothing belongs there; None where
    there is no single one. evidence_bits: how much likelier the text is with the alternative. For a literal of the
    wrong kind the bits are those of its kind.
    """

    start: int
    end: int
    bits: float
    alternative: str | None
    alternative_probability: float
    evidence_bits: float
    reason: Reason


@dataclass(frozen=True)
class SpanSettings:
    """When a token is improbable enough to report; see the constants of the same names."""

    threshold_bits: float = THRESHOLD_BITS
    least_alternative: float = LEAST_ALTERNATIVE
    kind_bits: float = KIND_BITS
    slip_bits: float = SLIP_BITS


def improbable_spans(
    predictor: Predictor,
    tape: Tape,
    *,
    start: int = 0,
    end: int | None = None,
    threshold_bits: float = THRESHOLD_BITS,
    least_alternative: float = LEAST_ALTERNATIVE,
    kind_bits: float = KIND_BITS,
    most_examined: int = MOST_EXAMINED,
    lexed: Sequence[Token] | None = None,
    should_stop: ShouldStop | None = None,
) -> list[ImprobableSpan]:
    """The improbable spans in text[start:end] that the tape has read, in the text's order.

    At most `most_examined` places are searched, the most surprising first; when stopped, what was found so far.
    lexed: all the text's tokens, for who has them at hand.
    """
    settings = SpanSettings(threshold_bits, least_alternative, kind_bits)
    found = tokens(tape.text, tape.language) if lexed is None else lexed
    bits = choice_bits(found, tape.surprisal_bits)
    least_bits = min(threshold_bits, kind_bits, settings.slip_bits)
    suspects = suspicious(found, bits, start, len(tape.text) if end is None else end, least_bits)
    names = Names(tape.text, found, tape.language)
    spans, examined = [], 0
    for place in suspects:
        if examined == most_examined or (should_stop is not None and should_stop()):
            break
        if is_habit(tape.text, found, place):  # looks through the whole text: one place at a time, so it can be stopped
            continue
        examined += 1
        token = found[place]
        reading = tape.reading_at(token.start, should_stop=should_stop, keep=False)
        if reading is None or (should_stop is not None and should_stop()):
            break
        span = slip(predictor, reading, tape, token, names, settings)
        if span is None:
            span = judge(predictor, reading, tape, token, float(bits[place]), settings)
        spans += [span] if span is not None else []
    return sorted(spans, key=lambda span: span.start)


def choice_bits(found: Sequence[Token], surprisal_bits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Bits of choosing each token: of a string only its first character, for what it says is free."""
    opening = [Token(t.start, t.start + 1, t.kind) if t.kind == "string" else t for t in found]
    return token_surprisal(opening, surprisal_bits)


def suspicious(
    found: Sequence[Token], bits: npt.NDArray[np.float64], start: int, end: int, least_bits: float
) -> list[int]:
    """Places among the tokens that may be improbable, the most surprising first.

    A word that ends too early ("i" where "index" belongs) surprises only behind its end, so the bits of the token
    behind count as well; the search that follows tells the two apart.
    """
    behind = np.append(bits[1:], 0.0)
    scores = bits + np.nan_to_num(behind)
    places = [
        place
        for place, token in enumerate(found)
        if token.kind in EXAMINED and start <= token.start < end and scores[place] >= least_bits
    ]
    return sorted(places, key=lambda place: (-scores[place], place))


def is_habit(text: str, found: Sequence[Token], place: int) -> bool:
    """Whether the document writes this token behind the token before it elsewhere, too.

    The network forgets what the document did a page ago; the document's own names and manners are no faults. What
    is returned is judged by its function alone: `return None` may be right in one and wrong in the next.
    """
    before = place - 1
    while before >= 0 and found[before].kind in ("space", "newline", "comment"):
        before -= 1
    if before < 0 or text[found[before].start : found[before].end] == "return":
        return False
    return recurs(text, text[found[before].start : found[place].end])


def recurs(text: str, part: str) -> bool:
    """Whether the text holds the part, with no word running on behind it, more than once."""
    count, at = 0, text.find(part)
    while at >= 0 and count < 2:
        end = at + len(part)
        runs_on = is_word_character(part[-1]) and end < len(text) and is_word_character(text[end])
        count += not runs_on
        at = text.find(part, end)
    return count > 1


def judge(
    predictor: Predictor, reading: Reading, tape: Tape, token: Token, bits: float, settings: SpanSettings
) -> ImprobableSpan | None:
    """The token as a span, if it is improbable for one of the first two reasons. reading: at its start."""
    best = alternative(predictor, reading, tape, token)
    written = tape.text[token.start : token.end]
    if best is not None and best.probability >= settings.least_alternative:
        cost = bits if token.kind == "string" else whole_bits(predictor, reading, written, tape.language)
        evidence = cost + math.log2(best.probability)
        if evidence >= settings.threshold_bits:
            return ImprobableSpan(token.start, token.end, cost, best.text, best.probability, evidence, "other")
    cost = kind_cost_bits(predictor, reading, token.kind, written)
    if cost < settings.kind_bits:
        return None
    return ImprobableSpan(token.start, token.end, cost, None, 0.0, cost, "kind")


def slip(
    predictor: Predictor, reading: Reading, tape: Tape, token: Token, names: Names, settings: SpanSettings
) -> ImprobableSpan | None:
    """The token as a slip in writing one of the document's names, if it is one. reading: at its start."""
    written = tape.text[token.start : token.end]
    meant_names = list(names.meant(written)) if token.kind == "identifier" else []
    bits = whole_bits(predictor, reading, written, tape.language) if meant_names else 0.0
    for meant in meant_names:
        meant_bits = whole_bits(predictor, reading, meant, tape.language)
        evidence = bits - meant_bits
        if evidence >= settings.slip_bits:
            return ImprobableSpan(token.start, token.end, bits, meant, 2.0**-meant_bits, evidence, "slip")
    return None


def whole_bits(predictor: Predictor, reading: Reading, written: str, language: str) -> float:
    """Bits of a token and of its ending there: so it compares with a candidate. reading: at its start."""
    bits, behind = predictor.read(reading, written)
    return float(bits.sum(dtype=np.float64)) + ending_bits(predictor, behind, written, language)


def alternative(predictor: Predictor, reading: Reading, tape: Tape, token: Token) -> Candidate | None:
    """The most probable other token at a token's place, if there is any."""
    written = tape.text[token.start : token.end]
    joins = token.start > 0 and is_word_character(tape.text[token.start - 1])
    for candidate in next_tokens(predictor, reading, language=tape.language, prefix="", width=4, top=4):
        same = candidate.text == written or (token.kind == candidate.kind == "string")
        continues = candidate.text[0] == " " or (joins and is_word_character(candidate.text[0]))
        if not same and not continues:
            return candidate
    return None


def kind_cost_bits(predictor: Predictor, reading: Reading, kind: Kind, written: str) -> float:
    """Bits of a literal of this kind beginning here, whatever it says; 0 for what is no literal.

    The written first character counts whatever it is: a prefix makes no string improbable.
    """
    if kind not in FIRST_CHARACTERS:
        return 0.0
    characters = {*FIRST_CHARACTERS[kind], written[0]}
    first = reading.log_probabilities[predictor.vocabulary.encode("".join(sorted(characters)))]
    return -math.log2(float(np.exp(first.astype(np.float64)).sum()))
