"""Code points to vocabulary indices and back, with an honest price for what the vocabulary lacks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .errors import VocabularyError

UNKNOWN = 0
"""The index that stands for every code point without an index of its own."""

CODE_POINTS = 0x110000
"""How many code points Unicode has; the price list of unknown ones is uniform over those left out."""

ASCII = "\t\n" + "".join(map(chr, range(32, 127)))
"""Always in the vocabulary: tab, newline and printable ASCII are over 99.95 % of source code."""


@dataclass(frozen=True)
class Vocabulary:
    """An immutable table: index 0 is unknown, then one start token a language, then characters by code point.

    Raises `VocabularyError` for repeated or overlong entries.
    """

    languages: tuple[str, ...]
    characters: str

    def __post_init__(self) -> None:
        if not self.languages or len(set(self.languages)) != len(self.languages):
            raise VocabularyError(f"languages must be distinct and at least one, found {list(self.languages)}")
        if len(set(self.characters)) != len(self.characters):
            raise VocabularyError("the vocabulary repeats a character; each may stand only once")
        if "\r" in self.characters:
            raise VocabularyError("carriage return cannot be in a vocabulary: \\r\\n and \\r are fed as \\n")
        if len(self) > 1 << 16:
            raise VocabularyError(f"{len(self)} entries do not fit 16-bit indices; raise the frequency threshold")

    @classmethod
    def from_counts(
        cls, languages: Sequence[str], counts: Mapping[str, int], *, size: int, least: int = 1
    ) -> Vocabulary:
        """Printable ASCII, then the most frequent others seen at least `least` times, `size` entries at most."""
        room = size - 1 - len(languages) - len(ASCII)
        others = [c for c in counts if c not in ASCII and c != "\r" and counts[c] >= least]
        others = sorted(others, key=lambda c: (-counts[c], c))[: max(room, 0)]
        return cls(tuple(languages), "".join(sorted([*ASCII, *others])))

    def __len__(self) -> int:
        return 1 + len(self.languages) + len(self.characters)

    @cached_property
    def first_character(self) -> int:
        """The lowest index that stands for a character; below it are unknown and the start tokens."""
        return 1 + len(self.languages)

    @cached_property
    def unknown_bits(self) -> float:
        """Bits to say which code point an unknown one is: uniform over all that have no index."""
        return math.log2(CODE_POINTS - len(self.characters))

    @cached_property
    def _indices(self) -> dict[str, int]:
        return {c: self.first_character + i for i, c in enumerate(self.characters)}

    @cached_property
    def _table(self) -> npt.NDArray[np.uint16]:
        table = np.zeros(CODE_POINTS, np.uint16)
        for character, index in self._indices.items():
            table[ord(character)] = index
        return table

    def start(self, language: str) -> int:
        """The start token of a language; `VocabularyError` if the model was not trained on it."""
        try:
            return 1 + self.languages.index(language)
        except ValueError:
            known = ", ".join(self.languages)
            raise VocabularyError(f"this model knows {known}, not {language!r}; train one that does") from None

    def index(self, character: str) -> int:
        """The index of one character, `UNKNOWN` if it has none of its own."""
        return self._indices.get(character, UNKNOWN)

    def encode(self, text: str) -> npt.NDArray[np.uint16]:
        """Indices of a text, one a code point (lone surrogates are unknown). Line endings are the caller's care."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        return self._table[points]

    def decode(self, indices: Iterable[int]) -> str:
        """Text of indices; unknown and start tokens come out as U+FFFD, so lengths stay equal."""
        first, characters = self.first_character, self.characters
        return "".join("\ufffd" if i < first else characters[i - first] for i in map(int, indices))

    @cached_property
    def _points(self) -> npt.NDArray[np.uint32]:
        unnamed = [0xFFFD] * self.first_character
        return np.array([*unnamed, *map(ord, self.characters)], np.uint32)

    def decode_array(self, indices: npt.NDArray[np.integer]) -> str:
        """`decode` of an array, row after row, a hundred times as fast."""
        points: npt.NDArray[np.uint32] = self._points[indices]
        return points.tobytes().decode("utf-32-le")

    def to_json(self) -> dict[str, object]:
        """The JSON form that `from_json` reads back."""
        return {"languages": list(self.languages), "characters": self.characters}

    @classmethod
    def from_json(cls, value: object) -> Vocabulary:
        """The vocabulary of `to_json`; `VocabularyError` says what is wrong with any other value."""
        if not isinstance(value, dict):
            raise VocabularyError(f"a vocabulary is an object, found {type(value).__name__}")
        languages, characters = value.get("languages"), value.get("characters")
        if not isinstance(languages, list) or not all(isinstance(name, str) for name in languages):
            raise VocabularyError("a vocabulary needs `languages`, a list of strings")
        if not isinstance(characters, str):
            raise VocabularyError("a vocabulary needs `characters`, one string")
        return cls(tuple(languages), characters)


def normalise_newlines(text: str) -> str:
    r"""The text as the model reads it: `\r\n` and lone `\r` become `\n`. Lengths may shrink."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
