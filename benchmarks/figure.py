"""One measured figure, and the table of them all."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured: `value` in `unit`; `goal` is what the project promises, empty where nothing is."""

    name: str
    value: float
    unit: str
    goal: str = ""


def percentiles(name: str, times_ms: Sequence[float], goal_p50: str = "", goal_p99: str = "") -> list[Figure]:
    """The median and the 99th percentile of some durations."""
    cuts = statistics.quantiles(times_ms, n=100, method="inclusive")
    return [Figure(f"{name}, p50", cuts[49], "ms", goal_p50), Figure(f"{name}, p99", cuts[98], "ms", goal_p99)]


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = [("what", "measured", "goal"), ("---", "---:", "---:")]
    rows += [(each.name, f"{each.value:.4g} {each.unit}", each.goal) for each in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        f"| {name:<{widths[0]}} | {value:>{widths[1]}} | {goal:>{widths[2]}} |" for name, value, goal in rows
    )
