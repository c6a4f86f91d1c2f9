"""`peephole-train evaluate-spans`: improbable spans on seeded faults of files, and on the same files clean."""

from __future__ import annotations

import argparse
import random
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..corpus.recipe import LANGUAGES
from ..errors import TrainingError
from .output import add_json, check_place, publish

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

Figures = Mapping[str, Any]


def add_commands(subparsers: Subparsers) -> None:
    """Adds `evaluate-spans` to the command line."""
    parser = subparsers.add_parser("evaluate-spans", help="measure improbable spans on seeded faults")
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="files, folders, git checkouts, archives")
    parser.add_argument("--language", required=True, choices=LANGUAGES, help="which files, and which start token")
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint folder (default: the shipped model)")
    parser.add_argument(
        "--files", type=int, default=40, metavar="N", help="so many, in a seeded order; one fault of each kind in each"
    )
    parser.add_argument(
        "--most-lines",
        type=int,
        default=400,
        metavar="N",
        help="pass over longer files (default 400)",
    )
    parser.add_argument("--memory", choices=("none", "document"), default="document", help="(default document)")
    add_json(parser)
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Measures, and prints or writes the figures."""
    from rich.console import Console

    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder

    from ..progress_bar import show_count
    from ..texts import SEED
    from .evaluate import load_predictor
    from .span_evaluation import SpanEvaluation

    for name in ("files", "most_lines"):
        if getattr(arguments, name) <= 0:
            raise TrainingError(f"--{name.replace('_', '-')} must be above 0, found {getattr(arguments, name)}")
    check_place(arguments.json)
    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    predictor = load_predictor(checkpoint, memories=arguments.memory != "none")
    evaluation = SpanEvaluation(predictor, arguments.language)
    with show_count(f"{arguments.language}: files", arguments.files, Console(stderr=True)) as advance:
        for text, name in _take(arguments):
            evaluation.add(text, name)
            advance(1)
    figures: dict[str, object] = {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "model": checkpoint.model_hash,
        "calibrated": checkpoint.calibration is not None,
        "language": arguments.language,
        "memory": arguments.memory,
        "seed": SEED,
        **evaluation.to_json(),
    }
    publish(figures, arguments.json, summarise(figures))
    return 0


def _take(arguments: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Texts with their paths, in a seeded order."""
    from ..texts import SEED, Texts, find_texts

    order = list(find_texts(arguments.paths, arguments.language).listed)
    random.Random(SEED).shuffle(order)
    taken = 0
    for text in Texts(order):
        if text.text.count("\n") < arguments.most_lines:
            yield text.text, text.path
            taken += 1
            if taken == arguments.files:
                return


NAMES = {
    "spans": "what serves",
    "evidence": "bits of evidence",
    "forward": "without what follows",
    "surprisal": "plain surprisal",
    "length": "length of the line",
}


def summarise(figures: Figures) -> str:
    """The figures as Markdown tables."""
    clean = ", ".join(
        f"{rate:.2f} at {s} ({figures['clean_flags'][s]:,})"
        for s, rate in figures["clean_flags_per_1000_lines"].items()
    )
    short = ", ".join(f"{count:,} at {s}" for s, count in figures["short_flags"].items())
    head = (
        f"model {figures['model']}, {figures['language']}, memory: {figures['memory']}; {figures['files']:,} files, "
        f"{figures['lines']:,} lines; flags in 1,000 clean lines: {clean}; "
        f"in {figures['short_lines']:,} lines of short files: {short}"
    )
    return "\n\n".join([head, _flagged(figures), _matched(figures), _located(figures)])


def _flagged(figures: Figures) -> str:
    sensitivities = list(figures["clean_flags"])
    rows = [
        [kind, f"{found['count']:,}", *(f"{found['recall'][s]:.0%}" for s in sensitivities)]
        + [f"{found['right_fix_of_flagged'][s]:.0%}" for s in sensitivities]
        for kind, found in figures["kinds"].items()
    ]
    head = [
        "kind",
        "faults",
        *(f"flagged at {s}" for s in sensitivities),
        *(f"right fix at {s}" for s in sensitivities),
    ]
    return _table(head, rows)


def _matched(figures: Figures) -> str:
    sensitivities = list(figures["clean_flags"])
    rows = [
        [kind, NAMES[system], *(f"{shares[s]:.0%}" for s in sensitivities)]
        for kind, found in figures["kinds"].items()
        for system, shares in found["recall_at_matched_flags"].items()
    ]
    return _table(["kind", "system", *(f"flagged at {s} in 1,000 clean lines" for s in sensitivities)], rows)


def _located(figures: Figures) -> str:
    rows = []
    for kind, found in figures["kinds"].items():
        for system, located in found["systems"].items():
            lines, tokens = located["lines"], located["tokens"]
            places = [f"{lines[name]:.0%}" for name in ("top1", "top3", "top5")] + [f"{lines['mrr']:.3f}"]
            if tokens["count"]:
                places += [f"{tokens[name]:.0%}" for name in ("top1", "top3", "top5")] + [f"{tokens['mrr']:.3f}"]
            else:
                places += ["–"] * 4
            rows.append([kind, NAMES[system], f"{located['line_auc']:.3f}", *places])
    of = [f"{what} {name}" for what in ("line", "token") for name in ("top-1", "top-3", "top-5", "MRR")]
    return _table(["kind", "system", "line AUC", *of], rows)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
