"""Slips of the pen: a name that stands once in a document, one letter away from a name that it uses often.

A wrong letter in the middle of a word surprises a model that reads forwards wherever the word had to go on in one
way, but so does every new name. What tells them apart is that the right name is at hand: both are read at the same
place, and the slip is reported where the name that is used elsewhere is so much more probable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from .lexis import Token, keywords_of

LEAST_LENGTH = 4
"""Characters of a name: shorter ones are one letter away from half of all others."""

LONGEST_NAME = 60
"""Characters: longer ones are made by machines, and cost to read."""

MOST_MEANT = 3

LEAST_USES = 1
"""How often the other name stands in the document."""


class Names:
    """The identifiers of one document, by how often they stand there. Keywords are nobody's slip, nor what is meant."""

    def __init__(self, text: str, found: Sequence[Token], language: str) -> None:
        keywords = keywords_of(language)
        names = [text[token.start : token.end] for token in found if token.kind == "identifier"]
        names = [name for name in names if name not in keywords]
        self._uses = Counter(names)
        self._used: dict[str, list[str]] = {}
        for name, uses in self._uses.items():
            if uses >= LEAST_USES and len(name) >= LEAST_LENGTH - 1:
                self._used.setdefault(name[0], []).append(name)

    def uses(self, name: str) -> int:
        """How often a name stands in the document."""
        return self._uses[name]

    def meant(self, name: str) -> Iterator[str]:
        """The few names most used of those that may be meant by one that stands only once."""
        if LEAST_LENGTH <= len(name) <= LONGEST_NAME and self._uses[name] == 1:
            close = [other for other in self._used.get(name[0], ()) if is_slip(name, other)]
            yield from sorted(close, key=lambda other: (-self._uses[other], other))[:MOST_MEANT]


def is_slip(written: str, meant: str) -> bool:
    """Whether one letter inside a word was left out, put in, replaced, or changed places with its neighbour.

    A name that begins or ends with the other (`item`, `items`), or differs in a digit (`x1`, `x2`), its last letter
    (`posX`, `posY`), or by capitals and underscores alone (`ifMatch`, `if_match`), is a name of its own.
    """
    if written == meant or abs(len(written) - len(meant)) > 1:
        return False
    if written.startswith(meant) or meant.startswith(written) or written.endswith(meant) or meant.endswith(written):
        return False
    if written.replace("_", "").casefold() == meant.replace("_", "").casefold():
        return False
    start, end = _differing(written, meant)
    left, right = written[start : len(written) - end], meant[start : len(meant) - end]
    if any(character.isdigit() for character in left + right):
        return False
    if not end and len(left) == len(right) == 1:
        return False
    swapped = len(left) == len(right) == 2 and left == right[::-1]
    return swapped or max(len(left), len(right)) <= 1


def _differing(left: str, right: str) -> tuple[int, int]:
    """How many characters two texts have in common at their starts, and behind that at their ends."""
    shortest = min(len(left), len(right))
    start = next((k for k in range(shortest) if left[k] != right[k]), shortest)
    rest = shortest - start
    end = next((k for k in range(rest) if left[-1 - k] != right[-1 - k]), rest)
    return start, end
