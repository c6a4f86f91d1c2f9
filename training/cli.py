"""`peephole-train`: corpus, fit, evaluate, sample, export."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from peephole.model.errors import PeepholeError
from peephole.model.version import VERSION

GROUPS = (
    "corpus.commands",
    "fitting.command",
    "fitting.curve_command",
    "gate.command",
    "return_weights.command",
    "evaluation.command",
    "evaluation.report_command",
    "evaluation.return_types.command",
    "evaluation.calibration_command",
    "evaluation.span_command",
    "sampling.sample_command",
    "sampling.command",
    "export_command",
    "card_command",
)
"""Modules with `add_commands`; each imports torch and the like inside its command, so that `--help` is fast."""


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="peephole-train", description="Make a corpus, train a character LSTM on it, measure it, export it."
    )
    parser.add_argument("--version", action="version", version=f"peephole-train {VERSION}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in GROUPS:
        importlib.import_module(f"peephole.training.{name}").add_commands(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 (the command's own no), 2 (an error), 130 (interrupted)."""
    argv = sys.argv[1:] if argv is None else argv
    arguments = build_parser().parse_args(argv, argparse.Namespace(argv=list(argv)))
    try:
        return int(arguments.func(arguments))
    except PeepholeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:  # a full disk, say, or a folder that may not be written to
        place = f"{error.filename}: " if error.filename else ""
        print(f"error: {place}{error.strerror or error}; make room, or name another place", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
