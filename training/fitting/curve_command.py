"""`peephole-train curve`: the curves of one run or several in one drawing."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import RunError


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `curve` to the command line."""
    parser = subparsers.add_parser("curve", help="draw how runs learned, from their logs")
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="a run's folder, in progress or ended")
    parser.add_argument("--out", type=Path, required=True, metavar="F", help="the drawing: .svg, .png or .pdf")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Draws, and prints where each run stands."""
    from .curves import draw_curves, read_curve

    curves = [read_curve(folder) for folder in arguments.runs]
    for folder, curve in zip(arguments.runs, curves, strict=True):
        if not curve.characters:
            raise RunError(f"{folder}: has no log of a run; name a folder that `peephole-train fit` made")
        ends = [f"development {name} {values[-1]:.4f}" for name, (_, values) in sorted(curve.development.items())]
        print(f"{curve.name}: {curve.characters[-1]:,.0f} characters{''.join(f', {end}' for end in ends)} bits/char")
    draw_curves(curves, arguments.out)
    return 0
