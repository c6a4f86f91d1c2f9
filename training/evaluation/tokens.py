"""Whole tokens: what they cost, and how high the search lists them, at a seeded sample of places.

Candidates are found as the editor finds them, and compared as a person sees them: each once, without the space that
may stand before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from peephole.model.offers import BEAM_WIDTH, LONGEST_ITEM, MOST_ITEMS
from peephole.model.predictor import Predictor, Reading
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.search import next_tokens

from ..texts import Text
from .token_sample import ALL, SEED, WITHOUT_STRINGS, Place, Sample

WIDTH, TOP, LONGEST = BEAM_WIDTH, MOST_ITEMS, LONGEST_ITEM
"""The server's own defaults (`peephole.completion.*`)."""

TYPED = (0, 1, 3)
"""Characters typed before the list is asked for; more than none only of identifiers that are longer."""

NETWORK, DOCUMENT, WORKSPACE = "network", "document", "workspace"


@dataclass
class Ranks:
    """Where in the list the right tokens stood; sums, to be divided once."""

    count: int = 0
    reciprocal: float = 0.0
    first: int = 0
    in_five: int = 0

    def add(self, rank: int | None) -> None:
        """Add one list; rank: from 1 on, None where the token was not in it."""
        self.count += 1
        if rank is not None:
            self.reciprocal += 1 / rank
            self.first += rank == 1
            self.in_five += rank <= 5

    def to_json(self) -> dict[str, float]:
        """Count, mean reciprocal rank (0 where not among ten), shares that stood first and among five."""
        some = max(self.count, 1)
        means = {"mrr10": self.reciprocal / some, "top1": self.first / some, "top5": self.in_five / some}
        return {"count": self.count, **means}


@dataclass
class Group:
    """Tokens of one kind under one system."""

    count: int = 0
    bits: float = 0.0
    typed: dict[int, Ranks] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Counts, bits per token, and the ranks by characters typed."""
        typed = {str(count): ranks.to_json() for count, ranks in sorted(self.typed.items())}
        means = {"count": self.count, "bits_per_token": self.bits / max(self.count, 1)}
        return {**means, "typed": typed} if typed else {**means}


def no_groups(sample: Sample) -> dict[str, Group]:
    """The groups of a sample's tokens under one system, nothing measured yet."""
    return {group: Group() for group in sample.groups}


class TokenEvaluation:
    """The sampled tokens under the network alone, with the document's memory, and with the workspace's."""

    def __init__(self, predictor: Predictor, language: str, sample: Sample) -> None:
        self._language, self.sample = language, sample
        self._predictors = {NETWORK: predictor.alone()}
        if predictor.gate is not None:
            self._predictors |= {DOCUMENT: predictor, WORKSPACE: predictor}
        self.found = {system: no_groups(sample) for system in self._predictors}
        self.charged: dict[str, dict[str, Group]] = {}

    def charge(self, text: Text, bits: Mapping[str, npt.NDArray[np.float64]]) -> None:
        """Add all tokens of a text, sampled or not; bits: of each of its characters, by system."""
        places = list(self.sample.all_places(text))
        for system, costs in bits.items():
            groups = self.charged.setdefault(system, no_groups(self.sample))
            sums = np.concatenate([[0.0], np.cumsum(costs)])
            for place in places:
                cost = float(sums[place.token.end] - sums[place.token.start])
                for group in place.groups:
                    groups[group].count += 1
                    groups[group].bits += cost

    def measure(self, text: Text, libraries: Libraries) -> None:
        """Add the sampled tokens of a text; libraries: those of the workspace."""
        places = [place for _, place in self.sample.places(text)]
        for system, predictor in self._predictors.items() if places else ():
            beside = libraries if system == WORKSPACE else NO_LIBRARIES
            reading, at = predictor.start(self._language, beside, text.path), 0
            for place in places:
                _, reading = predictor.read(reading, text.text[at : place.token.start])
                reading = self._look(predictor, reading, text.text, place, self.found[system])
                at = place.token.end

    def _look(
        self, predictor: Predictor, reading: Reading, text: str, place: Place, groups: dict[str, Group]
    ) -> Reading:
        """Ask for the list at one token, with more and more of it typed; the reading behind it."""
        token = place.token
        written = text[token.start : token.end]
        bits, at = 0.0, 0
        for typed in TYPED if place.is_identifier else TYPED[:1]:
            if typed >= len(written):
                break
            surprisal_bits, reading = predictor.read(reading, written[at:typed])
            bits, at = bits + float(surprisal_bits.sum(dtype=np.float64)), typed
            rank = rank_of(self._offered(predictor, reading, written[:typed]), written[typed:])
            for group in place.groups:
                if not typed or group not in (ALL, WITHOUT_STRINGS):
                    groups[group].typed.setdefault(typed, Ranks()).add(rank)
        surprisal_bits, reading = predictor.read(reading, written[at:])
        bits += float(surprisal_bits.sum(dtype=np.float64))
        for group in place.groups:
            groups[group].count += 1
            groups[group].bits += bits
        return reading

    def _offered(self, predictor: Predictor, reading: Reading, prefix: str) -> Iterator[str]:
        found = next_tokens(
            predictor, reading, language=self._language, prefix=prefix, width=WIDTH, top=TOP, longest=LONGEST
        )
        return (candidate.text for candidate in found)

    def to_json(self) -> dict[str, Any]:
        """How the sample was drawn, and its figures by system and group; `all_tokens`: what all tokens cost."""
        charged, systems = (
            {system: {name: group.to_json() for name, group in groups.items()} for system, groups in found.items()}
            for found in (self.charged, self.found)
        )
        sample = self.sample
        drawn = {"sampled": sample.size, "of": sample.tokens, "new_words_added": sample.added, "seed": SEED}
        return {**drawn, "beam_width": WIDTH, "candidates": TOP, "all_tokens": charged, "systems": systems}


def rank_of(offered: Iterable[str], wanted: str) -> int | None:
    """Where a token stands in a list as it is shown, from 1 on."""
    shown = list(dict.fromkeys(text.strip() for text in offered))
    return shown.index(wanted) + 1 if wanted in shown else None
