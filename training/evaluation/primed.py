"""PPMd that has read training text before each file: the fair rival of a model that was trained on such text.

A PPMd encoder cannot be copied. So a process of its own reads the text once and then forks for each file: the child
encodes the file behind the text, tells how long that made it, and is gone. A child that read a folder's surroundings
forks in its turn. POSIX only.
"""

from __future__ import annotations

import multiprocessing
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyppmd

from ..errors import TrainingError
from .baselines import PPMD_ORDER
from .training_text import training_documents

PRIMED_MEMORY = 1 << 30
"""Bytes; 34 MB of source code at order 12 took 0.35 GB, and a full model would be thrown away and begun anew."""

WORKSPACE_BYTES = 6_000_000
"""Of other files read before those of a folder, a second a folder. 24 MB took four times as long for 0.003 bits."""

_COUNT = struct.Struct("<Q")


def training_text(corpus: Path, language: str, limit_bytes: float) -> bytes:
    """Training text of a corpus up to a limit, as UTF-8; its documents are in random order already."""
    documents = training_documents(corpus, language, limit_bytes)
    return b"".join(document.encode("utf-8") for document in documents)


def check_priming(corpus: Path, language: str, limit_bytes: float) -> None:
    """`TrainingError` where there is nothing to prime with: to be asked before everything else is measured."""
    if next(training_documents(corpus, language, limit_bytes), None) is None:
        raise TrainingError(
            f"the first training document of {corpus} has more than {limit_bytes:,.0f} bytes; give a larger --prime-mb"
        )


@dataclass(frozen=True)
class Shelf:
    """Files of one folder, each (what stands near it, itself), and what is read before all of them."""

    far: bytes
    files: tuple[tuple[bytes, bytes], ...]


def primed_ppmd_bits(prime: bytes, contents: Iterable[bytes], *, memory: int = PRIMED_MEMORY) -> Iterator[int]:
    """Bits that each file needs behind the priming text, one by one; every file sees the text alone before it."""
    with _primed_process(prime, memory) as pool:
        for content in contents:
            yield pool.submit(_bits_behind_prime, content).result()


def shelved_ppmd_bits(prime: bytes, shelves: Iterable[Shelf], *, memory: int = PRIMED_MEMORY) -> Iterator[list[int]]:
    """Bits that the files of each shelf need behind the priming text, the shelf's far files and what is near each."""
    with _primed_process(prime, memory) as pool:
        for shelf in shelves:
            yield pool.submit(_bits_on_shelf, shelf).result()


def _primed_process(prime: bytes, memory: int) -> ProcessPoolExecutor:
    if not hasattr(os, "fork"):
        raise TrainingError("priming PPMd needs fork(), which this system lacks; leave out --prime")
    # `spawn`: forks for the files must come from a process without threads, and this one may have some.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, context, initializer=_read_prime, initargs=(prime, memory))


class _Primed:
    """The one encoder of the helping process, and the bytes that ending it without a file takes."""

    encoder: pyppmd.Ppmd7Encoder
    tail: int


def _read_prime(prime: bytes, memory: int) -> None:
    _Primed.encoder = pyppmd.Ppmd7Encoder(PPMD_ORDER, memory)
    _Primed.encoder.encode(prime)
    _Primed.tail = _bytes_behind(b"")


def _bits_behind_prime(content: bytes) -> int:
    return 8 * (_bytes_behind(content) - _Primed.tail)


def _bits_on_shelf(shelf: Shelf) -> list[int]:
    """A child reads the far files once, and a child of that for each file what is near it."""

    def read_far() -> list[int]:
        _Primed.encoder.encode(shelf.far)
        return [_in_child(partial(_bits_behind_near, *file))[0] for file in shelf.files]

    return _in_child(read_far)


def _bits_behind_near(near: bytes, content: bytes) -> list[int]:
    _Primed.encoder.encode(near)
    return [8 * (_bytes_behind(content) - _bytes_behind(b""))]


def _bytes_behind(content: bytes) -> int:
    """Length of the encoded file, to the end."""
    return _in_child(lambda: [len(_Primed.encoder.encode(content)) + len(_Primed.encoder.flush())])[0]


def _in_child(measure: Callable[[], list[int]]) -> list[int]:
    """What a child finds out, which takes its copy of the encoder with it."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = b"".join(map(_COUNT.pack, measure()))
            with os.fdopen(send, "wb") as stream:
                stream.write(answer)
        finally:
            os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as stream:
        found = stream.read()
    os.waitpid(child, 0)
    if not found:
        raise TrainingError("a child that measured primed PPMd died; there may be too little memory")
    return [count for (count,) in _COUNT.iter_unpack(found)]
