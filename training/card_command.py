"""`peephole-train card`: writes a checkpoint's card from its provenance and from evaluations."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peephole.model.checkpoint import load_checkpoint

from .card import write_card
from .errors import TrainingError

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subparsers: Subparsers) -> None:
    """Adds `card` to the command line."""
    parser = subparsers.add_parser("card", help="write a model's card: sources, licences, figures, hashes")
    parser.add_argument("model", type=Path, metavar="DIR", help="the checkpoint folder; CARD.md is written there")
    parser.add_argument(
        "--evaluation", type=Path, nargs="*", default=[], metavar="F", help="files of `evaluate --json`"
    )
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; refuses an evaluation of another model."""
    checkpoint = load_checkpoint(arguments.model)
    evaluations = [_read_evaluation(path) for path in arguments.evaluation]
    for path, evaluation in zip(arguments.evaluation, evaluations, strict=True):
        if evaluation.get("model") != checkpoint.model_hash:
            raise TrainingError(
                f"{path}: measures {evaluation.get('model')}, the card is of {checkpoint.model_hash}; evaluate again"
            )
    path = arguments.model / "CARD.md"
    path.write_text(write_card(checkpoint, evaluations), encoding="utf-8")
    print(path)
    return 0


def _read_evaluation(path: Path) -> dict[str, Any]:
    """What `evaluate --json` wrote; `TrainingError` for anything else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TrainingError(f"{path} is no JSON ({error}); give what `evaluate --json` wrote") from error
    if not isinstance(found, dict):
        raise TrainingError(f"{path} does not hold an evaluation's figures; give what `evaluate --json` wrote")
    return found
