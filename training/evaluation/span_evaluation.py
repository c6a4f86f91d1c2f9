"""Improbable spans on seeded faults and on the same files clean, beside baselines.

Systems: `spans` is what serves, rated by how seldom clean code shows such signs. Of the same places `evidence` rates by
the strongest evidence alone, and `forward` by that of the place itself, without what follows; `surprisal` takes the
bits of each token; `length` the characters of a line.

Of a file with a fault only what stands from a little before it on is weighed anew: what comes before is read as it was.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from peephole.model.calibration import DEFAULT
from peephole.model.evidence import Evidence, total
from peephole.model.predictor import Predictor
from peephole.model.spans import (
    ImprobableSpan,
    Weighed,
    make_span,
    return_spans,
    weigh_text,
    without_overlaps,
)
from peephole.model.state import Float32
from peephole.model.tape import Tape

from .calibrate import SHORT
from .faults import MAKERS, Fault, Source, make_faults
from .span_scores import (
    Flag,
    Located,
    is_right_fix,
    matched_threshold,
    points_at,
    score_lines,
    score_tokens,
    wrong_tokens,
)

SYSTEMS = ("spans", "evidence", "forward", "surprisal", "length")
SENSITIVITIES = (0.3, 1.0, 3.0, 10.0)
BEFORE = 100
"""Characters before a fault from which on places are weighed again: what follows a place counts for 24 of them."""

UNRATED = -1e6
"""Added to the surprisal of what a system did not weigh: below all that it did, and still in some order."""


@dataclass
class Found:
    """Of the faults of one kind: how many, and at each sensitivity how many were flagged, and with the right fix."""

    count: int = 0
    flagged: dict[float, int] = field(default_factory=lambda: dict.fromkeys(SENSITIVITIES, 0))
    right: dict[float, int] = field(default_factory=lambda: dict.fromkeys(SENSITIVITIES, 0))

    def to_json(self) -> dict[str, object]:
        """Shares of the faults, and of those flagged the share with the right fix."""
        return {
            "count": self.count,
            "recall": {f"{s:g}": self.flagged[s] / max(self.count, 1) for s in SENSITIVITIES},
            "right_fix_of_flagged": {f"{s:g}": self.right[s] / max(self.flagged[s], 1) for s in SENSITIVITIES},
        }


@dataclass(frozen=True)
class Told:
    """What is said of one text. weighed: its places; spans: the same and the wrong returns; bits: of its characters."""

    weighed: Sequence[Weighed]
    spans: Sequence[ImprobableSpan]
    bits: Float32

    def flags(self, source: Source) -> dict[str, list[Flag]]:
        """What each system that rates places says of the text."""
        costs = [
            Flag(token.start, token.end, float(self.bits[token.start : token.end].sum()), None) for token in source.code
        ]
        by_bits: dict[str, list[Flag]] = {"evidence": [], "forward": []}
        for system, rated in (("evidence", evidence_bits), ("forward", forward_bits)):
            for each in self.weighed:
                best = max(each.evidence, key=rated)
                by_bits[system].append(Flag(*best.rewrite.shown, rated(best), best.rewrite.alternative))
        return {"spans": [_flag(span) for span in self.spans], **by_bits, "surprisal": costs}


def evidence_bits(evidence: Evidence) -> float:
    """All evidence, what follows included."""
    return evidence.bits


def forward_bits(evidence: Evidence) -> float:
    """The evidence of the place itself."""
    length, other = evidence.rewrite.end - evidence.rewrite.start, len(evidence.rewrite.text)
    behind = total(evidence.written.surprisal_bits[length:]) - total(evidence.rewritten.surprisal_bits[other:])
    return evidence.bits - behind


@dataclass
class SpanEvaluation:
    """All that is measured. Faults are kept as their flags until the clean files have given the thresholds to match."""

    predictor: Predictor
    language: str
    kinds: Sequence[str] = tuple(MAKERS)
    files: int = 0
    lines: int = 0
    clean_flags: dict[float, int] = field(default_factory=lambda: dict.fromkeys(SENSITIVITIES, 0))
    short_lines: int = 0
    short_flags: dict[float, int] = field(default_factory=lambda: dict.fromkeys(SENSITIVITIES, 0))
    clean_scores: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    found: dict[str, Found] = field(default_factory=lambda: defaultdict(Found))
    located: dict[tuple[str, str], Located] = field(default_factory=lambda: defaultdict(Located))
    pointing: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, text: str, path: str) -> None:
        """A file, clean and with one fault of each kind that it has a place for."""
        tape = Tape(self.predictor, self.language, path=path)
        source = Source.of(text, self.language)
        clean = self._read(tape, source)
        self.files, self.lines = self.files + 1, self.lines + text.count("\n") + 1
        self._count_clean(clean, text)
        for fault in make_faults(source, self.kinds, path):
            faulty = Source.of(fault.text, self.language)
            self._add_fault(fault, faulty, self._read(tape, faulty, clean, fault.start - BEFORE))

    def _count_clean(self, clean: Told, text: str) -> None:
        for sensitivity in SENSITIVITIES:
            flags = len(reported(clean.spans, sensitivity))
            self.clean_flags[sensitivity] += flags
            if text.count("\n") < SHORT:
                self.short_flags[sensitivity] += flags
        self.short_lines += text.count("\n") + 1 if text.count("\n") < SHORT else 0
        for system, found in clean.flags(Source.of(text, self.language)).items():
            self.clean_scores[system] += [flag.score for flag in found]

    def _add_fault(self, fault: Fault, source: Source, told: Told) -> None:
        found, wrong = self.found[fault.kind], wrong_tokens(source, fault)
        found.count += 1
        for sensitivity in SENSITIVITIES:
            there = [f for f in map(_flag, reported(told.spans, sensitivity)) if points_at(source, fault, f)]
            found.flagged[sensitivity] += bool(there)
            found.right[sensitivity] += any(is_right_fix(fault, flag) for flag in there)
        flags = told.flags(source)
        costs = flags["surprisal"]
        for system in SYSTEMS:
            if system == "length":
                lengths = [float(len(line)) for line in fault.text.split("\n")]
                self.located[fault.kind, system].add(lengths, fault.line, [], [])
                continue
            rest = [] if system == "surprisal" else [f._replace(score=f.score + UNRATED) for f in costs]
            every = [*flags[system], *rest]
            self.located[fault.kind, system].add(
                score_lines(fault.text, every), fault.line, score_tokens(source, every), wrong
            )
            scores = [flag.score for flag in flags[system] if points_at(source, fault, flag)]
            self.pointing[fault.kind, system].append(max(scores, default=-math.inf))

    def _read(self, tape: Tape, source: Source, before: Told | None = None, same: int = 0) -> Told:
        """What is said of a text; before: what was said of one that is the same up to an offset."""
        tape.edit(source.text)
        tape.advance_to(len(source.text))
        calibration = self.predictor.calibration or DEFAULT
        kept = [] if before is None else [each for each in before.weighed if each.place.token.end <= same]
        weighed = list(weigh_text(self.predictor, tape, known={each.place.number: each for each in kept}))
        returns = return_spans(self.predictor, tape, 0, len(source.text))
        return Told(weighed, [make_span(each, calibration) for each in weighed] + returns, tape.surprisal_bits.copy())

    def to_json(self) -> dict[str, object]:
        """All figures with their counts."""
        thousand = max(self.lines, 1) / 1000
        return {
            "files": self.files,
            "lines": self.lines,
            "clean_flags": {f"{s:g}": count for s, count in self.clean_flags.items()},
            "clean_flags_per_1000_lines": {f"{s:g}": count / thousand for s, count in self.clean_flags.items()},
            "short_lines": self.short_lines,
            "short_flags": {f"{s:g}": count for s, count in self.short_flags.items()},
            "kinds": {kind: self._kind_to_json(kind) for kind in self.kinds if kind in self.found},
        }

    def _kind_to_json(self, kind: str) -> dict[str, object]:
        systems = {system: self.located[kind, system].to_json() for system in SYSTEMS}
        return {**self.found[kind].to_json(), "recall_at_matched_flags": self._matched(kind), "systems": systems}

    def _matched(self, kind: str) -> dict[str, dict[str, float]]:
        """The share of faults that each system flags where all flag clean code equally often."""
        found: dict[str, dict[str, float]] = {}
        for system in SYSTEMS[:-1]:
            scores = self.pointing[kind, system]
            found[system] = {}
            for sensitivity in SENSITIVITIES:
                least = matched_threshold(self.clean_scores[system], sensitivity * self.lines / 1000)
                found[system][f"{sensitivity:g}"] = sum(s >= least for s in scores) / max(len(scores), 1)
        return found


def reported(spans: Sequence[ImprobableSpan], sensitivity: float) -> list[ImprobableSpan]:
    """What is reported at a sensitivity."""
    return without_overlaps([span for span in spans if span.least_sensitivity <= sensitivity])


def _flag(span: ImprobableSpan) -> Flag:
    return Flag(span.start, span.end, -math.log(max(span.least_sensitivity, 1e-300)), span.alternative)
