"""What stands open at the end of a text, and whether it asks for more lines: blocks, brackets, comments, docstrings.

Roughly and without fail, from tokens alone, in time linear in the text: enough to end a suggestion at the right line.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .indentation import indentation_of, line_start
from .lexis import Token, is_open, tokens

WINDOW = 4096
"""Characters before a place that are looked through; lexing them takes a millisecond."""

CLOSERS = {"(": ")", "[": "]", "{": "}"}
NOT_A_BLOCK = frozenset(["=", "]", ",", "(", "["])
"""Tokens after which a Java brace opens a list of values."""

Shape = Literal["block", "bracket", "comment", "docstring"]


@dataclass(frozen=True)
class Frame:
    """Something that is open. opener: its offset; indentation: of the line on which its statement begins.

    content: the indentation of its first line, None while there is none. closer: how it is closed; "" for a Python
    block, which ends with the first line that is not indented further.
    """

    shape: Shape
    opener: int
    indentation: str
    closer: str
    content: str | None = None


def window_start(found: Sequence[Token], text: str, offset: int) -> int:
    """Where looking through the text before an offset begins: at a token that begins a line, if one is near enough.

    found: the text's tokens, at least all that start before the offset.
    """
    last = bisect_left(found, offset, key=lambda token: token.start) - 1
    if last < 0:
        return 0
    place = line_start(text, found[last].start)  # of one long token as much as shows what it is
    earliest = max(offset - WINDOW, 0)
    while last >= 0 and found[last].start >= earliest:
        start = found[last].start
        if start == 0 or text[start - 1] == "\n":
            place = start
        last -= 1
    return place


class Structure:
    """A text as frames. frames: those open at its end, the innermost last; in_text: inside a comment or string."""

    def __init__(self, text: str, language: str) -> None:
        self.text, self._language = text, language
        self._tokens = tokens(text, language)
        self.frames: list[Frame] = []
        self._statement = ""
        self._begins = True
        self._last = ""
        self.last_significant = -1
        for token in self._tokens:
            self._take(token)
        self.in_text = self._is_in_text()

    def _take(self, token: Token) -> None:
        if token.kind in ("space", "newline", "comment"):
            return
        written = self.text[token.start : token.end]
        first_of_line = not self.text[line_start(self.text, token.start) : token.start].strip()
        indentation = indentation_of(self.text[line_start(self.text, token.start) : token.start])
        if first_of_line:
            self._begin_line(indentation, written)
        if self._begins:
            self._statement, self._begins = indentation, False
        self._bracket(token, written)
        self._last, self.last_significant = written, token.start

    def _begin_line(self, indentation: str, written: str) -> None:
        python = self._language == "python"
        if python and not self._in_bracket():
            self._begins = True
            while self.frames and len(indentation) <= len(self.frames[-1].indentation):
                self.frames.pop()
        if self.frames and self.frames[-1].content is None and written != self.frames[-1].closer:
            frame = self.frames[-1]
            self.frames[-1] = Frame(frame.shape, frame.opener, frame.indentation, frame.closer, indentation)

    def _bracket(self, token: Token, written: str) -> None:
        if written in CLOSERS:
            shape: Shape = "block" if written == "{" and self._opens_block() else "bracket"
            self.frames.append(Frame(shape, token.start, self._statement, CLOSERS[written]))
            self._begins |= shape == "block"
        elif written in CLOSERS.values():
            if self.frames and self.frames[-1].closer == written:
                self._begins |= self.frames.pop().shape == "block"
        elif written == ";" and not self._in_bracket():
            self._begins = True
        elif written == ":" and self._opens_python_block(token.end):
            self.frames.append(Frame("block", token.start, self._statement, ""))

    def _opens_block(self) -> bool:
        if self._language == "python" or self._last in NOT_A_BLOCK:
            return False
        return not (self._last == "{" and self._in_bracket())

    def _opens_python_block(self, colon: int) -> bool:
        rest = self.text[colon:].split("\n", 1)[0].split("#")[0]
        return self._language == "python" and not self._in_bracket() and not rest.strip()

    def _in_bracket(self) -> bool:
        return bool(self.frames) and self.frames[-1].shape == "bracket"

    def _is_in_text(self) -> bool:
        """Whether the text ends inside a comment or string; of one that may have several lines a frame is made."""
        if not self._tokens:
            return False
        last = self._tokens[-1]
        written = self.text[last.start :]
        if not is_open(written, last.kind):
            return False
        indentation = indentation_of(self.text[line_start(self.text, last.start) :])
        if written.startswith("/*"):
            self.frames.append(Frame("comment", last.start, indentation, "*/"))
        elif last.kind == "string":
            quotes = written.lstrip("rRbBuUfF")[:3]
            if quotes in ('"""', "'''"):
                self.frames.append(Frame("docstring", last.start, indentation, quotes))
        return True


def asked_from(before: Structure) -> int:
    """The offset from which on what was opened asks for more lines, for somebody who types at the structure's end.

    That is the line of the cursor; where it is blank until there, and what stands before it opens a block, that place.
    """
    start = line_start(before.text, len(before.text))
    if not before.frames:
        return start
    frame = before.frames[-1]
    if frame.shape in ("comment", "docstring"):
        said = before.text[frame.opener :].strip("rRbBuUfF/*\"' \t\n")
        return start if said else min(start, frame.opener)
    if not before.text[start:].strip() and frame.opener == before.last_significant:
        return min(start, frame.opener)
    return start


def wants_more(now: Structure, since: int) -> Frame | None:
    """The innermost open frame if it asks for another line: begun at or after `since`, or a bracket, of any age."""
    if not now.frames:
        return None
    frame = now.frames[-1]
    return frame if frame.opener >= since or frame.shape == "bracket" else None
