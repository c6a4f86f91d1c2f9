"""What may come next: whole tokens by a beam over characters.

A token's probability is that of its characters times that of its ending there, so candidates can be compared
and their probabilities add up to at most one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .boundary import Boundary, Mask, boundary_of
from .offers import BEAM_WIDTH, LONGEST_ITEM, MOST_ITEMS
from .predictor import Beam, Predictor, Reading
from .softmax import sum_in_logs

ShouldStop = Callable[[], bool]

LEAST_CANDIDATE = 1e-3
"""Below one in a thousand a candidate helps nobody, and chasing it costs steps of the network."""


@dataclass(frozen=True)
class Candidate:
    """A token that may come next. text: what comes after the cursor; kind: of the whole token, prefix included.

    network_probability: what the network alone gives it; the rest of the probability came from the memories.
    calls: how probable a parenthesis is right behind it, if it ends there; new: a token of its own behind a whole word.
    """

    text: str
    probability: float
    kind: str
    network_probability: float
    calls: float = 0.0
    new: bool = False


@dataclass(frozen=True)
class Hypothesis:
    """A token on its way: what was written behind the cursor, its log-probability, and the network's alone (nats)."""

    text: str
    nats: float
    network_nats: float
    calls: float = 0.0


def next_tokens(
    predictor: Predictor,
    reading: Reading,
    *,
    language: str,
    prefix: str,
    width: int = BEAM_WIDTH,
    top: int = MOST_ITEMS,
    longest: int = LONGEST_ITEM,
    quotes: bool = True,
    signs: bool = False,
    least: float = LEAST_CANDIDATE,
    should_stop: ShouldStop | None = None,
) -> list[Candidate]:
    """The `top` most probable tokens on this line, or ends of the half-typed word `prefix` that was already read.

    Where no word is being typed one space may come before the token. `longest` is in characters behind the
    cursor. Inside strings and comments pass `quotes=False`. With `signs` also the operators that come if the word
    `prefix` is whole already. Nothing less probable than `least` is found. When stopped, what was found until then.
    """
    boundary = boundary_of(predictor.vocabulary, language, quotes=quotes)
    search = TokenSearch(predictor, boundary, prefix, width, top, signs=signs, least=least)
    beam = predictor.branch([reading])
    live = [Hypothesis("", 0.0, 0.0)]
    for _ in range(longest):
        rows, live = search.extend(beam, live)
        if not live or (should_stop is not None and should_stop()):
            break
        beam = predictor.step(beam, rows, [predictor.vocabulary.index(hypothesis.text[-1]) for hypothesis in live])
    else:
        search.finish(beam, live)  # the longest may end here, but grow no more
    return search.ranked()


