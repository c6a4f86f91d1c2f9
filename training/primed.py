"""PPMd that has read training text before each file: the fair rival of a model that was trained on such text.

A PPMd encoder cannot be copied. So a process of its own reads the text once and then forks for each file: the child
encodes the file behind the text, tells how long that made it, and is gone. POSIX only.
"""

from __future__ import annotations

import multiprocessing
import os
import struct
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pyppmd

from .baselines import PPMD_ORDER
from .corpus.shards import corpus_vocabulary, open_shard
from .errors import TrainingError

PRIMED_MEMORY = 1 << 30
"""Bytes; 16 MB of source code at order 12 take about 0.6 GB, and a full model would be thrown away and begun anew."""

_COUNT = struct.Struct("<Q")


def training_text(corpus: Path, language: str, limit_bytes: float) -> bytes:
    """Training text of a corpus up to a limit, as UTF-8; its documents are in random order already."""
    vocabulary, shard = corpus_vocabulary(corpus), open_shard(corpus, "train", language)
    # A table instead of `Vocabulary.decode`, which takes a second for 5 MB.
    table = np.array([ord(character) for character in vocabulary.decode(range(len(vocabulary)))], "<u4")
    parts: list[bytes] = []
    total = 0
    for number in range(shard.documents):
        part = table[shard.document(number)[1:]].tobytes().decode("utf-32-le").encode("utf-8")
        total += len(part)
        if total > limit_bytes:
            break
        parts.append(part)
    return b"".join(parts)


def primed_ppmd_bits(prime: bytes, contents: Iterable[bytes], *, memory: int = PRIMED_MEMORY) -> Iterator[int]:
    """Bits that each file needs behind the priming text, one by one; every file sees the text alone before it."""
    if not hasattr(os, "fork"):
        raise TrainingError("priming PPMd needs fork(), which this system lacks; leave out --prime")
    # `spawn`: forks for the files must come from a process without threads, and this one may have some.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=_read_prime, initargs=(prime, memory)) as pool:
        for content in contents:
            yield pool.submit(_bits_behind_prime, content).result()


class _Primed:
    """The one encoder of the helping process, and the bytes that ending it without a file takes."""

    encoder: pyppmd.Ppmd7Encoder
    tail: int


def _read_prime(prime: bytes, memory: int) -> None:
    _Primed.encoder = pyppmd.Ppmd7Encoder(PPMD_ORDER, memory)
    _Primed.encoder.encode(prime)
    _Primed.tail = 0
    _Primed.tail = _bytes_behind_prime(b"")


def _bits_behind_prime(content: bytes) -> int:
    return 8 * (_bytes_behind_prime(content) - _Primed.tail)


def _bytes_behind_prime(content: bytes) -> int:
    """Length of the encoded file, found out by a child that takes its copy of the encoder with it."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            encoded = len(_Primed.encoder.encode(content)) + len(_Primed.encoder.flush())
            os.write(send, _COUNT.pack(encoded))
        finally:
            os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    if len(answer) != _COUNT.size:
        raise TrainingError("a child that measured primed PPMd died; there may be too little memory")
    return int(_COUNT.unpack(answer)[0])
