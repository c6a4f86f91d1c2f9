"""The tokens of one document, kept while its text is edited: no more of it is lexed than is asked for, nor twice.

Lexing a whole file at every keystroke would take longer than the completion itself (50 ms for 5,000 lines). An edit
drops the tokens that it touches. Those behind it wait, moved along, until lexing comes to one of their starts: from
there on the old tokens are the new ones, since a token depends on nothing before it but one character.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import get_args, overload

import numpy as np
import numpy.typing as npt

from peephole.model.alignment import common_prefix, common_suffix
from peephole.model.lexis import Kind, Token, is_open, tokens_from

from .scheduler import ShouldStop, Stopped

LOOKAHEAD_TOKENS = 2
"""Tokens before a change that are lexed anew: their ends may have depended on what follows (`1e+` then `5`)."""

SLICE_TOKENS = 1024
"""Tokens between two looks at whether to stop: a millisecond."""

KINDS: tuple[Kind, ...] = get_args(Kind)
CODES = {kind: code for code, kind in enumerate(KINDS)}


@dataclass(frozen=True, eq=False)
class Tokens(Sequence[Token]):
    """Tokens that touch. edges: (n + 1,) where each starts, and the last ends; kinds: (n,) indices into `KINDS`."""

    edges: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.uint8]

    @classmethod
    def none(cls, at: int = 0) -> Tokens:
        """Of no text, at a place."""
        return cls(np.array([at], np.int64), np.empty(0, np.uint8))

    @property
    def start(self) -> int:
        """Where the first of them starts."""
        return int(self.edges[0])

    @property
    def end(self) -> int:
        """Where the last of them ends."""
        return int(self.edges[-1])

    def __len__(self) -> int:
        return len(self.kinds)

    @overload
    def __getitem__(self, index: int) -> Token: ...

    @overload
    def __getitem__(self, index: slice) -> list[Token]: ...

    def __getitem__(self, index: int | slice) -> Token | list[Token]:
        if isinstance(index, slice):
            first, last, step = index.indices(len(self))
            return list(self.between(first, last))[::step] if step > 0 else list(self)[index]
        place = range(len(self))[index]
        return Token(int(self.edges[place]), int(self.edges[place + 1]), KINDS[self.kinds[place]])

    def __iter__(self) -> Iterator[Token]:
        edges = self.edges.tolist()
        return (Token(*each) for each in zip(edges[:-1], edges[1:], map(KINDS.__getitem__, self.kinds), strict=True))

    def before(self, offset: int) -> int:
        """How many of them start before an offset."""
        return int(np.searchsorted(self.edges[:-1], offset))

    def between(self, first: int, last: int) -> Tokens:
        """The tokens from one to another, by their numbers."""
        last = max(first, last)
        return Tokens(self.edges[first : last + 1], self.kinds[first:last])

    def moved(self, by: int) -> Tokens:
        """The same, so many characters further on."""
        return Tokens(self.edges + by, self.kinds)

    def joined(self, more: Tokens) -> Tokens:
        """These and those that begin where they end."""
        return Tokens(np.concatenate([self.edges[:-1], more.edges]), np.concatenate([self.kinds, more.kinds]))


class Lexing:
    """The tokens of one document's text. Belongs to the worker, like the tape beside it."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._text = ""
        self._tokens = Tokens.none()
        self._behind: Tokens | None = None
        """Of a part behind the last edit, lexed before it, and good from the first start on that lexing comes to."""

    def tokens_to(self, text: str, offset: int, should_stop: ShouldStop) -> Tokens:
        """The text's first tokens, at least all that start before the offset.

        Raises `Stopped` if told to, and keeps what was found.
        """
        self._take(text)
        while self._tokens.end < min(offset, len(text)):
            if should_stop():
                raise Stopped
            self._lex_on()
        return self._tokens

    def is_in_text(self, text: str, offset: int, should_stop: ShouldStop) -> bool:
        """Whether what is typed at the offset belongs to a string or comment."""
        found = self.tokens_to(text, offset, should_stop)
        place = found.before(offset) - 1
        return place >= 0 and is_open(text[found[place].start : offset], found[place].kind)

    def _lex_on(self) -> None:
        """A slice of tokens more; all those that wait, once one of them starts where a new one does."""
        found: list[Token] = []
        wait = self._tokens.end
        for token in islice(tokens_from(self._text, wait, self._language), SLICE_TOKENS):
            if self._behind is not None and token.start >= self._behind.start:
                self._behind = self._behind.between(self._behind.before(token.start), len(self._behind))
                if not len(self._behind):
                    self._behind = None
                elif self._behind.start == token.start:
                    self._append(found)
                    self._tokens, self._behind = self._tokens.joined(self._behind), None
                    return
            found.append(token)
        self._append(found)

    def _append(self, found: list[Token]) -> None:
        edges = np.array([self._tokens.end, *(token.end for token in found)], np.int64)
        kinds = np.array([CODES[token.kind] for token in found], np.uint8)
        self._tokens = self._tokens.joined(Tokens(edges, kinds))

    def _take(self, text: str) -> None:
        """Drops the tokens that another text may not have, and lets those behind the change wait."""
        old = self._text
        if text is old:
            return
        common = common_prefix(old, text)
        if common < max(len(old), len(text)):
            if self._behind is not None and self._tokens.end < len(old):
                self._lex_on()  # those that wait still belong to the former text: here or never they are joined
            found = self._tokens
            # One character more: a `#` asks what stands before it.
            same = len(old) - common_suffix(old, text, common) + 1
            behind = found.between(found.before(same), len(found)).moved(len(text) - len(old))
            kept = bisect_left(found.edges[1:], common)
            self._tokens = found.between(0, max(kept - LOOKAHEAD_TOKENS, 0))
            self._behind = behind if len(behind) else None
        self._text = text
