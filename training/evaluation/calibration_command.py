"""`peephole-train calibrate`: how much evidence makes a place improbable, measured on clean code."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import TrainingError

if TYPE_CHECKING:
    from peephole.model.calibration import Calibration

    from .calibrate import Clean

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subparsers: Subparsers) -> None:
    """Adds `calibrate` to the command line."""
    parser = subparsers.add_parser("calibrate", help="measure on clean code how much evidence makes a place improbable")
    parser.add_argument(
        "paths",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="clean code of every language that the model knows: a corpus (its text for the gate, else what it has to "
        "train on), folders, git checkouts, archives; best what the network was not trained on",
    )
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint folder (default: the shipped model)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the checkpoint folder to write")
    parser.add_argument(
        "--mb-per-language", type=float, default=1, metavar="X", help="million characters to read (default 1)"
    )
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Reads, measures and writes."""
    from rich.console import Console

    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
    from peephole.model.checkpoint_writer import add_calibration

    from ..progress_bar import show_count
    from .calibrate import Clean, calibrate
    from .evaluate import load_predictor

    if arguments.mb_per_language <= 0:
        raise TrainingError(f"--mb-per-language must be above 0, found {arguments.mb_per_language}")
    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    predictor = load_predictor(checkpoint, float32=False)
    limit = arguments.mb_per_language * 1e6
    found = []
    for language in checkpoint.vocabulary.languages:
        clean = Clean(language)
        with show_count(language, round(limit), Console(stderr=True)) as advance:
            for text in _texts(arguments.paths, language, limit):
                clean.add(predictor, text)
                advance(len(text))
        if not clean.files:
            raise TrainingError(f"no {language} text in {', '.join(map(str, arguments.paths))}")
        found.append(clean)
    calibration = calibrate(found)
    facts = {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "model": checkpoint.model_hash,
        "text": {each.language: _describe(each) for each in found},
    }
    written = add_calibration(arguments.out, checkpoint, calibration, facts)
    print(summarise(found, calibration))
    print(f"{written.folder}: model {written.model_hash}")
    return 0


def _texts(paths: Sequence[Path], language: str, limit: float) -> Iterator[str]:
    """Texts of about so many characters in all, from all paths alike."""
    for path in paths:
        total = 0.0
        for text in _below(path, language, limit / len(paths)):
            yield text
            total += len(text)
            if total >= limit / len(paths):
                break


def _below(path: Path, language: str, limit: float) -> Iterator[str]:
    from ..texts import find_texts, take_texts
    from .training_text import training_documents

    if (path / "corpus.json").is_file():
        if not (path / "gate" / language).is_dir():
            yield from training_documents(path, language, 2 * limit)
            return
        path = path / "gate" / language
    # Twice the limit in bytes: where the last file does not fit, the seeded order goes on a little.
    yield from (text.text for text in take_texts(find_texts([path], language), 2 * limit))


def _describe(clean: Clean) -> dict[str, int]:
    return {"files": clean.files, "lines": clean.lines, "characters": clean.characters, "places": clean.places}


def summarise(found: Sequence[Clean], calibration: Calibration) -> str:
    """The thresholds, as a table for people."""
    from peephole.model.calibration import SENSITIVITIES
    from peephole.model.reasons import REASONS

    lines = []
    for clean in found:
        head = f"{clean.language}: {clean.files:,} files, {clean.lines:,} lines, {clean.places:,} places weighed"
        lines.append(f"{head}\n{'flags in 1,000 lines':<22}" + "".join(f"{s:>8g}" for s in SENSITIVITIES))
        counted = [1000 * clean.flags(calibration, s) / max(clean.lines, 1) for s in SENSITIVITIES]
        lines.append(f"{'  on this text':<22}" + "".join(f"{rate:>8.2f}" for rate in counted))
        for reason in REASONS:
            bits = (calibration.threshold_bits(clean.language, reason, s) for s in SENSITIVITIES)
            lines.append(f"{f'  {reason}, bits':<22}" + "".join(f"{each:>8.2f}" for each in bits))
    return "\n".join(lines)
