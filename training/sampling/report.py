"""The figures of a run of samples: as JSON, as a table, as a document with samples."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .finding import Rule

Figures = Mapping[str, Any]
"""What `--json` writes."""

SHOWN = 2
"""Samples in a document: the first of the run, whatever they are like."""


def table(rules: Iterable[Rule], figures: Figures) -> str:
    """A Markdown table of the rules; beside the model's columns those of real code, if there is some."""
    control = figures["control"]
    sides = [("the model", figures["found"])] + ([("real code", control["found"])] if control else [])
    head = ["", *(f"{name}: {what}" for name, _ in sides for what in ("texts that keep it", "cases"))]
    rows = [[rule.says, *(cell for _, found in sides for cell in _cells(found[rule.name]))] for rule in rules]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def _cells(found: Mapping[str, Any]) -> tuple[str, str]:
    """Texts in which all is right of those with something to judge; single cases, where a text may have several."""
    texts = _share(found["kept"], found["texts"])
    return texts, texts if found["judged"] == found["texts"] else _share(found["right"], found["judged"])


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} of {whole:,}".replace("%", " %") if whole else "–"


def summarise(rules: Sequence[Rule], figures: Figures) -> str:
    """The run in a few lines and the table."""
    lines = [
        f"Model `{figures['model']}`: {figures['texts']:,} {figures['language']} samples of {figures['length']:,} "
        f"characters, temperature {figures['temperature']:g}, seed {figures['seed']}, memory: {figures['memory']}.",
        f"Up to the last complete member stand {figures['complete']:.0%} of the characters.",
    ]
    control = figures["control"]
    if control:
        lines.append(
            f"Real code: the first {figures['length']:,} characters of {control['texts']:,} files from "
            f"{control['repositories']} repositories; {control['complete']:.0%} of the characters."
        )
    return "\n".join(lines) + "\n\n" + table(rules, figures)


def write_document(rules: Sequence[Rule], figures: Figures, texts: Sequence[str]) -> str:
    """A document of the run: command, counts, table, samples, and how each line of the table is judged."""
    language = str(figures["language"])
    shown = texts[:SHOWN]
    samples = "\n\n".join(_sample(number, text, language) for number, text in enumerate(shown, start=1))
    judged = "\n\n".join(f"**{rule.says[0].upper()}{rule.says[1:]}.** {_explain(rule)}" for rule in rules)
    return DOCUMENT.format(
        title=language.title(),
        command=figures["command"],
        summary=summarise(rules, figures),
        samples=samples,
        shown=len(shown),
        judged=judged,
    )


def _sample(number: int, text: str, language: str) -> str:
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"### Sample {number}\n\n{fence}{language}\n{text}\n{fence}"


def _explain(rule: Rule) -> str:
    """The judgement's own docstring; line ends inside a paragraph are the writer's, not the reader's."""
    return "\n\n".join(" ".join(part.split()) for part in (inspect.getdoc(rule.judge) or "").split("\n\n"))


DOCUMENT = """# What the network writes: {title}

Made by

    {command}

Nothing here is edited or chosen by hand: the same command writes the same document.

{summary}

A row says of how many texts with something to judge all cases are right, and of how many single cases are.
Each sample starts from an empty file. The network never draws the end of a file, so all of them have the same length
and are cut wherever that length ends; so is the real code, and both are judged by the same rules.

## Samples

The first {shown} of the run.

{samples}

## How it is judged

Texts are read by tree-sitter, or token by token, in this order of the table:

{judged}
"""
