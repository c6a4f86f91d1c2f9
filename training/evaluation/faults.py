"""Seeded faults: one edit of one token of a file, as somebody might make it, and where it is.

Every kind proposes all places of a file where it can be made and one of them is drawn, with a generator that is seeded
by the file and the kind, so a run can be repeated. Comments and the insides of strings are left alone. That an edit
really is a fault is not proved: some wrong variables do no harm.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from peephole.model.lexis import Token, is_word_character, keywords_of, tokens

from ..sampling.syntax import parse, walk
from ..texts import SEED, Text

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
OPERATORS = (COMPARISONS, ("+", "-", "*", "/"), ("&&", "||"), ("and", "or"), ("+=", "-="))
OFF_BY_ONE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
OTHER_BRACKETS = {"(": "]", "[": ")"}
CLOSED_BY = {")": "(", "]": "["}
"""What closes the other kind of bracket, and what is closed by one."""

LONGEST_INSIDE = 50
"""Characters between brackets that somebody mistakes."""

CODE = frozenset(["identifier", "number", "string", "operator"])
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LEAST_NAME = 4
"""Letters of a name that somebody misspells."""


@dataclass(frozen=True)
class Fault:
    """`text` is what the file became: text[start:end] stands where `original` was."""

    kind: str
    start: int
    end: int
    original: str
    text: str

    @property
    def mended(self) -> str:
        """The file as it was."""
        return self.text[: self.start] + self.original + self.text[self.end :]

    @property
    def line(self) -> int:
        """Of the fault's beginning in the edited file, from 0 on."""
        return self.text.count("\n", 0, self.start)


@dataclass(frozen=True)
class Source:
    """A file that faults are made in. code: its tokens that are no blanks or comments."""

    text: str
    language: str
    code: Sequence[Token]

    @classmethod
    def of(cls, text: str, language: str) -> Source:
        """The source of a text."""
        return cls(text, language, [token for token in tokens(text, language) if token.kind in CODE])

    def written(self, token: Token) -> str:
        """A token's text."""
        return self.text[token.start : token.end]

    def is_name(self, token: Token) -> bool:
        """Whether the token is an identifier and no keyword."""
        return token.kind == "identifier" and self.written(token) not in keywords_of(self.language)

    def edited(self, kind: str, start: int, end: int, new: str) -> Fault:
        """The file with `new` in place of text[start:end]."""
        text = self.text[:start] + new + self.text[end:]
        return Fault(kind, start, start + len(new), self.text[start:end], text)


T = TypeVar("T")

Edit = tuple[int, int, str]
"""Start, end, and what stands there afterwards."""

Maker = Callable[[Source, random.Random], Sequence[Edit]]
"""Proposes edits of one kind."""


def make_fault(source: Source, kind: str, name: str) -> Fault | None:
    """A fault of a kind, None where the file has no place for one; name: of the file, for the seed."""
    generator = random.Random(f"{SEED} {kind} {name}")
    edits = [edit for edit in MAKERS[kind](source, generator) if edit[2] != source.text[edit[0] : edit[1]]]
    return source.edited(kind, *generator.choice(edits)) if edits else None


def make_faults(source: Source, kinds: Iterable[str], name: str) -> list[Fault]:
    """One fault of each kind that the file has a place for, the last in the file first: so a tape reads least anew."""
    made = [fault for kind in kinds if (fault := make_fault(source, kind, name)) is not None]
    return sorted(made, key=lambda fault: -fault.start)


def delete(source: Source, _: random.Random) -> list[Edit]:
    """A token left out, with the space before it where one stands behind, too; none whose ends would join words."""
    return [edit for token in source.code if (edit := _deletion(source.text, token)) is not None]


def _deletion(text: str, token: Token) -> Edit | None:
    before, behind = text[token.start - 1 : token.start], text[token.end : token.end + 1]
    start = token.start - (before == " " and behind in (" ", ",", ";", ")", ":"))
    before = text[start - 1 : start]
    if before and behind and is_word_character(before) and is_word_character(behind):
        return None
    return start, token.end, ""


def insert(source: Source, generator: random.Random) -> list[Edit]:
    """A token of the file, drawn at random, before another, spaced as it must be."""
    edits = []
    for place in _some(source.code, generator):
        word = source.written(generator.choice(source.code))
        if "\n" in word:
            continue
        before, first = source.text[place.start - 1 : place.start], source.text[place.start]
        left = " " if before and is_word_character(before) and is_word_character(word[0]) else ""
        right = " " if (is_word_character(word[-1]) and is_word_character(first)) or before == " " else ""
        edits.append((place.start, place.start, left + word + right))
    return edits


def substitute(source: Source, generator: random.Random) -> list[Edit]:
    """Another token of the same kind, drawn from the file, in place of a token."""
    by_kind: dict[str, list[str]] = {}
    for token in source.code:
        by_kind.setdefault(token.kind, []).append(source.written(token))
    return [
        (place.start, place.end, generator.choice(by_kind[place.kind]))
        for place in _some(source.code, generator)
        if place.kind != "string"
    ]


def operator(source: Source, generator: random.Random) -> list[Edit]:
    """Another operator of the same family."""
    return [
        (token.start, token.end, generator.choice([other for other in family if other != source.written(token)]))
        for token in source.code
        for family in OPERATORS
        if source.written(token) in family and _is_binary(source, token)
    ]


