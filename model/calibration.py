"""How much evidence is enough: from flags that a person bears to bits.

A sensitivity is the number of places that are expected to be flagged in 1,000 lines of clean code. What evidence that
takes depends on the language and on the reason: to leave a token out explains any rare one a little, while a name that
is one letter away from another seldom is so by chance. `peephole-train calibrate` finds it on clean code and stores it
with the model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from .errors import CheckpointMalformed
from .reasons import REASONS, Reason

SENSITIVITIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Flags in 1,000 clean lines for which the evidence is stored; between them it follows their logarithm."""

MOST_BITS, MOST_LANGUAGES = 1e4, 64
"""Beyond them a table was not made by calibrating."""

Thresholds = Mapping[Reason, tuple[float, ...]]
"""Bits for each reason, one for each of `SENSITIVITIES`, falling."""


@dataclass(frozen=True)
class Calibration:
    """Thresholds by language."""

    languages: Mapping[str, Thresholds]

    def threshold_bits(self, language: str, reason: Reason, sensitivity: float) -> float:
        """The evidence from which a place is flagged; infinite at a sensitivity of 0."""
        if sensitivity <= 0:
            return math.inf
        bits, at = self._bits(language, reason), math.log(sensitivity)
        return bits[0] + (at - _LOGS[0]) * _slope(bits, 0) if at <= _LOGS[0] else _interpolate(bits, at)

    def least_sensitivity(self, language: str, reason: Reason, evidence_bits: float) -> float:
        """From which sensitivity on such evidence is flagged: how many such places 1,000 clean lines have, or more."""
        bits = self._bits(language, reason)
        if evidence_bits >= bits[0]:
            return math.exp(_LOGS[0] + (evidence_bits - bits[0]) / _slope(bits, 0))
        for k in range(len(bits) - 1):
            if evidence_bits >= bits[k + 1]:
                return math.exp(_LOGS[k] + (evidence_bits - bits[k]) / _slope(bits, k))
        return math.exp(_LOGS[-1] + (evidence_bits - bits[-1]) / _slope(bits, len(bits) - 2))

    def _bits(self, language: str, reason: Reason) -> tuple[float, ...]:
        found = self.languages.get(language) or DEFAULT.languages[LIKE_ALL_OTHERS]
        return found[reason]

    def to_json(self) -> dict[str, object]:
        """The table as `model.json` holds it."""
        return {
            "sensitivities": list(SENSITIVITIES),
            "thresholds_bits": {
                language: {reason: list(bits) for reason, bits in table.items()}
                for language, table in self.languages.items()
            },
        }

    @classmethod
    def from_json(cls, value: object) -> Calibration:
        """The table that `to_json` gave; `CheckpointMalformed` for anything else."""
        if not isinstance(value, Mapping) or set(value) != {"sensitivities", "thresholds_bits"}:
            raise _malformed("it needs `sensitivities` and `thresholds_bits`, and nothing else")
        if value["sensitivities"] != list(SENSITIVITIES):
            raise _malformed(f"sensitivities must be {list(SENSITIVITIES)}")
        tables = value["thresholds_bits"]
        if not isinstance(tables, Mapping) or not 0 < len(tables) <= MOST_LANGUAGES:
            raise _malformed("thresholds_bits must hold a table for each language")
        return cls({str(language): _read_table(table) for language, table in tables.items()})


def _read_table(table: object) -> Thresholds:
    if not isinstance(table, Mapping) or set(table) != set(REASONS):
        raise _malformed(f"a language's table must name {', '.join(REASONS)}, and nothing else")
    return {reason: _read_bits(table[reason]) for reason in REASONS}


def _read_bits(value: object) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != len(SENSITIVITIES):
        raise _malformed(f"each reason must have {len(SENSITIVITIES)} thresholds")
    if not all(type(bits) in (int, float) and abs(bits) <= MOST_BITS for bits in value):
        raise _malformed(f"thresholds must be numbers up to {MOST_BITS:g}")
    if any(left <= right for left, right in pairwise(value)):
        raise _malformed("thresholds must fall as sensitivity grows")
    return tuple(map(float, value))


def _malformed(reason: str) -> CheckpointMalformed:
    return CheckpointMalformed(f"the calibration cannot be used: {reason}; run `peephole-train calibrate` again")


_LOGS = tuple(map(math.log, SENSITIVITIES))


def _slope(bits: tuple[float, ...], k: int) -> float:
    """Bits that a sensitivity of e times as much takes off, behind the k-th; below 0."""
    return (bits[k + 1] - bits[k]) / (_LOGS[k + 1] - _LOGS[k])


def _interpolate(bits: tuple[float, ...], at: float) -> float:
    k = max(k for k in range(len(bits) - 1) if at >= _LOGS[k])
    return bits[k] + (at - _LOGS[k]) * _slope(bits, k)


LIKE_ALL_OTHERS = "java"
"""Whose thresholds serve a language without any."""

DEFAULT = Calibration(
    {
        language: {
            "expected": (20.0, 17.0, 14.0, 11.0, 8.0, 5.0),
            "other": (24.0, 20.0, 16.0, 12.0, 8.0, 5.0),
            "slip": (15.0, 12.0, 9.0, 6.0, 3.0, 1.0),
            "missing": (18.0, 15.0, 12.0, 9.0, 6.0, 3.0),
            "surplus": (30.0, 25.0, 20.0, 16.0, 12.0, 9.0),
            "doubled": (18.0, 15.0, 12.0, 9.0, 6.0, 3.0),
            "swapped": (16.0, 13.0, 10.0, 7.0, 4.0, 2.0),
            "brackets": (16.0, 13.0, 10.0, 7.0, 4.0, 2.0),
            "kind": (14.0, 12.0, 10.0, 9.0, 8.0, 7.0),
        }
        for language in ("java", "python")
    }
)
"""For a model that nobody has calibrated: guesses, by which one can work. How often they flag is not known."""
