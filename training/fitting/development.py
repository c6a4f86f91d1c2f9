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

from peephole.model.network import Network
from peephole.model.vocabulary import UNKNOWN, Vocabulary

ROWS, LENGTH, WINDOW = 32, 6144, 256
"""32 rows of 6,144 characters a language, read 256 at a time: 200,000 characters, about a second on two cores."""


@dataclass(frozen=True)
class DevelopmentSet:
    """Rows of encoded development text by language, (ROWS, LENGTH + 1); each row begins at a file's start.

    Of fewer files than rows some are read more often than others; of less text than a row holds, again and again.
    """

    rows: Mapping[str, npt.NDArray[np.int64]]
    unknown_bits: float

    @classmethod
    def read(cls, corpus: Path, vocabulary: Vocabulary) -> DevelopmentSet:
        """A sample spread evenly over the corpus's development files, the same each time; empty without any."""
        rows = {}
        for language in vocabulary.languages:
            files = sorted(p for p in (corpus / "development" / language).rglob("*") if p.is_file())
            if any(path.stat().st_size for path in files):
                rows[language] = np.stack([_row(files, number, language, vocabulary) for number in range(ROWS)])
        return cls(rows, vocabulary.unknown_bits)

    @torch.no_grad()
    def cross_entropy_bits(self, network: Network) -> dict[str, float]:
        """Bits per character by language; unknown characters are charged in full."""
        network.eval()
        try:
            return {language: self._bits(network, language) for language in self.rows}
        finally:
            network.train()

    def _bits(self, network: Network, language: str) -> float:
        tokens = torch.from_numpy(self.rows[language].T.copy()).to(network.output.weight.device)
        start = tokens[0, 0]
        state, nats, count = network.initial_state(tokens.shape[1]), 0.0, 0
        for begin in range(0, LENGTH, WINDOW):
            inputs, targets = tokens[begin : begin + WINDOW], tokens[begin + 1 : begin + WINDOW + 1]
            keep = (inputs != start).float().unsqueeze(2)
            logits, state = network(inputs, state, keep)
            real = targets != start
            nats += float(nn.functional.cross_entropy(logits[real], targets[real], reduction="sum"))
            count += int(real.sum())
        unknown = int((tokens[1:] == UNKNOWN).sum())
        return (nats / math.log(2) + unknown * self.unknown_bits) / count


def _row(files: list[Path], number: int, language: str, vocabulary: Vocabulary) -> npt.NDArray[np.int64]:
    """One row: files from an evenly spread place on, each behind its start token, cut to length."""
    parts: list[npt.NDArray[np.int64]] = []
    place, have = len(files) * number // ROWS, 0
    while have < LENGTH + 1:
        text = files[place % len(files)].read_text(encoding="utf-8")
        tokens = np.concatenate([[vocabulary.start(language)], vocabulary.encode(text)]).astype(np.int64)
        parts.append(tokens)
        place, have = place + 1, have + len(tokens)
    return np.concatenate(parts)[: LENGTH + 1]
