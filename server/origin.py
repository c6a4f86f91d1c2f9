"""Where a proposal comes from: the place where the memory has read it, if it is not the network's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peephole.model.citation import Source, cite

if TYPE_CHECKING:
    from peephole.model.predictor import Reading
    from peephole.model.search import Candidate

NETWORKS_SHARE = 0.5
"""Of a candidate's probability. Where the network alone gives at least as much, the memory only agrees with it."""


def origin_of(candidate: Candidate, reading: Reading, *, exact: bool = True) -> Source | None:
    """The place that a candidate behind a reading was remembered from; None for one of the network's own.

    exact: false for a reading that began in the middle of the document, which does not know its lines' numbers.
    """
    if candidate.network_probability >= NETWORKS_SHARE * candidate.probability:
        return None
    source = cite(reading, candidate.text)
    return source if source is None or exact or source.path is not None else None


def describe(source: Source) -> str:
    """The place as people read it; what a file's name could do to a terminal or an editor is left out."""
    if source.path is None:
        return f"as in line {source.line}"
    path = "".join(character if character.isprintable() else "?" for character in source.path)
    return f"as in {path}:{source.line}"
