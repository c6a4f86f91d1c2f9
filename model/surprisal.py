"""How surprised the model was: by tokens, by a whole text, and at one place with what it expected instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .lexis import Token, find_token, tokens
from .predictor import Reading
from .search import Candidate, ending_bits, next_tokens
from .tape import Tape


@dataclass(frozen=True)
class Explanation:
    """A token, what it cost in bits, its probability, and the tokens that were expected at its place, best first.

    The probability includes that the token ends where it does, as those of the expected tokens do; the bits do not.
    network_bits: what it would have cost by the network alone; reading: of the text before the token.
    """

    token: Token
    bits: float
    network_bits: float
    probability: float
    expected: list[Candidate]
    reading: Reading


def token_surprisal(found: Sequence[Token], surprisal_bits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Bits of each token, the sum over its characters; NaN for tokens that were not read to their end."""
    ends = np.array([token.end for token in found], np.intp)
    starts = np.array([token.start for token in found], np.intp)
    sums = np.concatenate([[0.0], np.cumsum(surprisal_bits, dtype=np.float64)])
    read = ends < len(sums)
    bits = np.full(len(found), np.nan)
    bits[read] = sums[ends[read]] - sums[starts[read]]
    return bits


def cross_entropy_bits(surprisal_bits: npt.NDArray[np.float32]) -> float:
    """Mean bits per code point, summed in float64; NaN for nothing."""
    return float(np.mean(surprisal_bits, dtype=np.float64)) if len(surprisal_bits) else math.nan


def explain_offset(
    tape: Tape,
    offset: int,
    *,
    top: int = 5,
    lexed: Sequence[Token] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Explanation | None:
    """The token at an offset, explained; reads the tape up to it. None in an empty text or when stopped.

    lexed: the text's first tokens, the one at the offset among them, for who has them at hand.
    """
    token = find_token(tokens(tape.text, tape.language) if lexed is None else lexed, offset)
    if token is None or not tape.advance_to(token.end, should_stop=should_stop):
        return None
    reading = tape.reading_at(token.start, should_stop=should_stop, keep=False)
    behind = tape.reading_at(token.end, should_stop=should_stop, keep=False)
    if reading is None or behind is None:
        return None
    place = slice(token.start, token.end)
    written = tape.text[place]
    bits = float(np.sum(tape.surprisal_bits[place], dtype=np.float64))
    network_bits = float(np.sum(tape.network_bits[place], dtype=np.float64))
    expected = next_tokens(tape.predictor, reading, language=tape.language, prefix="", top=top, should_stop=should_stop)
    whole_bits = bits + ending_bits(tape.predictor, behind, written, tape.language)
    return Explanation(token, bits, network_bits, 2.0**-whole_bits, expected, reading)
