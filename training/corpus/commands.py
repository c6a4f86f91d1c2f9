"""`peephole-train corpus`: build a corpus from a recipe or from one's own folders, checkouts and archives."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from peephole.model.languages import SUFFIXES
from peephole.model.vocabulary import ASCII

from ..errors import CorpusError
from .recipe import LANGUAGES
from .report_command import add_json, add_report

if TYPE_CHECKING:
    from .pipeline import Plan


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the `corpus` group to `peephole-train`."""
    group = subparsers.add_parser("corpus", help="make text to train on").add_subparsers(
        required=True, metavar="COMMAND"
    )
    build = group.add_parser("build", help="build a corpus from a recipe, folders, git checkouts or archives")
    build.add_argument(
        "sources",
        nargs="*",
        metavar="RECIPE|PATH",
        help="recipe (.json), folder or archive; default: the shipped recipe",
    )
    build.add_argument("--out", type=Path, required=True, metavar="DIR", help="the corpus folder to make")
    build.add_argument("--cache", type=Path, metavar="DIR", help="where downloads are kept and found")
    build.add_argument(
        "--language",
        action="append",
        choices=SUFFIXES,
        metavar="ID",
        help=f"only this language, by its id in editors (repeatable): {', '.join(SUFFIXES)}",
    )
    for language in SUFFIXES:
        caps = f"at most so much clean {language} a training package" if language in LANGUAGES else argparse.SUPPRESS
        build.add_argument(f"--cap-mb-{language}", type=float, metavar="MB", help=caps)
    build.add_argument("--vocabulary-size", type=int, default=128, metavar="V", help="entries in all (default 128)")
    build.add_argument(
        "--development-share", type=float, default=0.1, metavar="X", help="of your own packages (default 0.1)"
    )
    build.add_argument(
        "--require-share", type=float, default=0.9, metavar="X", help="of the sources' bytes (default 0.9)"
    )
    build.add_argument("--debian-mirror", metavar="URL", help="instead of the mirror that apt is set up for")
    build.add_argument("--processes", type=int, default=min(os.cpu_count() or 1, 8), metavar="N")
    build.add_argument(
        "--seed", type=int, default=1, metavar="N", help="of the caps' and the order's chance (default 1)"
    )
    build.add_argument(
        "--executor",
        choices=("processes", "datatrove"),
        default="processes",
        help="what reads the packages: processes of this command, or tasks of datatrove (peephole-lsp[cluster])",
    )
    build.add_argument("--tasks", type=int, metavar="N", help="of datatrove (default: as --processes)")
    build.add_argument("--workers", type=int, metavar="N", help="datatrove's tasks at a time (default: as --processes)")
    add_json(build)
    build.set_defaults(func=run_build)
    add_report(group)


def run_build(arguments: argparse.Namespace) -> int:
    """Build a corpus and print its report."""
    from .build import build_corpus
    from .fetch import apt_mirrors
    from .materials import list_materials
    from .pipeline import Plan
    from .recipe import shipped_recipe
    from .report_command import publish
    from .settings import Settings

    started = time.monotonic()
    languages = tuple(arguments.language or LANGUAGES)
    caps = {la: getattr(arguments, f"cap_mb_{la}") for la in languages}
    settings = Settings(
        languages=languages,
        cache=arguments.cache or _default_cache(),
        caps={la: int(cap * 1e6) for la, cap in caps.items() if cap is not None},
        mirrors=(arguments.debian_mirror.rstrip("/"),) if arguments.debian_mirror else tuple(apt_mirrors()),
        vocabulary_size=_vocabulary_size(arguments.vocabulary_size, languages),
        require_share=_share(arguments.require_share, "--require-share"),
        processes=arguments.processes,
        seed=arguments.seed,
    )
    share = _share(arguments.development_share, "--development-share")
    paths = [Path(source) for source in arguments.sources] or [shipped_recipe()]
    materials = list_materials(paths, languages, development_share=share, seed=arguments.seed)
    warn_without_development({material.split for material in materials})
    if arguments.executor == "datatrove":
        _harvest_with_datatrove(Plan(materials, arguments.out, settings), arguments)
    description = build_corpus(materials, arguments.out, settings, _say)
    publish(description, arguments.json)
    _say(f"\n{arguments.out}: built in {time.monotonic() - started:.0f} s")
    return 0


def _harvest_with_datatrove(plan: Plan, arguments: argparse.Namespace) -> None:
    from .pipeline import harvest_here

    tasks, workers = arguments.tasks or arguments.processes, arguments.workers or arguments.processes
    if min(tasks, workers) < 1:
        raise CorpusError(f"--tasks and --workers must be 1 or more, found {tasks} and {workers}")
    harvest_here(plan, tasks=tasks, workers=workers)


def warn_without_development(splits: Sequence[str] | set[str]) -> None:
    """Say what a corpus of one package lacks."""
    if "train" in splits and "development" not in splits:
        _say("warning: one package cannot be split by package; there will be no development text to measure on")


def _default_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("peephole") / "downloads"


def _vocabulary_size(value: int, languages: Sequence[str]) -> int:
    least = 1 + len(languages) + len(ASCII)
    if value < least:
        raise CorpusError(
            f"--vocabulary-size must be {least} or more for {', '.join(languages)}: printable ASCII is always in it; "
            f"found {value}"
        )
    return value


def _share(value: float, option: str) -> float:
    if not 0 <= value <= 1:
        raise CorpusError(f"{option} is a share between 0 and 1, found {value}")
    return value


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
