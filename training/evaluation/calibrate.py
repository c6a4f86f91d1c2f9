"""How much evidence clean code shows by itself, and so how much is enough to flag a place.

Every place that is weighed in clean code gives evidence for each reason. The threshold of a reason is the evidence that
so many places exceed as its share of the wanted flags allows; where that is less than a few places, the tail is taken
to fall exponentially, as likelihood ratios do. Reasons meet at one place, and of overlapping spans one stays, so all
shares are raised together until the whole gives the wanted number of flags on the text itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from peephole.model.calibration import SENSITIVITIES, Calibration, Thresholds
from peephole.model.predictor import Predictor
from peephole.model.reasons import REASONS, Reason
from peephole.model.spans import Weighed, make_span, weigh_text, without_overlaps
from peephole.model.tape import Tape

SHARES: Mapping[Reason, float] = {
    "expected": 0.2,
    "other": 0.05,
    "slip": 0.2,
    "missing": 0.2,
    "surplus": 0.1,
    "doubled": 0.1,
    "swapped": 0.05,
    "brackets": 0.05,
    "kind": 0.05,
}
"""Of the flags on clean code. A reason that often is right gets more of them."""

TAIL = 12
"""Strongest pieces of evidence that say how fast the tail falls."""

LEAST_STEP_BITS = 0.25
"""Between the thresholds of two sensitivities: they must fall."""

LEAST_TAIL_BITS = 2.0
"""By so much at least the tail falls to an e-th: likelihood ratios do by 1.4 bits where the model is right."""

LOWEST_BITS = 3.0
"""Below it there is no evidence: a reason that clean code never shows is flagged from about here on."""

ROUNDS = 20
"""Halvings that find how far all shares must be raised."""


@dataclass
class Clean:
    """What clean texts of one language show. texts: the weighed places of each."""

    language: str
    files: int = 0
    lines: int = 0
    characters: int = 0
    texts: list[list[Weighed]] = field(default_factory=list)

    def add(self, predictor: Predictor, text: str) -> None:
        """Reads a text beside nothing and weighs it."""
        tape = Tape(predictor, self.language)
        tape.edit(text)
        tape.advance_to(len(text))
        self.texts.append(list(weigh_text(predictor, tape)))
        self.files, self.lines = self.files + 1, self.lines + text.count("\n") + 1
        self.characters += len(text)

    @property
    def places(self) -> int:
        """How many places were weighed."""
        return sum(map(len, self.texts))

    def evidence(self, reason: Reason) -> list[float]:
        """All evidence for a reason, the strongest first."""
        bits = [each.evidence[reason].bits for text in self.texts for each in text if reason in each.evidence]
        return sorted(bits, reverse=True)

    def flags(self, calibration: Calibration, sensitivity: float) -> int:
        """How many spans would be flagged."""
        total = 0
        for text in self.texts:
            spans = [make_span(each, calibration) for each in text]
            total += len(without_overlaps([span for span in spans if span.least_sensitivity <= sensitivity]))
        return total


def calibrate(clean: Sequence[Clean]) -> Calibration:
    """The thresholds by which each language's clean text is flagged as often as each sensitivity says."""
    return Calibration({each.language: find_thresholds(each) for each in clean})


def find_thresholds(clean: Clean) -> Thresholds:
    """The thresholds of one language."""
    evidence = {reason: clean.evidence(reason) for reason in REASONS}
    scales: list[float] = []
    for k in range(len(SENSITIVITIES)):
        scales.append(_find_scale(clean, evidence, k))
    return _table(clean, evidence, scales)


def _find_scale(clean: Clean, evidence: Mapping[Reason, Sequence[float]], k: int) -> float:
    """By how much the shares of one sensitivity must be raised for the whole to give what it says."""
    wanted = SENSITIVITIES[k] * clean.lines / 1000
    low, high = 0.1, 10.0
    for _ in range(ROUNDS):
        scale = math.sqrt(low * high)
        calibration = Calibration({clean.language: _table(clean, evidence, [scale] * len(SENSITIVITIES))})
        if clean.flags(calibration, SENSITIVITIES[k]) <= wanted:
            low = scale
        else:
            high = scale
    return math.sqrt(low * high)


def _table(clean: Clean, evidence: Mapping[Reason, Sequence[float]], scales: Sequence[float]) -> Thresholds:
    counts = [
        sensitivity * scale * clean.lines / 1000 for sensitivity, scale in zip(SENSITIVITIES, scales, strict=True)
    ]
    return {
        reason: _falling([exceeded(evidence[reason], count * SHARES[reason]) for count in counts]) for reason in REASONS
    }


def exceeded(bits: Sequence[float], count: float) -> float:
    """The evidence that so many of some pieces exceed, a fraction of one too; bits: the strongest first.

    Never under `LOWEST_BITS`.
    """
    if not bits:
        return LOWEST_BITS
    tail = min(TAIL, len(bits))
    if count >= len(bits):
        found = LOWEST_BITS
    elif count >= tail:
        below = int(count)
        found = bits[below - 1] + (count - below) * (bits[below] - bits[below - 1])
    else:
        last = bits[tail - 1]
        mean = max(sum(bits[:tail]) / tail - last, LEAST_TAIL_BITS)
        found = last + mean * math.log(tail / count)
    return max(found, LOWEST_BITS)


def _falling(bits: Sequence[float]) -> tuple[float, ...]:
    """The thresholds, each raised where it must be above the next; rounded to hundredths."""
    raised = list(bits)
    for k in range(len(raised) - 2, -1, -1):
        raised[k] = max(raised[k], raised[k + 1] + LEAST_STEP_BITS)
    return tuple(round(each, 2) for each in raised)


def weigh_texts(predictor: Predictor, language: str, texts: Iterable[str]) -> Clean:
    """What the texts of a language show."""
    clean = Clean(language)
    for text in texts:
        clean.add(predictor, text)
    return clean