def _is_binary(source: Source, token: Token) -> bool:
    """Whether spaces stand around it: `-1`, `*args` and `List<T>` are no operations."""
    return source.text[token.start - 1 : token.start] == " " == source.text[token.end : token.end + 1]


def variable(source: Source, generator: random.Random) -> list[Edit]:
    """Another variable that is declared there, in place of one."""
    from ..sampling.java_names import java_names
    from ..sampling.names import Use
    from ..sampling.python_names import KNOWN, python_names

    root = parse(source.text, source.language)
    names = java_names(root) if source.language == "java" else python_names(root)
    used = {use.name for use in names.uses} - KNOWN
    edits = []
    for use in _some([use for use in names.uses if use.name in used and names.declared(use)], generator):
        there = sorted(name for name in used if name != use.name and names.declared(Use(name, use.place, use.method)))
        if there:
            start = len(source.text.encode("utf-8", "replace")[: use.place].decode("utf-8", "replace"))
            edits.append((start, start + len(use.name), generator.choice(there)))
    return edits


def swapped(source: Source, _: random.Random) -> list[Edit]:
    """Two arguments of a call, next to each other, the other way round."""
    encoded = source.text.encode("utf-8", "replace")
    edits = []
    for node in walk(parse(source.text, source.language)):
        if node.type != "argument_list":
            continue
        arguments = [child for child in node.named_children if child.type != "comment"]
        for first, second in pairwise(arguments):
            if "keyword_argument" in (first.type, second.type) or "\n" in _cut(
                encoded, first.start_byte, second.end_byte
            ):
                continue
            start = len(encoded[: first.start_byte].decode("utf-8", "replace"))
            old = _cut(encoded, first.start_byte, second.end_byte)
            left, right = (_cut(encoded, each.start_byte, each.end_byte) for each in (first, second))
            new = right + _cut(encoded, first.end_byte, second.start_byte) + left
            edits.append((start, start + len(old), new))
    return edits


def _cut(encoded: bytes, start: int, end: int) -> str:
    return encoded[start:end].decode("utf-8", "replace")


def brackets(source: Source, _: random.Random) -> list[Edit]:
    """A call's brackets where something is taken out by its index, or the other way round; both on one line."""
    edits: list[Edit] = []
    opened: list[Token] = []
    for before, token in pairwise(source.code):
        written = source.written(token)
        if written in OTHER_BRACKETS:
            joined = before.kind == "identifier" and before.end == token.start
            opened.append(token if joined else token._replace(kind="space"))
        elif written in OTHER_BRACKETS.values() and opened:
            first = opened.pop()
            inside = source.text[first.end : token.start]
            if first.kind == "operator" and inside.strip() and "\n" not in inside and len(inside) <= LONGEST_INSIDE:
                opening = OTHER_BRACKETS[CLOSED_BY[written]]
                edits.append((first.start, token.end, CLOSED_BY[opening] + inside + opening))
    return edits


def off_by_one(source: Source, generator: random.Random) -> list[Edit]:
    """A comparison that takes in its end or no longer does, or a whole number one more or less."""
    edits = []
    for token in source.code:
        written = source.written(token)
        if written in OFF_BY_ONE and _is_binary(source, token):
            edits.append((token.start, token.end, OFF_BY_ONE[written]))
        elif (
            token.kind == "number"
            and written.isdecimal()
            and len(written) < 4
            and (written == "0" or written[0] != "0")
        ):
            other = int(written) + (generator.choice((1, -1)) if int(written) else 1)
            edits.append((token.start, token.end, str(other)))
    return edits


def typo(source: Source, generator: random.Random) -> list[Edit]:
    """A letter of a name left out, doubled, replaced, or in its neighbour's place; not the first."""
    names = [token for token in source.code if source.is_name(token) and token.end - token.start >= LEAST_NAME]
    return [(token.start, token.end, misspell(source.written(token), generator)) for token in _some(names, generator)]


def misspell(name: str, generator: random.Random) -> str:
    """The name with one slip behind its first letter."""
    at = generator.randrange(1, len(name) - 1)
    kind = generator.randrange(4)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    if kind == 2:
        return name[:at] + generator.choice(LETTERS) + name[at + 1 :]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def wrong_return(source: Source, generator: random.Random) -> list[Edit]:
    """What a method of another declared type gives, behind the `return` of one that says what it gives.

    The nearest in length of the file, so that the length tells nothing.
    """
    from .return_types.cases import find_cases, pair_up

    pairs = pair_up(find_cases(Text("", source.text), source.language), generator)
    return [
        (pair.case.offset, pair.case.end, pair.wrong) for pair in pairs if "\n" not in pair.case.expression + pair.wrong
    ]


MOST_PROPOSED = 64
"""Edits of which one is drawn, where all would cost time."""


def _some(places: Sequence[T], generator: random.Random) -> Iterator[T]:
    """So many places, drawn without repeating."""
    yield from generator.sample(list(places), min(MOST_PROPOSED, len(places)))


MAKERS: dict[str, Maker] = {
    "delete": delete,
    "insert": insert,
    "substitute": substitute,
    "operator": operator,
    "variable": variable,
    "swapped": swapped,
    "brackets": brackets,
    "off_by_one": off_by_one,
    "typo": typo,
    "return": wrong_return,
}
"""The kinds of fault by name."""
