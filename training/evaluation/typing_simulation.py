"""Files typed at sampled places beside the suggestions that the server would show, keystroke by keystroke.

Everything above a place is in the document already and was read. Lists and ghost texts come of the model's functions
with the server's own defaults, through a tape that reads each keystroke on; both are asked for after each of them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from peephole.model import offers
from peephole.model.lexis import word_start
from peephole.model.predictor import Predictor, Reading
from peephole.model.recall import Libraries
from peephole.model.search import next_tokens
from peephole.model.suggestion import Ghost, Terms, suggest
from peephole.model.tape import Tape

from ..texts import Text, licence_header_length
from .typist import LOOKED_AT, Account, Offer, Truth, type_stretch

SEED = 1

TERMS = Terms()
"""How sure and how long a ghost text must be: the server's defaults."""

STRETCH = 400
"""Characters typed at a place: some ten lines."""


class Stretches:
    """So many stretches of some texts, each as likely as any other; all if there are not so many.

    They begin behind a licence header, which nobody types: in Java a sixth of all text, and well foretold.
    """

    def __init__(self, texts: Sequence[Text], language: str, size: int) -> None:
        found = [(text.place, start) for text in texts for start in _starts(text.text, language)]
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


def _starts(text: str, language: str) -> range:
    return range(licence_header_length(text, language), len(text), STRETCH)


@dataclass
class Latency:
    """Milliseconds that each request of a kind took: by the clock, and of the processor alone."""

    clock_ms: list[float] = field(default_factory=list)
    processor_ms: list[float] = field(default_factory=list)

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Adds what goes on inside."""
        began, began_processor = time.perf_counter(), time.process_time()
        yield
        self.clock_ms.append(1000 * (time.perf_counter() - began))
        self.processor_ms.append(1000 * (time.process_time() - began_processor))

    def to_json(self) -> dict[str, object]:
        """Count, median and 99th percentile."""
        return {
            "count": len(self.clock_ms),
            "clock_ms": _percentiles(self.clock_ms),
            "processor_ms": _percentiles(self.processor_ms),
        }


def _percentiles(times: list[float]) -> dict[str, float]:
    p50, p99 = np.percentile(times, (50, 99)).tolist() if times else (0.0, 0.0)
    return {"p50": p50, "p99": p99}


@dataclass
class Latencies:
    """Of the list from the keystroke on, and of the ghost text that is asked for behind it."""

    popup: Latency = field(default_factory=Latency)
    ghost: Latency = field(default_factory=Latency)


class Desk:
    """An editor with one document, as far as suggestions are concerned, which is read on a tape."""

    def __init__(self, tape: Tape, truth: Truth, latencies: Latencies) -> None:
        self._tape = tape
        self._truth, self._latencies = truth, latencies
        self._shown: Ghost | None = None

    def open(self, at: int) -> None:
        """Everything before the place is there, and has been read."""
        self._tape.edit(self._truth.text[:at])
        self._tape.advance_to(at)

    def offer(self, at: int) -> Offer:
        """What is shown at a place."""
        with self._latencies.popup.measured():
            self._tape.edit(self._truth.text[:at])
            items = self._items(at, self._reading(at))
        with self._latencies.ghost.measured():
            ghost = self._ghost(at, self._reading(at))
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
            language=self._tape.language,
            prefix=text[word_start(text, at) :],
            quotes=not self._truth.is_in_text(at),
        )
        return tuple(candidate.text for candidate in offers.worth_showing(found, offers.LEAST_ITEM, ""))

    def _ghost(self, at: int, reading: Reading) -> str:
        before, language = self._tape.text, self._tape.language
        rest = "" if self._shown is None else self._shown.rest(before, "", TERMS)
        if rest.strip():
            return rest
        start = self._truth.window_start(at)
        found = suggest(self._tape.predictor, reading, before, "", language=language, start=start, terms=TERMS)
        self._shown = Ghost(before, at, found.text, TERMS) if found.text else None
        return found.text


class TypingSimulation:
    """The sampled stretches of all texts. account: what they cost."""

    def __init__(self, predictor: Predictor, language: str, stretches: Stretches) -> None:
        self._predictor, self._language, self.stretches = predictor, language, stretches
        self.account = Account()
        self._latencies = Latencies()
        self._costs: list[tuple[int, int]] = []

    def measure(self, text: Text, libraries: Libraries, done: Callable[[], None] = lambda: None) -> None:
        """Type the sampled stretches of a text; `done` hears of each."""
        stretches = list(self.stretches.within(text))
        if not stretches:
            return
        truth = Truth(text.text, self._language)
        tape = Tape(self._predictor, self._language, path=text.path)
        tape.consult(libraries)
        desk = Desk(tape, truth, self._latencies)
        for start, end in stretches:
            desk.open(start)
            before = self.account.keystrokes
            end = type_stretch(truth, start, end, desk.offer, self.account)
            self._costs.append((end - start, self.account.keystrokes - before))
            done()

    def to_json(self) -> dict[str, object]:
        """How the sample was drawn, what the person does, and what it cost her."""
        drawn = {"places": self.stretches.size, "of": self.stretches.of, "seed": SEED, "stretch_characters": STRETCH}
        shown = {"items": offers.MOST_ITEMS, "least_item": offers.LEAST_ITEM, "least_line": offers.LEAST_LINE}
        shown |= {"least_lines": offers.LEAST_LINES, "most_lines": offers.MOST_LINES}
        shown |= {"items_looked_at": LOOKED_AT, "beam_width": offers.BEAM_WIDTH}
        latency = {"popup": self._latencies.popup.to_json(), "ghost": self._latencies.ghost.to_json()}
        error = standard_error(self._costs)
        return {**drawn, "offered": shown, **self.account.to_json(), "saved_standard_error": error, "latency": latency}


def standard_error(costs: Sequence[tuple[int, int]]) -> float | None:
    """Of the share of keystrokes that was saved, by how the places differ; None for fewer than two.

    costs: characters and keystrokes of each place. The usual one of a ratio of sums (Cochran 1977, equation 6.13).
    """
    if len(costs) < 2:
        return None
    characters, keystrokes = np.array(costs, np.float64).T
    rest = keystrokes - keystrokes.sum() / characters.sum() * characters
    return float(np.sqrt((rest**2).sum() / (len(costs) - 1) * len(costs)) / characters.sum())