class TokenSearch:
    """The beam's bookkeeping for one place in one text."""

    def __init__(
        self,
        predictor: Predictor,
        boundary: Boundary,
        prefix: str,
        width: int,
        top: int,
        *,
        signs: bool = False,
        least: float = LEAST_CANDIDATE,
    ) -> None:
        self._characters = predictor.vocabulary.characters
        self._first = predictor.vocabulary.first_character
        self._space = predictor.vocabulary.index(" ")
        self._call = predictor.vocabulary.index("(")
        self._boundary = boundary
        self._prefix = prefix
        self._width, self._top = width, top
        self._finished: list[Hypothesis] = []
        self._least_nats = math.log(max(least, LEAST_CANDIDATE))
        self._signs: Mask | None = None
        """Of the first characters of tokens behind the whole word, where those are looked for."""
        if signs and prefix:
            self._signs = boundary.signs() & ~boundary.continuing(prefix)

    def ranked(self) -> list[Candidate]:
        """Finished tokens, the most probable first."""
        return [
            Candidate(
                found.text,
                math.exp(found.nats),
                self._boundary.kind(self._token(found.text)),
                math.exp(found.network_nats),
                found.calls,
                self._is_new(found.text),
            )
            for found in self._finished
        ]

    def extend(self, beam: Beam, live: list[Hypothesis]) -> tuple[list[int], list[Hypothesis]]:
        """Finish the tokens that end here and lengthen the others: rows to step from, and the new hypotheses.

        Hypotheses that cannot enter the list any more are dropped: a longer text is never more probable.
        """
        nats = self.finish(beam, live).ravel()
        rows: list[int] = []
        longer: list[Hypothesis] = []
        for place in self._best_places(nats):
            row, index = divmod(int(place), beam.log_probabilities.shape[1])
            hypothesis = Hypothesis(
                live[row].text + self._characters[index - self._first],
                float(nats[place]),
                live[row].network_nats + float(beam.network_nats[row, index]),
            )
            if hypothesis.nats < self._least_nats:
                break
            if self._ends_by_itself(hypothesis.text):
                self._keep(hypothesis)
            elif len(longer) < self._width:
                rows.append(row)
                longer.append(hypothesis)
        return rows, longer

    def finish(self, beam: Beam, live: list[Hypothesis]) -> npt.NDArray[np.float32]:
        """Finish the tokens that end here: log-probabilities (len(live), V) of the longer ones, −inf where it ends."""
        nats = beam.log_probabilities + np.array([[hypothesis.nats] for hypothesis in live], np.float32)
        masks = np.stack([self._continuing(hypothesis.text) for hypothesis in live])
        for row, hypothesis in enumerate(live):
            self._finish(hypothesis, nats[row], beam.network_nats[row], masks[row])
        return np.where(masks, nats, np.float32(-np.inf))

    def _token(self, text: str) -> str:
        return self._prefix + text if self._prefix and not self._is_new(text) else text.removeprefix(" ")

    def _is_new(self, text: str) -> bool:
        """Whether what was written is not the end of the word, but a sign behind it."""
        if self._signs is None or not text:
            return False
        return text[0] == " " or bool(self._signs[self._first + self._characters.index(text[0])])

    def _continuing(self, text: str) -> npt.NDArray[np.bool_]:
        token = self._token(text)
        signs = self._signs
        if token and (text or signs is None):
            return self._boundary.continuing(token)
        mask = (self._boundary.opening() if signs is None else signs).copy()
        if token:
            mask |= self._boundary.continuing(token)
        if not text:
            mask[self._space] = True
        return mask

    def _finish(
        self,
        hypothesis: Hypothesis,
        nats: npt.NDArray[np.float32],
        network_nats: npt.NDArray[np.float32],
        continues: npt.NDArray[np.bool_],
    ) -> None:
        """Keep the hypothesis as a token, at the probability that one of the other characters comes next."""
        token = self._token(hypothesis.text)
        if hypothesis.text and token and not self._boundary.is_open_string(token):
            ends = sum_in_logs(nats[~continues])
            network_ends = hypothesis.network_nats + sum_in_logs(network_nats[~continues])
            calls = 0.0 if continues[self._call] else math.exp(float(nats[self._call]) - ends)
            self._keep(Hypothesis(hypothesis.text, ends, network_ends, calls))

    def _ends_by_itself(self, text: str) -> bool:
        token = self._token(text)
        return bool(token) and not self._boundary.continuing(token).any()

    def _best_places(self, nats: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
        """Flat places of the most probable characters, descending; enough of them even if some end tokens."""
        count = min(self._width + self._top, nats.size)
        places = np.argpartition(nats, nats.size - count)[nats.size - count :]
        return places[np.argsort(-nats[places], kind="stable")]

    def _keep(self, finished: Hypothesis) -> None:
        if finished.nats < self._least_nats or self._boundary.kind(self._token(finished.text)) == "comment":
            return  # what a comment will say is prose: its opening alone completes nothing
        self._finished.append(finished)
        self._finished.sort(key=lambda found: (-found.nats, found.text))
        if len(self._finished) >= self._top:
            del self._finished[self._top :]
            self._least_nats = self._finished[-1].nats


def ending_bits(predictor: Predictor, reading: Reading, token: str, language: str) -> float:
    """Bits that it costs the token just read to end here: −log2 of all that does not continue it."""
    continues = boundary_of(predictor.vocabulary, language).continuing(token)
    return -sum_in_logs(reading.log_probabilities[~continues]) / math.log(2)
