"""One improbable place as `peephole check` tells it: in words, as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .options import Source

if TYPE_CHECKING:
    from peephole.server.marks import Mark


@dataclass(frozen=True)
class Region:
    """A stretch of text. Lines and columns count from 1, the end is exclusive; `utf16_*`: columns in UTF-16 units."""

    line: int
    column: int
    end_line: int
    end_column: int
    utf16_column: int
    utf16_end_column: int

    @classmethod
    def of(cls, text: str, start: int, end: int) -> Region:
        """The region between two offsets, in code points."""
        (line, column, utf16_column), (end_line, end_column, utf16_end) = _place(text, start), _place(text, end)
        return cls(line, column, end_line, end_column, utf16_column, utf16_end)


@dataclass(frozen=True)
class Finding:
    """One improbable span. `occurrence` counts the findings of its file that have its fingerprint, from 1."""

    path: Path
    region: Region
    text: str
    bits: float
    alternative: str | None
    alternative_probability: float
    evidence_bits: float
    reason: str
    fingerprint: str
    occurrence: int

    @classmethod
    def of(cls, source: Source, mark: Mark, occurrence: int) -> Finding:
        """A mark in a file."""
        span = mark.span
        return cls(
            path=source.path,
            region=Region.of(source.text, span.start, span.end),
            text=source.text[span.start : span.end],
            bits=round(float(span.bits), 2),
            alternative=span.alternative,
            alternative_probability=float(span.alternative_probability),
            evidence_bits=round(float(span.evidence_bits), 2),
            reason=span.reason,
            fingerprint=mark.fingerprint,
            occurrence=occurrence,
        )

    @property
    def message(self) -> str:
        """What is to be said about it, on one line."""
        found = f"{self.text!r} is improbable here ({self.bits:.1f} bits)"
        if self.alternative is None:
            return found
        if not self.alternative:
            return f"{found}; nothing was expected"
        return f"{found}; {self.alternative!r} was expected ({self.alternative_probability:.0%})"

    def __str__(self) -> str:
        return f"{self.path}:{self.region.line}:{self.region.column}: {self.message}"

    def to_json(self) -> dict[str, Any]:
        """For programs. Columns in code points."""
        return {
            "path": str(self.path),
            "line": self.region.line,
            "column": self.region.column,
            "end_line": self.region.end_line,
            "end_column": self.region.end_column,
            "text": self.text,
            "bits": self.bits,
            "alternative": self.alternative,
            "alternative_probability": self.alternative_probability,
            "evidence_bits": self.evidence_bits,
            "reason": self.reason,
            "fingerprint": self.fingerprint,
        }


def _place(text: str, offset: int) -> tuple[int, int, int]:
    """Line, column, and column in UTF-16 units of an offset, all from 1."""
    from peephole.server.document import units_of  # brings numpy, which takes a while

    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1, units_of(text[start:offset], "utf-16") + 1
