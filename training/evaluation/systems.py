"""Ways of foretelling the next character, and the sums that their figures are made of: divided once, at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

NETWORK, SERVED = "network", "served"
"""The network alone, and what serves: the network with the memory that was asked for, if any."""

EDGES = (0, 512, 1024, 2048, 4096, 8192, 16384, 32768)
"""Offsets at which the parts begin in which a file is looked at: each as long as all before it together."""

Bits = npt.NDArray[np.float64]


@dataclass
class Tally:
    """Sums over characters. right: how many were the most probable ones."""

    characters: int = 0
    bits: float = 0.0
    right: int = 0

    def add(self, bits: float, characters: int, right: int = 0) -> None:
        """Add one file."""
        self.bits += bits
        self.characters += characters
        self.right += right

    @property
    def bits_per_character(self) -> float:
        """The mean over characters, not over files."""
        return self.bits / max(self.characters, 1)

    @property
    def top1(self) -> float:
        """Share of characters that were the most probable ones."""
        return self.right / max(self.characters, 1)


@dataclass
class System:
    """One way of foretelling the next character, on all files."""

    whole: Tally = field(default_factory=Tally)
    without_header: Tally = field(default_factory=Tally)

    def add(self, bits: Bits, right: npt.NDArray[np.bool_], header: int) -> None:
        """Add one file of which the first `header` characters are a licence."""
        self.whole.add(float(bits.sum()), len(bits), int(right.sum()))
        self.without_header.add(float(bits[header:].sum()), len(bits) - header, int(right[header:].sum()))

    def to_json(self) -> dict[str, object]:
        """Bits per character, and the share of next characters that were foretold."""
        bare = {"bits_per_character": self.without_header.bits_per_character, "top1": self.without_header.top1}
        return {
            "bits_per_character": self.whole.bits_per_character,
            "top1": self.whole.top1,
            "without_licence_header": bare,
        }


@dataclass
class Portion:
    """Some of the characters that were measured, under every system."""

    files: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)

    def add(self, bits: Mapping[str, float], characters: int) -> None:
        """Add what one file has of it."""
        self.files += 1
        for name, found in bits.items():
            self.tallies.setdefault(name, Tally()).add(found, characters)

    def to_json(self) -> dict[str, object]:
        """Counts, and bits per character by system."""
        return {
            "files": self.files,
            "characters": max((tally.characters for tally in self.tallies.values()), default=0),
            "bits_per_character": {name: tally.bits_per_character for name, tally in self.tallies.items()},
        }


class ByPosition:
    """How the cost of a character falls, or does not, the more of its file has been read; licence headers left out."""

    def __init__(self) -> None:
        self._portions = {edge: Portion() for edge in EDGES}

    def add(self, costs: Mapping[str, Bits], header: int) -> None:
        """Add one file; costs: bits of each of its characters, by system; header: length of its licence."""
        length = max(map(len, costs.values()))
        for edge, end in zip(EDGES, (*EDGES[1:], length), strict=True):
            start, end = max(edge, header), min(end, length)
            if start < end:
                self._portions[edge].add(
                    {name: float(bits[start:end].sum()) for name, bits in costs.items()}, end - start
                )

    def to_json(self) -> list[dict[str, object]]:
        """The parts that there are, from a file's beginning on; `to` is None where nothing ends a part."""
        ends = dict(zip(EDGES, (*EDGES[1:], None), strict=True))
        found = self._portions.items()
        return [{"from": start, "to": ends[start], **portion.to_json()} for start, portion in found if portion.files]


class ByRepository:
    """How far the repositories differ."""

    def __init__(self) -> None:
        self._portions: dict[str, Portion] = {}

    def add(self, repository: str, bits: Mapping[str, float], characters: int) -> None:
        """Add one file; repository: its place, of which only the name is told; bits: of all of it, by system."""
        self._portions.setdefault(repository, Portion()).add(bits, characters)

    def to_json(self) -> list[dict[str, object]]:
        """All of them, by name."""
        named = sorted((place.rpartition("/")[2], place) for place in self._portions)
        # A folder's name need not be UTF-8, but reports and plots are.
        return [
            {"name": name.encode("utf-8", "backslashreplace").decode(), **self._portions[place].to_json()}
            for name, place in named
        ]
