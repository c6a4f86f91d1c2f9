"""Where a text's last complete member ends: a text that was cut anywhere is judged up to there.

All of it works on tokens, not on trees, so that it holds for any text. A bracket that closes what is not open spoils
the text from there on; brackets that are open at the end spoil nothing, for the text was cut.
"""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from typing import NamedTuple

from peephole.model.lexis import tokens_from

OPENERS = {")": "(", "]": "[", "}": "{"}
BLANK = ("comment", "space", "newline")
JAVA_TYPES = frozenset(["class", "interface", "enum", "record"])

EXPRESSION_WORDS = "False None True and as async await else for from if in is lambda not or yield"
STATEMENT_WORDS = frozenset(keyword.kwlist) - frozenset(EXPRESSION_WORDS.split())
"""Python's words that can stand inside no bracket: where one does, the bracket was never closed."""

CONTINUATIONS = ("elif", "else", "except", "finally")
"""First words of lines that belong to the statement above."""


@dataclass(frozen=True)
class Members:
    """end: offset behind the last complete member, 0 without any; unclosed: type bodies that are open there.

    mismatch: offset of the first bracket that closes nothing or cannot be closed any more, None in a balanced text.
    """

    end: int
    unclosed: int
    mismatch: int | None

    @property
    def balanced(self) -> bool:
        """Whether every bracket outside of strings and comments is closed by its own kind, or still can be."""
        return self.mismatch is None

    def complete(self, text: str) -> str:
        """The text up to its last complete member, its open type bodies closed."""
        return text[: self.end] + "\n}" * self.unclosed


def find_members(text: str, language: str) -> Members:
    """The members of a text that may end anywhere.

    Java: packages, imports, types, and what stands directly in the bodies of named types. Python: statements at the
    top level or directly in the bodies of classes that stand there; the last one is never known to be complete.
    """
    return _java_members(text) if language == "java" else _python_members(text)


class _Opened(NamedTuple):
    """An open bracket. is_type: of a type's body; is_value: of a list of values; holds: `;` may stand in it."""

    bracket: str
    is_type: bool
    is_value: bool
    holds: bool


def _java_members(text: str) -> Members:
    opened: list[_Opened] = []
    types = end = unclosed = 0  # types: how many of the open brackets are bodies of types, all of them at the bottom
    previous, is_type, is_value = "", False, False
    for token in tokens_from(text, 0, "java"):
        if token.kind in BLANK:
            continue
        sign = text[token.start : token.end] if token.kind in ("operator", "identifier") else ""
        direct, complete = types == len(opened), False
        if sign in OPENERS:
            if not opened or opened[-1].bracket != OPENERS[sign]:
                return Members(end, unclosed, token.start)
            closed = opened.pop()
            types = min(types, len(opened))
            complete = sign == "}" and types == len(opened) and not closed.is_value
        elif sign in OPENERS.values():
            is_body = direct and sign == "{" and is_type and not is_value
            opened.append(_Opened(sign, is_body, is_value, sign == "{" or previous in ("for", "try")))
            if opened[-1].is_type:
                types, is_type = types + 1, False
        elif sign == ";" and opened and not opened[-1].holds:
            return Members(end, unclosed, token.start)
        elif direct:
            complete = sign == ";"
            is_type |= token.kind == "identifier" and previous in JAVA_TYPES
            # `int[] a = {…};` and `String[] value() default {…};` go on behind their brace.
            is_value |= sign == "=" or (sign == "default" and previous == ")")
        if complete:
            end, unclosed, is_type, is_value = token.end, types, False, False
        previous = sign
    return Members(end, unclosed, None)


class Line(NamedTuple):
    """A logical line of Python. start, end: offsets of its tokens; first, last: its outermost tokens' text."""

    start: int
    end: int
    column: int
    first: str
    last: str

    @property
    def is_header(self) -> bool:
        """Whether an indented block must follow."""
        return self.last == ":"


def column_of(text: str, offset: int) -> int | None:
    """The column of the first thing on a line, tabs reaching to the next multiple of 8; None if it is not the first."""
    before = text[text.rfind("\n", 0, offset) + 1 : offset]
    return None if before.strip() else len(before.expandtabs(8))


def python_lines(text: str) -> tuple[list[Line], int | None]:
    """The logical lines, and where brackets cease to match, if they do; lines end there."""
    lines: list[Line] = []
    opened: list[str] = []
    line: Line | None = None
    for token in tokens_from(text, 0, "python"):
        if token.kind == "newline" and not opened and line is not None and line.last != "\\":
            lines.append(line)
            line = None
        if token.kind in BLANK:
            continue
        sign = text[token.start : token.end]
        if line is None:
            line = Line(token.start, token.end, column_of(text, token.start) or 0, sign, sign)
        line = line._replace(end=token.end, last=sign)
        if token.kind == "operator" and sign in OPENERS:
            if not opened or opened.pop() != OPENERS[sign]:
                return [*lines, line], token.start
        elif token.kind == "operator" and sign in OPENERS.values():
            opened.append(sign)
        elif opened and sign in STATEMENT_WORDS and token.end < len(text):  # not where `delta` may be cut
            return [*lines, line], token.start
    return lines if line is None else [*lines, line], None


def _python_members(text: str) -> Members:
    lines, mismatch = python_lines(text)
    end = 0
    around: list[tuple[int, bool]] = []  # column of each header around the line, and whether it is a class's
    previous: Line | None = None
    for line in lines:
        while around and around[-1][0] >= line.column:
            around.pop()
        if (
            previous is not None
            and line.column <= previous.column
            and previous.first != "@"
            and not _continues(line, len(text))
            and all(is_class for _, is_class in around)
        ):
            end = line.start - len(_indent(text, line))
        if line.is_header:
            around.append((line.column, line.first == "class"))
        previous = line
    return Members(end, 0, mismatch)


def _continues(line: Line, length: int) -> bool:
    """Whether the line belongs to the statement above, or may do so because the text is cut inside its first word."""
    if line.start + len(line.first) == length:
        return any(word.startswith(line.first) for word in CONTINUATIONS)
    return line.first in CONTINUATIONS


def _indent(text: str, line: Line) -> str:
    return text[text.rfind("\n", 0, line.start) + 1 : line.start]
