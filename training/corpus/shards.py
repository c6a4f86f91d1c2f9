"""A corpus on disk: one file of tokens a split and language, its document starts, and the words about it.

corpus.json          format, vocabulary, splits, sources, report
train-java.bin       documents back to back, each a start token and the text's indices
train-java.idx       little-endian uint64: where each document starts, and the end
files.jsonl          one record a kept file
dropped.jsonl        one record a dropped file, with the reason
development/         the kept development files as text
gate/                the same of packages for the gate, if a recipe names any
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from peephole.model.vocabulary import Vocabulary

from ..errors import CorpusError

FORMAT = 1
_DTYPES: dict[str, np.dtype[np.uint8] | np.dtype[np.uint16]] = {"uint8": np.dtype("u1"), "uint16": np.dtype("<u2")}


@dataclass(frozen=True)
class Shard:
    """Tokens of one split and language, mapped from disk, read-only.

    tokens: (N,) uint8 or uint16; starts: (D + 1,) uint64, the last is N.
    """

    tokens: npt.NDArray[Any]
    starts: npt.NDArray[np.uint64]

    @property
    def documents(self) -> int:
        """How many documents there are."""
        return len(self.starts) - 1

    def document(self, number: int) -> npt.NDArray[Any]:
        """The tokens of one document, its start token first."""
        return self.tokens[int(self.starts[number]) : int(self.starts[number + 1])]


def write_shard(
    folder: Path, split: str, language: str, vocabulary: Vocabulary, texts: Iterable[str]
) -> dict[str, object]:
    """Write one shard; returns its entry for `corpus.json`."""
    name = f"{split}-{language}"
    dtype = "uint8" if len(vocabulary) <= 256 else "uint16"
    start = np.asarray([vocabulary.start(language)], _DTYPES[dtype])
    starts, digest = [0], hashlib.sha256()
    with (folder / f"{name}.bin").open("wb") as out:
        for text in texts:
            document = np.concatenate([start, vocabulary.encode(text).astype(_DTYPES[dtype])]).tobytes()
            digest.update(document)
            out.write(document)
            starts.append(starts[-1] + len(document) // _DTYPES[dtype].itemsize)
    (folder / f"{name}.idx").write_bytes(np.asarray(starts, "<u8").tobytes())
    return {
        "shard": f"{name}.bin",
        "index": f"{name}.idx",
        "dtype": dtype,
        "tokens": starts[-1],
        "documents": len(starts) - 1,
        "bytes_sha256": digest.hexdigest(),
    }


def read_corpus(folder: Path) -> dict[str, Any]:
    """What `corpus.json` says; `CorpusError` if the folder is not a corpus of this format."""
    path = folder / "corpus.json"
    try:
        value = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise CorpusError(
            f"{folder} is not a corpus ({path.name}: {error.strerror}); make one with `peephole-train corpus build`"
        ) from error
    except ValueError as error:
        raise CorpusError(f"{path} is not JSON: {error}; build the corpus again") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise CorpusError(f"{path} is not of format {FORMAT}, the only one this version reads; build it again")
    return cast(dict[str, Any], value)


def corpus_vocabulary(folder: Path) -> Vocabulary:
    """The vocabulary that the corpus was encoded with."""
    return Vocabulary.from_json(read_corpus(folder).get("vocabulary"))


def open_shard(folder: Path, split: str, language: str) -> Shard:
    """The shard of a split and language; `CorpusError` if there is none or its size is not the recorded one."""
    entry = read_corpus(folder)["splits"].get(split, {}).get(language)
    if entry is None:
        raise CorpusError(f"{folder} has no {language} in its {split} split")
    dtype = _DTYPES.get(entry["dtype"])
    if dtype is None:
        raise CorpusError(f"{folder}: tokens of type {entry['dtype']!r}, expected one of {', '.join(_DTYPES)}")
    starts = np.fromfile(folder / entry["index"], "<u8")
    size = (folder / entry["shard"]).stat().st_size
    if (
        len(starts) != entry["documents"] + 1
        or size != entry["tokens"] * dtype.itemsize
        or starts[-1] != entry["tokens"]
    ):
        raise CorpusError(f"{folder / entry['shard']} has {size} bytes, not what corpus.json records; build it again")
    return Shard(np.memmap(folder / entry["shard"], dtype, mode="r"), starts)
