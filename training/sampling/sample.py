"""Text that a model writes by itself, one character after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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


def sample_batch(
    predictor: Predictor,
    language: str,
    count: int,
    *,
    length: int,
    temperature: float = 1.0,
    seed: int = 0,
    advance: Callable[[float], None] = lambda _: None,
) -> list[str]:
    """`count` texts of `length` characters by the network alone, side by side, each from an empty file on.

    The same seed and count draw the same. Another count draws other texts: rows of a batch take their draws from one
    generator and, in an int8 graph, share the scales of the recurrent products. advance: told of characters written.
    """
    generator = np.random.default_rng(seed)
    start = predictor.alone().start(language)
    nats, state = np.repeat(start.network_nats[None], count, axis=0), start.state.take([0] * count)
    written = np.empty((count, length), np.int64)
    for place in range(length):
        written[:, place] = draw_rows(nats, predictor.vocabulary.first_character, temperature, generator)
        nats, state = predictor.runtime.step(written[:, place], state)
        advance(count)
    return [predictor.vocabulary.decode(row) for row in written.tolist()]


def sample_each(
    predictor: Predictor,
    language: str,
    count: int,
    *,
    length: int,
    temperature: float = 1.0,
    seed: int = 0,
    advance: Callable[[float], None] = lambda _: None,
) -> list[str]:
    """As `sample_batch`, but one after the other, each with a memory of itself; text n is `sample`'s of seed + n."""
    texts = []
    for number in range(count):
        characters = sample(predictor, language, length=length, temperature=temperature, seed=seed + number)
        texts.append("".join(characters))
        advance(length)
    return texts


def draw(
    log_probabilities: npt.NDArray[np.float32], first: int, temperature: float, generator: np.random.Generator
) -> int:
    """An index from `first` on (unknown and start tokens are never drawn); log_probabilities: (V,) nats."""
    return int(draw_rows(log_probabilities[None], first, temperature, generator)[0])


def draw_rows(
    log_probabilities: npt.NDArray[np.float32], first: int, temperature: float, generator: np.random.Generator
) -> npt.NDArray[np.int64]:
    """`draw` for each of B rows, (B,); log_probabilities: (B, V) nats."""
    nats = log_probabilities[:, first:].astype(np.float64)
    if temperature == 0:
        return np.asarray(first + nats.argmax(axis=1), np.int64)
    with np.errstate(over="ignore"):  # near zero the quotient may be −∞, whose exponential is the 0 that is meant
        reached = np.cumsum(np.exp((nats - nats.max(axis=1, keepdims=True)) / temperature), axis=1)
    wanted = generator.random(len(nats)) * reached[:, -1]
    passed = (reached <= wanted[:, None]).sum(axis=1)
    # Rounding may put the product at the very sum, behind which nothing stands.
    return np.asarray(first + np.minimum(passed, nats.shape[1] - 1), np.int64)
