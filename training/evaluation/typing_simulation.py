"""Files typed at sampled places beside the suggestions that the server would show, keystroke by keystroke.

Everything above a place is in the document already and was read. Lists and ghost texts come of the model's functions
with the server's own defaults, through a tape that reads each keystroke on; both are asked for after each of them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from peephole.model import offers
from peephole.model.lexis import is_open, tokens, word_start
from peephole.model.predictor import Predictor, Reading
from peephole.model.recall import Libraries
from peephole.model.search import next_tokens, rest_of_line
from peephole.model.tape import Tape

from ..texts import Text
from .typist import LOOKED_AT, Account, Offer, Truth, type_stretch

SEED = 1

STRETCH = 400
"""Characters typed at a place: some ten lines."""


class Stretches:
    """So many stretches of some texts, each as likely as any other; all if there are not so many."""

    def __init__(self, texts: Sequence[Text], size: int) -> None:
        found = [(text.place, start) for text in texts for start in range(0, len(text.text), STRETCH)]
        self.of = len(found)
        chosen = sorted(random.Random(SEED).sample(range(self.of), min(size, self.of)))
        self.size = len(chosen)
        self._starts: dict[str, list[int]] = {}
        for number in chosen:
            place, start = found[number]
            self._starts.setdefault(place, []).append(start)

    def within(self, text: Text) -> Iterator[tuple[int, int]]:
        """Start and end of each of the stretches of a text, in order."""
        for start in self._starts.get(text.place, []):
            yield start, min(start + STRETCH, len(text.text))


@dataclass
class Latencies:
    """Milliseconds that each request took, from the keystroke on."""

    popup_ms: list[float] = field(default_factory=list)
    ghost_ms: list[float] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """Count, median and 99th percentile of each kind."""
        found = {name.removesuffix("_ms"): times for name, times in asdict(self).items()}
        return {name: _percentiles(times) for name, times in found.items()}


def _percentiles(times: list[float]) -> dict[str, float]:
    p50, p99 = np.percentile(times, (50, 99)).tolist() if times else (0.0, 0.0)
    return {"count": len(times), "p50": p50, "p99": p99}


class Desk:
    """An editor with one document, as far as suggestions are concerned."""

    def __init__(self, predictor: Predictor, language: str, libraries: Libraries, truth: Truth) -> None:
        self._tape = Tape(predictor, language)
        self._tape.consult(libraries)
        self._truth, self._language = truth, language
        self.latencies = Latencies()

    def open(self, at: int) -> None:
        """Everything before the place is there, and has been read."""
        self._tape.edit(self._truth.text[:at])
        self._tape.advance_to(at)

    def offer(self, at: int) -> Offer:
        """What is shown at a place."""
        began = time.perf_counter()
        self._tape.edit(self._truth.text[:at])
        items = self._items(at, self._reading(at))
        listed = time.perf_counter()
        ghost = self._ghost(at, self._reading(at))
        shown = time.perf_counter()
        self.latencies.popup_ms.append(1000 * (listed - began))
        self.latencies.ghost_ms.append(1000 * (shown - listed))
        return Offer(items, ghost)

    def _reading(self, at: int) -> Reading:
        reading = self._tape.reading_at(at)
        assert reading is not None, "only a reading that may be stopped can be missing"
        return reading

    def _items(self, at: int, reading: Reading) -> tuple[str, ...]:
        text = self._tape.text
        found = next_tokens(
            self._tape.predictor,
            reading,
            language=self._language,
            prefix=text[word_start(text, at) :],
            quotes=not self.is_in_text(at),
        )
        return tuple(candidate.text for candidate in offers.worth_showing(found, offers.LEAST_ITEM, ""))

    def _ghost(self, at: int, reading: Reading) -> str:
        quotes = not self.is_in_text(at)
        ghost, _ = rest_of_line(self._tape.predictor, reading, language=self._language, quotes=quotes)
        return ghost

    def is_in_text(self, at: int) -> bool:
        """Whether what is typed at the place belongs to a string or comment."""
        start = self._truth.before(at)
        found = tokens(self._truth.text[start:at], self._language)
        return bool(found) and is_open(self._truth.text[start + found[-1].start : at], found[-1].kind)


class TypingSimulation:
    """The sampled stretches of all texts. account: what they cost."""

    def __init__(self, predictor: Predictor, language: str, stretches: Stretches) -> None:
        self._predictor, self._language, self.stretches = predictor, language, stretches
        self.account = Account()
        self._latencies = Latencies()

    def measure(self, text: Text, libraries: Libraries, done: Callable[[], None] = lambda: None) -> None:
        """Type the sampled stretches of a text; `done` hears of each."""
        stretches = list(self.stretches.within(text))
        if not stretches:
            return
        truth = Truth(text.text, self._language)
        desk = Desk(self._predictor, self._language, libraries, truth)
        for start, end in stretches:
            desk.open(start)
            type_stretch(truth, start, end, desk.offer, self.account)
            done()
        self._latencies.popup_ms += desk.latencies.popup_ms
        self._latencies.ghost_ms += desk.latencies.ghost_ms

    def to_json(self) -> dict[str, object]:
        """How the sample was drawn, what the person does, and what it cost her."""
        drawn = {"places": self.stretches.size, "of": self.stretches.of, "seed": SEED, "stretch_characters": STRETCH}
        shown = {"items": offers.MOST_ITEMS, "least_item": offers.LEAST_ITEM, "least_line": offers.LEAST_LINE}
        shown |= {"items_looked_at": LOOKED_AT, "beam_width": offers.BEAM_WIDTH}
        return {**drawn, "offered": shown, **self.account.to_json(), "latency_ms": self._latencies.to_json()}
