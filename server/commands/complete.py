"""`peephole complete`: what the model would offer at a place in a file, with its probabilities."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from peephole.server.engine import open_predictor

from .options import THREADS, Source, Subparsers, add_model_option, offset_of, positive, read_source, read_tape
from .remembering import Remembering, add_memory_option

if TYPE_CHECKING:
    from peephole.model.citation import Source as Origin
    from peephole.model.search import Candidate

    Answers = list[tuple[Candidate, Origin | None]]


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
    add_memory_option(parser)
    add_model_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the next tokens, most probable first, and the rest of the line."""
    source = read_source(arguments.file)
    offset = offset_of(source, arguments.line, arguments.column)
    remembering = Remembering(open_predictor(arguments.model, THREADS), arguments.memory)
    prefix, answers, (rest, certainty) = _ask(remembering, source, offset, arguments.top)
    if arguments.json:
        print(json.dumps(_as_json(prefix, answers, rest, certainty), indent=2))
        return 0
    from peephole.server.origin import describe

    for candidate, origin in answers:
        where = "" if origin is None else f"  {describe(origin)}"
        print(f"{candidate.probability:8.2%}  {prefix + candidate.text}  ({candidate.kind}){where}")
    if rest:
        print(f"\nrest of the line, {certainty:.0%} sure:  {prefix}{rest}")
    return 0


def _ask(remembering: Remembering, source: Source, offset: int, top: int) -> tuple[str, Answers, tuple[str, float]]:
    """The half-typed word, the candidates with where they were read before, and the rest of the line."""
    from peephole.model.lexis import find_token, is_open, tokens, word_start
    from peephole.model.search import next_tokens
    from peephole.model.structure import window_start
    from peephole.model.suggestion import suggest
    from peephole.server.origin import origin_of

    predictor, language, before = remembering.predictor, source.language, source.text[:offset]
    reading = read_tape(predictor, source, offset, remembering.libraries(source)).reading_at(offset)
    assert reading is not None, "only a reading that may be stopped can be missing"
    prefix = before[word_start(before, offset) :]
    found = tokens(before, language)
    last = find_token(found, offset)
    quotes = last is None or not is_open(before[last.start :], last.kind)
    candidates = next_tokens(predictor, reading, language=language, prefix=prefix, top=top, quotes=quotes)
    answers = [(candidate, origin_of(candidate, reading)) for candidate in candidates]
    start = window_start(found, before, offset)
    ghost = suggest(predictor, reading, before, source.text[offset:], language=language, start=start)
    return prefix, answers, (ghost.text, ghost.probability)


def _as_json(prefix: str, answers: Answers, rest: str, certainty: float) -> dict[str, object]:
    return {
        "prefix": prefix,
        "candidates": [
            {
                "text": prefix + candidate.text,
                "probability": candidate.probability,
                "network_probability": candidate.network_probability,
                "kind": candidate.kind,
                "source": None if origin is None else asdict(origin),
            }
            for candidate, origin in answers
        ],
        "rest_of_line": {"text": rest, "probability": certainty},
    }
