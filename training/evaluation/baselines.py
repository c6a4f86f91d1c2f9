"""What general compressors need for the same files: rivals that every figure of a model stands beside."""

from __future__ import annotations

import lzma

import pyppmd

PPMD_ORDER = 12
PPMD_MEMORY = 64 << 20
"""Bytes; a single file of source code fills a fraction of it, so the model is never restarted."""

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
