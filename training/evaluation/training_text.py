"""The training text of a built corpus, for rivals that learn from the same text as the network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..corpus.shards import corpus_vocabulary, open_shard


def training_documents(corpus: Path, language: str, limit_bytes: float) -> Iterator[str]:
    """Training documents of a corpus, in their order, which is random already, until the next would exceed a limit.

    limit_bytes: of UTF-8. What the vocabulary lacks comes as U+FFFD.
    """
    vocabulary, shard = corpus_vocabulary(corpus), open_shard(corpus, "train", language)
    # A table instead of `Vocabulary.decode`, which takes a second for 5 MB.
    table = np.array([ord(character) for character in vocabulary.decode(range(len(vocabulary)))], "<u4")
    total = 0
    for number in range(shard.documents):
        text = table[shard.document(number)[1:]].tobytes().decode("utf-32-le")
        total += len(text.encode("utf-8"))
        if total > limit_bytes:
            return
        yield text
