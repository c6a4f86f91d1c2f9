"""How a file is indented: with which characters, by how many a level, and how a new line of it has to begin."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

FOUR = "    "
"""A level's indentation where the file does not show one: what both languages' style guides ask for or allow."""

LINES_LOOKED_AT = 400
"""Non-blank lines on each side of a place by which its file's unit is judged."""

WIDEST = 8
"""Columns of one level; wider steps are continuation lines."""


def indentation_of(line: str) -> str:
    """The tabs and spaces that a line begins with."""
    return line[: len(line) - len(line.lstrip("\t "))]


def line_start(text: str, offset: int) -> int:
    """Where the line of an offset starts."""
    return text.rfind("\n", 0, offset) + 1


def unit_of(before: str, behind: str = "") -> str:
    """What one level of indentation is: a tab, or so many spaces. Judged by the lines nearest to the place between."""
    lines = [line for line in before.split("\n") if line.strip()][-LINES_LOOKED_AT:]
    lines += [line for line in behind.split("\n") if line.strip()][:LINES_LOOKED_AT]
    tabs = sum(line[0] == "\t" for line in lines)
    if tabs > sum(line[0] == " " for line in lines) - tabs or (tabs and lines[-1][0] == "\t"):
        return "\t"
    steps: Counter[int] = Counter()
    for first, second in pairwise(lines):
        step = len(indentation_of(second)) - len(indentation_of(first))
        if 1 < step <= WIDEST:
            steps[step] += 3 if first.rstrip().endswith(("{", ":")) else 1
    # Of equally frequent ones the smaller: a continuation line is indented further than a block.
    return " " * max(steps, key=lambda step: (steps[step], -step)) if steps else FOUR


def fits(indentation: str, unit: str) -> bool:
    """Whether an indentation is made of the unit's characters alone."""
    return not indentation.strip(unit[0])
