"""How long a task will take, measured on a small piece of its own text before it begins."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from peephole.model.library import Library, Shelved
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.tape import Tape

from ..corpus.shards import open_shard
from ..texts import Text
from .baselines import ppmd_bits
from .evaluate import CHARACTERS, PLACES, TOKENS, evaluate_beside
from .ngram_training import count_ngrams
from .primed import WORKSPACE_BYTES
from .rivals import Rivals, RivalSettings, tune
from .task import Task
from .token_sample import Sample
from .tokens import TokenEvaluation
from .typing_simulation import STRETCH, Desk, Latencies
from .typist import Account, Truth, type_stretch

PIECE = 2048
"""Characters that are measured: half a second of everything for the shipped model."""

LARGEST_SHARE = 0.1
"""Of all text that the piece may be: of little text the measuring would take as long as the task."""

SHELF = 1 << 18
"""Bytes of which a library is built to see how long that takes: a tenth of a second."""

SAMPLED, TYPED = 6, 24
"""Tokens looked for and characters typed in the piece."""

COUNTED = 50
"""How often the piece's n-grams are counted: once would tell more of the beginning than of the counting."""

CANDIDATES = 32
"""Files among which the largest gives the piece: a short one is all beginning."""

TUNING_BYTES = 0.3e6
"""Of text to choose the rivals' numbers on: 16 of them are read side by side, 0.15 ms a character."""

LIBRARIES = "libraries"


@dataclass(frozen=True)
class Part:
    """So much of one kind of work. unit_s: seconds for one, as measured."""

    kind: str
    amount: float
    unit_s: float
    label: str

    @property
    def seconds(self) -> float:
        """For all of it."""
        return self.amount * self.unit_s


@dataclass(frozen=True)
class Estimate:
    """All kinds of work of a task."""

    parts: tuple[Part, ...]

    @property
    def seconds(self) -> float:
        """For everything."""
        return sum(part.seconds for part in self.parts)

    @property
    def seconds_of_pass(self) -> float:
        """For the one pass over all texts: what network and memories do."""
        return sum(part.seconds for part in self.parts if part.kind in (CHARACTERS, TOKENS, PLACES, LIBRARIES))

    def unit_s(self, kind: str) -> float:
        """Seconds for one character, token or place; characters stand for the libraries that lie beside them, too."""
        found = {part.kind: part for part in self.parts}
        if kind not in found:
            return 0.0
        libraries = found[LIBRARIES].seconds if kind == CHARACTERS and LIBRARIES in found else 0.0
        return found[kind].unit_s + libraries / max(found[kind].amount, 1)

    def __str__(self) -> str:
        parts = ", ".join(f"{part.label} {duration(part.seconds)}" for part in self.parts)
        return f"about {duration(self.seconds)} ({parts})"


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def estimate(task: Task) -> Estimate:
    """What each kind of work will take; whatever grows with a file's length is taken for even, so: about."""
    gauge = _Gauge(task)
    return Estimate(tuple(gauge.parts()))


