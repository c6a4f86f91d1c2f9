"""Bits per character of a model on files it has not seen, beside what compressors and other rivals need for them.

Bits and characters are summed over all files and divided once. A character that the vocabulary lacks costs
−log2 p(unknown) and the bits to say which one it is, so no model gains by knowing fewer. What the network alone says
and what it says with its memories come from one and the same pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from peephole.model.checkpoint import Checkpoint
from peephole.model.predictor import Predictor
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.runtime import LONGEST_CALL, Runtime
from peephole.model.state import Float32
from peephole.model.vocabulary import UNKNOWN

from ..texts import Text, licence_header_length
from .baselines import ppmd_bits, xz_bits
from .rivals import Rivals
from .rows import Clock, Rows, is_right, nats_of, read_rows
from .tokens import TokenEvaluation

NETWORK, SERVED = "network", "served"
"""The network alone, and what serves: the network with the memory that was asked for, if any."""

Bits = npt.NDArray[np.float64]


@dataclass
class Tally:
    """Sums over characters; divide only at the end. right: how many were the most probable ones."""

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
class Evaluation:
    """Everything that one run measured; `to_json` is what `--json` writes."""

    files: int = 0
    unknown_characters: int = 0
    clock: Clock = field(default_factory=Clock)
    systems: dict[str, System] = field(default_factory=lambda: {NETWORK: System(), SERVED: System()})
    rival_seconds: dict[str, float] = field(default_factory=dict)
    compressors: dict[str, Tally] = field(default_factory=lambda: {"xz": Tally(), "ppmd": Tally()})

    @property
    def whole(self) -> Tally:
        """What serves, on all characters."""
        return self.systems[SERVED].whole

    @property
    def without_header(self) -> Tally:
        """The same without licence headers."""
        return self.systems[SERVED].without_header

    def to_json(self) -> dict[str, object]:
        """Counts, bits per character, and the rivals' bits per character on the same files."""
        characters, clock = max(self.whole.characters, 1), self.clock
        rivals = {name: system.to_json() for name, system in self.systems.items() if name not in (NETWORK, SERVED)}
        for name, seconds in self.rival_seconds.items():
            rivals[name]["added_ms_per_character"] = 1000 * seconds / characters
        return {
            "files": self.files,
            "characters": self.whole.characters,
            "unknown_characters": self.unknown_characters,
            "bits_per_character": self.whole.bits_per_character,
            "top1": self.whole.top1,
            "without_licence_header": {
                "characters": self.without_header.characters,
                "bits_per_character": self.without_header.bits_per_character,
                "top1": self.without_header.top1,
            },
            "ms_per_character": 1000 * (clock.network_s + clock.memory_s) / characters,
            "network": {
                **self.systems[NETWORK].to_json(),
                "ms_per_character": 1000 * clock.network_s / characters,
            },
            "memory_ms_per_character": 1000 * clock.memory_s / characters,
            "baselines": {name: tally.bits_per_character for name, tally in self.compressors.items()},
            **({"rivals": rivals} if rivals else {}),
        }


class Float32Runtime(Runtime):
    """The float32 parameters on ONNX Runtime: for figures to hold int8 against, not for serving."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(_Float32Checkpoint(**vars(checkpoint)))
        # Another cut of the text may change the last bit of a float32 product; for a mean that does not matter.
        self._longest_call = LONGEST_CALL


class _Float32Checkpoint(Checkpoint):
    def graph(self) -> bytes:
        """A float32 graph, made of the parameters on the spot."""
        from ..export import export_onnx

        return export_onnx(self.config, self.parameters(), quantise=False)


def load_predictor(checkpoint: Checkpoint, *, float32: bool = False, memories: bool = True) -> Predictor:
    """What reads the files: the int8 graph that serves, or the float32 parameters."""
    return Predictor(Float32Runtime(checkpoint) if float32 else Runtime(checkpoint), memories=memories)


def evaluate(
    predictor: Predictor,
    language: str,
    texts: Sequence[Text],
    advance: Callable[[int], None] | None = None,
) -> Evaluation:
    """Measure every text by itself from its start token on; `advance` hears how many characters are done."""
    return evaluate_beside(predictor, language, ((text, NO_LIBRARIES) for text in texts), advance=advance)


def evaluate_beside(
    predictor: Predictor,
    language: str,
    beside: Iterable[tuple[Text, Libraries]],
    *,
    looked_into: bool = True,
    rivals: Rivals | None = None,
    tokens: TokenEvaluation | None = None,
    advance: Callable[[int], None] | None = None,
) -> Evaluation:
    """Measure every text with the libraries beside it, and its tokens where those are asked for.

    looked_into: whether the libraries serve for the characters as well, or for the tokens alone.
    """
    result = Evaluation()
    for text, libraries in beside:
        indices = predictor.vocabulary.encode(text.text)
        reading = predictor.start(language, libraries if looked_into else NO_LIBRARIES)
        if rivals is not None:
            rivals.begin()
        parts = _Parts(predictor.vocabulary.unknown_bits)
        for rows in read_rows(predictor, reading, indices, result.clock):
            found = {} if rivals is None else rivals.read(rows)
            parts.add(rows, {NETWORK: rows.network_nats, SERVED: rows.nats, **found})
        header = licence_header_length(text.text, language)
        costs = parts.joined()
        for name, (bits, right) in costs.items():
            result.systems.setdefault(name, System()).add(bits, right, header)
        result.files += 1
        result.unknown_characters += int(np.count_nonzero(indices == UNKNOWN))
        result.compressors["xz"].add(xz_bits(text.content), len(indices))
        result.compressors["ppmd"].add(ppmd_bits(text.content), len(indices))
        if tokens is not None:
            tokens.charge(text, {name: costs[name][0] for name in (NETWORK, SERVED)})
            tokens.measure(text, libraries)
        if advance is not None:
            advance(len(indices))
    if rivals is not None:
        result.rival_seconds = dict(rivals.seconds)
    return result


class _Parts:
    """What each character of one text cost under each system, chunk by chunk."""

    def __init__(self, unknown_bits: float) -> None:
        self._unknown_bits = unknown_bits
        self._bits: dict[str, list[Bits]] = {}
        self._right: dict[str, list[npt.NDArray[np.bool_]]] = {}

    def add(self, rows: Rows, found: Mapping[str, Float32]) -> None:
        """Add a chunk; found: log-probabilities (N, V) by system."""
        extra = np.where(rows.written == UNKNOWN, self._unknown_bits, 0.0)
        for name, nats in found.items():
            self._bits.setdefault(name, []).append(nats_of(nats, rows.written) / -math.log(2) + extra)
            self._right.setdefault(name, []).append(is_right(nats, rows.written))

    def joined(self) -> dict[str, tuple[Bits, npt.NDArray[np.bool_]]]:
        """By system: bits of each character, and whether it was the most probable one."""
        return {name: (np.concatenate(self._bits[name]), np.concatenate(self._right[name])) for name in self._bits}
