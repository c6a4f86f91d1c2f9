"""An n-gram model of a corpus's training text: the tokens that it knows by id, their counts, and a speller."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from peephole.model.vocabulary import CODE_POINTS, Vocabulary

from ..corpus.shards import corpus_vocabulary
from ..errors import TrainingError
from .ngram import CACHE_TOKENS, LAMBDA
from .ngram_counts import ORDER, START, Counts, Ids, id_bits_for
from .ngram_speller import Speller
from .token_sample import code_tokens
from .training_text import training_documents


class Lexicon:
    """Tokens and their ids: those of the training text by their spelling's order, from 1 on, then whatever else came.

    types: the former, sorted.
    """

    def __init__(self, types: Sequence[str]) -> None:
        self.types = types
        self._known = {token: number for number, token in enumerate(types, 1)}
        self._others: dict[str, int] = {}

    @property
    def size(self) -> int:
        """Above all ids."""
        return 1 + len(self.types) + len(self._others)

    @property
    def known(self) -> int:
        """How many tokens the training text had; ids above are of others."""
        return len(self.types)

    def ids(self, tokens: Iterable[str]) -> Ids:
        """Ids of tokens, (N,); one that never came before gets the next."""
        known, others, first = self._known, self._others, len(self.types) + 1
        found = [known.get(token) or others.setdefault(token, first + len(others)) for token in tokens]
        return np.array(found, np.uint32)

    def forget_others(self) -> None:
        """Tokens that the training text did not have lose their ids."""
        self._others.clear()

    def longer(self, prefix: str) -> tuple[range, list[int]]:
        """Ids of all tokens that begin so and go on: a range of the known ones, and others."""
        low = bisect_left(self.types, prefix)
        high = bisect_left(self.types, prefix + chr(CODE_POINTS - 1))
        if low < high and self.types[low] == prefix:
            low += 1
        others = [number for token, number in self._others.items() if token.startswith(prefix) and token != prefix]
        return range(low + 1, high + 1), others


@dataclass(frozen=True, eq=False)
class NgramModel:
    """What was learnt from a corpus. documents, bytes_read, tokens: of the text that was read."""

    lexicon: Lexicon
    counts: Counts
    speller: Speller
    documents: int
    bytes_read: int
    tokens: int

    def to_json(self) -> dict[str, object]:
        """What it was made of, and its free numbers."""
        return {
            "order": ORDER,
            "lambda": LAMBDA,
            "cache_tokens": CACHE_TOKENS,
            "documents": self.documents,
            "bytes_read": self.bytes_read,
            "tokens": self.tokens,
            "vocabulary": self.lexicon.known,
            "ngrams": self.counts.ngrams,
        }


def train_ngram(
    corpus: Path, language: str, limit_bytes: float, advance: Callable[[int], None] = lambda _count: None
) -> NgramModel:
    """Count the n-grams of a corpus's training text up to a limit; `advance` hears how many bytes are read."""
    return count_ngrams(training_documents(corpus, language, limit_bytes), language, corpus_vocabulary(corpus), advance)


def count_ngrams(
    documents: Iterable[str],
    language: str,
    vocabulary: Vocabulary,
    advance: Callable[[int], None] = lambda _count: None,
) -> NgramModel:
    """Count the n-grams of documents; `TrainingError` if there is no token in them."""
    table: dict[str, int] = {}
    numbers, read, count = array("I"), 0, 0
    for text in documents:
        numbers.append(START)
        written = (text[token.start : token.end] for token in code_tokens(text, language))
        numbers.extend(table.setdefault(token, len(table) + 1) for token in written)
        count += 1
        read += len(text.encode("utf-8", "surrogatepass"))
        advance(len(text))
    if not table:
        raise TrainingError(
            f"no {language} token in the n-gram's training text; allow more of it, or name another corpus"
        )
    types = sorted(table)
    ranks = np.zeros(len(types) + 1, np.uint32)
    ranks[[table[token] for token in types]] = np.arange(1, len(types) + 1)
    del table
    ids = ranks[np.frombuffer(numbers, np.uint32)]
    counts = Counts.of(ids, id_bits_for(len(types)))
    return NgramModel(Lexicon(types), counts, Speller(types, vocabulary), count, read, len(ids) - count)
