"""A quick look at development files while a network trains: a fixed sample, in batches, in the training precision.

The figures that are published come from `evaluate`, file by file through what serves; these only follow a run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from peephole.model.heading import heading
from peephole.model.network import Network
from peephole.model.vocabulary import UNKNOWN, Vocabulary

from ..corpus.shards import read_corpus

ROWS, LENGTH, WINDOW = 32, 6144, 256
"""32 rows of 6,144 characters a language, read 256 at a time: 200,000 characters, about a second on two cores."""


@dataclass(frozen=True)
class DevelopmentSet:
    """Rows of encoded development text by language, (ROWS, LENGTH + 1); each row begins at a file's start.

    priced: of the same shape, which of them are text; start tokens and headings are told to the network, not asked.
    """

    rows: Mapping[str, npt.NDArray[np.int64]]
    priced: Mapping[str, npt.NDArray[np.bool_]]
    unknown_bits: float

    @classmethod
    def read(cls, corpus: Path, vocabulary: Vocabulary) -> DevelopmentSet:
        """A sample spread evenly over the corpus's development files, the same each time; empty without any."""
        rows, priced = {}, {}
        headings = bool(read_corpus(corpus).get("headings"))
        for language in vocabulary.languages:
            folder = corpus / "development" / language
            files = sorted(p for p in folder.rglob("*") if p.is_file())
            if len(files) >= ROWS:
                starts = [_beginning(file, folder, vocabulary.start(language), vocabulary, headings) for file in files]
                read = [_row(files, starts, number, vocabulary) for number in range(ROWS)]
                rows[language] = np.stack([row for row, _ in read])
                priced[language] = np.stack([text for _, text in read])
        return cls(rows, priced, vocabulary.unknown_bits)

    @torch.no_grad()
    def cross_entropy_bits(self, network: Network) -> dict[str, float]:
        """Bits per character by language; unknown characters are charged in full."""
        network.eval()
        try:
            return {language: self._bits(network, language) for language in self.rows}
        finally:
            network.train()

    def _bits(self, network: Network, language: str) -> float:
        tokens = torch.from_numpy(self.rows[language].T.copy())
        priced = torch.from_numpy(self.priced[language].T.copy())
        start = tokens[0, 0]
        state, nats, count = network.initial_state(tokens.shape[1]), 0.0, 0
        for begin in range(0, LENGTH, WINDOW):
            inputs, targets = tokens[begin : begin + WINDOW], tokens[begin + 1 : begin + WINDOW + 1]
            keep = (inputs != start).float().unsqueeze(2)
            logits, state = network(inputs, state, keep)
            real = priced[begin + 1 : begin + WINDOW + 1]
            nats += float(nn.functional.cross_entropy(logits[real], targets[real], reduction="sum"))
            count += int(real.sum())
        unknown = int((tokens[1:][priced[1:]] == UNKNOWN).sum())
        return (nats / math.log(2) + unknown * self.unknown_bits) / count


def _beginning(file: Path, folder: Path, start: int, vocabulary: Vocabulary, headings: bool) -> npt.NDArray[np.int64]:
    """What stands before a file's text."""
    told = vocabulary.encode(heading(file.relative_to(folder).as_posix()) if headings else "")
    return np.concatenate([[start], told]).astype(np.int64)


def _row(
    files: list[Path], beginnings: list[npt.NDArray[np.int64]], number: int, vocabulary: Vocabulary
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """One row, and which of it is text: files from an evenly spread place on, behind their beginnings, cut to length."""
    parts: list[npt.NDArray[np.int64]] = []
    priced: list[npt.NDArray[np.bool_]] = []
    place, have = len(files) * number // ROWS, 0
    while have < LENGTH + 1:
        told = beginnings[place % len(files)]
        text = vocabulary.encode(files[place % len(files)].read_text(encoding="utf-8")).astype(np.int64)
        parts += [told, text]
        priced += [np.zeros(len(told), np.bool_), np.ones(len(text), np.bool_)]
        place, have = place + 1, have + len(told) + len(text)
    return np.concatenate(parts)[: LENGTH + 1], np.concatenate(priced)[: LENGTH + 1]
