"""Whether lines are indented as the brackets (Java) or the blocks (Python) around them demand.

The unit is the text's own: that of its first indented line. Tabs reach to the next multiple of 8 columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from peephole.model.lexis import Token, tokens_from

from .finding import Finding, Written
from .members import BLANK, OPENERS, column_of, python_lines

VALUES = frozenset(["=", "]", "(", ",", "default"])
"""A brace behind one of these opens a list of values."""

STARTS = frozenset(["{", "}", "@", "(", "++", "--", "<"])
"""Operators that a statement or member can start with; a line with another goes on with the one above."""


def judge_indentation(text: Written) -> Finding:
    """How many lines are indented right, of those that start a statement or member or close a block.

    Java: outside of comments, strings, parentheses and lists of values, a line whose code comes behind `;`, `{` or `}`
    is judged. Right is, for the first one of a block: one unit deeper than the line of its brace or than the line where
    the statement of the brace starts; for a further one: as deep as the first; for a closing brace: as deep as either
    of those two lines; outside of all blocks: column 0. In a `switch`, labels may stand as deep as the `switch`, and
    statements one unit deeper than labels. Lines that go on with a statement are free.

    Python: each logical line is judged. Right is, behind a line that ends with a colon: one unit deeper; else: as deep
    as a block that is still open, and no deeper than the line above.

    Where brackets cease to match nothing can be right: one wrong line is counted there, and judging ends.
    """
    verdicts = _JavaLines(text.text).verdicts() if text.language == "java" else _python_verdicts(text.text)
    return Finding.of(verdicts)


@dataclass
class _Block:
    """An open bracket. lines: columns that may count as its own; statement: the column of the statement around it."""

    bracket: str
    kind: str
    lines: frozenset[int]
    statement: int
    first: int | None = None


@dataclass
class _JavaLines:
    text: str
    unit: int | None = None
    opened: list[_Block] = field(default_factory=list)
    line: int = 0
    statement: int = 0
    in_switch: bool = False
    previous: str = ";"

    def verdicts(self) -> Iterator[bool]:
        for token in tokens_from(self.text, 0, "java"):
            if token.kind in BLANK:
                continue
            sign = self.text[token.start : token.end] if token.kind in ("operator", "identifier") else "0"
            column = column_of(self.text, token.start)
            self.line = self.line if column is None else column
            if self._starts(sign, token) and sign not in OPENERS:
                if column is not None:
                    yield self._is_right(column)
                self.statement, self.in_switch = self.line, False
            self.in_switch |= sign == "switch"
            if sign in OPENERS:
                if not self.opened or self.opened[-1].bracket != OPENERS[sign]:
                    yield False
                    return
                closed = self.opened.pop()
                if column is not None and closed.kind in ("block", "switch"):
                    yield column in closed.lines
                self.statement = closed.statement
            elif sign in OPENERS.values():
                self._open(sign)
            self.previous = sign

    def _starts(self, sign: str, token: Token) -> bool:
        inside = not self.opened or self.opened[-1].kind in ("block", "switch")
        return inside and self.previous in (";", "{", "}") and (token.kind != "operator" or sign in STARTS)

    def _open(self, sign: str) -> None:
        in_value = bool(self.opened) and self.opened[-1].kind == "value"
        if sign != "{":
            kind = "parenthesis"
        elif self.previous in VALUES or in_value:
            kind = "value"
        else:
            kind = "switch" if self.in_switch else "block"
        self.opened.append(_Block(sign, kind, frozenset([self.line, self.statement]), self.statement))
        self.in_switch &= sign != "{"

    def _is_right(self, column: int) -> bool:
        if not self.opened:
            return column == 0
        block = self.opened[-1]
        if block.first is not None:
            spread = (-(self.unit or 0), 0, self.unit or 0) if block.kind == "switch" else (0,)
            return column - block.first in spread
        block.first = column
        if block.kind == "switch" and column in block.lines:
            return True
        if self.unit is None and column > min(block.lines):
            self.unit = column - min(block.lines)
        return self.unit is not None and column - self.unit in block.lines


def _python_verdicts(text: str) -> Iterator[bool]:
    lines, mismatch = python_lines(text)
    levels, unit = [0], None
    above: int | None = None  # the column of a header right above
    for line in lines:
        if above is not None:
            if unit is None and line.column > above:
                unit = line.column - above
            yield unit is not None and line.column == above + unit
        else:
            yield line.column in levels
        levels = [level for level in levels if level < line.column] + [line.column]
        above = line.column if line.is_header else None
    if mismatch is not None:
        yield False
