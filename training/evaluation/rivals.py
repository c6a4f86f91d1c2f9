"""What else a network can use of the text it has read: the neural cache and dynamic evaluation, alone and added.

Added to the memory in three ways: the cache's, and the moved output layer's, probabilities in a fixed part; and an
output layer that moves by what network and memory together got wrong.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt

from peephole.model.predictor import Predictor
from peephole.model.recall import Libraries
from peephole.model.state import Float32

from ..texts import Text
from .dynamic_evaluation import DynamicEvaluation
from .neural_cache import NeuralCache
from .rows import Clock, Rows, nats_of, read_rows

CACHE, DYNAMIC = "neural_cache", "dynamic_evaluation"
WITH_CACHE, WITH_DYNAMIC = "memory_with_neural_cache", "memory_with_dynamic_evaluation"
DYNAMIC_MEMORY = "dynamic_evaluation_of_memory"

THETAS = (0.8, 1.2, 1.6, 2.4)
RATES = (0.02, 0.05, 0.1, 0.2, 0.3)
WEIGHTS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6)
"""What `tune` tries."""


@dataclass(frozen=True)
class RivalSettings:
    """The rivals' free numbers; `tune` finds them for a model. The defaults were found so on 0.3 MB of text for gates.

    window: places that the cache looks back at; segment: characters a step of dynamic evaluation; weights: parts of
    probability, of the cache beside the network, and of either rival beside the memory.
    """

    window: int = 8000
    theta: float = 1.6
    cache_weight: float = 0.45
    cache_weight_in_memory: float = 0.03
    segment: int = 8
    rate: float = 0.2
    rate_on_memory: float = 0.05
    dynamic_weight_in_memory: float = 0.05

    def to_json(self) -> dict[str, float]:
        """All of them by name."""
        return asdict(self)


class Rivals:
    """The rivals as they read one text after another. seconds: what each took, the network's own time left out."""

    def __init__(self, predictor: Predictor, settings: RivalSettings) -> None:
        self.settings = settings
        self._config = predictor.config
        self._memory = predictor.gate is not None
        self.seconds = dict.fromkeys((CACHE, DYNAMIC, *((DYNAMIC_MEMORY,) if self._memory else ())), 0.0)
        self.begin()

    def begin(self) -> None:
        """Forget what was read: a text begins."""
        given, size = self.settings, self._config.vocabulary_size
        self._cache = NeuralCache(size, given.window, given.theta)
        hidden = self._config.hidden_size
        self._dynamic = DynamicEvaluation(size, hidden, given.rate, given.segment)
        self._dynamic_memory = DynamicEvaluation(size, hidden, given.rate_on_memory, given.segment)

    def read(self, rows: Rows) -> dict[str, Float32]:
        """Log-probabilities (N, V) by each rival's name; those with a memory only where there is a gate."""
        given = self.settings
        began = time.perf_counter()
        cache = self._cache.read(rows.hidden, rows.written)
        found = {CACHE: blend(rows.network_nats, cache, given.cache_weight)}
        self.seconds[CACHE] += time.perf_counter() - began
        began = time.perf_counter()
        found[DYNAMIC] = self._dynamic.read(rows.hidden, rows.network_nats, rows.written)
        self.seconds[DYNAMIC] += time.perf_counter() - began
        if self._memory:
            found[WITH_CACHE] = blend(rows.nats, cache, given.cache_weight_in_memory)
            found[WITH_DYNAMIC] = blend(rows.nats, np.exp(found[DYNAMIC]), given.dynamic_weight_in_memory)
            began = time.perf_counter()
            found[DYNAMIC_MEMORY] = self._dynamic_memory.read(rows.hidden, rows.nats, rows.written)
            self.seconds[DYNAMIC_MEMORY] += time.perf_counter() - began
        return found


def blend(nats: Float32, probabilities: Float32, weight: float) -> Float32:
    """Log-probabilities of both in fixed parts; of the first alone where the second says nothing."""
    parts = np.where(probabilities.any(axis=1, keepdims=True), np.float32(weight), np.float32(0))
    found: Float32 = np.log(np.maximum((1 - parts) * np.exp(nats) + parts * probabilities, np.float32(1e-38)))
    return found


Nats = npt.NDArray[np.float64]


def tune(
    predictor: Predictor,
    language: str,
    beside: Iterable[tuple[Text, Libraries]],
    advance: Callable[[int], None] = lambda _count: None,
) -> RivalSettings:
    """The settings that cost least on some texts, which must not be those that are measured afterwards.

    beside: texts with their libraries. All that is tried is read side by side, in one pass over the texts; `advance`
    hears how many characters are done.
    """
    columns: dict[tuple[str, float], list[Nats]] = defaultdict(list)
    for text, libraries in beside:
        reading = predictor.start(language, libraries, text.path)
        trial = _Trial(predictor)
        for rows in read_rows(predictor, reading, predictor.vocabulary.encode(text.text), Clock()):
            for name, nats in trial.read(rows).items():
                columns[name].append(nats)
        advance(len(text.text))
    return _cheapest({name: np.concatenate(parts) for name, parts in columns.items()})


class _Trial:
    """All that `tune` tries, reading one text: log-probabilities of what came, by what and with which number."""

    def __init__(self, predictor: Predictor) -> None:
        given, config = RivalSettings(), predictor.config
        size, hidden = config.vocabulary_size, config.hidden_size
        self._caches = {theta: NeuralCache(size, given.window, theta) for theta in THETAS}
        self._alone, self._added = (
            {rate: DynamicEvaluation(size, hidden, rate, given.segment) for rate in RATES} for _ in range(2)
        )

    def read(self, rows: Rows) -> dict[tuple[str, float], Nats]:
        written = rows.written
        found = {("network", 0.0): nats_of(rows.network_nats, written), ("memory", 0.0): nats_of(rows.nats, written)}
        for theta, cache in self._caches.items():
            with np.errstate(divide="ignore"):
                found[CACHE, theta] = np.log(nats_of(cache.read(rows.hidden, written), written))
        for rate, dynamic in self._alone.items():
            found[DYNAMIC, rate] = nats_of(dynamic.read(rows.hidden, rows.network_nats, written), written)
        for rate, dynamic in self._added.items():
            found[DYNAMIC_MEMORY, rate] = nats_of(dynamic.read(rows.hidden, rows.nats, written), written)
        return found


def _cheapest(found: dict[tuple[str, float], Nats]) -> RivalSettings:
    network, memory = np.exp(found["network", 0.0]), np.exp(found["memory", 0.0])
    theta, weight = min(
        ((theta, weight) for theta in THETAS for weight in WEIGHTS),
        key=lambda pair: _cost(network, np.exp(found[CACHE, pair[0]]), pair[1]),
    )
    rate = max(RATES, key=lambda rate: found[DYNAMIC, rate].sum())
    return replace(
        RivalSettings(),
        theta=theta,
        cache_weight=weight,
        cache_weight_in_memory=_best_weight(memory, np.exp(found[CACHE, theta])),
        rate=rate,
        rate_on_memory=max(RATES, key=lambda rate: found[DYNAMIC_MEMORY, rate].sum()),
        dynamic_weight_in_memory=_best_weight(memory, np.exp(found[DYNAMIC, rate])),
    )


def _best_weight(first: Nats, second: Nats) -> float:
    return min(WEIGHTS, key=lambda weight: _cost(first, second, weight))


def _cost(first: Nats, second: Nats, weight: float) -> float:
    """Nats where both give their probabilities in fixed parts."""
    return -float(np.log((1 - weight) * first + weight * second).sum())
