"""What a document declares, by its tokens alone: names with their types, and the method that a place lies in.

No parser: a text that somebody is typing has no tree. A type stands before its name in Java and behind it in Python,
and that is all that is looked for; what is not understood is left out. Everything said of a place depends on the text
before it only, however much more was read.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from .lexis import Token, tokens_from

Manner = Literal["local", "member", "call"]
"""A parameter or local variable; a field or attribute; a method or function."""

LOOKAHEAD = 4
"""Characters behind a token that may still change it: `>>>=`, three quotation marks."""

HEADER = 256
"""Words from a name on that are looked at to tell its type, at most; a `return` among them ends the look."""

LONGEST_LITERAL = 40
"""Characters of a string that is kept as it is, for a type in quotation marks; of a longer one only the mark."""

FARTHEST = 3000
"""Words that a method's header is looked for in, backwards: its `return` may stand a few hundred lines below."""

MOST_NAMES = 256
"""Names that a scene holds, the method's own and then the nearest members: a page of them costs half a millisecond."""

BLANK = frozenset(["space", "newline", "comment"])
LINES = frozenset(["newline", "comment", "string"])
"""Kinds of token in which a line may end."""

MOST_SCENES = 64
"""That are kept: whoever types, or scores one `return`, asks for the same place again and again."""


@dataclass(frozen=True)
class Declared:
    """A name with its type, "" if it is not told. at: the name's word; depth: braces open there, in Java."""

    at: int
    name: str
    type: str
    manner: Manner
    depth: int = 0


@dataclass(frozen=True)
class Method:
    """What a place lies in. type: what it says that it gives, "" if it does not say; at: where its header begins."""

    name: str
    type: str
    at: int


@dataclass(frozen=True)
class Scene:
    """A place in a method, and by their names all that is declared before it and seen there, the nearest of each."""

    method: Method
    names: dict[str, Declared]


class Words:
    """A text's tokens without blanks. columns: of those that begin a line, −1 of others; depths: braces open before."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.starts = array("i")
        self.ends = array("i")
        self.columns = array("i")
        self.depths = array("i")
        self._names: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.written)

    def cut(self, count: int) -> None:
        """Keep only so many."""
        del self.written[count:], self.starts[count:], self.ends[count:], self.columns[count:], self.depths[count:]

    def add(self, text: str, token: Token, line: int) -> None:
        """One more token of the text; line: where its line starts."""
        long = token.kind == "string" and token.end - token.start > LONGEST_LITERAL
        written = text[token.start] if long else text[token.start : token.end]
        begins = not self.ends or self.ends[-1] <= line
        last = self.written[-1] if self.written else ""
        depth = self.depths[-1] + (last == "{") - (last == "}") if self.written else 0
        # A document says the same few hundred words over and over: one string each.
        self.written.append(self._names.setdefault(written, written))
        self.starts.append(token.start)
        self.ends.append(token.end)
        self.columns.append(token.start - line if begins else -1)
        self.depths.append(max(depth, 0))


class Grammar(Protocol):
    """How one language declares. Nobody looks at words from `end` on, which is a `return`, nor far ahead of `at`."""

    nested: bool
    """Whether braces hide: a member that stands deeper than a method is not seen there."""

    def declared(self, words: Words, at: int, end: int) -> Declared | None:
        """What the word declares, if it declares anything; `HEADER` words are looked ahead at most."""

    def method(self, words: Words, end: int) -> Method | None:
        """What a statement whose word `end` is a `return` lies in."""

    def visible(self, words: Words, method: Method, end: int) -> Iterator[int]:
        """Words from before `end` back to the method's header, without those in blocks that have ended."""


class Outline:
    """The words and declarations of one text that grows at its end and is cut there; for one thread at a time."""

    def __init__(self, language: str, grammar: Grammar) -> None:
        self.language = language
        self._grammar = grammar
        self._text = ""
        self._words = Words()
        self._lexed = 0
        self._members: list[Declared] = []
        self._scanned = 0
        self._scenes: dict[int, Scene | None] = {}

    def __len__(self) -> int:
        return len(self._text)

    @property
    def nbytes(self) -> int:
        """Memory that is held, about: text, four whole numbers and a reference a word, and the members."""
        return len(self._text) + 24 * len(self._words) + 150 * len(self._members)

    def extend(self, more: str) -> None:
        """Remember more text at the end; its words are found when somebody asks."""
        self._text += more

    def truncate(self, length: int) -> None:
        """Forget all behind the first `length` characters."""
        if length < len(self._text):
            self._text = self._text[:length]
            self._scenes = {offset: scene for offset, scene in self._scenes.items() if offset <= length}
            if length < self._lexed + LOOKAHEAD:
                self._forget(length)

    def scene(self, offset: int) -> Scene | None:
        """Where a `return` stands whose space ends at the offset; None in no method, or where it is no keyword."""
        if offset not in self._scenes:
            if len(self._scenes) >= MOST_SCENES:
                self._scenes.clear()
            self._scenes[offset] = self._find_scene(offset)
        return self._scenes[offset]

    def _find_scene(self, offset: int) -> Scene | None:
        if offset > self._lexed:
            self.read()
        start = offset - len("return ")
        end = bisect_left(self._words.starts, start)
        if end == len(self._words) or self._words.starts[end] != start or self._words.written[end] != "return":
            return None
        method = self._grammar.method(self._words, end)
        return None if method is None else Scene(method, self._names(method, end))

    def _names(self, method: Method, end: int) -> dict[str, Declared]:
        """The method's own names, the last declared first, and then those of the members before it."""
        names: dict[str, Declared] = {}
        for at in self._grammar.visible(self._words, method, end):
            if len(names) >= MOST_NAMES:
                break
            found = self._grammar.declared(self._words, at, end)
            if found is not None and found.manner != "call":
                names.setdefault(found.name, replace(found, manner="local"))
        self._scan(end)
        depth = self._words.depths[method.at]
        place = bisect_left(self._members, end, key=lambda member: member.at)
        for k in range(place - 1, -1, -1):
            member = self._members[k]
            if len(names) >= MOST_NAMES:
                break
            if not self._grammar.nested or member.depth <= depth:
                names.setdefault(member.name, member)
        return names

    def read(self) -> None:
        """Find the words of all the text; by itself it is done when somebody asks for a scene."""
        self._forget(self._lexed)
        text = self._text
        start = self._words.ends[-1] if self._words else 0
        line = text.rfind("\n", 0, start) + 1
        for token in tokens_from(text, start, self.language):
            if token.kind not in BLANK:
                self._words.add(text, token, line)
            if token.kind in LINES:
                line = max(line, text.rfind("\n", token.start, token.end) + 1)
        self._lexed = len(self._text)

    def _forget(self, length: int) -> None:
        """Drop words that may change when other text follows the first characters, and all that was seen in them."""
        self._words.cut(bisect_right(self._words.ends, length - LOOKAHEAD))
        self._lexed = self._words.ends[-1] if self._words else 0
        self._scanned = min(self._scanned, max(len(self._words) - HEADER, 0))
        del self._members[bisect_left(self._members, self._scanned, key=lambda member: member.at) :]

    def _scan(self, end: int) -> None:
        """Find the members among the words before `end`."""
        while self._scanned < end:
            found = self._grammar.declared(self._words, self._scanned, end)
            if found is not None and found.manner != "local":
                self._members.append(found)
            self._scanned += 1
