"""The command `peephole.heatMap`: how surprising each character or token of a document was, small enough for the wire.

Asked: `[{"uri", "range": {...} (default: all), "unit": "token" (default) or "character", "memory": true (default)}]`;
without memory the bits are those of the network alone. Answered: `scale`, the bits that one step is worth, and
`largest`, the most bits here, which are 127 steps. What costs over 32 bits, as a whole comment may, is drawn like 32.

Of characters, `data`: base64 of int8 steps, the first of the character at `offset` in the text with `\\n` line ends.
Of tokens, `tokens`: four numbers each, as semantic tokens have them (LSP 3.17): lines after the piece before, columns
after it or after the line's start, columns that it is wide, and steps. A token over several lines is one piece a line.
White space has pieces too.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from .answer import Asked
from .introspection import read_range

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from peephole.model.lexis import Token

    from .requests import Requests

COMMAND = "peephole.heatMap"

STEPS = 127
"""Of the largest value."""

MOST_BITS = 32.0
"""That are told apart: with more a long comment would take the colours from all that is code."""

MOST_CHARACTERS = 1 << 20
"""In one answer: 1.4 MB on the wire."""

MOST_TOKENS = 20_000
"""Pieces in one answer: 0.3 MB on the wire, and 0.1 s to find their columns."""


@dataclass(frozen=True)
class Wanted:
    """The question. `range` is None for the whole document."""

    uri: str
    range: types.Range | None
    by_token: bool
    memory: bool


def read_question(arguments: Sequence[Any]) -> Wanted:
    """The command's arguments as a question; `JsonRpcInvalidParams` says what is wrong with them."""
    question = arguments[0] if len(arguments) == 1 else None
    if not isinstance(question, Mapping) or not isinstance(question.get("uri"), str):
        raise JsonRpcInvalidParams(f"{COMMAND} takes one object, with the `uri` of an open document")
    unit, memory = question.get("unit", "token"), question.get("memory", True)
    if unit not in ("token", "character"):
        raise JsonRpcInvalidParams("`unit` must be token or character")
    if not isinstance(memory, bool):
        raise JsonRpcInvalidParams("`memory` must be true or false")
    wanted_range = None if question.get("range") is None else read_range(question["range"])
    return Wanted(question["uri"], wanted_range, unit == "token", memory)


def draw(asked: Asked, wanted: Wanted) -> dict[str, Any]:
    """The answer for the wire. In the worker; reads the document up to the range's end."""
    document, tape = asked.document, asked.desk.tape
    start, end = 0, len(document.text)
    if wanted.range is not None:
        start, end = sorted((document.offset_at(wanted.range.start), document.offset_at(wanted.range.end)))
    if end - start > MOST_CHARACTERS:
        raise JsonRpcInvalidParams(f"that is more than {MOST_CHARACTERS} characters; ask for a shorter range")
    asked.desk.read_to(end, asked.should_stop)
    bits = (tape.surprisal_bits if wanted.memory else tape.network_bits)[start:end]
    answer = {
        "version": document.version,
        "model": asked.predictor.runtime.checkpoint.model_hash,
        "unit": "token" if wanted.by_token else "character",
        "memory": wanted.memory,
        "offset": start,
        "start": document.position_at(start),
        "end": document.position_at(end),
        "characters": end - start,
    }
    if wanted.by_token:
        found = asked.desk.lexing.tokens_to(document.text, end, asked.should_stop)
        return answer | by_token(asked, pieces(document.text, found, start, end), bits, start)
    return answer | by_character(bits)


def by_character(bits: npt.NDArray[np.float32]) -> dict[str, Any]:
    """Each character's bits in steps, and what a step is worth."""
    steps, scale, largest = quantise(bits)
    return {"scale": scale, "largest": largest, "data": base64.b64encode(steps.tobytes()).decode("ascii")}


def by_token(
    asked: Asked, places: Iterator[tuple[int, int]], bits: npt.NDArray[np.float32], offset: int
) -> dict[str, Any]:
    """Each piece's bits in steps and where it stands, relative to the one before."""
    import numpy as np

    found = []
    for place in places:
        found.append(place)
        if len(found) > MOST_TOKENS:
            raise JsonRpcInvalidParams(f"that is more than {MOST_TOKENS} tokens; ask for a shorter range")
    sums = np.concatenate([[0.0], np.cumsum(bits, dtype=np.float64)])
    ends = np.array(found, np.int64).reshape(-1, 2) - offset
    steps, scale, largest = quantise((sums[ends[:, 1]] - sums[ends[:, 0]]).astype(np.float32))
    tokens, line, column = [], 0, 0
    for (start, end), step in zip(found, steps.tolist(), strict=True):
        at, behind = asked.document.position_at(start), asked.document.position_at(end)
        width = behind.character - at.character if behind.line == at.line else 1  # a line's end is drawn one wide
        tokens += [at.line - line, at.character - (column if at.line == line else 0), width, step]
        line, column = at.line, at.character
    return {"scale": scale, "largest": largest, "tokens": tokens}


def quantise(bits: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], float, float]:
    """Values from 0 on as int8 steps, what one step is worth (as of 1 bit if all are nothing), and the largest."""
    import numpy as np

    largest = float(bits.max(initial=0.0))
    shown = min(largest, MOST_BITS) or 1.0
    return np.rint(bits * (STEPS / shown)).clip(0, STEPS).astype(np.int8), shown / STEPS, largest


def pieces(text: str, found: Sequence[Token], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The tokens' parts within a range, in offsets: one a line, the line's end with its last."""
    from bisect import bisect_right

    first = max(bisect_right(found, start, key=lambda token: token.start) - 1, 0)
    for token in found[first:]:
        at = max(token.start, start)
        if at >= end:
            return
        last = min(token.end, end)
        while at < last:
            line_end = text.find("\n", at, last) + 1 or last
            yield at, line_end
            at = line_end


def register(server: LanguageServer, requests: Requests) -> None:
    """Adds the command."""

    @server.command(COMMAND)
    def heat_map(*arguments: Any) -> Any:
        wanted = read_question(arguments)
        return requests.study("heatMap", wanted.uri, partial(draw, wanted=wanted))
