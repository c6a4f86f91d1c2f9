"""`python -m benchmarks.soak` (or `make soak`): a long life of one server, held against a fresh one in the end.

Random edits and requests, many under way at once, cancelled at any moment, with what no client should send among them.
In the end every request must have its answer, every document the text that the client has, and every state the bits
that a fresh server reads; and the memory must not have grown. The exit code says whether all of that was so.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from peephole.server.commands import machine
from peephole.server.commands.options import add_model_option

from .documents import invented, taken_from
from .run import soak


def main() -> int:
    """Runs the life; 0 if nothing was wrong with it."""
    options = _parser().parse_args()
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    again = f"--seed {seed} --operations {options.operations} --documents {options.documents}"
    print(f"{again} (add --start N to begin behind the first N operations)", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        count = options.documents
        texts = taken_from(options.texts, root, count, seed) if options.texts else invented(root, count)
        report = soak(
            texts,
            root,
            model=options.model,
            seed=seed,
            operations=options.operations,
            start=options.start,
            most_s=options.minutes * 60,
            tell=lambda line: print(line, file=sys.stderr, flush=True),
        )
    print(f"{machine.describe()}\n{report.describe()}")
    if options.json:
        found = {"machine": machine.describe(), "command": again, **asdict(report), "wrong": report.wrong()}
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 1 if report.wrong() else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--operations", type=int, default=100_000, help="edits and requests (default: 100,000)")
    parser.add_argument("--documents", type=int, default=20, help="that are open, half of them Java (default: 20)")
    parser.add_argument("--seed", type=int, help="of all that is random (default: another in each run; it is printed)")
    parser.add_argument("--start", type=int, default=0, metavar="N", help="do not send the first N operations")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end after so many, however far it has come")
    parser.add_argument("--texts", type=Path, metavar="FOLDER", help="take the documents from the files below it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there as well")
    add_model_option(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
