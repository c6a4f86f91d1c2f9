"""`peephole-train curve`: the curves of one run or several in one drawing."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RunError
from ..evaluation.output import add_json, publish

if TYPE_CHECKING:
    from .curves import Curve


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `curve` to the command line."""
    parser = subparsers.add_parser("curve", help="draw how runs learned, from their logs")
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="a run's folder, in progress or ended")
    parser.add_argument("--out", type=Path, required=True, metavar="F", help="the drawing: .svg, .png or .pdf")
    add_json(parser)
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Draws, and tells where each run stands."""
    from .curves import draw_curves, read_curve

    curves = [read_curve(folder) for folder in arguments.runs]
    for folder, curve in zip(arguments.runs, curves, strict=True):
        if not curve.characters:
            raise RunError(f"{folder}: has no log of a run; name a folder that `peephole-train fit` made")
    draw_curves(curves, arguments.out)
    figures = {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "drawing": str(arguments.out),
        "runs": [{"run": str(folder), **describe(curve)} for folder, curve in zip(arguments.runs, curves, strict=True)],
    }
    publish(figures, arguments.json, "\n".join(map(_summarise, curves)))
    return 0


def describe(curve: Curve) -> dict[str, object]:
    """Where a run stands: the training bits are a mean over its last steps, as many as are averaged in the drawing."""
    return {
        "steps": len(curve.characters),
        "characters": int(curve.characters[-1]),
        "learning_rate": curve.rate[-1],
        "training_bits_per_character": curve.smoothed_bits[-1],
        "development_bits_per_character": curve.last_development,
    }


def _summarise(curve: Curve) -> str:
    ends = [f"development {name} {value:.4f}" for name, value in curve.last_development.items()]
    ends.insert(0, f"training {curve.smoothed_bits[-1]:.4f}")
    return f"{curve.name}: {curve.characters[-1]:,.0f} characters, {', '.join(ends)} bits/char"
