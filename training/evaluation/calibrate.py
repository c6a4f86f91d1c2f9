"""How much clean code looks like a fault by itself, and so which score is enough to flag a place.

Places of clean code are weighed as they are when the model serves, and so are those of the same code with seeded
faults. Of both the weights of the signs are fitted (`span_fit.py`); the threshold for a sensitivity is the score that
so many places of clean code exceed. Packages are unlike each other, so that each is scored by weights that were fitted
without it: what is promised is for packages that nobody has seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from peephole.model.calibration import SENSITIVITIES, Calibration, Scale
from peephole.model.lexis import tokens
from peephole.model.predictor import Predictor
from peephole.model.return_evidence import misfits
from peephole.model.spans import (
    LEAST_SCORE,
    Weighed,
    make_span,
    places_to_examine,
    suspicious,
    weigh_text,
    without_overlaps,
)
from peephole.model.tape import Tape

from ..texts import Text
from .faults import MAKERS, Fault, Source, make_faults
from .span_fit import Example, fit_weights
from .span_scores import Flag, is_right_fix, neighbourhood

FAULTS = tuple(kind for kind in MAKERS if kind != "return")
"""Kinds that the weights are fitted on; a wrong return is told by other means."""

READ_BEHIND = 80
"""Characters behind a fault that are read: what is weighed looks no farther."""

FOLDS = 4
"""Groups of packages, each scored by weights that were fitted on the others."""

TAIL = 16
"""Strongest places of clean code that say how fast the tail falls."""

LEAST_STEP, LEAST_TAIL = 0.05, 0.4
"""Between the scores of two sensitivities, for they must fall; and by which at least a tail falls to an e-th."""


@dataclass(frozen=True)
class Study:
    """What one text shows. places: weighed in the clean text; misfits: returns that are marked; examples: at faults."""

    repository: str
    lines: int
    characters: int
    places: Sequence[Weighed]
    misfits: int
    examples: Sequence[Example]

    def scores(self, scale: Scale) -> list[float]:
        """The scores of the spans that would be flagged if all were."""
        calibration = Calibration({self.places[0].place.language: scale}) if self.places else Calibration({})
        spans = without_overlaps([make_span(each, calibration) for each in self.places])
        return [scale.threshold(span.least_sensitivity) for span in spans]


@dataclass
class Observed:
    """What the texts of one language show."""

    language: str
    studies: list[Study] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """Of all clean texts."""
        return sum(study.lines for study in self.studies)

    @property
    def places(self) -> int:
        """How many were weighed in clean texts."""
        return sum(len(study.places) for study in self.studies)

    @property
    def examples(self) -> int:
        """How many were weighed at faults."""
        return sum(len(study.examples) for study in self.studies)

    @property
    def repositories(self) -> list[str]:
        """In alphabetical order."""
        return sorted({study.repository for study in self.studies})

    def add(self, predictor: Predictor, text: Text) -> None:
        """Reads a text beside nothing, weighs it, and weighs faults made in it."""
        tape = Tape(predictor, self.language, path=text.path)
        tape.edit(text.text)
        tape.advance_to(len(text.text))
        places = list(weigh_text(predictor, tape))
        wrong = len(misfits(tape, 0, len(text.text)))
        least = least_score(tape)
        source = Source.of(text.text, self.language)
        faults = make_faults(source, FAULTS, text.path or text.repository)
        examples = [example for fault in faults for example in weigh_fault(tape, fault, least)]
        lines = text.text.count("\n") + 1
        self.studies.append(Study(text.repository, lines, len(text.text), places, wrong, examples))


def least_score(tape: Tape) -> float:
    """Bits with which a place must surprise to be weighed in this text."""
    rated = suspicious(tokens(tape.text, tape.language), tape.surprisal_bits)
    most = places_to_examine(tape.text)
    return rated[most - 1][0] if len(rated) >= most else LEAST_SCORE


def weigh_fault(tape: Tape, fault: Fault, least_score: float) -> Iterator[Example]:
    """The places at a fault and beside it that would be weighed. The tape is left with the faulty text."""
    source = Source.of(fault.text, tape.language)
    around = neighbourhood(source, fault)
    if around is None:
        return
    tape.edit(fault.text)
    tape.advance_to(min(around[1] + READ_BEHIND, len(fault.text)))
    for weighed in weigh_text(tape.predictor, tape, start=around[0], end=around[1], least_score=least_score):
        flags = [Flag(*each.rewrite.shown, 0.0, each.rewrite.alternative) for each in weighed.evidence]
        kinds = [each.rewrite.reason == "kind" for each in weighed.evidence]
        right = [not kind and is_right_fix(fault, flag) for flag, kind in zip(flags, kinds, strict=True)]
        yield Example(fault.kind, weighed.signs, np.array(right), fault.text.count("\n") + 1)


@dataclass(frozen=True)
class Calibrated:
    """A language's scale, and how often clean text of packages that it was not fitted on would be flagged.

    unseen: flags in 1,000 lines at each of `SENSITIVITIES`; unseen_short: the same in texts below `SHORT` lines.
    """

    scale: Scale
    unseen: tuple[float, ...]
    unseen_short: tuple[float, ...]


SHORT = 100
"""Lines of a text that is called short."""


def calibrate(observed: Observed) -> Calibrated:
    """The scale by which unseen text is flagged as often as each sensitivity says."""
    folds = _folds(observed)
    numbers = sorted(set(folds.tolist()))
    scores: list[list[float]] = [[] for _ in observed.studies]
    for number in numbers:
        weights = _fit(observed, [k for k, fold in enumerate(folds) if fold != number or len(numbers) == 1])
        for k in np.flatnonzero(folds == number).tolist():
            scores[k] = observed.studies[k].scores(Scale(weights, PLAIN))
    everything = list(range(len(folds)))
    scale = Scale(_fit(observed, everything), thresholds(observed.studies, scores, everything))
    parts = [
        (thresholds(observed.studies, scores, np.flatnonzero(folds != number).tolist() or everything), folds == number)
        for number in numbers
    ]
    return Calibrated(scale, _rates(observed, scores, parts, math.inf), _rates(observed, scores, parts, SHORT))


PLAIN = tuple(float(len(SENSITIVITIES) - k) for k in range(len(SENSITIVITIES)))
"""Stand for thresholds that are not known yet."""


def _folds(observed: Observed) -> npt.NDArray[np.int64]:
    """The fold of each text: packages go round by size, so that the folds are alike."""
    lines: dict[str, int] = {}
    for study in observed.studies:
        lines[study.repository] = lines.get(study.repository, 0) + study.lines
    ordered = sorted(lines, key=lambda name: (-lines[name], name))
    fold = {name: number % FOLDS for number, name in enumerate(ordered)}
    return np.array([fold[study.repository] for study in observed.studies])


def _fit(observed: Observed, chosen: Sequence[int]) -> Mapping[str, float]:
    studies = [observed.studies[k] for k in chosen]
    clean = [weighed.signs for study in studies for weighed in study.places]
    return fit_weights(clean, [example for study in studies for example in study.examples])


def thresholds(studies: Sequence[Study], scores: Sequence[Sequence[float]], chosen: Sequence[int]) -> tuple[float, ...]:
    """The scores that so many spans of some of the texts exceed as each sensitivity allows."""
    told = sorted((score for k in chosen for score in scores[k]), reverse=True)
    lines, wrong = sum(studies[k].lines for k in chosen), sum(studies[k].misfits for k in chosen)
    counts = [max(s * lines / 1000 - wrong, s * lines / 3000) for s in SENSITIVITIES]
    return _falling([exceeded(told, count) for count in counts])


def _rates(
    observed: Observed,
    scores: Sequence[Sequence[float]],
    parts: Sequence[tuple[tuple[float, ...], npt.NDArray[np.bool_]]],
    most_lines: float,
) -> tuple[float, ...]:
    """Flags in 1,000 lines of the texts below so many lines, each by the thresholds of its part."""
    flags, lines = np.zeros(len(SENSITIVITIES)), 0
    for least, chosen in parts:
        for k in np.flatnonzero(chosen).tolist():
            study = observed.studies[k]
            if study.lines < most_lines:
                flags += [sum(score >= each for score in scores[k]) + study.misfits for each in least]
                lines += study.lines
    return tuple((1000 * flags / max(lines, 1)).tolist())


def exceeded(scores: Sequence[float], count: float) -> float:
    """The score that so many of some scores exceed, a fraction of one too; scores: the largest first.

    Where that is less than a few the tail is taken to fall exponentially, as that of log-odds does; below the least
    score the step from each to the next goes on.
    """
    if not scores:
        return 0.0
    tail = min(TAIL, len(scores))
    if count >= len(scores):
        return scores[-1] - (count - len(scores) + 1) * (scores[0] - scores[-1] + 1) / len(scores)
    if count >= tail:
        below = int(count)
        return scores[below - 1] + (count - below) * (scores[below] - scores[below - 1])
    last = scores[tail - 1]
    mean = max(sum(scores[:tail]) / tail - last, LEAST_TAIL)
    return last + mean * math.log(tail / count)


def _falling(scores: Sequence[float]) -> tuple[float, ...]:
    """The thresholds, each raised where it must be above the next; rounded."""
    raised = list(scores)
    for k in range(len(raised) - 2, -1, -1):
        raised[k] = max(raised[k], raised[k + 1] + LEAST_STEP)
    return tuple(round(each, 3) for each in raised)
