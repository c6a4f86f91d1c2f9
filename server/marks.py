"""Marks: improbable spans that nobody has hushed, as the editor and `peephole check` both find them. For the worker."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peephole.model.alignment import common_prefix
from peephole.model.spans import ImprobableSpan, improbable_spans

from .comments import Hushed, comment_place, hushed_by_comments
from .settings import DiagnosticSettings

if TYPE_CHECKING:
    from peephole.model.lexis import Token
    from peephole.model.predictor import Predictor
    from peephole.model.spans import Known
    from peephole.model.tape import Tape

FINGERPRINT_DIGITS = 32
"""Hexadecimal, of SHA-256: 128 bits."""

LONGEST_CONTEXT = 500
"""Characters to each side: of a line longer than that, the rest does not tell the place any better."""


@dataclass(frozen=True)
class Mark:
    """An improbable span; the fingerprint of its place; where a comment that hushes it may be put, None for nowhere."""

    span: ImprobableSpan
    fingerprint: str
    comment_at: int | None


def find_marks(
    predictor: Predictor,
    tape: Tape,
    found: Sequence[Token],
    settings: DiagnosticSettings,
    should_stop: Callable[[], bool] = lambda: False,
    *,
    start: int = 0,
    end: int | None = None,
    known: Known | None = None,
) -> list[Mark]:
    """The marks in a part of the text that the tape has read, in its order. found: the text's tokens; known: what was
    weighed of it before, which is added to.

    When stopped, what was found so far.
    """
    text = tape.text
    hushed = hushed_by_comments(text, found, should_stop)
    if hushed.everything:
        return []
    spans = improbable_spans(
        predictor,
        tape,
        sensitivity=settings.sensitivity,
        start=start,
        end=end,
        lexed=found,
        known=known,
        should_stop=should_stop,
    )
    return [
        Mark(span, fingerprint_of(text, span.start, span.end), comment_place(text, found, span.end))
        for span in spans
        if not is_hushed(text, hushed, span)
    ]


def is_hushed(text: str, hushed: Hushed, span: ImprobableSpan) -> bool:
    """Whether a comment says that a span is not to be marked."""
    if not hushed.lines:
        return False
    first = text.count("\n", 0, span.start)
    return hushed.covers(first, first + text.count("\n", span.start, span.end))


def fingerprint_of(text: str, start: int, end: int) -> str:
    """What tells a piece of text in its line from others: the same wherever the line moves and however it is spaced.

    It gives nothing of the text away to who does not know it already.
    """
    before = text[text.rfind("\n", 0, start) + 1 : start][-LONGEST_CONTEXT:]
    line_end = text.find("\n", end)
    behind = text[end : line_end if line_end >= 0 else len(text)][:LONGEST_CONTEXT]
    parts = "\0".join("".join(part.split()) for part in (before, text[start:end], behind))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:FINGERPRINT_DIGITS]


def common_ends(old: str, new: str) -> tuple[int, int]:
    """How many code points two texts begin with in common, and how many of the others they end with."""
    prefix = common_prefix(old, new)
    return prefix, common_prefix(old[prefix:][::-1], new[prefix:][::-1])
