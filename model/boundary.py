"""Which characters of a vocabulary continue a token that is being written, as masks that a search can apply."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from .lexis import COMMENT_OPENINGS, is_word_character, keywords_of, operators_of
from .vocabulary import Vocabulary

Mask = npt.NDArray[np.bool_]

STRING_PREFIXES = frozenset(["r", "b", "f", "u", "rb", "br", "rf", "fr"])


class Boundary:
    """Masks (V,) over the vocabulary for one language. Only characters are ever set, never unknown or start tokens.

    A token grows character by character and is named by its text so far. Inside a string or comment
    (`quotes=False`) a quotation mark is an operator like any other and opens nothing.
    """

    def __init__(self, vocabulary: Vocabulary, language: str, *, quotes: bool = True) -> None:
        self._vocabulary = vocabulary
        self._language = language
        self._quotes = quotes
        self._comments = COMMENT_OPENINGS.get(language, ())
        self._operators = [*operators_of(language), *self._comments]
        self._masks: dict[str, Mask] = {}

    def opening(self) -> Mask:
        """Characters that a token may begin with: all but white space."""
        return self._mask("opening", lambda character: not character.isspace())

    def signs(self) -> Mask:
        """Characters that an operator may begin with."""
        return self._mask(
            "signs", lambda each: not each.isspace() and not is_word_character(each) and each not in "\"'"
        )

    def continuing(self, token: str) -> Mask:
        """Characters that make the token longer; none of them if it ends by itself, as a closed string does."""
        first = token[0]
        if self._is_string(token):
            return self._continuing_string(token)
        if _is_number(token):
            return self._mask("number", lambda character: is_word_character(character) or character == ".")
        if is_word_character(first):
            opens_string = self._quotes and self._language == "python" and token.lower() in STRING_PREFIXES
            extra = "\"'" if opens_string else ""
            return self._mask(f"word{extra}", lambda character: is_word_character(character) or character in extra)
        # Whatever begins no operator shares one mask: there are as many such tokens as comments and signs.
        name = f"operator{token}" if self._begins_operator(token) else "nothing"
        return self._mask(name, lambda character: self._continues_sign(token, character))

    def is_open_string(self, token: str) -> bool:
        """Whether the token is a string still without its closing quotation mark: no whole token yet."""
        return self._is_string(token) and not _is_closed(_unprefixed(token))

    def kind(self, token: str) -> str:
        """What the whole token is: identifier, keyword, number, string, comment (its opening) or operator."""
        if self._is_string(token):
            return "string"
        if token in self._comments:
            return "comment"
        if _is_number(token):
            return "number"
        if is_word_character(token[0]):
            return "keyword" if token in keywords_of(self._language) else "identifier"
        return "operator"

    def _is_string(self, token: str) -> bool:
        if not self._quotes:
            return False
        body = _unprefixed(token)
        return body[:1] in ("'", '"') and (len(body) == len(token) or self._language == "python")

    def _continuing_string(self, token: str) -> Mask:
        body = _unprefixed(token)
        if not _is_closed(body):
            return self._mask("string", lambda character: character != "\n")
        # Two quotation marks may be an empty string or the better part of a text block's opening.
        more = body[0] if len(body) == 2 and (self._language != "java" or body[0] == '"') else ""
        return self._mask(f"closed{more}", lambda character: character == more)

    def _continues_sign(self, token: str, character: str) -> bool:
        return self._begins_operator(token + character) or _is_number(token + character)

    def _begins_operator(self, text: str) -> bool:
        return any(operator.startswith(text) for operator in self._operators)

    def _mask(self, name: str, holds: Callable[[str], bool]) -> Mask:
        mask = self._masks.get(name)
        if mask is None:
            first = self._vocabulary.first_character
            characters = [holds(character) for character in self._vocabulary.characters]
            mask = np.array([False] * first + characters)
            mask.flags.writeable = False
            self._masks[name] = mask
        return mask


@cache
def boundary_of(vocabulary: Vocabulary, language: str, *, quotes: bool = True) -> Boundary:
    """The boundary of a vocabulary and language, made once: its masks are shared."""
    return Boundary(vocabulary, language, quotes=quotes)


def _is_number(token: str) -> bool:
    """Whether the token is a number or its beginning: a digit comes first, or behind a dot."""
    return token[0].isdigit() or (token[0] == "." and token[1:2].isdigit())


def _unprefixed(token: str) -> str:
    """A string's text from its first quotation mark on; any other token as it is."""
    return token.lstrip("rRbBuUfF") if token[-1:] in "\"'" or '"' in token or "'" in token else token


def _is_closed(body: str) -> bool:
    """Whether a string that begins with its quotation mark has its end: the same mark, not escaped."""
    inner = body[1:-1]
    escapes = len(inner) - len(inner.rstrip("\\"))
    return len(body) > 1 and body[-1] == body[0] and escapes % 2 == 0
