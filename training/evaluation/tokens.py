"""Whole tokens: what they cost, and how high the search lists them, at a seeded sample of places.

The tokens are those of `model/lexis.py`. Left out are white space, newlines, comments and strings; a keyword is no
identifier. Candidates are found as the editor finds them, and compared as a person sees them: each once, without the
space that may stand before.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from peephole.model.lexis import Token, keywords_of, tokens_from
from peephole.model.predictor import Predictor, Reading
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.search import next_tokens

from ..texts import Text

SEED = 1
WIDTH, TOP, LONGEST = 8, 10, 40
"""The server's own defaults (`peephole.completion.*`)."""

CODE = ("identifier", "number", "operator")
"""Kinds of token that are measured."""

TYPED = (0, 1, 3)
"""Characters typed before the list is asked for; more than none only of identifiers that are longer."""

ALL, IDENTIFIERS, DECLARED = "all", "identifiers", "identifiers_seen_before"
NETWORK, DOCUMENT, WORKSPACE = "network", "document", "workspace"


@dataclass(frozen=True)
class Place:
    """A token of code. groups: those of `ALL`, `IDENTIFIERS` and `DECLARED` that it belongs to."""

    token: Token
    groups: tuple[str, ...]


def code_places(text: str, language: str) -> Iterator[Place]:
    """The tokens of code in a text; seen before are identifiers that occurred as identifiers further up."""
    seen: set[str] = set()
    keywords = keywords_of(language)
    for token in tokens_from(text, 0, language):
        if token.kind not in CODE:
            continue
        written = text[token.start : token.end]
        if token.kind != "identifier" or written in keywords:
            yield Place(token, (ALL,))
            continue
        yield Place(token, (ALL, IDENTIFIERS, DECLARED) if written in seen else (ALL, IDENTIFIERS))
        seen.add(written)


class Sample:
    """So many tokens of some texts, each as likely as any other; all if there are not so many."""

    def __init__(self, texts: Sequence[Text], language: str, size: int) -> None:
        self._language = language
        counts = np.array([sum(1 for _ in code_places(text.text, language)) for text in texts])
        self.tokens = int(counts.sum())
        chosen = sorted(random.Random(SEED).sample(range(self.tokens), min(size, self.tokens)))
        self.size = len(chosen)
        files = np.searchsorted(counts.cumsum(), chosen, side="right")
        firsts = counts.cumsum() - counts
        self._numbers: dict[str, set[int]] = {}
        for number, file in zip(chosen, files.tolist(), strict=True):
            self._numbers.setdefault(texts[file].place, set()).add(number - int(firsts[file]))

    def places(self, text: Text) -> list[Place]:
        """The sampled tokens of a text, in order."""
        wanted = self._numbers.get(text.place)
        if not wanted:
            return []
        return [place for number, place in enumerate(code_places(text.text, self._language)) if number in wanted]


@dataclass
class Ranks:
    """Where in the list the right tokens stood; sums, to be divided once."""

    count: int = 0
    reciprocal: float = 0.0
    first: int = 0
    in_five: int = 0

    def add(self, rank: int | None) -> None:
        """Add one list; rank: from 1 on, None where the token was not in it."""
        self.count += 1
        if rank is not None:
            self.reciprocal += 1 / rank
            self.first += rank == 1
            self.in_five += rank <= 5

    def to_json(self) -> dict[str, float]:
        """Count, mean reciprocal rank (0 where not among ten), shares that stood first and among five."""
        some = max(self.count, 1)
        means = {"mrr10": self.reciprocal / some, "top1": self.first / some, "top5": self.in_five / some}
        return {"count": self.count, **means}


