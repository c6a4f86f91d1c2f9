"""`peephole-train evaluate`: bits per character on files, folders and archives."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    parser.add_argument("--prime", type=Path, metavar="CORPUS", help="also PPMd that read training text of this corpus")
    parser.add_argument("--prime-mb", type=float, default=16, metavar="X", help="so much of it (default 16)")
    parser.add_argument("--json", metavar="F", help="write the figures to a file (- for standard output)")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Measures, and prints or writes the figures."""
    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder

    from .evaluate import load_predictor, read_texts

    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    texts = read_texts(arguments.paths, arguments.language, limit_bytes=_limit_bytes(arguments.limit_mb))
    evaluation = _measure(load_predictor(checkpoint, float32=arguments.float32), arguments.language, texts)
    prime_bytes = None if arguments.prime is None else _measure_primed(evaluation, arguments, texts)
    figures = {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "model": checkpoint.model_hash,
        "language": arguments.language,
        "float32": arguments.float32,
        "limit_mb": arguments.limit_mb,
        "prime_bytes": prime_bytes,
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


@contextmanager
def _progress(name: str, texts: Sequence[Text]) -> Iterator[Callable[[int], None]]:
    """A progress bar with the time left, on stderr and only on a terminal; gives what advances it by characters."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"{name}: {len(texts):,} files", total=sum(len(text.text) for text in texts))
        yield lambda count: progress.advance(task, count)


def _measure(predictor: Predictor, language: str, texts: Sequence[Text]) -> Evaluation:
    from .evaluate import evaluate

    with _progress(language, texts) as advance:
        return evaluate(predictor, language, texts, advance)


def _measure_primed(evaluation: Evaluation, arguments: argparse.Namespace, texts: Sequence[Text]) -> int:
    """Adds primed PPMd to the evaluation; returns the bytes of training text that it really read first."""
    from .primed import primed_ppmd_bits, training_text

    prime = training_text(arguments.prime, arguments.language, arguments.prime_mb * 1e6)
    with _progress("primed PPMd", texts) as advance:
        for text, bits in zip(texts, primed_ppmd_bits(prime, (text.content for text in texts)), strict=True):
            evaluation.ppmd_primed.add(bits, len(text.text))
            advance(len(text.text))
    return len(prime)


def summarise(figures: Mapping[str, Any]) -> str:
    """The figures in a few lines for people."""
    rivals, bare = figures["baselines"], figures["without_licence_header"]
    primed = ""
    if "ppmd_primed" in rivals:
        primed = f", {rivals['ppmd_primed']:.4f} primed with {figures['prime_bytes'] / 1e6:.2f} MB"
    arithmetic = "float32" if figures["float32"] else "int8"
    return "\n".join(
        (
            f"model {figures['model']} ({arithmetic}), {figures['language']}: {figures['files']:,} files, "
            f"{figures['characters']:,} characters, {figures['unknown_characters']:,} unknown",
            f"  {figures['bits_per_character']:.4f} bits/char",
            f"  {bare['bits_per_character']:.4f} bits/char without licence headers ({bare['characters']:,} characters)",
            f"  {rivals['xz']:.4f} xz -9e, {rivals['ppmd']:.4f} PPMd order 12, each file by itself{primed}",
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
