"""`peephole-train evaluate`: bits per character, tokens and rivals on files, folders and archives."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..corpus.recipe import LANGUAGES
from ..errors import TrainingError

if TYPE_CHECKING:
    from peephole.model.predictor import Predictor

    from ..neighbourhood import Beside, Neighbourhood
    from ..texts import Texts
    from .evaluate import Evaluation
    from .rivals import RivalSettings

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

NONE, DOCUMENT, WORKSPACE = "none", "document", "workspace"

TUNING_BYTES = 0.3e6
"""Of text to choose the rivals' numbers on: 16 of them are read side by side, 0.15 ms a character."""


def add_commands(subparsers: Subparsers) -> None:
    """Adds `evaluate` to the command line."""
    parser = subparsers.add_parser("evaluate", help="measure a model's bits per character and tokens beside rivals")
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="files, folders, git checkouts, archives")
    parser.add_argument("--language", required=True, choices=LANGUAGES, help="which files, and which start token")
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint folder (default: the shipped model)")
    parser.add_argument("--float32", action="store_true", help="the float32 parameters, not the int8 graph that serves")
    parser.add_argument("--limit-mb", type=float, metavar="X", help="only so much text: whole files in a seeded order")
    parser.add_argument(
        "--memory",
        choices=(NONE, DOCUMENT, WORKSPACE),
        help="what is read beside the network: nothing, the file's own beginning, or also the other files of its "
        "repository (the nearest folder with .git, else the first folder below PATH) (default: document, if the model "
        "has a gate)",
    )
    parser.add_argument("--tokens", type=int, default=0, metavar="N", help="also N sampled tokens: bits, and ranks")
    parser.add_argument("--rivals", action="store_true", help="also a neural cache and dynamic evaluation; slow")
    parser.add_argument("--tune", type=Path, metavar="PATH", help="choose the rivals' free numbers on this other text")
    parser.add_argument("--prime", type=Path, metavar="CORPUS", help="also PPMd that read training text of this corpus")
    parser.add_argument("--prime-mb", type=float, default=16, metavar="X", help="so much of it (default 16)")
    parser.add_argument("--json", metavar="F", help="write the figures to a file (- for standard output)")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Measures, and prints or writes the figures."""
    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder

    from ..neighbourhood import Neighbourhood
    from ..texts import find_texts, take_texts
    from .evaluate import load_predictor
    from .report import summarise

    limit_bytes = _check(arguments)
    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    predictor = load_predictor(checkpoint, float32=arguments.float32, memories=arguments.memory != NONE)
    memory = _memory(arguments.memory, predictor)
    given = find_texts(arguments.paths, arguments.language)
    texts = take_texts(given, limit_bytes)
    around = Neighbourhood(given, predictor.vocabulary)
    settings = _rival_settings(arguments, predictor, memory, given) if arguments.rivals else None
    figures: dict[str, object] = {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "model": checkpoint.model_hash,
        "language": arguments.language,
        "float32": arguments.float32,
        "memory": memory,
        "limit_mb": arguments.limit_mb,
        "repositories": len({each.repository for each in texts.listed}),
        "prime_bytes": None,
    }
    evaluation = _measure(predictor, arguments, memory, texts, around, settings, figures)
    if arguments.prime is not None:
        figures["prime_bytes"] = _measure_primed(evaluation, arguments, memory, texts, around)
    figures |= evaluation.to_json()
    if arguments.json != "-":
        print(summarise(figures))
    if arguments.json is not None:
        _write(json.dumps(figures, indent=1) + "\n", arguments.json)
    return 0


def _check(arguments: argparse.Namespace) -> float | None:
    """The limit in bytes; `TrainingError` for what makes no sense."""
    limit_mb: float | None = arguments.limit_mb
    if limit_mb is not None and limit_mb <= 0:
        raise TrainingError(f"--limit-mb must be above 0, found {limit_mb}")
    if arguments.tokens < 0:
        raise TrainingError(f"--tokens must be 0 or more, found {arguments.tokens}")
    if arguments.tune is not None and not arguments.rivals:
        raise TrainingError("--tune chooses the rivals' numbers; give --rivals as well")
    return None if limit_mb is None else limit_mb * 1e6


def _memory(asked: str | None, predictor: Predictor) -> str:
    """The memory that is really there; `TrainingError` where one was asked for that the model cannot use."""
    if predictor.gate is not None:
        return asked or DOCUMENT
    if asked in (DOCUMENT, WORKSPACE):
        raise TrainingError("this model has no gate to a memory: fit one by `peephole-train gate`, or --memory none")
    return NONE


def _rival_settings(arguments: argparse.Namespace, predictor: Predictor, memory: str, given: Texts) -> RivalSettings:
    """The defaults, or what is best on the text of `--tune`; `TrainingError` if that is measured as well."""
    from ..neighbourhood import Neighbourhood
    from ..progress_bar import show_progress
    from ..texts import find_texts, take_texts
    from .rivals import RivalSettings, tune

    if arguments.tune is None:
        return RivalSettings()
    other = find_texts([arguments.tune], arguments.language)
    if {each.place for each in other.listed} & {each.place for each in given.listed}:
        raise TrainingError("--tune names files that are measured; numbers must be chosen on others")
    texts = take_texts(other, TUNING_BYTES)
    around = Neighbourhood(other, predictor.vocabulary)
    with show_progress("tuning the rivals", texts) as advance:
        return tune(predictor, arguments.language, _beside(around, texts, memory == WORKSPACE), advance)


def _beside(around: Neighbourhood, texts: Texts, libraries: bool) -> Beside:
    from ..neighbourhood import beside_none

    return around.libraries(texts) if libraries else beside_none(texts)


def _measure(
    predictor: Predictor,
    arguments: argparse.Namespace,
    memory: str,
    texts: Texts,
    around: Neighbourhood,
    settings: RivalSettings | None,
    figures: dict[str, object],
) -> Evaluation:
    """Everything that reads with the network; what is no part of the evaluation goes into the figures."""
    from ..progress_bar import show_progress
    from .evaluate import evaluate_beside
    from .rivals import Rivals
    from .token_sample import Sample
    from .tokens import TokenEvaluation

    tokens = None
    if arguments.tokens:
        sample = Sample(texts, arguments.language, arguments.tokens)
        tokens = TokenEvaluation(predictor, arguments.language, sample)
    in_workspace = memory == WORKSPACE
    beside = _beside(around, texts, in_workspace or (tokens is not None and memory != NONE))
    with show_progress(arguments.language, texts) as advance:
        evaluation = evaluate_beside(
            predictor,
            arguments.language,
            beside,
            looked_into=in_workspace,
            rivals=Rivals(predictor, settings) if settings is not None else None,
            tokens=tokens,
            advance=advance,
        )
    if settings is not None:
        figures["rival_settings"] = {"tuned_on": arguments.tune and str(arguments.tune), **settings.to_json()}
    if tokens is not None:
        figures["tokens"] = tokens.to_json()
    return evaluation


def _measure_primed(
    evaluation: Evaluation, arguments: argparse.Namespace, memory: str, texts: Texts, around: Neighbourhood
) -> int:
    """Adds primed PPMd to the evaluation; returns the bytes of training text that it really read first."""
    from ..progress_bar import show_progress
    from .evaluate import Tally
    from .primed import WORKSPACE_BYTES, primed_ppmd_bits, shelved_ppmd_bits, training_text

    prime = training_text(arguments.prime, arguments.language, arguments.prime_mb * 1e6)
    tally = evaluation.compressors["ppmd_primed"] = Tally()
    with show_progress("primed PPMd", texts) as advance:
        for text, bits in zip(texts, primed_ppmd_bits(prime, (text.content for text in texts)), strict=True):
            tally.add(bits, len(text.text))
            advance(len(text.text))
    if memory != WORKSPACE:
        return len(prime)
    tally = evaluation.compressors["ppmd_primed_and_workspace"] = Tally()
    folders = list(around.folders(texts))
    shelves = (around.shelf(here, WORKSPACE_BYTES) for here in folders)
    with show_progress("PPMd primed with the workspace too", texts) as advance:
        for here, all_bits in zip(folders, shelved_ppmd_bits(prime, shelves), strict=True):
            for text, bits in zip(here, all_bits, strict=True):
                tally.add(bits, len(text.text))
                advance(len(text.text))
    return len(prime)


def _write(text: str, place: str) -> None:
    if place == "-":
        sys.stdout.write(text)
        return
    try:
        Path(place).write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"cannot write {place}: {error.strerror}") from error
