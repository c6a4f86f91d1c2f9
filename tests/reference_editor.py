r"""A slow, obvious editor to hold `Document` against: it walks characters and re-splits everything at every step."""

from __future__ import annotations

import re

from lsprotocol import types

ENDING = re.compile("\r\n|\r|\n")


def split(text: str) -> list[tuple[str, str]]:
    """(content, ending) of every line; the last has no ending."""
    lines, start = [], 0
    for match in ENDING.finditer(text):
        lines.append((text[start : match.start()], match.group()))
        start = match.end()
    return [*lines, (text[start:], "")]


def width(character: str, encoding: str) -> int:
    """Client units of one character."""
    if encoding == "utf-32":
        return 1
    if encoding == "utf-8":
        return len(character.encode("utf-8", "surrogatepass"))
    return len(character.encode("utf-16-le", "surrogatepass")) // 2


def raw_offset(text: str, position: types.Position, encoding: str) -> int:
    """Walks to a position; stops at a line's end, before a character that would be cut, and at the text's end."""
    lines = split(text)
    if position.line >= len(lines):
        return len(text)
    before = sum(len(content) + len(ending) for content, ending in lines[: position.line])
    units = 0
    for column, character in enumerate(lines[position.line][0]):
        units += width(character, encoding)
        if units > position.character:
            return before + column
    return before + len(lines[position.line][0])


def position(text: str, offset: int, encoding: str) -> types.Position:
    """The position of a raw offset that does not fall inside a line ending."""
    before = split(text[:offset])
    return types.Position(len(before) - 1, sum(width(c, encoding) for c in before[-1][0]))


def pair_surrogates(text: str) -> str:
    """Halves that came to stand side by side are one character to every client."""
    return re.sub(
        "([\ud800-\udbff])([\udc00-\udfff])",
        lambda pair: chr(0x10000 + ((ord(pair[1]) - 0xD800) << 10) + ord(pair[2]) - 0xDC00),
        text,
    )


def apply(text: str, change: types.TextDocumentContentChangeEvent, encoding: str) -> str:
    """The text after one change."""
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        return pair_surrogates(change.text)
    ends = raw_offset(text, change.range.start, encoding), raw_offset(text, change.range.end, encoding)
    return pair_surrogates(text[: min(ends)] + change.text + text[max(ends) :])
