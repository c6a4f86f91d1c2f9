"""What the cursor stands in: is it inside a string or comment, where a quotation mark opens nothing?

Lexing a whole file at every keystroke would take longer than the completion itself (50 ms for 5,000 lines), so the
tokens are kept: an edit drops those behind it, and no more of the text is lexed than is asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice

from peephole.model.alignment import common_prefix
from peephole.model.lexis import Token, is_open, tokens, tokens_from

from .scheduler import ShouldStop, Stopped

LOOKAHEAD_TOKENS = 2
"""Tokens before a change that are lexed anew: their ends may have depended on what follows (`1e+` then `5`)."""

SLICE_TOKENS = 1024
"""Tokens between two looks at whether to stop: a millisecond."""

WINDOW = 1024
"""Characters that a guess looks back over: as many as a provisional reading reads."""


class Lexing:
    """The tokens of one document's text. Belongs to the worker, like the tape beside it."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._text = ""
        self._tokens: list[Token] = []

    def tokens_to(self, text: str, offset: int, should_stop: ShouldStop) -> Sequence[Token]:
        """The text's first tokens, at least all that start before the offset; good until another text is given.

        Raises `Stopped` if told to, and keeps what was found.
        """
        self._take(text)
        fresh = tokens_from(text, self._end, self._language)
        while self._end < min(offset, len(text)):
            if should_stop():
                raise Stopped
            self._tokens += islice(fresh, SLICE_TOKENS)
        return self._tokens

    def is_in_text(self, text: str, offset: int, should_stop: ShouldStop) -> bool:
        """Whether what is typed at the offset belongs to a string or comment."""
        found = self.tokens_to(text, offset, should_stop)
        place = bisect_left(found, offset, key=lambda token: token.start) - 1
        return place >= 0 and is_open(text[found[place].start : offset], found[place].kind)

    @property
    def _end(self) -> int:
        return self._tokens[-1].end if self._tokens else 0

    def _take(self, text: str) -> None:
        """Drops the tokens that another text may not have."""
        if text is self._text:
            return
        common = common_prefix(self._text, text)
        if common < max(len(self._text), len(text)):
            kept = bisect_left(self._tokens, common, key=lambda token: token.end)
            del self._tokens[max(kept - LOOKAHEAD_TOKENS, 0) :]
        self._text = text


def guess_in_text(text: str, offset: int, language: str) -> bool:
    """`is_in_text` from the last lines alone, at once in a text of any length; wrong if they begin inside a string."""
    start = text.rfind("\n", 0, max(offset - WINDOW, 0)) + 1
    found = tokens(text[start:offset], language)
    return bool(found) and is_open(text[start + found[-1].start : offset], found[-1].kind)
