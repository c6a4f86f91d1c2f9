"""Where functions and classes begin and end, by a text's tokens alone: no parser, for a text that is typed has no tree.

Python's end where a line begins no deeper than their first one did; in all other languages a brace closes them. Of a
language that is not known only functions are seen that a word announces, as `fun`, `func` or `fn` do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from .lexis import JAVA_KEYWORDS, PYTHON_KEYWORDS, Token

BLANK = frozenset(["space", "newline", "comment"])

ANNOUNCING = frozenset(["fun", "func", "fn", "function", "def", "sub", "proc"])
"""Words that announce a function in languages that have such a word."""

CLASSES = frozenset(["class", "interface", "enum", "record", "object", "struct", "trait", "impl", "protocol"])

JAVA_CLASSES = frozenset(["class", "interface", "enum", "record"])

NO_FUNCTIONS = (JAVA_KEYWORDS | PYTHON_KEYWORDS) - {"record", "match", "type", "yield", "sealed", "permits"}
"""Words that may stand before a parenthesis without being a function's name."""

TAB = 8
"""Columns to which a tab leads, as Python's own lexer counts them."""


class Function(NamedTuple):
    """A function or class in offsets: of its header's first character, its name, and behind its last character."""

    kind: Literal["function", "class"]
    name: str
    start: int
    name_start: int
    end: int


def functions_of(
    text: str, found: Sequence[Token], language: str, should_stop: Callable[[], bool] = lambda: False
) -> list[Function]:
    """All functions and classes of a text, in the order of their beginnings; inner ones come behind the outer.

    found: all the text's tokens. When stopped, those that were closed until then.
    """
    closed = _python(text, found, should_stop) if language == "python" else _braced(text, found, language, should_stop)
    return sorted(closed, key=lambda function: (function.start, -function.end))


@dataclass
class _Open:
    """One whose end was not found yet. column: of the line that it begins on."""

    kind: Literal["function", "class"]
    name: str
    start: int
    name_start: int
    column: int = 0

    def closed(self, end: int) -> Function:
        return Function(self.kind, self.name, self.start, self.name_start, end)


def _python(text: str, found: Sequence[Token], should_stop: Callable[[], bool]) -> Iterator[Function]:
    opened: list[_Open] = []
    end = 0
    decorated: int | None = None
    for first, line in _logical_lines(text, found):
        if should_stop():
            return
        column = len(text[text.rfind("\n", 0, first.start) + 1 : first.start].expandtabs(TAB))
        while opened and column <= opened[-1].column:
            yield opened.pop().closed(end)
        start = first.start if decorated is None else decorated
        made = _python_header(text, line, start, column)
        decorated = start if text[first.start] == "@" else None
        if made is not None:
            opened.append(made)
        end = line[-1].end
    while opened:
        yield opened.pop().closed(end)


def _logical_lines(text: str, found: Sequence[Token]) -> Iterator[tuple[Token, list[Token]]]:
    """The first token of each line that holds code, and all of them; a line goes on within brackets."""
    line: list[Token] = []
    depth = 0
    for token in found:
        if token.kind == "newline":
            if depth == 0 and line and text[token.start - 1] != "\\":
                yield line[0], line
                line = []
        elif token.kind not in BLANK and text[token.start : token.end] != "\\":
            written = text[token.start]
            if token.kind == "operator":
                depth = max(depth + (written in "([{") - (written in ")]}"), 0)
            if depth and line and written in "dca" and _begins_definition(text, token):
                yield line[0], line  # a bracket was never closed: what is typed now must not swallow the file
                line, depth = [], 0
            line.append(token)
    if line:
        yield line[0], line


def _begins_definition(text: str, token: Token) -> bool:
    """Whether a word at a line's very beginning defines something: no expression in brackets holds such a word."""
    return (token.start == 0 or text[token.start - 1] == "\n") and text[token.start : token.end] in ("def", "class")


def _python_header(text: str, line: Sequence[Token], start: int, column: int) -> _Open | None:
    written = [text[token.start : token.end] for token in line[:3]]
    at = 1 if written[:1] == ["async"] else 0
    if len(written) < at + 2 or written[at] not in ("def", "class") or line[at + 1].kind != "identifier":
        return None
    kind: Literal["function", "class"] = "class" if written[at] == "class" else "function"
    return _Open(kind, written[at + 1], start, line[at + 1].start, column)


LONGEST_HEADER = 400
"""Words of a statement that are kept: annotations and many parameters. A table's initialiser has more."""


@dataclass
class _Block:
    """What stands between a brace and the next: the words of a statement so far, and parentheses open in them."""

    made: _Open | None = None
    header: list[Token] = field(default_factory=list)
    depth: int = 0

    def add(self, token: Token, written: str) -> None:
        """One more word; a statement that ends leaves none."""
        self.depth = max(self.depth + (written == "(") - (written == ")"), 0)
        if written == ";" and not self.depth:
            self.header = []
        elif len(self.header) < LONGEST_HEADER:
            self.header.append(token)


def _braced(text: str, found: Sequence[Token], language: str, should_stop: Callable[[], bool]) -> Iterator[Function]:
    blocks, end = [_Block()], 0
    for token in found:
        if token.kind == "newline" and should_stop():
            return
        if token.kind in BLANK:
            continue
        written, end = text[token.start : token.end], token.end
        if written == "{":
            blocks.append(_Block(None if blocks[-1].depth else _header(text, blocks, language)))
        elif written == "}" and len(blocks) > 1:
            made = blocks.pop().made
            if made is not None:
                yield made.closed(end)
            if not blocks[-1].depth:
                blocks[-1].header = []
        else:
            blocks[-1].add(token, written)
    for block in reversed(blocks):
        if block.made is not None:
            yield block.made.closed(end)


def _header(text: str, blocks: Sequence[_Block], language: str) -> _Open | None:
    """What a brace behind these words begins; None for a block of another kind."""
    header = blocks[-1].header
    words = [text[token.start : token.end] for token in header]
    level, named = 0, None
    for k, word in enumerate(words):
        if level == 0 and _announces_class(header, words, k, language):
            return _Open("class", words[k + 1], header[0].start, header[k + 1].start)
        if level == 0 and word in ("=", "new", "->") and (language == "java" or named is None):
            return None
        if level == 0 and word == "(" and k and header[k - 1].kind == "identifier":
            named = k - 1
        level = max(level + (word == "(") - (word == ")"), 0)
    if named is None or words[named] in NO_FUNCTIONS or words[named - 1 : named] in (["."], ["@"]):
        return None
    if language != "java":
        is_function = any(word in ANNOUNCING for word in words[:named])
    else:  # with nothing before its name it is a constructor, or a constant of an enum that has a body
        enclosing = next((block.made.name for block in reversed(blocks) if block.made is not None), None)
        is_function = named > 0 or words[named] == enclosing
    return _Open("function", words[named], header[0].start, header[named].start) if is_function else None


def _announces_class(header: Sequence[Token], words: Sequence[str], at: int, language: str) -> bool:
    """Whether a word says that a class of the name behind it follows; `Box.class` says nothing."""
    named = at + 1 < len(words) and header[at + 1].kind == "identifier"
    return named and words[at] in (JAVA_CLASSES if language == "java" else CLASSES) and words[at - 1 : at] != ["."]
