"""Marks at improbable places as the client shows them (LSP 3.17, `Diagnostic`)."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from .answer import Asked, percent
from .marks import find_marks
from .scheduler import Stopped

if TYPE_CHECKING:
    from peephole.model.spans import ImprobableSpan

    from .document import Document
    from .marks import Mark

SOURCE, CODE = "peephole", "improbable"
SEVERITIES = {"hint": types.DiagnosticSeverity.Hint, "information": types.DiagnosticSeverity.Information}
"""Improbable is not wrong: neither a warning nor an error is ever given."""


def diagnose(asked: Asked) -> Sequence[Mark]:
    """All the document's marks, in order of place. In the worker; at once if they were found already."""
    known = marks_found(asked)
    if known is not None:
        return known
    asked.desk.read_to(len(asked.document.text), asked.should_stop)
    marks = look_for_marks(asked, 0, None)
    asked.desk.marks = sought(asked), marks
    asked.desk.weighed = None  # of 5,000 lines it takes 5 MB, and is good only for who was stopped
    return marks


def marks_found(asked: Asked) -> Sequence[Mark] | None:
    """All the document's marks, if they were found already; None if not."""
    marks = asked.desk.marks
    return None if marks is None or marks[0] != sought(asked) else marks[1]


def marks_around(asked: Asked, offset: int) -> Sequence[Mark]:
    """The marks in the line of an offset and its neighbours, of a document that is read: there are few places to weigh,
    where all of a document's take seconds."""
    text = asked.document.text
    line_start = text.rfind("\n", 0, offset) + 1
    start = text.rfind("\n", 0, max(line_start - 1, 0)) + 1
    end = offset
    for _ in range(2):
        end = (text.find("\n", end) + 1) or len(text)
    return look_for_marks(asked, start, end)


def sought(asked: Asked) -> tuple[object, ...]:
    """What marks depend on: the text, the libraries, and the settings but for those that do not matter here."""
    settings = replace(asked.settings.diagnostics, languages=(), severity="hint", debounce_ms=0, max_items=1)
    return asked.document.text, asked.desk.tape.libraries, settings


def look_for_marks(asked: Asked, start: int, end: int | None) -> Sequence[Mark]:
    """The marks in a part of a document that is read; raises `Stopped` if told to, and keeps what was weighed."""
    text, desk, should_stop = asked.document.text, asked.desk, asked.should_stop
    read = text, desk.tape.libraries
    if desk.weighed is None or desk.weighed[0] != read:
        desk.weighed = read, {}
    found = desk.lexing.tokens_to(text, len(text), should_stop)
    diagnostics, known = asked.settings.diagnostics, desk.weighed[1]
    marks = find_marks(asked.predictor, desk.tape, found, diagnostics, should_stop, start=start, end=end, known=known)
    if should_stop():
        raise Stopped
    return marks


def strongest(marks: Sequence[Mark], accepted: Container[str], most: int) -> list[Mark]:
    """The marks to show, in order of place: none that was accepted, by fingerprint, and the strongest if too many."""
    wanted = [mark for mark in marks if mark.fingerprint not in accepted]
    kept = sorted(wanted, key=lambda mark: mark.span.least_sensitivity)[:most]
    return sorted(kept, key=lambda mark: mark.span.start)


def make_diagnostics(marks: Sequence[Mark], document: Document, severity: str) -> list[types.Diagnostic]:
    """Marks as the client shows them. `data` holds the numbers, for those who want to act on them."""
    return [
        types.Diagnostic(
            range=document.range_at(mark.span.start, mark.span.end),
            message=describe(mark.span),
            severity=SEVERITIES[severity],
            code=CODE,
            source=SOURCE,
            data={
                "bits": round(float(mark.span.bits), 2),
                "evidenceBits": round(float(mark.span.evidence_bits), 2),
                "reason": mark.span.reason,
                "alternative": mark.span.alternative,
                "alternativeProbability": mark.span.alternative_probability,
                "fingerprint": mark.fingerprint,
            },
        )
        for mark in marks
    ]


def describe(span: ImprobableSpan) -> str:
    """One line about a span."""
    found = f"Improbable here: {span.bits:.1f} bits"
    if span.alternative is None:
        return found
    if not span.alternative:
        return f"{found}; nothing was expected"
    return f"{found}; expected `{span.alternative}` ({percent(span.alternative_probability or 0.0)})"
