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

LEAST_LINE = 0.5
"""How probable a suggested rest of the line must be, all of it, to be shown. Of those shown 65 (Java) and 63 (Python)
of 100 are right to the last character; at 0.3 it is 50 and 44, for 2 of 100 keystrokes more that are saved."""

LEAST_LINES = 0.5
"""How probable a suggestion of several lines must be. Where one stood in the way of what was written, three quarters of
those so probable were right, of those above 0.3 three fifths (107 and 255 of them)."""

LEAST_INVOKED = 0.2
"""How probable it must be where somebody asked for it and nothing surer is found: a quarter of those are right."""

LEAST_BETWEEN = 0.5
"""How probable a suggestion in the middle of a line must be."""

LONGEST_GHOST = 400
"""Characters of a suggestion."""

MOST_LINES = 6
"""Lines of a suggestion. Of 107 that were probable enough none had more than three: what ends them is doubt."""

MOST_HARM_BITS = 15.0
"""How much less likely a suggestion at a line's end may make the text that follows. Right ones do so, too, where
several lines are missing: a limit of 15 bits loses a twentieth of their characters there, one of 5 bits a quarter."""

LEAST_GAIN_BITS = 5.0
"""How much likelier a suggestion in the middle of a line must make the text that follows. At 172 places where nothing
was missing none did, and 24 were sure enough; where something was, three of five right ones did."""


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


SENSITIVITY = 1.0
"""Improbable places that are expected to be marked in 1,000 lines of clean code."""
