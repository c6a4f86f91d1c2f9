"""`peephole-train return-weights`: fits what is known behind `return`, and writes `model/return_weights.py`."""

from __future__ import annotations

import argparse
import math
import random
import textwrap
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import TrainingError

if TYPE_CHECKING:
    from peephole.model.predictor import Predictor

    from .fit import Fitted

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

HELD_OUT = 4
"""One repository in so many is not learnt from but measured, before the weights that are written learn from all."""

LEAST_OPEN = 0.01


def add_commands(subparsers: Subparsers) -> None:
    """Adds `return-weights` to the command line."""
    parser = subparsers.add_parser("return-weights", help="fit what is known behind `return` to real code")
    parser.add_argument(
        "paths", type=Path, nargs="+", metavar="PATH", help="as for `gate`: text that the network was not trained on"
    )
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint folder (default: the shipped model)")
    parser.add_argument("--out", type=Path, required=True, metavar="F", help="the Python module to write")
    parser.add_argument(
        "--mb-per-language", type=float, default=3.5, metavar="X", help="million characters to read (default 3.5)"
    )
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="of files and of what is held out (default 7)")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Reads, fits, measures and writes."""
    import torch

    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
    from peephole.model.predictor import Predictor
    from peephole.model.runtime import Runtime

    torch.set_num_threads(1)
    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    predictor = Predictor(Runtime(checkpoint), hinting=False)
    tables = {language: _fit(predictor, language, arguments) for language in ("java", "python")}
    try:
        arguments.out.write_text(module_text(tables), encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"cannot write {arguments.out}: {error.strerror}") from error
    return 0


def _fit(predictor: Predictor, language: str, arguments: argparse.Namespace) -> tuple[Fitted, Counter[str]]:
    import torch
    from rich.console import Console

    from ..gate.repositories import choose_documents, find_repositories
    from ..progress_bar import show_count
    from .examples import read_examples
    from .fit import Problem, fitted, reasons_seen

    repositories = find_repositories(arguments.paths, language)
    chosen = choose_documents(repositories, arguments.mb_per_language * 1e6, arguments.seed)
    characters = sum(len(r.files[k].text) for r, numbers in zip(repositories, chosen, strict=True) for k in numbers)
    with show_count(language, characters, Console(stderr=True)) as advance:
        examples = read_examples(predictor, language, repositories, chosen, advance)
    if not examples:
        raise TrainingError(f"no `return` was found in the text of {language}")
    problem = Problem(examples, predictor.vocabulary)
    numbers = list(range(len(repositories)))
    random.Random(arguments.seed).shuffle(numbers)
    held = set(numbers[: len(numbers) // HELD_OUT])
    held_out = torch.tensor([example.repository in held for example in examples])
    if bool(held_out.any()) and not bool(held_out.all()):
        returns = sum(example.first for example in examples if example.repository in held)
        before = problem.costs_without()[held_out].sum().item()
        after = problem.costs(*problem.fit(~held_out))[held_out].sum().item()
        per_return = math.log(2) * max(returns, 1)
        print(
            f"{language}: {returns} returns of {len(held)} repositories held out, bits of what begins each: "
            f"{before / per_return:.2f}, with what is known {after / per_return:.2f}"
        )
    everything = torch.ones(len(examples), dtype=torch.bool)
    return fitted(problem.names, problem.fit(everything)), reasons_seen(examples)


DOCSTRING = '''"""What `returns.py` weighs by: nats that a token behind `return` gains for what is known of it.

Made by `peephole-train return-weights` on training text that the network has not read (the recipe `gate`). A reason
that is not listed was seen too seldom, or says nothing. `truth:true` is the word in a method that gives a truth,
`truth<same` a name whose type is the method's, `truth<number` one of numbers; `local`, `member`, `call` is what
declares it; `called` a name that the method is called by, `itself` the method's own.
"""

from __future__ import annotations


def _read(table: str) -> dict[str, float]:
    words = table.split()
    return dict(zip(words[::2], map(float, words[1::2]), strict=True))


'''
OPEN = '"""How many unknown tokens stand beside those that are known, behind no letter, one, and more."""\n'
TRUST = '''"""By what network and memories are multiplied behind no letter, one, two, more, and behind `this.`: they
are surer there than they have reason to be."""
'''


def module_text(tables: Mapping[str, tuple[Fitted, Counter[str]]]) -> str:
    """The module that holds the weights."""
    text = DOCSTRING + "WEIGHTS: dict[str, dict[str, float]] = {\n"
    for language, (found, seen) in tables.items():
        words = "  ".join(f"{name} {weight:.1f}" for name, weight in found.worth_telling(seen).items())
        lines = textwrap.wrap(words, 110, break_long_words=False, break_on_hyphens=False)
        table = "".join(f"        {line}\n" for line in lines)
        text += f'    "{language}": _read(\n        r"""\n{table}        """\n    ),\n'
    text += "}\n\n" + _table("TRUST", {language: found.trust for language, (found, _) in tables.items()}) + TRUST
    opens = {language: tuple(max(each, LEAST_OPEN) for each in found.open) for language, (found, _) in tables.items()}
    return text + "\n" + _table("OPEN", opens) + OPEN


def _table(name: str, rows: Mapping[str, tuple[float, ...]]) -> str:
    lines = "".join(
        f'    "{language}": ({", ".join(f"{each:.2f}" for each in row)}),\n' for language, row in rows.items()
    )
    return f"{name}: dict[str, tuple[float, ...]] = {{\n{lines}}}\n"
