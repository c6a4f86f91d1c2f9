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
    text, desk = asked.document.text, asked.desk
    settings = replace(asked.settings.diagnostics, severity="hint", debounce_ms=0)  # which do not matter here
    sought = text, desk.tape.libraries, settings
    if desk.marks is not None and desk.marks[0] == sought:
        return desk.marks[1]
    desk.read_to(len(text), asked.should_stop)
    found = desk.lexing.tokens_to(text, len(text), asked.should_stop)
    marks = find_marks(asked.predictor, desk.tape, found, settings, asked.should_stop)
    if asked.should_stop():
        raise Stopped
    desk.marks = sought, marks
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
