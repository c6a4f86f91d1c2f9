"""`peephole-train returns`: what is offered behind `return`, and how well a wrong expression there is told."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ...corpus.recipe import LANGUAGES
from ..output import check_place, write_output

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subparsers: Subparsers) -> None:
    """Adds `returns` to the command line."""
    parser = subparsers.add_parser("returns", help="measure what is offered behind `return`, and whether it fits")
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="files, folders, git checkouts, archives")
    parser.add_argument("--language", required=True, choices=LANGUAGES, help="which files")
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint folder (default: the shipped model)")
    parser.add_argument("--methods", type=int, default=400, metavar="N", help="how many are drawn (default 400)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="same seed, same methods (default 1)")
    parser.add_argument("--limit-mb", type=float, metavar="X", help="draw from so much text: whole files")
    parser.add_argument("--memory", choices=("document", "workspace"), default="document", help="(default: document)")
    parser.add_argument("--json", metavar="F", help="write the figures to a file (- for standard output)")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Measures, and prints or writes the figures."""
    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder

    from ...neighbourhood import Neighbourhood
    from ...texts import find_texts, take_texts
    from ..evaluate import load_predictor
    from .cases import draw_pairs
    from .measure import Measurement

    check_place(arguments.json)
    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    predictor = load_predictor(checkpoint)
    given = find_texts(arguments.paths, arguments.language)
    texts = take_texts(given, None if arguments.limit_mb is None else arguments.limit_mb * 1e6)
    measurement = Measurement(predictor, arguments.language)
    drawn = list(draw_pairs(texts, arguments.language, arguments.methods, arguments.seed))
    beside = {}
    if arguments.memory == "workspace":
        places = {text.place for text, _ in drawn}
        named = type(given)(each for each in given.listed if each.place in places)
        beside = {text.place: found for text, found in Neighbourhood(given, predictor.vocabulary).libraries(named)}
    for number, (text, pairs) in enumerate(drawn):
        measurement.measure(text, pairs, *([beside[text.place]] if beside else []))
        if number % 20 == 0:
            print(f"{number + 1} of {len(drawn)} files", file=sys.stderr, flush=True)
    figures: dict[str, object] = {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "model": checkpoint.model_hash,
        "language": arguments.language,
        "memory": arguments.memory,
        "seed": arguments.seed,
        "files": len(drawn),
        "found_files": len(given),
        **measurement.to_json(),
    }
    write_output(json.dumps(figures, indent=1) + "\n", arguments.json or "-")
    return 0
