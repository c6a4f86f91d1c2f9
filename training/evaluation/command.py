"""`peephole-train evaluate`: bits per character, tokens, typing and rivals on files, folders and archives."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from peephole.model.languages import SUFFIXES

from .ngram_command import add_ngram_arguments
from .output import add_json, publish

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subparsers: Subparsers) -> None:
    """Adds `evaluate` to the command line."""
    parser = subparsers.add_parser("evaluate", help="measure a model's bits per character and tokens beside rivals")
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="files, folders, git checkouts, archives")
    parser.add_argument("--language", required=True, choices=SUFFIXES, help="which files, and which start token")
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint folder (default: the shipped model)")
    parser.add_argument("--float32", action="store_true", help="the float32 parameters, not the int8 graph that serves")
    parser.add_argument("--limit-mb", type=float, metavar="X", help="only so much text: whole files in a seeded order")
    parser.add_argument(
        "--memory",
        choices=("none", "document", "workspace"),
        help="what is read beside the network: nothing, the file's own beginning, or also the other files of its "
        "repository (the nearest folder with .git, else the first folder below PATH) (default: document, if the model "
        "has a gate)",
    )
    parser.add_argument("--tokens", type=int, default=0, metavar="N", help="also N sampled tokens: bits, and ranks")
    parser.add_argument(
        "--typing", type=int, default=0, metavar="N", help="also somebody who types at N sampled places"
    )
    parser.add_argument("--rivals", action="store_true", help="also a neural cache and dynamic evaluation; slow")
    parser.add_argument("--tune", type=Path, metavar="PATH", help="choose the rivals' free numbers on this other text")
    parser.add_argument("--prime", type=Path, metavar="CORPUS", help="also PPMd that read training text of this corpus")
    parser.add_argument("--prime-mb", type=float, default=16, metavar="X", help="so much of it (default 16)")
    add_ngram_arguments(parser)
    add_json(parser)
    parser.add_argument("--report", type=Path, metavar="DIR", help="write a report with plots, and the figures, there")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Measures, and prints or writes the figures."""
    from .run import carry_out
    from .summary import summarise
    from .task import prepare

    task = prepare(arguments)
    figures: dict[str, object] = {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "model": task.predictor.runtime.checkpoint.model_hash,
        "language": task.language,
        "paths": [str(path) for path in arguments.paths],
        "float32": arguments.float32,
        "memory": task.memory,
        "limit_mb": arguments.limit_mb,
        **carry_out(task),
    }
    publish(figures, arguments.json, summarise(figures))
    if arguments.report is not None:
        from .report import write_report

        write_report([figures], arguments.report)
    return 0
