"""The plots of a report, as SVG: the same figures give the same bytes. One panel a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from .report_runs import Run, rows_of
from .report_sections import largest
from .summary import name_of
from .systems import EDGES

OURS, ALONE, OTHERS = "#0072b2", "#56b4e9", "#999999"
COLOURS = (OURS, "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", OTHERS)
"""Okabe and Ito's, which the colour-blind tell apart."""

WIDTH = 9.0
"""Inches."""

ALONG = ("network", "served", "neural_cache", "dynamic_evaluation")
"""Systems that are shown along a file; the others run beside these."""

Draw = Callable[[Axes, Run], None]


def draw_all(runs: Sequence[Run], folder: Path) -> set[str]:
    """Draws all plots for which there are figures; their names."""
    tokens = [run for run in runs if "tokens" in run.figures]
    typing = [run for run in runs if run.figures.get("typing")]
    bars = max(len(list(rows_of(run.figures))) for run in runs)
    repositories = max(len(largest(run.figures["by_repository"])) for run in runs)
    drawn = {
        "bits.svg": _panels(runs, _draw_bits, 0.8 + 0.26 * bars),
        "position.svg": _panels(runs, _draw_positions, 2.4),
        "repositories.svg": _panels(runs, _draw_repositories, 0.9 + 0.2 * repositories),
        "tokens.svg": _panels(tokens, _draw_tokens, 2.6),
        "typing.svg": _one(typing, _draw_typing),
    }
    # Names of clip paths would be new each time without the salt.
    with matplotlib.rc_context(
        {"svg.hashsalt": "peephole", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    ):
        for name, figure in drawn.items():
            if figure is not None:
                figure().savefig(folder / name, format="svg", metadata={"Date": None, "Creator": None})
    return {name for name, figure in drawn.items() if figure is not None}


def _panels(runs: Sequence[Run], draw: Draw, height: float) -> Callable[[], Figure] | None:
    """A figure of a panel for each run, height inches each, over one scale; None for no runs."""
    if not runs:
        return None

    def make() -> Figure:
        figure = Figure(figsize=(WIDTH, height * len(runs)), layout="constrained")
        axes = figure.subplots(len(runs), squeeze=False, sharex=True).ravel()
        for panel, run in zip(axes, runs, strict=True):
            panel.set_title(run.label, loc="left", fontweight="bold")
            draw(panel, run)
            panel.tick_params(labelbottom=True)
        return figure

    return make


def _explain(panel: Axes) -> None:
    """Says what each line is, beside the panel."""
    panel.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=8, frameon=False)


def _one(runs: Sequence[Run], draw: Callable[[Axes, Sequence[Run]], None]) -> Callable[[], Figure] | None:
    if not runs:
        return None

    def make() -> Figure:
        figure = Figure(figsize=(WIDTH, 1.0 + 0.4 * len(runs)), layout="constrained")
        draw(figure.subplots(), runs)
        return figure

    return make


def _draw_bits(panel: Axes, run: Run) -> None:
    rows = list(rows_of(run.figures))
    colours = [OURS if row.ours else OTHERS for row in rows]
    bars = panel.barh([row.name for row in rows], [row.bits for row in rows], color=colours)
    panel.bar_label(bars, labels=[f"{row.bits:.3f}" for row in rows], padding=3)
    panel.invert_yaxis()
    panel.set_xlabel("bits per character")


def _draw_positions(panel: Axes, run: Run) -> None:
    parts = run.figures["by_position"]
    hidden = ("served",) if run.figures["memory"] == "none" else ()
    systems = [system for system in ALONG if system in parts[0]["bits_per_character"] and system not in hidden]
    places = [EDGES.index(part["from"]) for part in parts]
    for system, colour in zip(systems, (ALONE, *COLOURS), strict=False):
        bits = [part["bits_per_character"][system] for part in parts]
        ours = system in ("network", "served")
        name = name_of(system, run.figures)
        panel.plot(places, bits, color=colour, label=name, marker="o" if ours else None, linewidth=2 if ours else 1)
    panel.set_xticks(range(len(EDGES)), [f"{edge:,}" for edge in EDGES])
    panel.set_ylim(bottom=0)
    panel.set_xlabel("characters of the file before it, from")
    panel.set_ylabel("bits per character")
    _explain(panel)


def _draw_repositories(panel: Axes, run: Run) -> None:
    every = largest(run.figures["by_repository"])
    every.sort(key=lambda each: each["bits_per_character"]["served"])
    alone, served = ([each["bits_per_character"][system] for each in every] for system in ("network", "served"))
    rows = range(len(every))
    if run.figures["memory"] != "none":
        panel.hlines(rows, served, alone, color=OTHERS, linewidth=1)
        panel.scatter(alone, rows, color=ALONE, label=name_of("network", run.figures), zorder=2)
    panel.scatter(served, rows, color=OURS, label=name_of("served", run.figures), zorder=2)
    panel.set_yticks(list(rows), [each["name"].replace("$", r"\$") for each in every])  # no formula
    panel.invert_yaxis()
    panel.set_xlim(left=0)
    panel.set_xlabel("bits per character")
    _explain(panel)


def _draw_tokens(panel: Axes, run: Run) -> None:
    systems = run.figures["tokens"]["systems"]
    for (system, groups), colour in zip(systems.items(), (ALONE, *COLOURS), strict=False):
        typed = groups.get("identifiers", {}).get("typed", {})
        name = name_of(system, run.figures)
        for top, style in (("top5", "-"), ("top1", ":")):
            shares = [ranks[top] for ranks in typed.values()]
            label = f"{name}, {'in five' if top == 'top5' else 'first'}"
            panel.plot(list(typed), shares, style, color=colour, marker="o", label=label)
    panel.set_ylim(0, 1)
    panel.yaxis.set_major_formatter(PercentFormatter(1))
    panel.set_xlabel("characters of the identifier typed")
    panel.set_ylabel("lists with the right one")
    _explain(panel)


def _draw_typing(panel: Axes, runs: Sequence[Run]) -> None:
    """What became of each character's keystroke: typed, spent on accepting, or saved."""
    found = [run.figures["typing"] for run in runs]
    parts = {
        "typed": [t["typed_characters"] / t["characters"] for t in found],
        "presses for the list": [t["popup"]["presses"] / t["characters"] for t in found],
        "presses for ghost text": [t["ghost"]["presses"] / t["characters"] for t in found],
        "saved": [t["saved"] for t in found],
    }
    left = [0.0] * len(runs)
    for (name, shares), colour in zip(parts.items(), (OTHERS, "#e69f00", "#cc79a7", OURS), strict=True):
        bars = panel.barh([run.label for run in runs], shares, left=left, color=colour, label=name)
        panel.bar_label(bars, labels=[f"{share:.0%}" for share in shares], label_type="center", fontsize=7)
        left = [before + share for before, share in zip(left, shares, strict=True)]
    panel.invert_yaxis()
    panel.set_xlim(0, 1)
    panel.xaxis.set_major_formatter(PercentFormatter(1))
    panel.set_xlabel("keystrokes, of those without suggestions")
    panel.legend(fontsize=7, ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
