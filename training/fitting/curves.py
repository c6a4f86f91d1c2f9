"""The curves of runs, from their logs to a drawing: bits per character in training and development, learning rate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import RunError
from .log import read_steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points = tuple[list[float], list[float]]
"""Characters seen, and the value there."""

SMOOTHED_SHARE = 0.02
"""The training curve shows means over this share of the run: batches differ more than a run gains meanwhile."""

MOST_POINTS = 1000
"""Of a curve that are drawn; a drawing is some 1,000 points wide."""

STYLES = ("--", ":", "-.")
"""A line style for each development language; a run has one colour."""


@dataclass
class Curve:
    """A run's log as arrays: `characters`, `bits` (per character, a batch each) and `rate`, all (N,)."""

    name: str
    characters: list[float] = field(default_factory=list)
    bits: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    development: dict[str, Points] = field(default_factory=lambda: defaultdict(lambda: ([], [])))

    @property
    def smoothed_bits(self) -> list[float]:
        """Each step's mean with those before it, (N,)."""
        return [float(bits) for bits in smooth(np.array(self.bits), max(1, int(SMOOTHED_SHARE * len(self.bits))))]

    @property
    def last_development(self) -> dict[str, float]:
        """What the last look at development files gave, by language."""
        return {language: values[-1] for language, (_, values) in sorted(self.development.items())}


def read_curve(folder: Path) -> Curve:
    """The curve of the run in a folder; empty if it has no step yet."""
    curve = Curve(folder.name)
    for record in read_steps(folder):
        curve.characters.append(record["characters"])
        curve.bits.append(record["bits_per_character"])
        curve.rate.append(record["learning_rate"])
        for key in record:
            if key.startswith("development_"):
                places, values = curve.development[key.removeprefix("development_")]
                places.append(record["characters"])
                values.append(record[key])
    return curve


def draw_curves(curves: Sequence[Curve], path: Path) -> None:
    """Writes the drawing, SVG, PNG or PDF by the file's suffix; `RunError` for another one or where it cannot."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6), layout="constrained")
    bits, rate = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    for number, curve in enumerate(curves):
        _draw_curve(curve, f"C{number}", bits, rate)
    bits.set_ylabel("bits per character")
    bits.set_ylim(*_range_of_bits(curves))
    bits.legend()
    rate.set_ylabel("learning rate")
    rate.set_xlabel("million characters seen")
    for axes in (bits, rate):
        axes.grid(alpha=0.3)
    try:
        with rc_context({"svg.hashsalt": "peephole"}):  # the same log gives the same file
            figure.savefig(path, dpi=120, metadata={"Date": None} if path.suffix in (".svg", ".pdf") else {})
    except ValueError as error:
        raise RunError(f"{path}: cannot draw into such a file; name one that ends in .svg, .png or .pdf") from error
    except OSError as error:
        raise RunError(f"{path}: cannot be written ({error.strerror})") from error


def _draw_curve(curve: Curve, colour: str, bits: Axes, rate: Axes) -> None:
    places = np.array(curve.characters) / 1e6
    smoothed = np.array(curve.smoothed_bits)
    few = np.unique(np.linspace(0, len(places) - 1, MOST_POINTS).astype(int))
    bits.plot(places[few], smoothed[few], color=colour, label=f"{curve.name}, training")
    rate.plot(places[few], np.array(curve.rate)[few], color=colour)
    for number, (language, (seen, values)) in enumerate(sorted(curve.development.items())):
        style = STYLES[number % len(STYLES)]
        label = f"{curve.name}, development {language}"
        bits.plot(np.array(seen) / 1e6, values, style, color=colour, marker=".", label=label)


def smooth(values: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    """Each value's mean with those before it, `width` in all (fewer at the beginning)."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    ends = np.arange(1, len(values) + 1)
    begins = np.maximum(0, ends - width)
    return np.asarray((sums[ends] - sums[begins]) / (ends - begins))


def _range_of_bits(curves: Sequence[Curve]) -> tuple[float, float]:
    """What the axis shows: all that is under the first tenth's median, for where a run begins says little."""
    everything = [np.array(c.bits) for c in curves] + [np.array(v) for c in curves for _, v in c.development.values()]
    highest = max(float(np.median(values[: max(1, len(values) // 10)])) for values in everything)
    lowest = min(float(values.min()) for values in everything)
    return lowest - 0.05 * (highest - lowest) - 0.01, highest + 0.05 * (highest - lowest) + 0.01