class _Gauge:
    """The piece, and how fast the model reads it with nothing else beside."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._size = task.texts.size
        largest = max(task.texts.listed[:CANDIDATES], key=lambda listed: listed.size).read()
        length = min(PIECE, max(round(LARGEST_SHARE * self._size), 1), len(largest.text))
        self._piece = Text(largest.path, largest.text[-length:], largest.place, largest.repository)
        self._libraries, self._shelving_s = NO_LIBRARIES, 0.0

    def parts(self) -> Iterator[Part]:
        """All of them."""
        task = self._task
        if task.needs_libraries:
            yield self._shelving()
        self._read(with_rivals=False)  # the first time everything is slower
        alone_s = self._read(with_rivals=False)
        reading_s = self._read(with_rivals=True) if task.rivals else alone_s
        yield Part(CHARACTERS, self._size, reading_s, "reading")
        if task.tune is not None:
            yield self._tuning()
        if task.tokens is not None:
            yield self._tokens(alone_s)
        if task.typing is not None:
            yield self._typing(alone_s)
        if task.prime is not None:
            yield self._priming()
        if task.ngram is not None:
            yield self._counting(task.ngram)

    def _shelving(self) -> Part:
        files: list[Shelved] = []
        total = 0
        for listed in self._task.texts.listed:
            total += listed.size
            if files and total > SHELF:
                break
            files.append(Shelved(listed.place, listed.read().text))
        began = time.perf_counter()
        library = Library.build(files, self._task.predictor.vocabulary)
        unit_s = (time.perf_counter() - began) / max(library.characters, 1)
        self._libraries = Libraries(library, library)
        return Part(LIBRARIES, self._task.around.bytes_to_shelve(self._task.texts), unit_s, "libraries")

    def _read(self, *, with_rivals: bool) -> float:
        """Seconds a character."""
        task = self._task
        rivals = Rivals(task.predictor, RivalSettings()) if with_rivals else None
        beside = [(self._piece, self._libraries)]
        began = time.perf_counter()
        evaluate_beside(task.predictor, task.language, beside, looked_into=task.in_workspace, rivals=rivals)
        return (time.perf_counter() - began) / len(self._piece.text)

    def _tuning(self) -> Part:
        began = time.perf_counter()
        tune(self._task.predictor, self._task.language, [(self._piece, NO_LIBRARIES)])
        return Part("tuning", TUNING_BYTES, (time.perf_counter() - began) / len(self._piece.text), "tuning the rivals")

    def _tokens(self, alone_s: float) -> Part:
        assert self._task.tokens is not None
        sample = Sample([self._piece], self._task.language, SAMPLED)
        trial = TokenEvaluation(self._task.predictor, self._task.language, sample)
        began = time.perf_counter()
        trial.measure(self._piece, self._libraries)
        taken_s = time.perf_counter() - began
        reads = len(trial.found) * alone_s
        amount = self._task.tokens.sample.asked
        searched_s = max(taken_s - reads * len(self._piece.text), 0) / max(sample.size, 1)
        return Part(TOKENS, amount, searched_s + reads * self._size / max(amount, 1), f"{amount:,} tokens")

    def _typing(self, alone_s: float) -> Part:
        assert self._task.typing is not None
        truth = Truth(self._piece.text, self._task.language)
        tape = Tape(self._task.predictor, self._task.language, path=self._piece.path)
        tape.consult(self._libraries if self._task.in_workspace else NO_LIBRARIES)
        desk = Desk(tape, truth, Latencies())
        end = len(self._piece.text)
        start = max(end - TYPED, 0)
        desk.open(start)
        began = time.perf_counter()
        type_stretch(truth, start, end, desk.offer, Account())
        typed_s = (time.perf_counter() - began) / (end - start)
        amount = self._task.typing.stretches.size
        unit_s = STRETCH * typed_s + alone_s * self._size / max(amount, 1)
        return Part(PLACES, amount, unit_s, f"typing at {amount:,} places")

    def _counting(self, corpus: Path) -> Part:
        """The training text, and whatever lies beside the texts, is taken apart and counted."""
        task = self._task
        texts = [self._piece.text] * COUNTED
        began = time.perf_counter()
        count_ngrams(texts, task.language, task.predictor.vocabulary)
        unit_s = (time.perf_counter() - began) / sum(map(len, texts))
        amount = min(task.ngram_bytes, len(open_shard(corpus, "train", task.language).tokens)) + task.given.size
        return Part("counting", amount, unit_s, "6-gram")

    def _priming(self) -> Part:
        """The encoder reads the training text, then every file; in a workspace also what is near each folder."""
        task, content = self._task, self._piece.content
        began = time.perf_counter()
        ppmd_bits(content)
        unit_s = (time.perf_counter() - began) / len(content)
        amount = task.prime_bytes + self._size
        if task.in_workspace:
            folders = sum(1 for _ in task.around.folders(task.texts))
            amount += amount + folders * min(WORKSPACE_BYTES, task.given.size)
        return Part("priming", amount, unit_s, "primed PPMd")
