"""What the cursor stands in: is it inside a string or comment, where a quotation mark opens nothing?

Lexing a whole file at every keystroke would take longer than the completion itself (50 ms for 5,000 lines), so the
tokens before the last place that was asked for are kept and only what changed since is lexed again.
"""

from __future__ import annotations

from peephole.model.lexis import Token, tokens
from peephole.model.tape import common_prefix

LOOKAHEAD_TOKENS = 2
"""Tokens before a change that are lexed anew: their ends may have depended on what follows (`1e+` then `5`)."""

WINDOW = 1024
"""Characters that a guess looks back over: as many as a provisional reading reads."""

QUOTES = ('"""', "'''", '"', "'")


class Lexing:
    """The tokens of a text up to a place. Belongs to the worker, like the tape beside it."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._text = ""
        self._tokens: list[Token] = []

    def tokens_before(self, text: str, offset: int) -> list[Token]:
        """The tokens of `text[:offset]`; the last one may be cut off by the offset."""
        before = text[:offset]
        common = common_prefix(self._text, before)
        while self._tokens and self._tokens[-1].end >= common:
            self._tokens.pop()
        del self._tokens[max(len(self._tokens) - LOOKAHEAD_TOKENS, 0) :]
        start = self._tokens[-1].end if self._tokens else 0
        self._tokens += [
            Token(start + token.start, start + token.end, token.kind)
            for token in tokens(before[start:], self._language)
        ]
        self._text = before
        return self._tokens

    def is_in_text(self, text: str, offset: int) -> bool:
        """Whether what is typed at the offset belongs to a string or comment."""
        found = self.tokens_before(text, offset)
        return bool(found) and is_open(text[found[-1].start : offset], found[-1].kind)


def guess_in_text(text: str, offset: int, language: str) -> bool:
    """`is_in_text` from the last lines alone, at once in a text of any length; wrong if they begin inside a string."""
    start = text.rfind("\n", 0, max(offset - WINDOW, 0)) + 1
    found = tokens(text[start:offset], language)
    return bool(found) and is_open(text[start + found[-1].start : offset], found[-1].kind)


def is_open(token: str, kind: str) -> bool:
    """Whether a token that ends at the cursor goes on behind it: an unclosed string, or a comment."""
    if kind == "comment":
        return not (token.startswith("/*") and token.endswith("*/") and len(token) >= 4)
    if kind != "string":
        return False
    body = token.lstrip("rRbBuUfF")
    quote = next(quote for quote in QUOTES if body.startswith(quote))
    inner = body[len(quote) : -len(quote)]
    escapes = len(inner) - len(inner.rstrip("\\"))
    return len(body) < 2 * len(quote) or not body.endswith(quote) or escapes % 2 == 1
