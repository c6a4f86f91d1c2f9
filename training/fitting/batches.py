"""Contiguous streams over a corpus's shards: what truncated back-propagation through time reads.

Stream s reads its own stretch of a language's shard from left to right, so that the state carried from one batch to
the next belongs to the text that comes; a batch is a pure function of its step, so a resumed run sees the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import RunError

EVERY = slice(None)

Tokens = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


def divide_streams(shares: Mapping[str, float], streams: int) -> dict[str, int]:
    """How many streams read each language: proportional, largest remainders first, at least one each."""
    positive = {language: share for language, share in shares.items() if share > 0}
    if len(positive) > streams:
        raise RunError(f"{len(positive)} languages need at least as many streams, found {streams}")
    total = sum(positive.values())
    exact = {language: share / total * streams for language, share in positive.items()}
    counts = {language: max(1, int(value)) for language, value in exact.items()}
    by_need = sorted(exact, key=lambda language: exact[language] - counts[language], reverse=True)
    for language in by_need[: max(0, streams - sum(counts.values()))]:
        counts[language] += 1
    while sum(counts.values()) > streams:
        counts[max(counts, key=lambda language: counts[language])] -= 1
    return counts


@dataclass(frozen=True)
class Batch:
    """`inputs` and `targets` (T, B) int64; `keep` (T, B, 1) float32 is 0 where an input starts a document."""

    inputs: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]
    keep: npt.NDArray[np.float32]


class Streams:
    """All streams of a run. Shards are only read, so they may be memory-mapped and larger than memory."""

    def __init__(
        self,
        shards: Mapping[str, Tokens],
        counts: Mapping[str, int],
        *,
        bptt_length: int,
        first_character: int,
        part: slice = EVERY,
        translation: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """`part` leaves only some of the streams; `translation` maps the shards' indices to the network's."""
        self.bptt_length, self.first_character, self._translation = bptt_length, first_character, translation
        self._stretches: list[tuple[Tokens, int]] = []
        for language, count in counts.items():
            tokens = shards[language]
            if len(tokens) < count * (bptt_length + 1):
                raise RunError(
                    f"{language}: {len(tokens)} tokens cannot feed {count} streams of {bptt_length}; "
                    "build a larger corpus or ask for fewer streams"
                )
            self._stretches += [(tokens, len(tokens) * number // count) for number in range(count)]
        self._stretches = self._stretches[part]

    def batch(self, step: int) -> Batch:
        """The batch of one step. Streams wrap round at their shard's end."""
        rows = [self._read(tokens, start + step * self.bptt_length) for tokens, start in self._stretches]
        window = np.stack(rows, axis=1)
        if self._translation is not None:
            window = self._translation[window]
        keep = (window[:-1] == 0) | (window[:-1] >= self.first_character)
        return Batch(window[:-1], window[1:], keep[:, :, None].astype(np.float32))

    def _read(self, tokens: Tokens, start: int) -> npt.NDArray[np.int64]:
        """`bptt_length + 1` tokens from `start`, cyclically; the last is only a target."""
        positions = np.arange(start, start + self.bptt_length + 1) % len(tokens)
        if positions[0] < positions[-1]:
            return tokens[positions[0] : positions[-1] + 1].astype(np.int64)
        return tokens[positions].astype(np.int64)