@dataclass
class Group:
    """Tokens of one kind under one system."""

    count: int = 0
    bits: float = 0.0
    typed: dict[int, Ranks] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Counts, bits per token, and the ranks by characters typed."""
        typed = {str(count): ranks.to_json() for count, ranks in sorted(self.typed.items())}
        means = {"count": self.count, "bits_per_token": self.bits / max(self.count, 1)}
        return {**means, "typed": typed} if typed else {**means}


class TokenEvaluation:
    """The sampled tokens under the network alone, with the document's memory, and with the workspace's."""

    def __init__(self, predictor: Predictor, language: str, sample: Sample) -> None:
        self._language, self.sample = language, sample
        self._predictors = {NETWORK: predictor.alone()}
        if predictor.gate is not None:
            self._predictors |= {DOCUMENT: predictor, WORKSPACE: predictor}
        groups = (ALL, IDENTIFIERS, DECLARED)
        self.found = {system: {group: Group() for group in groups} for system in self._predictors}
        self.charged: dict[str, dict[str, Group]] = {}

    def charge(self, text: Text, bits: Mapping[str, npt.NDArray[np.float64]]) -> None:
        """Add all tokens of a text, sampled or not; bits: of each of its characters, by system."""
        places = list(code_places(text.text, self._language))
        for system, costs in bits.items():
            groups = self.charged.setdefault(system, {group: Group() for group in (ALL, IDENTIFIERS, DECLARED)})
            sums = np.concatenate([[0.0], np.cumsum(costs)])
            for place in places:
                cost = float(sums[place.token.end] - sums[place.token.start])
                for group in place.groups:
                    groups[group].count += 1
                    groups[group].bits += cost

    def measure(self, text: Text, libraries: Libraries) -> None:
        """Add the sampled tokens of a text; libraries: those of the workspace."""
        places = self.sample.places(text)
        for system, predictor in self._predictors.items() if places else ():
            beside = libraries if system == WORKSPACE else NO_LIBRARIES
            reading, at = predictor.start(self._language, beside), 0
            for place in places:
                _, reading = predictor.read(reading, text.text[at : place.token.start])
                reading = self._look(predictor, reading, text.text, place, self.found[system])
                at = place.token.end

    def _look(
        self, predictor: Predictor, reading: Reading, text: str, place: Place, groups: dict[str, Group]
    ) -> Reading:
        """Ask for the list at one token, with more and more of it typed; the reading behind it."""
        token = place.token
        written = text[token.start : token.end]
        bits, at = 0.0, 0
        for typed in TYPED if IDENTIFIERS in place.groups else TYPED[:1]:
            if typed >= len(written):
                break
            surprisal_bits, reading = predictor.read(reading, written[at:typed])
            bits, at = bits + float(surprisal_bits.sum(dtype=np.float64)), typed
            rank = rank_of(self._offered(predictor, reading, written[:typed]), written[typed:])
            for group in place.groups:
                if not typed or group != ALL:
                    groups[group].typed.setdefault(typed, Ranks()).add(rank)
        surprisal_bits, reading = predictor.read(reading, written[at:])
        bits += float(surprisal_bits.sum(dtype=np.float64))
        for group in place.groups:
            groups[group].count += 1
            groups[group].bits += bits
        return reading

    def _offered(self, predictor: Predictor, reading: Reading, prefix: str) -> Iterator[str]:
        found = next_tokens(
            predictor, reading, language=self._language, prefix=prefix, width=WIDTH, top=TOP, longest=LONGEST
        )
        return (candidate.text for candidate in found)

    def to_json(self) -> dict[str, object]:
        """How the sample was drawn, and its figures by system and group; `all_tokens`: what all tokens cost."""
        charged, systems = (
            {system: {name: group.to_json() for name, group in groups.items()} for system, groups in found.items()}
            for found in (self.charged, self.found)
        )
        drawn = {"sampled": self.sample.size, "of": self.sample.tokens, "seed": SEED}
        return {**drawn, "beam_width": WIDTH, "candidates": TOP, "all_tokens": charged, "systems": systems}


def rank_of(offered: Iterable[str], wanted: str) -> int | None:
    """Where a token stands in a list as it is shown, from 1 on."""
    shown = list(dict.fromkeys(text.strip() for text in offered))
    return shown.index(wanted) + 1 if wanted in shown else None
