"""`peephole-train evaluate`: bits per character on files, folders and archives."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .corpus.recipe import LANGUAGES
from .errors import TrainingError

if TYPE_CHECKING:
    from peephole.model.predictor import Predictor

    from .evaluate import Evaluation, Text

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subparsers: Subparsers) -> None:
    """Adds `evaluate` to the command line."""
    parser = subparsers.add_parser("evaluate", help="measure a model's bits per character beside xz and PPMd")
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="files, folders, git checkouts, archives")
    parser.add_argument("--language", required=True, choices=LANGUAGES, help="which files, and which start token")
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint folder (default: the shipped model)")
    parser.add_argument("--float32", action="store_true", help="the float32 parameters, not the int8 graph that serves")
    parser.add_argument("--limit-mb", type=float, metavar="X", help="only so much text: whole files in a seeded order")
    parser.add_argument("--json", metavar="F", help="write the figures to a file (- for standard output)")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Measures, and prints or writes the figures."""
    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder

    from .evaluate import load_predictor, read_texts

    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    texts = read_texts(arguments.paths, arguments.language, limit_bytes=_limit_bytes(arguments.limit_mb))
    evaluation = _measure(load_predictor(checkpoint, float32=arguments.float32), arguments.language, texts)
    figures = {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "model": checkpoint.model_hash,
        "language": arguments.language,
        "float32": arguments.float32,
        "limit_mb": arguments.limit_mb,
        **evaluation.to_json(),
    }
    if arguments.json != "-":
        print(summarise(figures))
    if arguments.json is not None:
        _write(json.dumps(figures, indent=1) + "\n", arguments.json)
    return 0


def _limit_bytes(limit_mb: float | None) -> float | None:
    if limit_mb is not None and limit_mb <= 0:
        raise TrainingError(f"--limit-mb must be above 0, found {limit_mb}")
    return None if limit_mb is None else limit_mb * 1e6


def _measure(predictor: Predictor, language: str, texts: Sequence[Text]) -> Evaluation:
    """Evaluates behind a progress bar with the time left; on stderr, and only on a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    from .evaluate import evaluate

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"{language}: {len(texts):,} files", total=sum(len(text.text) for text in texts))
        return evaluate(predictor, language, texts, lambda count: progress.advance(task, count))


def summarise(figures: Mapping[str, Any]) -> str:
    """The figures in a few lines for people."""
    rivals, bare = figures["baselines"], figures["without_licence_header"]
    arithmetic = "float32" if figures["float32"] else "int8"
    return "\n".join(
        (
            f"model {figures['model']} ({arithmetic}), {figures['language']}: {figures['files']:,} files, "
            f"{figures['characters']:,} characters, {figures['unknown_characters']:,} unknown",
            f"  {figures['bits_per_character']:.4f} bits/char",
            f"  {bare['bits_per_character']:.4f} bits/char without licence headers ({bare['characters']:,} characters)",
            f"  {rivals['xz']:.4f} xz -9e, {rivals['ppmd']:.4f} PPMd order 12, each file by itself",
            f"  {figures['ms_per_character']:.3f} ms a character",
        )
    )


def _write(text: str, place: str) -> None:
    if place == "-":
        sys.stdout.write(text)
        return
    try:
        Path(place).write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"cannot write {place}: {error.strerror}") from error
