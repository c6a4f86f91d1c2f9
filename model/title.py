"""What the name of a document's file says: a Java type is called as its file (Java Language Specification, 7.6).

A network cannot know it, and where the type is declared nothing was said of its name before. So where a declaration
begins, and the name has not been declared yet, each of its characters gains some nats, as a memory's candidates do.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from .contexts import alphabet_of
from .vocabulary import UNKNOWN, Vocabulary
from .votes import Hints

Symbols = npt.NDArray[np.uint16]

KINDS = r"(?:class|@?interface|enum|record)"
MODIFIERS = r"(?:(?:public|protected|private|abstract|final|static|strictfp|sealed|non-sealed) +)*"

DECLARING = re.compile(rf"\n[ \t]*{MODIFIERS}{KINDS} ", re.ASCII)
"""How a line begins in which a type is being named."""

REACH = 96
"""Characters that are looked at for that: the line's end, the modifiers and the beginning of the name."""

FILE = re.compile(r"(?:\A|[/\\])([A-Za-z_$][\w$]*)\.java\Z", re.ASCII)
"""The end of a path or an address of a file that has to be called as its type."""

GAIN = 12.0
"""Nats that the next character of the name gains; where it is complete, what ends it. Of 60 files of packages that
nothing was trained on, the name and its end cost 35.5 bits with 0, 7.0 with 4, 3.0 with 6, 1.7 with 8, 1.3 with 10 and
1.2 with 12; the more, the dearer the file whose type is called otherwise."""


def title_of(vocabulary: Vocabulary, language: str, path: str) -> Title | None:
    """What the last part of a document's path or address says; None where it says nothing."""
    match = FILE.search(path) if language == "java" else None
    return Title(vocabulary, match[1]) if match else None


class Title:
    """The name that a document's file gives it, as hints on characters. A function of the text before each place."""

    def __init__(self, vocabulary: Vocabulary, name: str) -> None:
        self.name = name
        self._vocabulary = vocabulary
        self._declared = re.compile(rf"\b{KINDS} {re.escape(name)}\b")
        ends = np.where(~alphabet_of(vocabulary).in_words, np.float32(GAIN), np.float32(0))
        self._gains = [self._gain_of(character) for character in name] + [ends]

    def hints(self, symbols: Symbols, start: int, end: int) -> Hints | None:
        """Hints on the characters at start … end − 1; None for nothing."""
        text, first = self._text(symbols[max(start - REACH, 0) : end], start < REACH), max(start - REACH, 0)
        rows, nats = [], []
        for match in DECLARING.finditer(text):
            named, line = match.end() - 1 + first, match.start() + first  # a sign stands before the text
            for place in range(max(named, start), min(named + len(self.name) + 1, line + REACH, end)):
                gain = self._gain(symbols[:place], text[match.end() : match.end() + place - named])
                if gain is None:
                    break
                rows.append(place - start)
                nats.append(gain)
        return _hints(rows, nats)

    def hints_behind(self, symbols: Symbols, offset: int, tails: Symbols) -> Hints | None:
        """Hints on the next character of B texts: the first `offset` symbols, and a tail each, (B, t)."""
        count, length = tails.shape
        before = symbols[max(offset - max(REACH - length, 0), 0) : offset]
        rows, nats = [], []
        for row in range(count):
            end = np.concatenate([before, tails[row, max(length - REACH, 0) :]])
            text = self._text(end, len(end) < REACH)
            for match in DECLARING.finditer(text):
                gain = self._gain(np.concatenate([symbols[:offset], tails[row]]), text[match.end() :])
                if gain is not None:
                    rows.append(row)
                    nats.append(gain)
        return _hints(rows, nats)

    def _text(self, symbols: Symbols, whole: bool) -> str:
        """The symbols' text behind a line's end, if it is all there is, or behind a sign that begins no line."""
        return ("\n" if whole else "*") + self._vocabulary.decode_array(symbols)

    def _gain(self, before: Symbols, written: str) -> npt.NDArray[np.float32] | None:
        """(V,) nats of the next character; None where another name is written, or the name was declared before."""
        if not self.name.startswith(written):
            return None
        declared = self._declared.search(self._vocabulary.decode_array(before[: len(before) - len(written)]))
        return self._gains[len(written)] if declared is None else None

    def _gain_of(self, character: str) -> npt.NDArray[np.float32]:
        gain = np.zeros(len(self._vocabulary), np.float32)
        index = self._vocabulary.index(character)
        if index != UNKNOWN:
            gain[index] = GAIN
        return gain


def _hints(rows: list[int], nats: list[npt.NDArray[np.float32]]) -> Hints | None:
    """Hints of single rows, in ascending order, on all of what the network and the memories say."""
    return Hints(np.array(rows, np.intp), np.ones(len(rows), np.float32), np.stack(nats)) if rows else None
