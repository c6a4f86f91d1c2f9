"""`peephole-train calibrate`: how much evidence makes a place improbable, measured on clean code."""

from __future__ import annotations

import argparse
import random
import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from peephole.model.languages import SUFFIXES

from ..errors import TrainingError
from ..texts import SEED, Listed, Text

if TYPE_CHECKING:
    from .calibrate import Calibrated, Observed

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
        "--mb-per-language", type=float, default=0.5, metavar="X", help="million characters to read (default 0.5)"
    )
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Reads, measures and writes."""
    from rich.console import Console

    from peephole.model.calibration import Calibration
    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
    from peephole.model.checkpoint_writer import add_calibration

    from ..progress_bar import show_count
    from .calibrate import Observed, calibrate
    from .evaluate import load_predictor

    if arguments.mb_per_language <= 0:
        raise TrainingError(f"--mb-per-language must be above 0, found {arguments.mb_per_language}")
    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    refuse_unparsed(checkpoint.vocabulary.languages)
    predictor = load_predictor(checkpoint)
    limit = arguments.mb_per_language * 1e6
    found: dict[str, tuple[Observed, Calibrated]] = {}
    for language in checkpoint.vocabulary.languages:
        observed = Observed(language)
        with show_count(language, round(limit), Console(stderr=True)) as advance:
            for text in _texts(arguments.paths, language, limit):
                observed.add(predictor, text)
                advance(len(text.text))
        found[language] = observed, calibrate(observed)
        print(summarise(*found[language]), flush=True)
    facts = {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "model": checkpoint.model_hash,
        "text": {language: _describe(*each) for language, each in found.items()},
    }
    calibration = Calibration({language: calibrated.scale for language, (_, calibrated) in found.items()})
    written = add_calibration(arguments.out, checkpoint, calibration, facts)
    print(f"{written.folder}: model {written.model_hash}")
    return 0


def refuse_unparsed(languages: Sequence[str]) -> None:
    """`TrainingError` for languages whose faults cannot be planted."""
    from ..sampling.syntax import GRAMMARS

    unparsed = [language for language in languages if language not in GRAMMARS]
    if unparsed:
        raise TrainingError(
            f"faults are planted in {' and '.join(sorted(GRAMMARS))} alone, by their grammars; a model of "
            f"{', '.join(unparsed)} marks by a guess of how much evidence is enough"
        )


LARGEST_SHARE, NEVER_TOO_LARGE = 0.05, 20_000
"""Of what is read a text may be so much, or so many characters: one giant is not what clean code looks like."""


def _texts(paths: Sequence[Path], language: str, limit: float) -> Iterator[Text]:
    """Texts of about so many characters in all, of all repositories in turn."""
    total = 0
    for listed in _in_turn([each for path in paths for each in _below(path, language, limit)]):
        text = listed if isinstance(listed, Text) else listed.read()
        if len(text.text) <= max(LARGEST_SHARE * limit, NEVER_TOO_LARGE):
            yield text
            total += len(text.text)
            if total >= limit:
                return
    if not total:
        raise TrainingError(f"no {language} text in {', '.join(map(str, paths))}")


def _below(path: Path, language: str, limit: float) -> Iterator[Text | Listed]:
    from ..corpus.sources import language_of
    from ..texts import find_texts
    from .training_text import training_documents

    if (path / "corpus.json").is_file():
        if not (path / "gate" / language).is_dir():
            for number, text in enumerate(training_documents(path, language, 2 * limit)):
                yield Text("", text, repository=f"document {number}")
            return
        path = path / "gate" / language
    # Whoever names a file by itself has named it for its own language alone.
    if not path.is_file() or language_of(path.name, tuple(SUFFIXES)) in (language, None):
        yield from find_texts([path], language).listed


def _in_turn(texts: Iterable[Text | Listed]) -> Iterator[Text | Listed]:
    """One text of each repository after the other, each repository's in a seeded order."""
    by_repository: dict[str, list[Text | Listed]] = {}
    for text in texts:
        by_repository.setdefault(text.repository, []).append(text)
    generator = random.Random(SEED)
    for each in by_repository.values():
        generator.shuffle(each)
    for row in zip_longest(*by_repository.values()):
        yield from (text for text in row if text is not None)


def _describe(observed: Observed, calibrated: Calibrated) -> dict[str, object]:
    return {
        "packages": len(observed.repositories),
        "files": len(observed.studies),
        "lines": observed.lines,
        "characters": sum(study.characters for study in observed.studies),
        "places": observed.places,
        "places_at_faults": observed.examples,
        "flags_in_unseen_packages": [round(rate, 2) for rate in calibrated.unseen],
    }


def summarise(observed: Observed, calibrated: Calibrated) -> str:
    """How well the promise holds, and the weights, as tables for people."""
    from peephole.model.calibration import SENSITIVITIES

    from .calibrate import SHORT

    head = (
        f"{observed.language}: {len(observed.repositories)} packages, {len(observed.studies):,} files, "
        f"{observed.lines:,} lines, {observed.places:,} places weighed, {observed.examples:,} at faults"
    )
    rows = {
        "flags in 1,000 lines": SENSITIVITIES,
        "  in unseen packages": calibrated.unseen,
        f"  in files below {SHORT}": calibrated.unseen_short,
        "  score": calibrated.scale.scores,
    }
    lines = [head, *(f"{name:<22}" + "".join(f"{each:>8.2f}" for each in row) for name, row in rows.items())]
    weights = sorted(calibrated.scale.weights.items(), key=lambda item: -abs(item[1]))
    return "\n".join([*lines, "  " + ", ".join(f"{name} {weight:.2f}" for name, weight in weights[:12])])
