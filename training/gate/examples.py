"""Examples for a gate: what network and memories said before each character of text that the network has not seen.

They lie in files that are mapped, not loaded: 3 million characters of a 2x512 network take 2.6 GB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from peephole.model.contexts import alphabet_of
from peephole.model.gate import HIDDEN_STEPS, gate_features
from peephole.model.recall import Libraries, Recall
from peephole.model.runtime import LONGEST_CALL, Runtime
from peephole.model.state import Float32, State
from peephole.model.votes import (
    DOCUMENT_EVIDENCE,
    DOCUMENT_SLOTS,
    EVIDENCE,
    LIBRARY_EVIDENCE,
    LIBRARY_SLOTS,
    NOTHING,
    SLOTS,
    Votes,
    silent,
)

from .repositories import Repository

Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

LIBRARIES = ("near", "far")


@dataclass(frozen=True, eq=False)
class Batch:
    """N places. nats: (N, V), the LSTM's; hidden: (N, H) and features: (N, FEATURES) whole numbers; written: (N,)."""

    nats: Float32
    hidden: Float32
    votes: Votes
    features: Float32
    written: npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Examples:
    """Every character of some documents of one language, in the order of `documents`.

    written: (N,) uint16; nats: (N, V) float16; hidden: (N, H) int8, of the top layer; candidates: (N, SLOTS) uint16;
    evidence: (N, EVIDENCE) uint8. starts: (D + 1,) where each document begins, and the end; names: of their
    repositories. unknown_bits: what an unknown character costs beside.
    """

    language: str
    written: npt.NDArray[np.uint16]
    nats: npt.NDArray[np.float16]
    hidden: npt.NDArray[np.int8]
    candidates: npt.NDArray[np.uint16]
    evidence: npt.NDArray[np.uint8]
    starts: Rows
    names: tuple[str, ...]
    unknown_bits: float

    @classmethod
    def create(
        cls, folder: Path, language: str, runtime: Runtime, lengths: Sequence[int], names: Sequence[str]
    ) -> Examples:
        """Room for documents of these lengths, in new files in a folder that must outlive it."""
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
        size = int(starts[-1])

        def room(name: str, kind: type[np.generic], *columns: int) -> npt.NDArray[Any]:
            return np.memmap(folder / f"{language}-{name}", kind, "w+", shape=(size, *columns))

        return cls(
            language,
            room("written", np.uint16),
            room("nats", np.float16, runtime.config.vocabulary_size),
            room("hidden", np.int8, runtime.config.hidden_size),
            room("candidates", np.uint16, SLOTS),
            room("evidence", np.uint8, EVIDENCE),
            starts,
            tuple(names),
            runtime.vocabulary.unknown_bits,
        )

    def rows_of(self, documents: Iterable[int]) -> Rows:
        """The rows of documents, in their order."""
        parts = [np.arange(self.starts[k], self.starts[k + 1]) for k in documents]
        return np.concatenate(parts) if parts else np.empty(0, np.intp)

    def batch(self, rows: Rows, silenced: dict[str, Flags]) -> Batch:
        """The given rows; silenced: by library, (N,) whether it is taken as not there."""
        candidates, evidence = self.candidates[rows], self.evidence[rows].astype(np.float32)
        for name, flags in silenced.items():
            number = LIBRARIES.index(name)
            slot, piece = DOCUMENT_SLOTS + number * LIBRARY_SLOTS, DOCUMENT_EVIDENCE + number * LIBRARY_EVIDENCE
            candidates[flags, slot : slot + LIBRARY_SLOTS] = NOTHING
            evidence[flags, piece : piece + LIBRARY_EVIDENCE] = 0
        votes, nats = Votes(candidates, evidence), self.nats[rows].astype(np.float32)
        return Batch(
            nats,
            self.hidden[rows].astype(np.float32),
            votes,
            gate_features(nats, votes),
            self.written[rows].astype(np.intp),
        )


def collect(
    runtime: Runtime,
    language: str,
    repositories: Sequence[Repository],
    chosen: Sequence[Sequence[int]],
    folder: Path,
    advance: Callable[[int], None] = lambda _count: None,
) -> Examples:
    """Read the chosen files of each repository, each beside the others; `advance` hears how many characters it was."""
    vocabulary = runtime.vocabulary
    pairs = list(zip(repositories, map(sorted, chosen), strict=True))
    lengths = [len(repository.files[number].text) for repository, numbers in pairs for number in numbers]
    names = [repository.name for repository, numbers in pairs for _ in numbers]
    examples = Examples.create(folder, language, runtime, lengths, names)
    rows = iter(examples.starts.tolist())
    for repository, numbers in pairs:
        for number, libraries in repository.beside(numbers, vocabulary):
            indices = vocabulary.encode(repository.files[number].text)
            read_document(runtime, language, indices, libraries, examples, next(rows))
            advance(len(indices))
    return examples


def read_document(
    runtime: Runtime,
    language: str,
    indices: npt.NDArray[np.uint16],
    libraries: Libraries,
    examples: Examples,
    row: int,
) -> None:
    """Write what was said before each character of a document into the rows from `row` on."""
    recall: Recall | None = Recall.empty(alphabet_of(runtime.vocabulary), libraries)
    state = State.zeros(runtime.config)
    fed = np.concatenate([[runtime.vocabulary.start(language)], indices[:-1]]).astype(np.uint16)
    for start in range(0, len(indices), LONGEST_CALL):
        chunk = indices[start : start + LONGEST_CALL]
        nats, hidden, state = runtime.read_with_hidden(fed[start : start + LONGEST_CALL], state)
        said, recall = recall.read(chunk) if recall is not None else (None, None)
        votes = silent(len(chunk), SLOTS, EVIDENCE) if said is None else said
        here = slice(row + start, row + start + len(chunk))
        examples.written[here], examples.nats[here] = chunk, nats
        examples.hidden[here] = np.rint(hidden * np.float32(HIDDEN_STEPS))
        examples.candidates[here], examples.evidence[here] = votes.candidates, votes.evidence
