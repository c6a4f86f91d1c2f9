"""Where a continuation was read before: in the document itself, or in another file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .contexts import Symbols
from .memory import Places
from .predictor import Reading

LONGEST_AGREEMENT = 32
"""Characters of context that are compared: as many as a library compares."""

LEAST_AGREEMENT = 1
"""Characters of context: with nothing in common a place says nothing about this one."""


@dataclass(frozen=True)
class Source:
    """A place where the same stood behind a context like this one.

    path: None for the document itself; line: counted from 1; characters: of context that agree, up to 32.
    """

    path: str | None
    line: int
    characters: int


def cite(reading: Reading, text: str) -> Source | None:
    """The place most like this one behind which the text was written before; None if the memories know of none.

    text: of a candidate, what comes after the cursor.
    """
    recall = reading.recall
    if recall is None or not text:
        return None
    vocabulary = recall.memory.alphabet.vocabulary
    written = vocabulary.encode(text)
    found = [_in_document(recall.text(), recall.occurrences()[0], written, vocabulary.index("\n"))]
    libraries = recall.libraries
    if libraries.near is not None or libraries.far is not None:
        window = recall.windows()[0]
        for library in (libraries.near, libraries.far):
            citation = library.cite(window, written) if library is not None else None
            if citation is not None:
                found.append(Source(citation.path, citation.line, citation.characters))
    # The nearest first: among equals the document goes before its neighbours.
    best = max((source for source in found if source), key=lambda source: source.characters, default=None)
    return best if best is not None and best.characters >= LEAST_AGREEMENT else None


def _in_document(text: Symbols, occurrences: Places, written: Symbols, newline: int) -> Source | None:
    """The most like of the places in the text itself, the latest of equals. occurrences: (3, CONTEXTS)."""
    places = {int(place) for place in occurrences.ravel() if place >= 0}
    same = [place for place in places if np.array_equal(text[place : place + len(written)], written)]
    if not same:
        return None
    characters, place = max((agreement(text, place), place) for place in same)
    return Source(None, int(np.count_nonzero(text[:place] == newline)) + 1, characters)


def agreement(text: Symbols, place: int) -> int:
    """How many characters before a place are those at the text's end, up to `LONGEST_AGREEMENT`."""
    count = min(place, LONGEST_AGREEMENT)
    differ = np.flatnonzero(text[place - count : place][::-1] != text[len(text) - count :][::-1])
    return int(differ[0]) if len(differ) else count
