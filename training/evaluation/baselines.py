"""What general compressors need for the same files: rivals that every figure of a model stands beside."""

from __future__ import annotations

import lzma
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType

import pyppmd

PPMD_ORDER = 12
PPMD_MEMORY = 64 << 20
"""Bytes; a single file of source code fills a fraction of it, so the model is never restarted."""

MOST_LOST = 32 << 20
"""Bytes that one process may lose to encoders."""

LOST_EACH = 20_000
"""Bytes that pyppmd 1.3 never frees of an encoder, besides the text that it was given."""

_PRESET = 9 | lzma.PRESET_EXTREME
_LEAST_DICTIONARY = 4096


def xz_bits(content: bytes) -> int:
    """Bits that `xz -9e` needs for a file by itself, container and all."""
    # A dictionary no larger than the file gives the same bytes (only its size is noted otherwise), 40 times
    # faster on small files, because the 64 MiB of the preset need not be cleared first.
    dictionary = max(_LEAST_DICTIONARY, 1 << max(len(content) - 1, 0).bit_length())
    filters = [{"id": lzma.FILTER_LZMA2, "preset": _PRESET, "dict_size": min(dictionary, 64 << 20)}]
    return 8 * len(lzma.compress(content, format=lzma.FORMAT_XZ, filters=filters))


def ppmd_bits(content: bytes) -> int:
    """Bits that PPMd (variant H, order 12) needs for a file by itself, without any container."""
    encoder = pyppmd.Ppmd7Encoder(PPMD_ORDER, PPMD_MEMORY)
    return 8 * (len(encoder.encode(content)) + len(encoder.flush()))


class Compressors:
    """xz and PPMd for one file after another, in bounded memory however many there are.

    pyppmd frees neither an encoder nor its text. So what would lose too much is left to a process that is replaced when
    it has lost as much; few files need none.
    """

    def __init__(self, most_lost: int = MOST_LOST) -> None:
        self._most_lost, self._lost = most_lost, 0
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Compressors:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def bits(self, content: bytes) -> dict[str, int]:
        """Bits that each of them needs for a file by itself, by name."""
        self._lost += LOST_EACH + len(content)
        if self._lost > self._most_lost:
            if self._pool is not None:
                self._pool.shutdown()
            # `spawn`: this process may have threads, which a fork would break.
            self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
            self._lost = LOST_EACH + len(content)
        ppmd = ppmd_bits(content) if self._pool is None else self._pool.submit(ppmd_bits, content).result()
        return {"xz": xz_bits(content), "ppmd": ppmd}
