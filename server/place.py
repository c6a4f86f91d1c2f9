"""What the cursor stands in, at a guess: is it inside a string or comment, where a quotation mark opens nothing?"""

from __future__ import annotations

from peephole.model.lexis import is_open, tokens

WINDOW = 1024
"""Characters that a guess looks back over, to a line's start: longer than most strings and comments."""


def guess_in_text(text: str, offset: int, language: str) -> bool:
    """`is_in_text` from the last lines alone, at once in a text of any length; wrong if they begin inside a string."""
    start = text.rfind("\n", 0, max(offset - WINDOW, 0)) + 1
    found = tokens(text[start:offset], language)
    return bool(found) and is_open(text[start + found[-1].start : offset], found[-1].kind)
