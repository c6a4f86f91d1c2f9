"""What the n-gram, static, with a file's cache and with the nested cache, says of the tokens of one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .ngram import FileCache, Floats, Hits, Opinion, add_scores, bits_with_base, followers_at, mixed, mixing_weights
from .ngram_counts import START, Counter, Followers, Ids, Places
from .ngram_nest import Nest
from .ngram_training import NgramModel
from .token_sample import Sample
from .tokens import TOP, TYPED

if TYPE_CHECKING:
    from ..texts import Text

STATIC, FILE_CACHE, NESTED_CACHE = "ngram", "ngram_file_cache", "ngram_nested_cache"
SYSTEMS = (STATIC, FILE_CACHE, NESTED_CACHE)


@dataclass(frozen=True, eq=False)
class Costs:
    """What the tokens of a text cost under one system, (N,) each. unknown: where it had never met the token."""

    bits: Floats
    closed_bits: Floats
    unknown: npt.NDArray[np.bool_]


class NgramReading:
    """One text as the n-gram reads it. places: of all its tokens; sampled: those of the sample, by number."""

    def __init__(self, text: Text, model: NgramModel, nest: Nest, sample: Sample) -> None:
        self._model = model
        self._around = nest.around(text)
        self.places = list(sample.all_places(text))
        self.sampled = dict(sample.places(text))
        self._written = [text.text[place.token.start : place.token.end] for place in self.places]
        ids = model.lexicon.ids(self._written)
        self._ids = ids
        self._at = Places.of(np.concatenate([np.array([START], np.uint32), ids]))
        self._cache, self._cached = FileCache(self._at).read(self.sampled.keys())
        self._opinions = [Opinion.of(counts, self._at) for counts in self._counters]
        self._known, self._seen = self._knowledge()
        types, which = np.unique(ids, return_inverse=True)
        spelled = dict(zip(ids.tolist(), self._written, strict=True))
        self._spelled_bits: Floats = model.speller.bits([spelled[number] for number in types.tolist()])[which]

    @property
    def _counters(self) -> list[Counter]:
        return [self._model.counts, *self._around]

    def _knowledge(self) -> tuple[dict[str, Hits], dict[str, npt.NDArray[np.bool_]]]:
        """By system how many tokens it knew before each place, and whether that token was among them."""
        ids, lexicon = self._ids, self._model.lexicon
        first = np.zeros(len(ids), np.bool_)
        first[np.unique(ids, return_index=True)[1]] = True
        trained = ids <= lexicon.known
        beside = _ids_above(self._around, lexicon.known)
        near = trained | np.isin(ids, beside)
        counts, seen = {}, {}
        for system, learnt, read in ((STATIC, trained, False), (FILE_CACHE, trained, True), (NESTED_CACHE, near, True)):
            added = first & ~learnt & read
            own = lexicon.known + (len(beside) if system == NESTED_CACHE else 0)
            counts[system] = own + np.cumsum(added) - added
            seen[system] = learnt | (~first & read)
        return counts, seen

    def _parts(self, system: str) -> list[Opinion]:
        if system == STATIC:
            return self._opinions[:1]
        return [*(self._opinions if system == NESTED_CACHE else self._opinions[:1]), self._cache]

    def costs(self, system: str) -> Costs:
        """What all tokens cost under a system."""
        opinion = mixed(self._parts(system))
        spelled = bits_with_base(opinion, self._spelled_bits)
        closed = bits_with_base(opinion, np.log2(self._known[system] + 1.0))
        return Costs(spelled, closed, ~self._seen[system])

    def ranks(self, number: int, is_identifier: bool) -> dict[str, dict[int, int | None]]:
        """By system and characters typed, where a token stands in the list."""
        size = self._model.lexicon.size
        by_counter = [followers_at(counts, self._at, number) for counts in self._counters]
        base = np.zeros(size)
        add_scores(base, by_counter[0], 1.0)
        found = {}
        for system in SYSTEMS:
            parts = by_counter if system == NESTED_CACHE else by_counter[:1]
            if system != STATIC:
                parts = [*parts, self._cached[number]]
            found[system] = self._ranks_of(number, is_identifier, _scores(base, parts))
        return found

    def _ranks_of(self, number: int, is_identifier: bool, scores: Floats) -> dict[int, int | None]:
        wanted, written = int(self._ids[number]), self._written[number]
        found: dict[int, int | None] = {}
        for typed in TYPED if is_identifier else TYPED[:1]:
            if typed >= len(written):
                break
            rivals = np.arange(0)
            if typed:
                known, others = self._model.lexicon.longer(written[:typed])
                rivals = np.concatenate([np.arange(known.start, known.stop), np.array(others, np.int64)])
            found[typed] = rank_among(scores, wanted, rivals if typed else None)
        return found


def _ids_above(counters: Sequence[Counter], known: int) -> Ids:
    """All ids above those of the training text that the counters hold."""
    found = [followers.ids[followers.ids > known] for counts in counters if (followers := counts.followers(1, 0)).total]
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint32)


def _scores(base: Floats, parts: Sequence[Sequence[Followers]]) -> Floats:
    """Probabilities of all tokens by id where all counters have their part of the word; base: the first's alone."""
    weights, _ = mixing_weights(np.array([[len(found)] for found in parts]))
    scores: Floats = base * weights[0, 0]
    for weight, found in zip(weights[1:, 0], parts[1:], strict=True):
        add_scores(scores, found, float(weight))
    return scores


def rank_among(scores: Floats, wanted: int, rivals: npt.NDArray[np.int64] | None) -> int | None:
    """Where a token stands among ten, from 1 on; of equals the lower id is first. rivals: ids; all if None."""
    mine = scores[wanted]
    if not mine:
        return None
    others = scores if rivals is None else scores[rivals]
    rank = 1 + int(np.count_nonzero(others > mine))
    if rank > TOP:
        return None
    equal = np.flatnonzero(others == mine)
    ids = equal if rivals is None else rivals[equal]
    rank += int(np.count_nonzero(ids < wanted))
    return rank if rank <= TOP else None
