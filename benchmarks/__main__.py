"""`python -m benchmarks` (or `make bench`): measures on this machine, prints a table, writes JSON with `--json`."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from peephole.model.errors import PeepholeError
from peephole.model.offers import LEAST_LINES
from peephole.model.predictor import Predictor
from peephole.server.commands import machine
from peephole.server.commands.options import THREADS, add_model_option
from peephole.server.engine import open_predictor

from . import editing, remembering, resuming, starting, workspace
from .figure import Figure, table
from .peer import PEER, installed_peer

Part = Callable[[Predictor, argparse.Namespace], list[Figure]]

PARTS: dict[str, Part] = {
    "starting": lambda _, options: starting.measure(options.model, options.lines),
    "editing": lambda _, options: _editing(options),
    "growth": lambda _, options: editing.measure_growth(options.model),
    "undo": lambda _, options: editing.measure_undo(options.model, options.lines),
    "reading": lambda predictor, options: _reading(predictor, options),
    "remembering": lambda predictor, options: remembering.measure(predictor, options.lines),
    "workspace": lambda predictor, options: workspace.measure(predictor.vocabulary, options.workspace),
    "resuming": lambda *_: resuming.measure(),
    "training": lambda _, options: _training(options),
    "typing": lambda _, options: _typing(options),
}

NEED_TORCH = {"reading", "resuming", "training"}
NEED_FILES = {"typing"}


def main() -> int:
    """Runs the parts that were asked for, all by default; 0, or 2 if the model cannot be used."""
    arguments = _parser().parse_args()
    if NEED_FILES.intersection(arguments.only or ()) and not arguments.files:
        print("error: typing needs --files FOLDER", file=sys.stderr)
        return 2
    try:
        predictor = open_predictor(arguments.model, THREADS)
    except PeepholeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for part in arguments.only or _possible(arguments):
        print(f"measuring: {part} ...", file=sys.stderr)
        try:
            figures += PARTS[part](predictor, arguments)
        except PeepholeError as error:
            print(f"error: {part}: {error}", file=sys.stderr)
            return 2
    identity = {"machine": machine.describe(), "model": _describe(predictor)}
    print(f"{identity['machine']}\n{identity['model']}\n\n{table(figures)}")
    if arguments.json:
        report = {**identity, "figures": [asdict(figure) for figure in figures]}
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


def _editing(options: argparse.Namespace) -> list[Figure]:
    with installed_peer(options.install_jedi) as jedi:
        return editing.measure(options.model, options.lines, jedi)


def _reading(predictor: Predictor, options: argparse.Namespace) -> list[Figure]:
    from . import reading  # torch

    return reading.measure(predictor, options.lines)


def _training(options: argparse.Namespace) -> list[Figure]:
    from . import training  # torch

    return training.measure(options.repetitions)


def _typing(options: argparse.Namespace) -> list[Figure]:
    from . import typing  # numpy alone, but of the training's packages

    least = options.least_probability
    ghost = {} if least is None else {"leastProbability": least, "leastProbabilityOfLines": max(least, LEAST_LINES)}
    return typing.measure(options.model, options.files, options.places, ghost)


def _possible(options: argparse.Namespace) -> list[str]:
    """All parts for which there is what they need: torch for some, files for others."""
    lacking = set() if options.files else set(NEED_FILES)
    if not importlib.util.find_spec("torch"):
        print(f"torch is not installed: {', '.join(sorted(NEED_TORCH))} left out", file=sys.stderr)
        lacking |= NEED_TORCH
    return [part for part in PARTS if part not in lacking]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="only this part (may be repeated)")
    parser.add_argument("--lines", type=int, default=5000, help="length of the long file (default: 5000)")
    parser.add_argument("--install-jedi", action="store_true", help=f"install {PEER} for this run, if pip can")
    parser.add_argument("--workspace", type=Path, metavar="FOLDER", help="its files instead of invented ones")
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="files that are typed in (for `typing`)")
    parser.add_argument("--places", type=int, default=40, help="places of each language to type at (default: 40)")
    parser.add_argument("--least-probability", type=float, metavar="P", help="of ghost text, instead of the default")
    parser.add_argument("--repetitions", type=int, default=9, help="training steps of which the median is reported")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    add_model_option(parser)
    return parser


def _describe(predictor: Predictor) -> str:
    config = predictor.config
    return f"model {predictor.runtime.checkpoint.model_hash}: {config.cell}, {config.layers} x {config.hidden_size}"


if __name__ == "__main__":
    sys.exit(main())
