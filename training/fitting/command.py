"""`peephole-train fit`: starts a run from a TOML file, or resumes one."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RunError
from .config import RunConfig, load_config

if TYPE_CHECKING:
    from .run_folder import RunFolder

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subparsers: Subparsers) -> None:
    """Adds `fit` to the command line."""
    parser = subparsers.add_parser("fit", help="train a network on a corpus, or resume a run")
    parser.add_argument("config", type=Path, nargs="?", help="TOML file of a new run")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the run's folder")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out")
    parser.add_argument("--corpus", type=Path, help="another corpus folder than the one in the file")
    parser.add_argument("--characters", type=float, help="another length of the whole run")
    parser.add_argument("--streams", type=int, metavar="B", help="another number of streams from here on")
    parser.add_argument("--until-step", type=int, metavar="N", help="stop after optimiser step N (resume goes on)")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; exit code 0 when the run reached its end."""
    from .fit import Fit  # torch takes a second to import: not before the arguments are known to be right

    fit = Fit(_folder(arguments))
    bits = fit.run(until_step=arguments.until_step)
    print(
        f"{arguments.out}: {fit.at.step} steps, {fit.at.step * fit.characters_a_step} characters, {bits:.4f} bits/char"
    )
    return 0


def _folder(arguments: argparse.Namespace) -> RunFolder:
    from .run_folder import RunFolder  # torch again

    if arguments.resume:
        folder = RunFolder.open(arguments.out)
        changed = _override(folder.config, arguments)
        if changed != folder.config:
            folder.replace_config(changed)
        return folder
    config = load_config(arguments.config) if arguments.config else RunConfig()
    if arguments.config is None and arguments.corpus is None:
        raise RunError("nothing to train on: give a TOML file, or at least --corpus DIR")
    return RunFolder.create(arguments.out, _override(config, arguments))


def _override(config: RunConfig, arguments: argparse.Namespace) -> RunConfig:
    if arguments.corpus:
        config = dataclasses.replace(config, data=dataclasses.replace(config.data, corpus=str(arguments.corpus)))
    changes = {"characters": arguments.characters, "streams": arguments.streams}
    given = {name: int(value) for name, value in changes.items() if value}
    return dataclasses.replace(config, fit=dataclasses.replace(config.fit, **given))  # type: ignore[arg-type]
