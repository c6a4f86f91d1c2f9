"""`peephole-train sample`: lets a model write."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import TrainingError
from ..evaluation.output import add_json, check_place, write_output

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
    add_json(parser)
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the prompt and what the model makes of it, as it comes, or both as data."""
    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
    from peephole.model.predictor import Predictor
    from peephole.model.runtime import Runtime

    from .sample import sample

    if arguments.temperature < 0 or arguments.length < 0 or arguments.seed < 0:
        raise TrainingError("--temperature, --length and --seed must not be negative")
    check_place(arguments.json)
    prompt = sys.stdin.read() if arguments.prompt == "-" else arguments.prompt
    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    characters = sample(
        Predictor(Runtime(checkpoint)),
        arguments.language,
        prompt,
        length=arguments.length,
        temperature=arguments.temperature,
        seed=arguments.seed,
    )
    write = _count if arguments.json == "-" else _show
    text = write(characters, prompt, arguments.length)
    if arguments.json is not None:
        figures = {
            "command": shlex.join(["peephole-train", *arguments.argv]),
            "model": checkpoint.model_hash,
            **{name: getattr(arguments, name) for name in ("language", "length", "temperature", "seed")},
            "prompt": prompt,
            "text": text,
        }
        write_output(json.dumps(figures, indent=1) + "\n", arguments.json)
    return 0


def _show(characters: Iterable[str], prompt: str, _length: int) -> str:
    """Prints as it comes; gives what came after the prompt."""
    written = []
    sys.stdout.write(prompt)
    for character in characters:
        sys.stdout.write(character)
        sys.stdout.flush()
        written.append(character)
    print()
    return "".join(written)


def _count(characters: Iterable[str], _prompt: str, length: int) -> str:
    """Shows on standard error how far the writing is; gives what came."""
    from rich.console import Console

    from ..progress_bar import show_count

    written = []
    with show_count("writing", length, Console(stderr=True)) as advance:
        for character in characters:
            written.append(character)
            advance(1)
    return "".join(written)
