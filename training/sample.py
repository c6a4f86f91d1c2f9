"""Text that a model writes by itself, one character after another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from peephole.model.predictor import Predictor
from peephole.model.vocabulary import normalise_newlines


def sample(
    predictor: Predictor, language: str, prompt: str = "", *, length: int, temperature: float = 1.0, seed: int = 0
) -> Iterator[str]:
    """`length` characters that follow the prompt, drawn one by one; the same seed draws the same.

    temperature: 1 draws as the model believes, below 1 nearer to its favourites, 0 takes them.
    """
    generator = np.random.default_rng(seed)
    _, reading = predictor.read(predictor.start(language), normalise_newlines(prompt))
    for _ in range(length):
        index = draw(reading.log_probabilities, predictor.vocabulary.first_character, temperature, generator)
        yield predictor.vocabulary.decode([index])
        _, reading = predictor.read_indices(reading, np.array([index], np.uint16))


def draw(
    log_probabilities: npt.NDArray[np.float32], first: int, temperature: float, generator: np.random.Generator
) -> int:
    """An index from `first` on (unknown and start tokens are never drawn); log_probabilities: (V,) nats."""
    nats = log_probabilities[first:].astype(np.float64)
    if temperature == 0:
        return first + int(np.argmax(nats))
    with np.errstate(over="ignore"):  # near zero the quotient may be −∞, whose exponential is the 0 that is meant
        reached = np.cumsum(np.exp((nats - nats.max()) / temperature))
    return first + int(np.searchsorted(reached, generator.random() * reached[-1], side="right"))
