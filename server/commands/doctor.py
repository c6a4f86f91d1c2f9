"""`peephole doctor`: what is installed, whether the model can be trusted, how fast this machine is, what to mend."""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from peephole.model.errors import ModelError
from peephole.model.version import VERSION

from . import machine
from .options import Subparsers, add_model_option

if TYPE_CHECKING:
    from peephole.model.predictor import Predictor

PACKAGES = ("onnxruntime", "numpy", "safetensors", "pygls", "lsprotocol", "platformdirs", "pathspec", "pydivsufsort")

SLOW_STEP_MS = 5.0
"""A completion takes 10 to 20 steps of a beam: above this a person waits for a tenth of a second."""

LARGE_BYTES = 500 << 20
"""Twice the 250 MB that the default model should take with ten files open."""

HEALTHY, ILL = 0, 1


def add_command(subparsers: Subparsers) -> None:
    """Adds `doctor` to the command line."""
    parser = subparsers.add_parser("doctor", help="check the installation, the model and this machine's speed")
    add_model_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the findings, then every problem with its cure."""
    print(f"peephole     {VERSION}, Python {platform.python_version()}")
    print(f"machine      {machine.describe()}")
    problems = list(_examine_packages())
    if not problems:  # without a package the model cannot even be loaded
        try:
            problems += _examine_model(arguments.model)
        except ImportError as error:  # it is there but broken, for instance without a library of the system
            problems.append(_describe_broken(error))
    for problem in problems:
        print(f"problem      {problem}")
    if not problems:
        print("in order     nothing to mend")
    return ILL if problems else HEALTHY


def _examine_packages() -> Iterator[str]:
    versions = []
    for name in PACKAGES:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield f"{name} is not installed; run `pip install --force-reinstall peephole-lsp`"
    print(f"packages     {', '.join(versions)}")


def _describe_broken(error: ImportError) -> str:
    """Why a package cannot be imported, and what to do."""
    name = (error.name or "").partition(".")[0] or "a package"
    reason = str(error).strip().partition("\n")[0]
    return f"{name} is installed but cannot be loaded ({reason}); run `pip install --force-reinstall peephole-lsp`"


def _examine_model(folder: Path | None) -> Iterator[str]:
    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
    from peephole.model.predictor import Predictor
    from peephole.model.runtime import Runtime

    folder = folder or shipped_checkpoint_folder()
    print(f"model        {folder}")
    try:
        checkpoint = load_checkpoint(folder)
        count = sum(parameter.size for parameter in checkpoint.parameters().values())
        predictor = Predictor(Runtime(checkpoint))
    except ModelError as error:
        yield f"the model cannot be used: {error}"
        yield "install Peephole again for the shipped model, or name another checkpoint folder with --model"
        return
    config = checkpoint.config
    print(f"             {checkpoint.model_hash}, files as recorded, all {count:,} weights finite")
    print(f"             {config.cell}, {config.layers} x {config.hidden_size}, knows {_languages(predictor)}")
    gate = (
        "remembers what document and workspace say"
        if predictor.gate is not None
        else "has no gate, so it remembers nothing"
    )
    print(f"             {gate}")
    yield from _measure(predictor)


def _languages(predictor: Predictor) -> str:
    return " and ".join(predictor.vocabulary.languages)


def _measure(predictor: Predictor) -> Iterator[str]:
    """Prints this machine's speed; yields what is wrong with it."""
    import numpy as np

    characters = 1024
    start = predictor.start(predictor.vocabulary.languages[0])
    text = np.full(characters, predictor.vocabulary.index("e"), np.uint16)
    beam = predictor.step(predictor.branch([start]), [0] * 8, [int(text[0])] * 8)
    sequence_ms = _median_ms(lambda: predictor.read_indices(start, text), repeats=5) / characters
    step_ms = _median_ms(lambda: predictor.read_indices(start, text[:1]), repeats=50)
    beam_ms = _median_ms(lambda: predictor.step(beam, range(8), [int(text[0])] * 8), repeats=50)
    print(f"speed        {sequence_ms:.3f} ms a character of a file, {step_ms:.2f} ms a single character,")
    print(f"             {beam_ms:.2f} ms a step of a search of 8 texts (medians)")
    resident = machine.resident_bytes()
    if resident is not None:
        print(f"memory       {resident / 1e6:.0f} MB resident in this process, model loaded")
    if beam_ms > SLOW_STEP_MS:
        yield (
            f"a search step takes {beam_ms:.1f} ms, completions will lag: close what else uses the processor, "
            "or use a smaller model"
        )
    if resident is not None and resident > LARGE_BYTES:
        yield f"{resident / 1e6:.0f} MB is more than expected: is this a much larger model than the shipped one?"


def _median_ms(action: Callable[[], object], repeats: int) -> float:
    """Median milliseconds of an action, after one run that warms it up."""
    action()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        times.append((time.perf_counter() - began) * 1e3)
    return statistics.median(times)
