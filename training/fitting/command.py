"""`peephole-train fit`: starts a run from a TOML file or from a model, or resumes one."""

from __future__ import annotations

import argparse
import dataclasses
import math
import shlex
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RunError
from ..evaluation.output import add_json, check_place, publish
from .config import DataConfig, RunConfig, check_values, load_config

if TYPE_CHECKING:
    from .fit import Fit
    from .processes import Processes

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subparsers: Subparsers) -> None:
    """Adds `fit` to the command line."""
    parser = subparsers.add_parser("fit", help="train a network on a corpus, go on with a model, or resume a run")
    parser.add_argument("config", type=Path, nargs="?", help="TOML file of a new run")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the run's folder")
    parser.add_argument(
        "--from",
        dest="parent",
        metavar="MODEL",
        help="begin with the weights of a checkpoint folder, or of the `shipped` model; without a TOML file the run "
        "passes twice over the corpus at a low rate",
    )
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out")
    parser.add_argument(
        "--from-last-good", action="store_true", help="with --resume: go back to before the loss diverged"
    )
    parser.add_argument("--corpus", type=Path, help="another corpus folder than the one in the file")
    parser.add_argument("--characters", type=float, help="another length of the whole run")
    parser.add_argument("--streams", type=int, metavar="B", help="another number of streams from here on")
    parser.add_argument("--learning-rate", type=float, metavar="X", help="another peak rate from here on")
    parser.add_argument("--until-step", type=int, metavar="N", help="stop after optimiser step N (resume goes on)")
    add_json(parser)
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; 0 when the run reached its end, 128 and the signal's number when it was asked to stop."""
    from .allocation import keep_freed_memory
    from .fit import Fit  # torch takes a second to import: not before the arguments are known to be right
    from .processes import join_processes
    from .run_folder import RunFolder, held

    _check(arguments)
    config = configure_run(arguments)
    keep_freed_memory()
    with join_processes(config.fit.device) as processes, ExitStack() as holding:
        if processes.is_first:
            check_place(arguments.json)  # the others may be on machines that lack this folder, and write nothing
            holding.enter_context(held(arguments.out))
            _prepare(arguments, config, processes)
        processes.wait()
        fit = Fit(RunFolder.open(arguments.out), processes)
        bits = fit.run(until_step=arguments.until_step)
    if processes.is_first:
        summary = f"{arguments.out}: {fit.at.step} steps, {fit.characters} characters, {bits:.4f} bits/char"
        publish(_figures(arguments, fit, bits), arguments.json, summary)
    if not fit.stopped:
        return 0
    if processes.is_first:
        print(f"stopped and saved; go on with `peephole-train fit --resume --out {arguments.out}`", file=sys.stderr)
    return 128 + fit.asked.signal


def _figures(arguments: argparse.Namespace, fit: Fit, bits: float) -> dict[str, object]:
    """Where the run stands; `bits_per_character` is smoothed, and null of a run that has seen nothing."""
    from .curves import read_curve

    return {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "run": str(arguments.out),
        "stopped": fit.stopped,
        "steps": fit.at.step,
        "steps_of_the_whole_run": fit.config.steps,
        "characters": fit.characters,
        "bits_per_character": None if math.isnan(bits) else bits,
        "development_bits_per_character": read_curve(arguments.out).last_development,
    }


def _check(arguments: argparse.Namespace) -> None:
    if arguments.from_last_good and not arguments.resume:
        raise RunError("--from-last-good goes back within a run; give --resume as well")
    if arguments.parent and arguments.resume:
        raise RunError("a run keeps the model that it began with; give --from or --resume, not both")
    if not (arguments.resume or arguments.config or arguments.corpus):
        raise RunError("nothing to train on: give a TOML file, or at least --corpus DIR")


def configure_run(arguments: argparse.Namespace) -> RunConfig:
    """What the run is told: by its folder if it is resumed, else by the file, or what suits the model."""
    from .parent import configure, load_parent, shares_of, tokens_of
    from .run_folder import RunFolder  # torch again

    if arguments.resume:
        return _override(RunFolder.open(arguments.out).config, arguments)
    if arguments.parent:
        return _override(configure(load_parent(arguments.parent), arguments.config, arguments.corpus), arguments)
    if arguments.config:
        return _override(load_config(arguments.config), arguments)
    return _override(RunConfig(data=DataConfig(shares=shares_of(tokens_of(arguments.corpus)))), arguments)


def _prepare(arguments: argparse.Namespace, config: RunConfig, processes: Processes) -> None:
    """Makes the run's folder, or readies the one that is there; not for a run that its corpus cannot feed."""
    from .fit import open_text
    from .parent import load_parent
    from .processes import started_again
    from .run_folder import RunFolder

    if arguments.resume:
        folder = RunFolder.open(arguments.out)
        if config != folder.config:
            open_text(config, folder.parent(), processes)
            folder.replace_config(config)
        if arguments.from_last_good and not started_again():
            folder.return_to_good()
    elif not (started_again() and RunFolder.holds(arguments.out, config)):
        parent = load_parent(arguments.parent) if arguments.parent else None
        open_text(config, parent, processes)
        RunFolder.create(arguments.out, config, parent)


def _override(config: RunConfig, arguments: argparse.Namespace) -> RunConfig:
    """The configuration with what the command line says."""
    if arguments.corpus:
        config = dataclasses.replace(config, data=dataclasses.replace(config.data, corpus=str(arguments.corpus)))
    names = ("characters", "streams", "learning_rate")
    given = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    fit = dataclasses.replace(config.fit, **given)
    check_values(fit)
    fit = dataclasses.replace(fit, characters=int(fit.characters))  # 1e6 is easier to type
    return dataclasses.replace(config, fit=fit)
