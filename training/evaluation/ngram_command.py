"""`evaluate --ngram`: the n-gram of a corpus's training text on the tokens that the model is measured on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import TrainingError

if TYPE_CHECKING:
    from .new_words import KnownWords
    from .ngram_training import NgramModel
    from .task import Task

NGRAM_MB = 64.0


def add_ngram_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the n-gram's options, and those of new words, to `evaluate`."""
    parser.add_argument(
        "--ngram",
        type=Path,
        metavar="CORPUS",
        help="also a 6-gram of tokens, counted on this corpus's training text, static and with its caches; needs "
        "--tokens",
    )
    parser.add_argument(
        "--ngram-mb",
        type=float,
        default=NGRAM_MB,
        metavar="X",
        help=f"so much of that text; 64 MB take 1 GB of memory and a minute or two (default {NGRAM_MB:g})",
    )
    parser.add_argument(
        "--new-words",
        type=Path,
        metavar="CORPUS",
        help="also words that this corpus's training text does not hold (default: the corpus of --ngram); needs "
        "--tokens",
    )


def check_ngram_arguments(arguments: argparse.Namespace) -> None:
    """`TrainingError` for what makes no sense."""
    for name in ("ngram", "new_words"):
        if getattr(arguments, name) is not None and not arguments.tokens:
            raise TrainingError(f"--{name.replace('_', '-')} measures tokens; say how many by --tokens")
    if arguments.ngram_mb <= 0:
        raise TrainingError(f"--ngram-mb must be above 0, found {arguments.ngram_mb}")


def words_to_know(arguments: argparse.Namespace) -> KnownWords | None:
    """The words of the training text, if a corpus was named."""
    from rich.console import Console

    from ..corpus.shards import open_shard
    from ..progress_bar import show_count
    from .new_words import known_words

    corpus: Path | None = arguments.new_words or arguments.ngram
    if corpus is None:
        return None
    shard = open_shard(corpus, "train", arguments.language)
    with show_count("words of the training text", len(shard.tokens), Console(stderr=True)) as advance:
        return known_words(corpus, arguments.language, advance)


def measure_ngram(task: Task, corpus: Path, tokens: dict[str, Any]) -> dict[str, object]:
    """Adds the n-gram's figures to those of the tokens; returns what it was made of."""
    from ..progress_bar import show_progress
    from .ngram_evaluation import NgramEvaluation
    from .ngram_nest import in_order

    assert task.tokens is not None, "checked with the arguments"
    model = _train(corpus, task.language, task.ngram_bytes)
    evaluation = NgramEvaluation(model, task.given, task.language, task.tokens.sample)
    with show_progress("6-gram", task.texts) as advance:
        for text in in_order(task.texts):
            evaluation.measure(text)
            advance(len(text.text))
    tokens["systems"] |= evaluation.systems_to_json()
    tokens["all_tokens"] |= evaluation.charged_to_json()
    return {"corpus": str(corpus), **model.to_json()}


def _train(corpus: Path, language: str, limit_bytes: float) -> NgramModel:
    from rich.console import Console

    from ..corpus.shards import open_shard
    from ..progress_bar import show_count
    from .ngram_training import train_ngram

    total = min(int(limit_bytes), len(open_shard(corpus, "train", language).tokens))
    with show_count("counting n-grams", total, Console(stderr=True)) as advance:
        return train_ngram(corpus, language, limit_bytes, advance)
