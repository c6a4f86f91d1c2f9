"""`peephole-train report`: one report of the figures of several evaluations."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subparsers: Subparsers) -> None:
    """Adds `report` to the command line."""
    parser = subparsers.add_parser("report", help="make one report of the figures of several evaluations")
    parser.add_argument("figures", type=Path, nargs="+", metavar="JSON", help="what `evaluate --json` wrote")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where report.md and its plots go")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Makes a report of figures that were written before."""
    from .report import read_figures, write_report

    print(write_report([read_figures(path) for path in arguments.figures], arguments.out))
    return 0
