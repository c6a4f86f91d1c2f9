"""`peephole-train sample`: lets a model write."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import TrainingError

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subparsers: Subparsers) -> None:
    """Adds `sample` to the command line."""
    parser = subparsers.add_parser("sample", help="let a model write on from a prompt")
    parser.add_argument("--language", required=True, help="java or python (whatever the model was trained on)")
    parser.add_argument("--prompt", default="", metavar="TEXT", help="what comes before (- reads standard input)")
    parser.add_argument("--length", type=int, default=500, metavar="N", help="characters to write (default 500)")
    parser.add_argument("--temperature", type=float, default=0.8, metavar="X", help="0 = the likeliest (default 0.8)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed writes the same (default 0)")
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint folder (default: the shipped model)")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the prompt and what the model makes of it, as it comes."""
    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
    from peephole.model.predictor import Predictor
    from peephole.model.runtime import Runtime

    from .sample import sample

    if arguments.temperature < 0 or arguments.length < 0 or arguments.seed < 0:
        raise TrainingError("--temperature, --length and --seed must not be negative")
    prompt = sys.stdin.read() if arguments.prompt == "-" else arguments.prompt
    predictor = Predictor(Runtime(load_checkpoint(arguments.model or shipped_checkpoint_folder())))
    characters = sample(
        predictor,
        arguments.language,
        prompt,
        length=arguments.length,
        temperature=arguments.temperature,
        seed=arguments.seed,
    )
    sys.stdout.write(prompt)
    for character in characters:
        sys.stdout.write(character)
        sys.stdout.flush()
    print()
    return 0
