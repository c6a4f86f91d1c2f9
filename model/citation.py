"""Where a continuation was read before: in the document itself, or in another file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .contexts import CONTEXTS, Symbols
from .memory import Places
from .predictor import Reading

LONGEST_AGREEMENT = 32
"""Characters of context that are compared: as many as a library compares."""

BY_LENGTH = (3, CONTEXTS - 1, 2, 1, CONTEXTS - 2, 0)
"""The contexts, those first that say most: 16 characters, a word with the one before, 8, 5, a word, 3."""


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
    return max((source for source in found if source), key=lambda source: source.characters, default=None)


def _in_document(text: Symbols, occurrences: Places, written: Symbols, newline: int) -> Source | None:
    """The best of the places in the text itself. occurrences: (3, CONTEXTS)."""
    for column in BY_LENGTH:
        for place in occurrences[:, column].tolist():
            if place >= 0 and np.array_equal(text[place : place + len(written)], written):
                return Source(None, int(np.count_nonzero(text[:place] == newline)) + 1, agreement(text, place))
    return None


def agreement(text: Symbols, place: int) -> int:
    """How many characters before a place are those at the text's end, up to `LONGEST_AGREEMENT`."""
    count = min(place, LONGEST_AGREEMENT)
    differ = np.flatnonzero(text[place - count : place][::-1] != text[len(text) - count :][::-1])
    return int(differ[0]) if len(differ) else count
