"""`peephole-train gate`: fit how far a network trusts the memories, and write it into a checkpoint folder."""

from __future__ import annotations

import argparse
import json
import shlex
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import TrainingError
from ..evaluation.output import add_json, check_place, publish

if TYPE_CHECKING:
    from peephole.model.checkpoint import Checkpoint
    from peephole.model.runtime import Runtime

    from .examples import Examples, Rows
    from .network import GateNetwork

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]
    Figures = dict[str, dict[str, dict[str, float]]]

EVERY = 100
"""Steps between two lines off a terminal; what is shown is their mean."""


def add_commands(subparsers: Subparsers) -> None:
    """Adds `gate` to the command line."""
    parser = subparsers.add_parser("gate", help="fit how far a network trusts the memories of document and workspace")
    parser.add_argument(
        "paths",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="text that the network was not trained on, of every language it knows, by file suffix: a corpus with text "
        "for the gate, folders of repositories, git checkouts, archives",
    )
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint folder (default: the shipped model)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the checkpoint folder to write")
    parser.add_argument(
        "--mb-per-language", type=float, default=3, metavar="X", help="million characters to read (default 3)"
    )
    parser.add_argument("--steps", type=int, default=4000, metavar="N", help="of 4,096 places (default 4000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of files, places and weights (default 1)")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="(default 2)")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where the examples lie meanwhile: 1 KB a character")
    add_json(parser)
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Reads, fits, measures and writes."""
    import torch

    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
    from peephole.model.checkpoint_writer import add_gate
    from peephole.model.gate import Gate
    from peephole.model.runtime import Runtime

    from .fit import GateSettings, split_documents
    from .measure import judge_by_gate, judge_by_network, measure
    from .quantise import quantise

    _check(arguments)
    torch.set_num_threads(arguments.threads)
    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    settings = GateSettings(steps=arguments.steps, seed=arguments.seed)
    with _work_folder(arguments.work) as folder:
        examples = _collect_all(Runtime(checkpoint, threads=arguments.threads), arguments, folder)
        split = [(each, *split_documents(each, settings.seed)) for each in examples]
        network = _fit([(each, learnt) for each, learnt, _ in split], settings)
        gate = quantise(network)
        judges = {"float32": judge_by_network(network), "whole numbers": judge_by_gate(Gate(gate))}
        figures: Figures = {
            each.language: {name: measure(each, held_out, judge) for name, judge in judges.items()}
            for each, _, held_out in split
        }
        facts = _provenance(arguments, checkpoint, split, figures)
    written = add_gate(arguments.out, checkpoint, gate, facts)
    told = {"model": written.model_hash, "folder": str(written.folder), **facts}
    publish(told, arguments.json, f"{summarise(figures)}\n{written.folder}: model {written.model_hash}")
    return 0


def _check(arguments: argparse.Namespace) -> None:
    check_place(arguments.json)
    for name in ("mb_per_language", "steps", "threads"):
        if getattr(arguments, name) <= 0:
            raise TrainingError(f"--{name.replace('_', '-')} must be above 0, found {getattr(arguments, name)}")


@contextmanager
def _work_folder(place: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="peephole-gate-", dir=place) as folder:
        yield Path(folder)


def _collect_all(runtime: Runtime, arguments: argparse.Namespace, folder: Path) -> list[Examples]:
    from rich.console import Console

    from ..progress_bar import show_count
    from .examples import collect
    from .repositories import choose_documents, find_repositories

    found = []
    for language in runtime.vocabulary.languages:
        repositories = find_repositories(arguments.paths, language)
        chosen = choose_documents(repositories, arguments.mb_per_language * 1e6, arguments.seed)
        characters = sum(len(r.files[k].text) for r, numbers in zip(repositories, chosen, strict=True) for k in numbers)
        name = f"{language}: {sum(map(len, chosen)):,} files"
        with show_count(name, characters, Console(stderr=True)) as advance:
            found.append(collect(runtime, language, repositories, chosen, folder, advance))
    return found


def _fit(sets: Sequence[tuple[Examples, Rows]], settings: object) -> GateNetwork:
    from rich.console import Console

    from ..progress_bar import show_count
    from .fit import GateSettings, fit_gate

    assert isinstance(settings, GateSettings)
    console, recent = Console(stderr=True), list[float]()
    with show_count("fit", settings.steps, console) as advance:

        def say(step: int, bits: float) -> None:
            recent.append(bits)
            advance(1)
            if step % EVERY == 0:
                console.print(f"step {step}  {sum(recent) / len(recent):.4f} bits/char", highlight=False)
                recent.clear()

        return fit_gate(sets, settings, say)


def _provenance(
    arguments: argparse.Namespace,
    checkpoint: Checkpoint,
    split: Sequence[tuple[Examples, Rows, Rows]],
    figures: Figures,
) -> dict[str, object]:
    """How the gate came to be: of which network and text, and how well it does on the files held out."""
    return {
        "command": shlex.join(["peephole-train", *arguments.argv]),
        "network": checkpoint.model_hash,
        "steps": arguments.steps,
        "seed": arguments.seed,
        "text": {
            each.language: {
                "repositories": sorted(set(each.names)),
                "files": len(each.names),
                "characters": len(each.written),
                "held_out_characters": len(held_out),
            }
            for each, _, held_out in split
        },
        "held_out_bits_per_character": figures,
        "sources": _sources(arguments.paths),
    }


def _sources(paths: Sequence[Path]) -> list[object]:
    """Packages and licences of the corpora among the paths."""
    descriptions = [path / "corpus.json" for path in paths if (path / "corpus.json").is_file()]
    sources = [source for path in descriptions for source in json.loads(path.read_text("utf-8"))["sources"]]
    return [source for source in sources if source["split"] == "gate"]


def summarise(figures: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """Bits per character on the files held out, as a table for people."""
    known = list(next(iter(next(iter(figures.values())).values())))
    lines = ["files held out, bits/char" + "".join(f"{name:>18}" for name in known)]
    for language, rows in figures.items():
        for arithmetic, bits in rows.items():
            lines.append(f"{f'  {language}, {arithmetic}':<25}" + "".join(f"{bits[name]:>18.4f}" for name in known))
    return "\n".join(lines)
