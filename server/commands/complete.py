"""`peephole complete`: what the model would offer at a place in a file, with its probabilities."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from peephole.server.engine import open_predictor

from .options import THREADS, Subparsers, add_model_option, offset_of, positive, read_source, read_tape

if TYPE_CHECKING:
    from peephole.model.search import Candidate


def add_command(subparsers: Subparsers) -> None:
    """Adds `complete` to the command line."""
    parser = subparsers.add_parser("complete", help="print the completions at a place in a file")
    parser.add_argument("file", type=Path, metavar="FILE", help="a .java or .py file")
    parser.add_argument("--line", type=positive, required=True, metavar="L", help="line, counted from 1")
    parser.add_argument(
        "--column", type=positive, required=True, metavar="C", help="column, counted from 1; the cursor is before it"
    )
    parser.add_argument("--top", type=positive, default=10, metavar="K", help="how many (default: 10)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_model_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the next tokens, most probable first, and the rest of the line."""
    source = read_source(arguments.file)
    before = source.text[: offset_of(source, arguments.line, arguments.column)]
    prefix, candidates, (rest, certainty) = _ask(arguments.model, before, source.language, arguments.top)
    if arguments.json:
        print(json.dumps(_as_json(prefix, candidates, rest, certainty), indent=2))
        return 0
    for candidate in candidates:
        print(f"{candidate.probability:8.2%}  {prefix + candidate.text}  ({candidate.kind})")
    if rest:
        print(f"\nrest of the line, {certainty:.0%} sure:  {prefix}{rest}")
    return 0


def _ask(model: Path | None, before: str, language: str, top: int) -> tuple[str, list[Candidate], tuple[str, float]]:
    from peephole.model.lexis import token_at, word_start
    from peephole.model.search import next_tokens, rest_of_line
    from peephole.server.place import is_open

    predictor = open_predictor(model, THREADS)
    reading = read_tape(predictor, language, before).reading_at(len(before))
    assert reading is not None, "only a reading that may be stopped can be missing"
    prefix = before[word_start(before, len(before)) :]
    last = token_at(before, len(before), language)
    quotes = last is None or not is_open(before[last.start :], last.kind)
    candidates = next_tokens(predictor, reading, language=language, prefix=prefix, top=top, quotes=quotes)
    return prefix, candidates, rest_of_line(predictor, reading, language=language, quotes=quotes)


def _as_json(prefix: str, candidates: list[Candidate], rest: str, certainty: float) -> dict[str, object]:
    return {
        "prefix": prefix,
        "candidates": [
            {"text": prefix + each.text, "probability": each.probability, "kind": each.kind} for each in candidates
        ],
        "rest_of_line": {"text": rest, "probability": certainty},
    }
