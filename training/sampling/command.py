"""`peephole-train samples`: lets a model write many texts and judges them beside real code."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..corpus.recipe import LANGUAGES
from ..errors import TrainingError

if TYPE_CHECKING:
    from peephole.model.predictor import Predictor

    from .finding import Rule

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

NONE, DOCUMENT = "none", "document"
ARTICLE = "article"
SETTINGS = ("language", "length", "temperature", "seed", "memory", "claims")
SUFFIXES = {"java": ".java", "python": ".py"}


def add_commands(subparsers: Subparsers) -> None:
    """Adds `samples` to the command line."""
    parser = subparsers.add_parser("samples", help="let a model write many texts, and judge them beside real code")
    parser.add_argument("--language", required=True, choices=LANGUAGES, help="what to write")
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint folder (default: the shipped model)")
    parser.add_argument("--count", type=int, default=200, metavar="N", help="how many texts (default 200)")
    parser.add_argument("--length", type=int, default=2000, metavar="N", help="characters of each (default 2000)")
    parser.add_argument("--temperature", type=float, default=0.8, metavar="X", help="0 = the likeliest (default 0.8)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="same seed and count, same texts (default 0)")
    parser.add_argument(
        "--memory",
        choices=(NONE, DOCUMENT),
        default=NONE,
        help="what writes: the network alone, all texts side by side, or with the memory of the text's own beginning, "
        "one text after the other and 50 times slower (default: none)",
    )
    parser.add_argument("--claims", choices=(ARTICLE,), help="judge what `Exploring LSTMs` praises instead")
    parser.add_argument(
        "--control", type=Path, action="append", metavar="PATH", help="judge as many cuts of this real code beside it"
    )
    parser.add_argument("--json", metavar="F", help="write the figures to a file (- for standard output)")
    parser.add_argument("--save", type=Path, metavar="DIR", help="write each text to a file in a folder")
    parser.add_argument("--document", type=Path, metavar="F", help="write a Markdown document with table and samples")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Samples, judges, and prints or writes the figures."""
    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
    from peephole.model.predictor import Predictor
    from peephole.model.runtime import Runtime

    from .claims import CLAIMS
    from .control import read_control
    from .rules import RULES

    _check(arguments)
    language: str = arguments.language
    rules = CLAIMS[language] if arguments.claims else RULES
    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    predictor = Predictor(Runtime(checkpoint), memories=arguments.memory == DOCUMENT)
    if arguments.memory == DOCUMENT and predictor.gate is None:
        raise TrainingError("this model has no gate to a memory: fit one by `peephole-train gate`, or --memory none")
    real = None
    if arguments.control:  # before anything is written by the model: a wrong path shall not cost minutes
        control = read_control(arguments.control, language, arguments.count, arguments.length)
        real = {"repositories": control.repositories, **_judge(rules, control.texts, language)}
    texts = _write(predictor, arguments)
    figures: dict[str, object] = {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "model": checkpoint.model_hash,
        **{
            name: getattr(arguments, name) for name in ("language", "length", "temperature", "seed", "memory", "claims")
        },
        **_judge(rules, texts, language),
        "control": real,
    }
    _deliver(arguments, rules, figures, texts)
    return 0


def _deliver(
    arguments: argparse.Namespace, rules: Sequence[Rule], figures: dict[str, object], texts: Sequence[str]
) -> None:
    from .report import summarise, write_document

    in_json = json.dumps(figures, indent=1) + "\n"
    if arguments.json == "-":
        sys.stdout.write(in_json)
    else:
        print(summarise(rules, figures))
        if arguments.json is not None:
            _put(in_json, Path(arguments.json))
    if arguments.document is not None:
        _put(write_document(rules, figures, texts), arguments.document)
    if arguments.save is not None:
        for number, text in enumerate(texts, start=1):
            _put(text, arguments.save / f"{number:03}{SUFFIXES[arguments.language]}")


def _check(arguments: argparse.Namespace) -> None:
    if arguments.count < 1 or arguments.length < 1:
        raise TrainingError("--count and --length must be at least 1")
    if arguments.temperature < 0 or arguments.seed < 0:
        raise TrainingError("--temperature and --seed must not be negative")


def _write(predictor: Predictor, arguments: argparse.Namespace) -> list[str]:
    from rich.console import Console

    from ..progress_bar import show_count
    from .sample import sample_batch, sample_each

    write = sample_each if arguments.memory == DOCUMENT else sample_batch
    with show_count("writing", arguments.count * arguments.length, Console(stderr=True)) as advance:
        return write(
            predictor,
            arguments.language,
            arguments.count,
            length=arguments.length,
            temperature=arguments.temperature,
            seed=arguments.seed,
            advance=advance,
        )


def _judge(rules: Sequence[Rule], texts: Sequence[str], language: str) -> dict[str, object]:
    """texts: how many; complete: share of their characters up to the last complete member; found: of each rule."""
    from .finding import Written, tally

    written = [Written(text, language) for text in texts]
    complete = sum(each.members.end for each in written) / sum(map(len, texts))
    found = {name: each.to_json() for name, each in tally(rules, written).items()}
    return {"texts": len(texts), "complete": complete, "found": found}


def _put(text: str, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"cannot write {path}: {error.strerror}") from error
