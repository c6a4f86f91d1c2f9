"""Ghost text: what is suggested at a place between two texts, and what stays of it while it is typed or taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from .continuation import Continuation, continue_text
from .fitting import BRACKETS, QUOTES, Following, without_overlap
from .indentation import unit_of
from .offers import (
    LEAST_BETWEEN,
    LEAST_GAIN_BITS,
    LEAST_LINE,
    LEAST_LINES,
    LONGEST_GHOST,
    MOST_HARM_BITS,
    MOST_LINES,
)
from .predictor import Predictor, Reading
from .structure import Structure

ShouldStop = Callable[[], bool]

LOOKED_AT = 20_000
"""Characters on each side by which the file's unit of indentation is judged."""

CLOSING = frozenset(")]}>\"'`;,: \t")
"""What may stand behind the cursor where the line's end is meant: closing marks that the editor put there."""

AUTOMATIC = frozenset("".join((*BRACKETS, *QUOTES)))
"""What an editor puts behind the cursor by itself."""

MOST_TRIED = 3
"""Lengths of a suggestion whose effect on what follows is looked at: each takes the network over some 60 characters."""


@dataclass(frozen=True)
class Terms:
    """How sure and how long a suggestion must be. least_invoked: 0 unless somebody asked for it; see `offers`."""

    least_probability: float = LEAST_LINE
    least_lines: float = LEAST_LINES
    least_invoked: float = 0.0
    longest: int = LONGEST_GHOST
    most_lines: int = MOST_LINES

    @property
    def least(self) -> float:
        """How probable any suggestion must be."""
        return min(self.least_probability, self.least_invoked or 1.0)

    def between(self) -> Terms:
        """The same for the middle of a line: surer, and no more than that line."""
        least = max(self.least_probability, LEAST_BETWEEN)
        return Terms(least, least, self.least_invoked, self.longest, 1)

    def within(self, wider: Terms) -> bool:
        """Whether these ask for no less than others, so that what those gave will do."""
        least = self.least_probability >= wider.least_probability and self.least >= wider.least
        return least and self.least_lines >= wider.least_lines and self.longest >= wider.longest


@dataclass(frozen=True)
class Found:
    """What is suggested and how probable it is; where it is nothing, `silence` says why if doubt is not the reason."""

    text: str = ""
    probability: float = 0.0
    silence: str | None = None


def suggest(
    predictor: Predictor,
    reading: Reading,
    before: str,
    behind: str,
    *,
    language: str,
    start: int = 0,
    terms: Terms | None = None,
    should_stop: ShouldStop | None = None,
) -> Found:
    """What most probably belongs between two texts, where it is sure enough and what follows stays likely.

    reading: of `before`; start: where looking through that begins (see `structure.window_start`).
    """
    between = not CLOSING.issuperset(behind.partition("\n")[0])
    terms = (terms or Terms()).between() if between else terms or Terms()
    structure = Structure(before[start:], language)
    found = continue_text(
        predictor,
        reading,
        structure,
        language=language,
        unit=unit_of(before[-LOOKED_AT:], behind[:LOOKED_AT]),
        least_probability=terms.least,
        least_lines=min(terms.least_lines, terms.least),
        longest=terms.longest,
        most_lines=terms.most_lines,
        should_stop=should_stop,
    )
    following: Following | None = None
    silence = None
    for text, probability in islice(_lengths(found, terms, behind, structure), MOST_TRIED):
        following = following or Following(predictor, reading, behind)
        harm = following.harm_bits(text)
        if harm <= (-LEAST_GAIN_BITS if between else MOST_HARM_BITS):
            return Found(text, probability)
        silence = silence or f"a suggestion would make the text behind the cursor {harm:.0f} bits less likely"
    return Found(silence="nothing is missing before the text behind the cursor" if between and silence else silence)


def _lengths(found: Continuation, terms: Terms, behind: str, structure: Structure) -> Iterator[tuple[str, float]]:
    """What can be said without repeating what stands behind, the longest first: all, its first line, its beginning."""
    endings = list(found.endings(terms.least_probability, terms.least_lines, terms.most_lines))
    if not endings and terms.least_invoked:
        endings = list(found.endings(terms.least_invoked, terms.least_invoked, terms.most_lines))
    tried: set[str] = set()
    for text, probability in endings:
        cut = without_overlap(text, behind, structure)
        if not cut.strip():
            return  # it only says again what stands there, and so do its beginnings
        halved = all("\n" in other or 2 * len(cut) <= len(other) for other in tried)
        if halved and cut not in tried:
            yield cut, probability
            tried.add(cut)


@dataclass(frozen=True)
class Ghost:
    """A suggestion that was shown: in which text, at which offset, and by whom. source: what else it depended on."""

    text: str
    offset: int
    ghost: str
    terms: Terms
    source: object = None

    def rest(self, before: str, behind: str, terms: Terms, source: object = None) -> str:
        """What is left of it once its first characters stand in the text; "" if it does not belong there.

        Everything else has to be as it was, but for closing marks that an editor may have put behind the cursor: these
        are not said again.
        """
        typed = before[self.offset :]
        if (
            len(before) < self.offset
            or not self.ghost.startswith(typed)
            or before[: self.offset] != self.text[: self.offset]
        ):
            return ""
        if source != self.source or not terms.within(self.terms):
            return ""
        was_behind = self.text[self.offset :]
        added = behind[: len(behind) - len(was_behind)]
        if added + was_behind != behind or not AUTOMATIC.issuperset(added):
            return ""
        left = self.ghost[len(typed) :]
        return without_overlap(left, behind) if added else left
