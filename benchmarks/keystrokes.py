"""What a person types into a long file: new lines at random places, a character at a time; drawn with a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

SEED = 1
LONGEST = 40
"""Characters of one line that is typed: 1,000 keystrokes are then at 40 places or so."""


@dataclass(frozen=True)
class Keystroke:
    """A character typed at an offset of the text as it is then; `first` at its place."""

    offset: int
    character: str
    first: bool


def keystrokes(text: str, count: int) -> Iterator[Keystroke]:
    """So many: behind a line of the file, drawn at random, another of its lines is typed, and so on.

    The same text and count give the same keystrokes.
    """
    chance = random.Random(SEED)
    lines = [line for line in text.split("\n") if line.strip()]
    left = count
    while left:
        offset = text.index("\n", chance.randrange(len(text) - 1))
        typed = ("\n" + chance.choice(lines))[: min(LONGEST, left)]
        for place, character in enumerate(typed):
            yield Keystroke(offset + place, character, place == 0)
        text = text[:offset] + typed + text[offset:]
        left -= len(typed)
