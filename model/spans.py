"""Improbable spans: tokens where the model is sure that something else belongs there.

A rare token alone is no fault: names are rare wherever they are made up. A span is reported only if the token was
improbable and one other token is probable at its place. Looking for that other token costs a search, so a first
pass over the surprisals, which are there anyway, picks the few places that are worth one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .lexis import Kind, Token, is_word_character, tokens
from .predictor import Predictor
from .search import Candidate, ending_bits, next_tokens
from .surprisal import token_surprisal
from .tape import Tape

ShouldStop = Callable[[], bool]

THRESHOLD_BITS = 7.0
"""How many bits more than the alternative a token must cost: 128 times less probable."""

LEAST_ALTERNATIVE = 0.4
"""How probable the alternative must be by itself."""

MOST_EXAMINED = 24
"""Searches a call: each reads up to a snapshot interval again and takes some ten steps, about 6 ms together."""

EXAMINED: frozenset[Kind] = frozenset({"identifier", "number", "string", "operator"})
"""White space is layout, comments are prose."""


@dataclass(frozen=True)
class ImprobableSpan:
    """A token, what it cost, and the token that belongs there. start, end: offsets; bits: of the token."""

    start: int
    end: int
    bits: float
    alternative: str | None
    alternative_probability: float


def improbable_spans(
    predictor: Predictor,
    tape: Tape,
    *,
    start: int = 0,
    end: int | None = None,
    threshold_bits: float = THRESHOLD_BITS,
    least_alternative: float = LEAST_ALTERNATIVE,
    most_examined: int = MOST_EXAMINED,
    should_stop: ShouldStop | None = None,
) -> list[ImprobableSpan]:
    """The improbable spans in text[start:end] that the tape has read, in the text's order.

    At most `most_examined` places are searched, the most surprising first; when stopped, what was found so far.
    """
    found = tokens(tape.text, tape.language)
    bits = choice_bits(found, tape.surprisal_bits)
    suspects = suspicious(found, bits, start, len(tape.text) if end is None else end, threshold_bits)
    spans = []
    for place in suspects[:most_examined]:
        if should_stop is not None and should_stop():
            break
        best = alternative(predictor, tape, found[place], should_stop)
        if best is not None and best.probability >= least_alternative:
            token = found[place]
            cost = cost_bits(predictor, tape, token, float(bits[place]))
            if cost + math.log2(best.probability) >= threshold_bits:
                spans.append(ImprobableSpan(token.start, token.end, cost, best.text, best.probability))
    return sorted(spans, key=lambda span: span.start)


def choice_bits(found: list[Token], surprisal_bits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Bits of choosing each token: of a string only its first character, for what it says is free."""
    opening = [Token(t.start, t.start + 1, t.kind) if t.kind == "string" else t for t in found]
    return token_surprisal(opening, surprisal_bits)


def suspicious(
    found: list[Token], bits: npt.NDArray[np.float64], start: int, end: int, threshold_bits: float
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
        if token.kind in EXAMINED and start <= token.start < end and scores[place] >= threshold_bits
    ]
    return sorted(places, key=lambda place: (-scores[place], place))


def alternative(predictor: Predictor, tape: Tape, token: Token, should_stop: ShouldStop | None) -> Candidate | None:
    """The most probable other token at a token's place, if there is any."""
    reading = tape.reading_at(token.start, should_stop=should_stop, keep=False)
    if reading is None:
        return None
    written = tape.text[token.start : token.end]
    joins = token.start > 0 and is_word_character(tape.text[token.start - 1])
    candidates = next_tokens(
        predictor, reading, language=tape.language, prefix="", width=4, top=4, should_stop=should_stop
    )
    for candidate in candidates:
        same = candidate.text == written or (token.kind == candidate.kind == "string")
        continues = candidate.text[0] == " " or (joins and is_word_character(candidate.text[0]))
        if not same and not continues:
            return candidate
    return None


def cost_bits(predictor: Predictor, tape: Tape, token: Token, bits: float) -> float:
    """Bits of the token including that of its ending where it does, so that it compares with a candidate."""
    if token.kind == "string":
        return bits
    reading = tape.reading_at(token.end, keep=False)
    assert reading is not None
    return bits + ending_bits(predictor, reading, tape.text[token.start : token.end], tape.language)
