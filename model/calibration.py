"""How much a place must look like a fault: from flags that a person bears to a score.

A sensitivity is the number of places that are expected to be flagged in 1,000 lines of clean code. What is compared is
a score, the weighed sum of a rewriting's signs (`signs.py`). `peephole-train calibrate` fits the weights on seeded
faults among clean code, and measures which score so many places of clean code exceed; both are stored with the model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from .errors import CheckpointMalformed
from .sign_names import NAMES, Signs
from .state import Float32

SENSITIVITIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Flags in 1,000 clean lines for which the score is stored; between them it follows their logarithm."""

LARGEST, MOST_LANGUAGES = 1e4, 64
"""Beyond them a table was not made by calibrating."""


@dataclass(frozen=True)
class Scale:
    """The score of one language. weights: by sign; scores: one for each of `SENSITIVITIES`, falling."""

    weights: Mapping[str, float]
    scores: tuple[float, ...]

    @cached_property
    def _vector(self) -> Float32:
        return np.array([self.weights.get(name, 0.0) for name in NAMES], np.float32)

    def score(self, signs: Signs) -> Float32:
        """The scores of (n, len(NAMES)) signs; larger looks more like a fault."""
        score: Float32 = signs @ self._vector
        return score

    def threshold(self, sensitivity: float) -> float:
        """The score from which a place is flagged; infinite at a sensitivity of 0."""
        if sensitivity <= 0:
            return math.inf
        at = math.log(sensitivity)
        k = max((k for k in range(len(_LOGS) - 1) if at >= _LOGS[k]), default=0)
        return self.scores[k] + (at - _LOGS[k]) * self._slope(k)

    def least_sensitivity(self, score: float) -> float:
        """From which sensitivity on such a score is flagged: how many such places 1,000 clean lines have, or more."""
        k = next((k for k in range(len(_LOGS) - 2) if score >= self.scores[k + 1]), len(_LOGS) - 2)
        return math.exp(min(_LOGS[k] + (score - self.scores[k]) / self._slope(k), LARGEST_LOG))

    def _slope(self, k: int) -> float:
        """By how much the score falls for a sensitivity of e times as much, behind the k-th; below 0."""
        return (self.scores[k + 1] - self.scores[k]) / (_LOGS[k + 1] - _LOGS[k])


LARGEST_LOG = 100.0
"""Of a sensitivity: what is no evidence at all would give a number that no float holds."""


@dataclass(frozen=True)
class Calibration:
    """Scales by language."""

    languages: Mapping[str, Scale]

    def scale(self, language: str) -> Scale:
        """The scale of a language; a guess where it has none."""
        return self.languages.get(language) or GUESS

    def to_json(self) -> dict[str, object]:
        """The table as `model.json` holds it."""
        return {
            "sensitivities": list(SENSITIVITIES),
            "languages": {
                language: {"weights": dict(scale.weights), "scores": list(scale.scores)}
                for language, scale in self.languages.items()
            },
        }

    @classmethod
    def from_json(cls, value: object) -> Calibration:
        """The table that `to_json` gave; `CheckpointMalformed` for anything else."""
        if not isinstance(value, Mapping) or set(value) != {"sensitivities", "languages"}:
            raise _malformed("it needs `sensitivities` and `languages`, and nothing else")
        if value["sensitivities"] != list(SENSITIVITIES):
            raise _malformed(f"sensitivities must be {list(SENSITIVITIES)}")
        tables = value["languages"]
        if not isinstance(tables, Mapping) or not 0 < len(tables) <= MOST_LANGUAGES:
            raise _malformed("languages must hold a table for each language")
        return cls({str(language): _read_scale(table) for language, table in tables.items()})


def _read_scale(table: object) -> Scale:
    if not isinstance(table, Mapping) or set(table) != {"weights", "scores"}:
        raise _malformed("a language's table must hold `weights` and `scores`, and nothing else")
    weights = table["weights"]
    if not isinstance(weights, Mapping) or not set(weights) <= set(NAMES):
        raise _malformed("weights must be given by sign, and of signs that this version knows")
    _check(list(weights.values()))
    return Scale({str(name): float(weight) for name, weight in weights.items()}, _read_scores(table["scores"]))


def _read_scores(value: object) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != len(SENSITIVITIES):
        raise _malformed(f"there must be {len(SENSITIVITIES)} scores")
    _check(value)
    if any(left <= right for left, right in pairwise(value)):
        raise _malformed("scores must fall as sensitivity grows")
    return tuple(map(float, value))


def _check(numbers: Sequence[object]) -> None:
    if not all(type(number) in (int, float) and abs(number) <= LARGEST for number in numbers):  # type: ignore[arg-type]
        raise _malformed(f"weights and scores must be numbers up to {LARGEST:g}")


def _malformed(reason: str) -> CheckpointMalformed:
    return CheckpointMalformed(f"the calibration cannot be used: {reason}; run `peephole-train calibrate` again")


_LOGS = tuple(map(math.log, SENSITIVITIES))

GUESS = Scale(
    {"evidence": 3.0, "other": -0.3, "surplus": -0.9, "missing": 0.4, "slip": 0.9, "swapped": 0.9, "brackets": 0.9},
    (5.8, 5.3, 4.8, 4.1, 3.3, 2.3),
)
"""Evidence alone, some 14 bits at a sensitivity of 1: by it one can work. How often it flags is not known."""

DEFAULT = Calibration({"java": GUESS, "python": GUESS})
"""For a model that nobody has calibrated."""
