"""Bits per character of a model on files it has not seen, beside what compressors and other rivals need for them.

Bits and characters are summed over all files and divided once. A character that the vocabulary lacks costs
−log2 p(unknown) and the bits to say which one it is, so no model gains by knowing fewer. What the network alone says
and what it says with its memories come from one and the same pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from peephole.model.checkpoint import Checkpoint
from peephole.model.predictor import Predictor
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.runtime import LONGEST_CALL, Runtime
from peephole.model.state import Float32
from peephole.model.vocabulary import UNKNOWN

from ..texts import Text, licence_header_length
from .baselines import Compressors
from .rivals import Rivals
from .rows import Clock, Rows, is_right, nats_of, read_rows
from .systems import NETWORK, SERVED, Bits, ByPosition, ByRepository, System, Tally
from .tokens import TokenEvaluation
from .typing_simulation import TypingSimulation

CHARACTERS, TOKENS, PLACES = "characters", "tokens", "places"
"""Kinds of work: characters that are read, tokens that are looked for, places where somebody types."""

Costs = Mapping[str, tuple[Bits, npt.NDArray[np.bool_]]]
"""By system: bits of each character of a text, and whether it was the most probable one."""

Advance = Callable[[str, int], None]
"""Hears how much of which kind of work is done."""


@dataclass
class Evaluation:
    """Everything that one run measured; `to_json` is what `--json` writes."""

    files: int = 0
    unknown_characters: int = 0
    clock: Clock = field(default_factory=Clock)
    systems: dict[str, System] = field(default_factory=lambda: {NETWORK: System(), SERVED: System()})
    rival_seconds: dict[str, float] = field(default_factory=dict)
    compressors: dict[str, Tally] = field(default_factory=lambda: {"xz": Tally(), "ppmd": Tally()})
    by_position: ByPosition = field(default_factory=ByPosition)
    by_repository: ByRepository = field(default_factory=ByRepository)

    def add(self, text: Text, costs: Costs, header: int, compressed: Mapping[str, int]) -> None:
        """Add a file. costs: under all systems; header: length of its licence; compressed: bits, by compressor."""
        characters = len(text.text)
        for name, (bits, right) in costs.items():
            self.systems.setdefault(name, System()).add(bits, right, header)
        for name, size in compressed.items():
            self.compressors[name].add(size, characters)
        self.files += 1
        self.by_position.add({name: bits for name, (bits, _) in costs.items()}, header)
        sums = {name: float(bits.sum()) for name, (bits, _) in costs.items()}
        self.by_repository.add(text.repository, {**sums, **compressed}, characters)

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
            "by_position": self.by_position.to_json(),
            "by_repository": self.by_repository.to_json(),
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


def evaluate(predictor: Predictor, language: str, texts: Sequence[Text]) -> Evaluation:
    """Measure every text by itself from its start token on."""
    return evaluate_beside(predictor, language, ((text, NO_LIBRARIES) for text in texts))


def evaluate_beside(
    predictor: Predictor,
    language: str,
    beside: Iterable[tuple[Text, Libraries]],
    *,
    looked_into: bool = True,
    rivals: Rivals | None = None,
    tokens: TokenEvaluation | None = None,
    typing: TypingSimulation | None = None,
    advance: Advance = lambda _kind, _count: None,
) -> Evaluation:
    """Measure every text with the libraries beside it, its tokens and somebody typing it where those are asked for.

    looked_into: whether the libraries serve for characters and typing as well, or for the tokens alone.
    """
    result = Evaluation()
    with Compressors() as compressors:
        for text, libraries in beside:
            indices = predictor.vocabulary.encode(text.text)
            consulted = libraries if looked_into else NO_LIBRARIES
            reading = predictor.start(language, consulted, text.path)
            if rivals is not None:
                rivals.begin()
            parts = _Parts(predictor.vocabulary.unknown_bits)
            for rows in read_rows(predictor, reading, indices, result.clock):
                found = {} if rivals is None else rivals.read(rows)
                parts.add(rows, {NETWORK: rows.network_nats, SERVED: rows.nats, **found})
                advance(CHARACTERS, len(rows.written))
            costs = parts.joined()
            result.add(text, costs, licence_header_length(text.text, language), compressors.bits(text.content))
            result.unknown_characters += int(np.count_nonzero(indices == UNKNOWN))
            if tokens is not None:
                tokens.charge(text, {name: costs[name][0] for name in (NETWORK, SERVED)})
                tokens.measure(text, libraries)
                advance(TOKENS, len(tokens.sample.places(text)))
            if typing is not None:
                typing.measure(text, consulted, partial(advance, PLACES, 1))
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

    def joined(self) -> Costs:
        """By system: bits of each character, and whether it was the most probable one."""
        return {name: (np.concatenate(self._bits[name]), np.concatenate(self._right[name])) for name in self._bits}
