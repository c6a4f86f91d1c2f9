"""Marks at improbable places (LSP 3.17, `textDocument/publishDiagnostics`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from peephole.model.spans import MOST_EXAMINED, improbable_spans

from .answer import Asked, percent
from .scheduler import Stopped
from .settings import DiagnosticSettings

if TYPE_CHECKING:
    from peephole.model.spans import ImprobableSpan

    from .document import Document

SOURCE, CODE = "peephole", "improbable"
SEVERITIES = {"hint": types.DiagnosticSeverity.Hint, "information": types.DiagnosticSeverity.Information}
"""Improbable is not wrong: neither a warning nor an error is ever given."""


EXAMINED_A_MARK = 4
"""Places that are searched for each mark that is wanted, as most surprising places turn out to be no fault: with the
default settings 200, of 6 ms each."""


def diagnose(asked: Asked) -> list[types.Diagnostic]:
    """The document's marks, in order of place; the most surprising ones where there are too many."""
    settings = asked.settings.diagnostics
    asked.desk.read_to(len(asked.document.text), asked.should_stop)
    spans = improbable_spans(
        asked.predictor,
        asked.desk.tape,
        threshold_bits=settings.threshold_bits,
        least_alternative=settings.least_alternative,
        most_examined=most_examined(settings),
        lexed=asked.desk.lexing.tokens_to(asked.document.text, len(asked.document.text), asked.should_stop),
        should_stop=asked.should_stop,
    )
    if asked.should_stop():
        raise Stopped
    strongest = sorted(spans, key=lambda span: -span.bits)[: settings.max_items]
    return make_diagnostics(sorted(strongest, key=lambda span: span.start), asked.document, settings.severity)


def most_examined(settings: DiagnosticSettings) -> int:
    """How many places are searched for what belongs there."""
    return max(MOST_EXAMINED, EXAMINED_A_MARK * settings.max_items)


def make_diagnostics(spans: Sequence[ImprobableSpan], document: Document, severity: str) -> list[types.Diagnostic]:
    """Spans as the client shows them. `data` holds the numbers, for those who want to act on them."""
    return [
        types.Diagnostic(
            range=document.range_at(span.start, span.end),
            message=describe(span),
            severity=SEVERITIES[severity],
            code=CODE,
            source=SOURCE,
            data={
                "bits": round(float(span.bits), 2),
                "evidenceBits": round(float(span.evidence_bits), 2),
                "reason": span.reason,
                "alternative": span.alternative,
                "alternativeProbability": span.alternative_probability,
            },
        )
        for span in spans
    ]


def describe(span: ImprobableSpan) -> str:
    """One line about a span."""
    found = f"Improbable here: {span.bits:.1f} bits"
    if span.alternative is None:
        return found
    return f"{found}; expected `{span.alternative}` ({percent(span.alternative_probability or 0.0)})"
