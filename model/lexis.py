"""Where tokens begin and end, roughly and without fail: enough of Java's and Python's lexis to score and to search.

Nothing here raises on any text, and all of it takes time linear in the text. A language that is not known is read
with the union of both.
"""

from __future__ import annotations

import keyword
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple, get_args

Kind = Literal["comment", "string", "identifier", "number", "newline", "space", "operator"]
"""In the order in which they are tried: an operator is what nothing else takes."""

JAVA_WORDS = """
    abstract assert boolean break byte case catch char class const continue default do double else enum extends false
    final finally float for goto if implements import instanceof int interface long native new null package permits
    private protected public record return sealed short static strictfp super switch synchronized this throw throws
    transient true try var void volatile while yield
"""
JAVA_KEYWORDS = frozenset(JAVA_WORDS.split())
"""JLS 3.9: reserved and contextual keywords, and the three literals that look like them."""

PYTHON_KEYWORDS = frozenset([*keyword.kwlist, "match", "case", "type"])
KEYWORDS = {"java": JAVA_KEYWORDS, "python": PYTHON_KEYWORDS}

JAVA_SIGNS = "-> :: ++ -- += -= *= /= %= &= |= ^= == != <= >= && || << >> <<= >>= >>> >>>= ..."
PYTHON_SIGNS = "-> := ** // += -= *= /= //= %= @= &= |= ^= **= == != <= >= << >> <<= >>= ..."
OPERATORS = {"java": frozenset(JAVA_SIGNS.split()), "python": frozenset(PYTHON_SIGNS.split())}
"""Those of more than one character; every other character is an operator by itself."""

COMMENT_OPENINGS = {"java": ("//", "/*"), "python": ("#",)}
QUOTES = ('"""', "'''", '"', "'")
PYTHON_STRING_PREFIX = "(?:[rRbBuUfF]|[rR][bBfF]|[bBfF][rR])?"


class Token(NamedTuple):
    """A token's place, in code points, and kind; the tokens of a text touch and cover it."""

    start: int
    end: int
    kind: Kind


def keywords_of(language: str) -> frozenset[str]:
    """The language's keywords; of both if it is not known."""
    return KEYWORDS.get(language) or JAVA_KEYWORDS | PYTHON_KEYWORDS


def operators_of(language: str) -> frozenset[str]:
    """The language's operators of more than one character; of both if it is not known."""
    return OPERATORS.get(language) or OPERATORS["java"] | OPERATORS["python"]


def tokens(text: str, language: str) -> list[Token]:
    """The text's tokens. An unclosed string ends with its line, an unclosed comment or text block with the text."""
    return list(tokens_from(text, 0, language))


def tokens_from(text: str, start: int, language: str) -> Iterator[Token]:
    """The text's tokens from one that starts at `start` on, each found when it is asked for."""
    kinds = get_args(Kind)
    for match in _pattern(language).finditer(text, start):
        yield Token(match.start(), match.end(), kinds[(match.lastindex or 1) - 1])


def token_at(text: str, offset: int, language: str) -> Token | None:
    """The token that holds the code point at the offset (at the text's end: its last), None in an empty text."""
    return find_token(tokens(text, language), offset)


def find_token(found: Sequence[Token], offset: int) -> Token | None:
    """`token_at` among tokens that were already found."""
    place = bisect_right(found, offset, key=lambda token: token.start) - 1
    return found[place] if place >= 0 else None


def word_start(text: str, offset: int) -> int:
    """Where the identifier or number that ends at the offset starts; the offset itself if there is none."""
    start = offset
    while start and is_word_character(text[start - 1]):
        start -= 1
    return start


def is_word_character(character: str) -> bool:
    """Whether identifiers may hold the character: a letter or digit of any script, an accent on one, `_`, or `$`."""
    return character.isalnum() or character in "_$" or "\u0300" <= character <= "\u036f"


def is_open(token: str, kind: str) -> bool:
    """Whether a token that is cut off at the cursor goes on behind it: an unclosed string, or a comment."""
    if kind == "comment":
        return token != "/" and not (token.startswith("/*") and token.endswith("*/") and len(token) >= 4)
    if kind != "string":
        return False
    body = token.lstrip("rRbBuUfF")
    quote = next((quote for quote in QUOTES if body.startswith(quote)), None)
    if quote is None:  # only its prefix is before the cursor
        return False
    inner = body[len(quote) : -len(quote)]
    escapes = len(inner) - len(inner.rstrip("\\"))
    return len(body) < 2 * len(quote) or not body.endswith(quote) or escapes % 2 == 1


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """One group a kind, in the order of `Kind`; possessive quantifiers, so that nothing is tried twice."""
    java, python = language != "python", language != "java"
    comments = [r"/\*(?s:.*?)(?:\*/|\Z)", "//[^\n]*+"] if java else []
    if python:  # in other languages `#` begins many things; behind white space, and before some, it is a comment
        comments += ["#[^\n]*+" if not java else r"(?<!\S)#(?=[\s!#]|\Z)[^\n]*+"]
    prefix = PYTHON_STRING_PREFIX if python else ""
    blocks = ['"""', "'''"] if python else ['"""']
    strings = [rf"{prefix}{quotes}(?s:(?:\\.|(?!{quotes}).)*+)(?:{quotes}|\Z)?" for quotes in blocks]
    strings += [rf"{prefix}{quote}(?:\\[^\n]|[^\\\n{quote}])*+\\?{quote}?" for quote in "\"'"]
    operators = sorted(operators_of(language), key=len, reverse=True)
    groups = {
        "comment": "|".join(comments),
        "string": "|".join(strings),
        "identifier": r"(?:[^\W\d]|\$)[\w$\u0300-\u036f]*+",
        "number": r"\.?\d(?:[eE][+-]\d|[\w.])*+",
        "newline": "\n",
        "space": r"[^\S\n]++",
        "operator": "|".join([*map(re.escape, operators), "(?s:.)"]),
    }
    return re.compile("|".join(f"({groups[kind]})" for kind in get_args(Kind)))
