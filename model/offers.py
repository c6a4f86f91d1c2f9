"""What is offered to a person who types: how many items, how sure they must be. The server's settings begin with these.

Nothing heavy is imported here: the settings are read before the model is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .search import Candidate

MOST_ITEMS = 10
"""Of the popup list; further down nobody looks."""

LEAST_ITEM = 0.01
"""How probable an item of the list must be to be shown."""

LEAST_SIGN = 0.5
"""How probable an operator behind a whole word must be to be in the list. It heads the list then; of one that is less
probable, whoever types Enter to begin a line would be surprised."""

BEAM_WIDTH = 8
"""Continuations that are followed side by side."""

LONGEST_ITEM = 40
"""Characters of an item behind the cursor."""

LEAST_LINE = 0.3
"""How probable a suggested rest of the line must be, all of it, to be shown."""

LONGEST_LINE = 120
"""Characters of a suggested rest of the line."""


def worth_showing(found: Sequence[Candidate], least_probability: float, behind: str) -> Iterator[Candidate]:
    """Candidates that are probable enough, on one line, not there already, and look different from each other.

    behind: what stands between the cursor and the end of its line.
    """
    seen = set()
    for candidate in found:
        if candidate.new and candidate.probability < LEAST_SIGN:
            continue
        shown = candidate.text.strip()
        repeats = candidate.kind == "operator" and behind.lstrip().startswith(shown)
        if candidate.probability < least_probability or not shown or "\n" in candidate.text or repeats or shown in seen:
            continue
        seen.add(shown)
        yield candidate
