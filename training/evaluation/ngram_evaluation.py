"""The n-gram on the tokens that a model is measured on: bits, and how high it lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .ngram_nest import Nest
from .ngram_reading import SYSTEMS, Costs, NgramReading
from .ngram_training import NgramModel
from .token_sample import ALL, WITHOUT_STRINGS, Place, Sample
from .tokens import Group, Ranks

if TYPE_CHECKING:
    from ..texts import Text, Texts


@dataclass
class NgramGroup(Group):
    """Tokens of one kind under one system. bits: each spelled where it is unknown; closed_bits: where every unknown
    token is one and the same, as likely as any other where nothing is known."""

    closed_bits: float = 0.0
    unknown: int = 0

    def add(self, bits: float, closed_bits: float, unknown: bool) -> None:
        """Add a token."""
        self.count += 1
        self.bits += bits
        self.closed_bits += closed_bits
        self.unknown += unknown

    def to_json(self) -> dict[str, object]:
        """Both kinds of bits, and how many tokens the system had never met, before the ranks."""
        closed = self.closed_bits / max(self.count, 1)
        return {**super().to_json(), "closed_bits_per_token": closed, "unknown": self.unknown}


class NgramEvaluation:
    """The n-gram static, with the file's cache, and with the nested cache as well, on the tokens of a sample."""

    def __init__(self, model: NgramModel, given: Texts, language: str, sample: Sample) -> None:
        self._model, self._sample = model, sample
        self._nest = Nest(given, language, model.lexicon)
        self.found, self.charged = (
            {system: {group: NgramGroup() for group in sample.groups} for system in SYSTEMS} for _ in range(2)
        )

    def measure(self, text: Text) -> None:
        """Add a text: what all its tokens cost, and the sampled ones' ranks."""
        reading = NgramReading(text, self._model, self._nest, self._sample)
        for system in SYSTEMS:
            costs = reading.costs(system)
            for number, place in enumerate(reading.places):
                _add(self.charged[system], place, costs, number)
            for number, place in reading.sampled.items():
                _add(self.found[system], place, costs, number)
        for number, place in reading.sampled.items():
            for system, ranks in reading.ranks(number, place.is_identifier).items():
                for typed, rank in ranks.items():
                    for group in place.groups:
                        if not typed or group not in (ALL, WITHOUT_STRINGS):
                            self.found[system][group].typed.setdefault(typed, Ranks()).add(rank)

    def systems_to_json(self) -> dict[str, object]:
        """The sampled tokens' figures by system and group."""
        return _to_json(self.found)

    def charged_to_json(self) -> dict[str, object]:
        """What all tokens cost by system and group."""
        return _to_json(self.charged)


def _add(groups: dict[str, NgramGroup], place: Place, costs: Costs, number: int) -> None:
    for group in place.groups:
        groups[group].add(float(costs.bits[number]), float(costs.closed_bits[number]), bool(costs.unknown[number]))


def _to_json(found: dict[str, dict[str, NgramGroup]]) -> dict[str, object]:
    return {system: {name: group.to_json() for name, group in groups.items()} for system, groups in found.items()}
