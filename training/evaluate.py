"""Bits per character of a model on files it has not seen, beside what compressors need for the same files.

Bits and characters are summed over all files and divided once. A character that the vocabulary lacks costs
−log2 p(unknown) and the bits to say which one it is, so no model gains by knowing fewer.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from peephole.model.checkpoint import Checkpoint
from peephole.model.predictor import Predictor
from peephole.model.runtime import LONGEST_CALL, Runtime
from peephole.model.vocabulary import UNKNOWN, normalise_newlines

from .baselines import ppmd_bits, xz_bits
from .corpus.sources import read_source
from .errors import TrainingError

SEED = 1
"""Of the order in which files are taken where a limit leaves some out."""


@dataclass
class Text:
    """A file to be measured; bytes that are not UTF-8 become lone surrogates, which are charged as unknown."""

    path: str
    text: str

    @property
    def content(self) -> bytes:
        """What the compressors get: the same text in UTF-8."""
        return self.text.encode("utf-8", "surrogateescape")


@dataclass
class Tally:
    """Sums of bits over characters; divide only at the end."""

    characters: int = 0
    bits: float = 0.0

    def add(self, bits: float, characters: int) -> None:
        """Add one file."""
        self.bits += bits
        self.characters += characters

    @property
    def bits_per_character(self) -> float:
        """The mean over characters, not over files."""
        return self.bits / max(self.characters, 1)


@dataclass
class Evaluation:
    """Everything that one run measured; `to_json` is what `--json` writes."""

    files: int = 0
    unknown_characters: int = 0
    reading_s: float = 0.0
    whole: Tally = field(default_factory=Tally)
    without_header: Tally = field(default_factory=Tally)
    xz: Tally = field(default_factory=Tally)
    ppmd: Tally = field(default_factory=Tally)
    ppmd_primed: Tally = field(default_factory=Tally)

    def to_json(self) -> dict[str, object]:
        """Counts, bits per character, and the rivals' bits per character on the same files."""
        rivals = {"xz": self.xz, "ppmd": self.ppmd, "ppmd_primed": self.ppmd_primed}
        return {
            "files": self.files,
            "characters": self.whole.characters,
            "bits_per_character": self.whole.bits_per_character,
            "unknown_characters": self.unknown_characters,
            "without_licence_header": {
                "characters": self.without_header.characters,
                "bits_per_character": self.without_header.bits_per_character,
            },
            "baselines": {name: tally.bits_per_character for name, tally in rivals.items() if tally.characters},
            "ms_per_character": 1000 * self.reading_s / max(self.whole.characters, 1),
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
        from .export import export_onnx

        return export_onnx(self.config, self.parameters(), quantise=False)


def load_predictor(checkpoint: Checkpoint, *, float32: bool = False) -> Predictor:
    """What reads the files: the int8 graph that serves, or the float32 parameters."""
    return Predictor(Float32Runtime(checkpoint) if float32 else Runtime(checkpoint))


def read_texts(paths: Sequence[Path], language: str, *, limit_bytes: float | None = None) -> list[Text]:
    """The language's files in folders, checkouts and archives, and files named themselves; empty ones left out.

    With a limit, whole files are taken in a seeded order until the next one would exceed it.
    """
    texts = [text for path in paths for text in _read_path(path, language) if text.text]
    if not texts:
        raise TrainingError(f"no {language} file that is not empty in {', '.join(map(str, paths))}")
    if limit_bytes is None:
        return texts
    random.Random(SEED).shuffle(texts)
    return list(_take(texts, limit_bytes))


def _read_path(path: Path, language: str) -> Iterator[Text]:
    if path.is_file() and path.suffix in (".java", ".py", ".txt", ""):
        yield _decode(path.name, path.read_bytes())
    elif path.exists():
        for file in read_source(path, (language,)):
            if file.content is not None:
                yield _decode(file.path, file.content)
    else:
        raise TrainingError(f"{path} does not exist; name files, folders or archives")


def _decode(path: str, content: bytes) -> Text:
    return Text(path, normalise_newlines(content.decode("utf-8", "surrogateescape")))


def _take(texts: Sequence[Text], limit_bytes: float) -> Iterator[Text]:
    total = 0
    for text in texts:
        total += len(text.content)
        if total > limit_bytes and total > len(text.content):
            return
        yield text


def evaluate(
    predictor: Predictor, language: str, texts: Sequence[Text], advance: Callable[[int], None] | None = None
) -> Evaluation:
    """Measure every text from its start token on; `advance` hears how many characters are done."""
    result = Evaluation()
    start = predictor.start(language)
    for text in texts:
        began = time.perf_counter()
        indices = predictor.vocabulary.encode(text.text)
        surprisal_bits, _ = predictor.read_indices(start, indices)
        result.reading_s += time.perf_counter() - began
        header, count = licence_header_length(text.text, language), len(indices)
        result.files += 1
        result.unknown_characters += int(np.count_nonzero(indices == UNKNOWN))
        result.whole.add(float(surprisal_bits.sum(dtype=np.float64)), count)
        result.without_header.add(float(surprisal_bits[header:].sum(dtype=np.float64)), count - header)
        result.xz.add(xz_bits(text.content), count)
        result.ppmd.add(ppmd_bits(text.content), count)
        if advance is not None:
            advance(count)
    return result


_COMMENTS = {"java": re.compile(r"(?:\s+|/\*.*?\*/|//[^\n]*)*+", re.DOTALL), "python": re.compile(r"(?:\s+|#[^\n]*)*+")}
_LICENCE = re.compile(r"licen[sc]e|copyright", re.IGNORECASE)


def licence_header_length(text: str, language: str) -> int:
    """Code points of the comments at the head of the file if they speak of a licence, else 0.

    The model still reads them; they are only left out of the second sum.
    """
    match = _COMMENTS[language].match(text) if language in _COMMENTS else None
    return match.end() if match and _LICENCE.search(match[0]) else 0
