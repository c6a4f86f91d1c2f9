"""A task carried out: the figures that `--json` writes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from ..errors import TrainingError
from ..neighbourhood import Neighbourhood, beside_none
from ..progress_bar import show_count, show_progress
from ..texts import SEED, find_texts, take_texts
from .estimate import TUNING_BYTES, Estimate, estimate
from .evaluate import Advance, Evaluation, evaluate_beside
from .ngram_command import measure_ngram
from .primed import WORKSPACE_BYTES, primed_ppmd_bits, shelved_ppmd_bits, training_text
from .rivals import Rivals, RivalSettings, tune
from .systems import Tally
from .task import Task


def carry_out(task: Task) -> dict[str, object]:
    """Everything that was asked for, measured; first says on stderr how long that will take."""
    began = time.monotonic()
    expected = estimate(task)
    size = f"{len(task.texts):,} files, {task.texts.size:,} bytes"
    print(f"{task.language}: {size}; {expected}", file=sys.stderr, flush=True)
    settings = _rival_settings(task) if task.rivals else None
    with _progress(task, expected) as advance:
        evaluation = evaluate_beside(
            task.predictor,
            task.language,
            task.beside(),
            looked_into=task.in_workspace,
            rivals=Rivals(task.predictor, settings) if settings is not None else None,
            tokens=task.tokens,
            typing=task.typing,
            advance=advance,
        )
    figures: dict[str, object] = {
        "repositories": len({each.repository for each in task.texts.listed}),
        "found": {"files": len(task.given), "bytes": task.given.size, "repositories": len(task.around)},
        "seed": SEED,
        "prime_bytes": _measure_primed(evaluation, task),
    }
    if settings is not None:
        figures["rival_settings"] = {"tuned_on": task.tune and str(task.tune), **settings.to_json()}
    if task.tokens is not None:
        tokens = task.tokens.to_json()
        if task.ngram is not None:
            figures["ngram"] = measure_ngram(task, task.ngram, tokens)
        figures["tokens"] = tokens
    if task.typing is not None:
        figures["typing"] = task.typing.to_json()
    figures["seconds"] = {"estimated": expected.seconds, "taken": time.monotonic() - began}
    return figures | evaluation.to_json()


@contextmanager
def _progress(task: Task, expected: Estimate) -> Iterator[Advance]:
    """The progress of the pass over all texts, by the seconds that each kind of work is expected to take."""
    console = Console(stderr=True)
    label = f"{task.language}: {len(task.texts):,} files" if console.is_terminal else task.language
    with show_count(label, round(1000 * expected.seconds_of_pass), console) as advance:
        yield lambda kind, count: advance(1000 * count * expected.unit_s(kind))


def _rival_settings(task: Task) -> RivalSettings:
    """The defaults, or what is best on the text of `--tune`; `TrainingError` if that is measured as well."""
    if task.tune is None:
        return RivalSettings()
    other = find_texts([task.tune], task.language)
    if {each.place for each in other.listed} & {each.place for each in task.given.listed}:
        raise TrainingError("--tune names files that are measured; numbers must be chosen on others")
    texts = take_texts(other, TUNING_BYTES)
    around = Neighbourhood(other, task.predictor.vocabulary)
    beside = around.libraries(texts) if task.in_workspace else beside_none(texts)
    with show_progress("tuning the rivals", texts) as advance:
        return tune(task.predictor, task.language, beside, advance)


def _measure_primed(evaluation: Evaluation, task: Task) -> int | None:
    """Adds primed PPMd to the evaluation; returns the bytes of training text that it really read first."""
    if task.prime is None:
        return None
    prime = training_text(task.prime, task.language, task.prime_bytes)
    tally = evaluation.compressors["ppmd_primed"] = Tally()
    with show_progress("primed PPMd", task.texts) as advance:
        measured = primed_ppmd_bits(prime, (text.content for text in task.texts))
        for text, bits in zip(task.texts, measured, strict=True):
            tally.add(bits, len(text.text))
            advance(len(text.text))
    if not task.in_workspace:
        return len(prime)
    tally = evaluation.compressors["ppmd_primed_and_workspace"] = Tally()
    folders = list(task.around.folders(task.texts))
    shelves = (task.around.shelf(here, WORKSPACE_BYTES) for here in folders)
    with show_progress("PPMd primed with the workspace too", task.texts) as advance:
        for here, all_bits in zip(folders, shelved_ppmd_bits(prime, shelves), strict=True):
            for text, bits in zip(here, all_bits, strict=True):
                tally.add(bits, len(text.text))
                advance(len(text.text))
    return len(prime)
