"""The tokens of code in a text, and a seeded sample of places to ask for them.

The tokens are those of `model/lexis.py`: on two megabytes of each language 99.91 % (Java) and 99.98 % (Python) of
them are tree-sitter's, which knows the grammar, so that it takes `>>` apart where it closes type arguments. Left out
are white space, newlines, comments and what is as good as one: Python's documentation, and a backslash that goes on
with a line. A keyword is no identifier. A string is one token, and the group without strings leaves it out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peephole.model.lexis import Token, keywords_of, tokens_from

from ..texts import Text
from .new_words import KnownWords

SEED = 1

CODE = ("identifier", "number", "operator", "string")
"""Kinds of token that are measured."""

ALL, WITHOUT_STRINGS, IDENTIFIERS = "all", "without_strings", "identifiers"
DECLARED, NEW = "identifiers_seen_before", "new_words"
GROUPS = (ALL, WITHOUT_STRINGS, IDENTIFIERS, DECLARED)
"""Of every run; `NEW`, identifiers that are in no training text, nor further up in code, comments or strings, where
that text is at hand."""

_WORD = re.compile(r"(?:[^\W\d]|\$)[\w$]*+")

LEAST_NEW = 300
"""New words are rare, so as many more are looked for as it takes to have so many; they count in no other group."""


@dataclass(frozen=True)
class Place:
    """A token of code. groups: those that it belongs to."""

    token: Token
    groups: tuple[str, ...]

    @property
    def is_identifier(self) -> bool:
        """Whether it may be asked for half typed."""
        return IDENTIFIERS in self.groups or NEW in self.groups


def code_tokens(text: str, language: str) -> Iterator[Token]:
    """The tokens of code in a text."""
    depth, first_on_line = 0, True
    for token in tokens_from(text, 0, language):
        kind = token.kind
        if kind == "newline":
            first_on_line = True
        elif kind in CODE:
            if kind == "operator":
                sign = text[token.start]
                depth += (sign in "([{") - (sign in ")]}")
                if sign == "\\" and language == "python":
                    continue
            prose = kind == "string" and first_on_line and depth <= 0 and _is_documentation(text, token, language)
            first_on_line = False
            if not prose:
                yield token


def _is_documentation(text: str, token: Token, language: str) -> bool:
    """Whether a string at a line's beginning documents, as Pygments tells it: by three marks to either side."""
    return language == "python" and text[token.start : token.end].lstrip("rRbBuUfF")[:3] in ('"""', "'''")


def code_places(text: str, language: str) -> Iterator[Place]:
    """The tokens of code with their groups; seen before are identifiers that occurred as identifiers further up."""
    seen: set[str] = set()
    keywords = keywords_of(language)
    for token in code_tokens(text, language):
        written = text[token.start : token.end]
        if token.kind == "string":
            yield Place(token, (ALL,))
        elif token.kind != "identifier" or written in keywords:
            yield Place(token, (ALL, WITHOUT_STRINGS))
        else:
            yield Place(token, GROUPS if written in seen else GROUPS[:-1])
            seen.add(written)


class Sample:
    """So many tokens of some texts, each as likely as any other; all if there are not so many.

    known: the words of the training text, to tell new ones; then some of those are added to the sample. size, added:
    how many tokens were drawn, and new words beside; tokens: how many there are in all.
    """

    def __init__(self, texts: Sequence[Text], language: str, size: int, known: KnownWords | None = None) -> None:
        self._language, self._known = language, known
        sizes, news, names = [], [], []
        for text in texts:
            names.append(text.place)
            places = list(self.all_places(text))
            sizes.append(len(places))
            news.append([number for number, place in enumerate(places) if NEW in place.groups])
        counts = np.array(sizes, np.int64)
        firsts = counts.cumsum() - counts
        self.tokens = int(counts.sum())
        generator = random.Random(SEED)
        chosen = set(generator.sample(range(self.tokens), min(size, self.tokens)))
        self.size = len(chosen)
        new = [int(first) + number for first, numbers in zip(firsts, news, strict=True) for number in numbers]
        more = sorted(set(new) - chosen)
        wanted = LEAST_NEW - (len(new) - len(more))
        added = set(generator.sample(more, max(0, min(wanted, len(more)))))
        self.added = len(added)
        self._chosen = _by_place(names, firsts, chosen)
        self._added = _by_place(names, firsts, added)

    @property
    def asked(self) -> int:
        """How many tokens are looked for: those that were drawn, and the new words beside."""
        return self.size + self.added

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that there are."""
        return GROUPS if self._known is None else (*GROUPS, NEW)

    def all_places(self, text: Text) -> Iterator[Place]:
        """All tokens of a text, with all their groups, in order."""
        places = list(code_places(text.text, self._language))
        if self._known is None:
            return iter(places)
        words = {match.start(): match[0] for match in _WORD.finditer(text.text)}
        firsts = {word: start for start, word in reversed(words.items())}
        named = (place.token.start for place in places if place.is_identifier)
        asked = [start for start in named if start in words and firsts[words[start]] == start]
        new = self._known.lacks([words[start] for start in asked])
        starts = {start for start, is_new in zip(asked, new.tolist(), strict=True) if is_new}
        return (Place(place.token, (*place.groups, NEW)) if place.token.start in starts else place for place in places)

    def places(self, text: Text) -> list[tuple[int, Place]]:
        """The sampled tokens of a text with their numbers among all its tokens, in order."""
        chosen, added = self._chosen.get(text.place, set()), self._added.get(text.place, set())
        if not chosen and not added:
            return []
        return [
            (number, place if number in chosen else Place(place.token, (NEW,)))
            for number, place in enumerate(self.all_places(text))
            if number in chosen or number in added
        ]


def _by_place(names: Sequence[str], firsts: npt.NDArray[np.int64], numbers: set[int]) -> dict[str, set[int]]:
    """Numbers of tokens within each text, by the text's name, from their numbers among all."""
    found: dict[str, set[int]] = {}
    for number in sorted(numbers):
        file = int(np.searchsorted(firsts, number, side="right")) - 1
        found.setdefault(names[file], set()).add(number - int(firsts[file]))
    return found
