"""Places behind `return` in real code: what was expected there, what is known, and what came."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peephole.model.outline import Outline, Scene
from peephole.model.predictor import Predictor
from peephole.model.return_places import GRAMMARS
from peephole.model.returns import REACH, Known, Place, known_signs, known_tokens, place_of

from ..evaluation.rows import Clock, read_rows
from ..gate.repositories import Repository

RETURN = "return "

MOST_OF_A_FILE = 25
"""Returns of one file: a file of a thousand getters teaches no more."""

LONGEST_FILE = 200_000


@dataclass(frozen=True, eq=False)
class Example:
    """One character behind `return`. nats: (V,) of network and memories; target: what came.

    tokens, signs: what is known to go on so, with its reasons; repository: the number of the one that it stands in;
    first: whether the expression begins here.
    """

    place: Place
    nats: npt.NDArray[np.float32]
    tokens: Sequence[Known]
    signs: Sequence[Known]
    target: int
    repository: int
    first: bool


def read_examples(
    predictor: Predictor,
    language: str,
    repositories: Sequence[Repository],
    chosen: Sequence[Sequence[int]],
    advance: Callable[[int], None] = lambda _count: None,
) -> list[Example]:
    """The examples of the chosen files of each repository; a predictor without hints."""
    found = []
    for number, (repository, files) in enumerate(zip(repositories, chosen, strict=True)):
        for file in files:
            text = repository.files[file].text
            if len(text) <= LONGEST_FILE:
                found += list(_read_file(predictor, language, text, number))
            advance(len(text))
    return found


def _read_file(predictor: Predictor, language: str, text: str, number: int) -> Iterator[Example]:
    outline = Outline(language, GRAMMARS[language]())
    outline.extend(text)
    offsets = [at + len(RETURN) for at in _all_places(text)]
    scenes = [(offset, scene) for offset in offsets if (scene := outline.scene(offset)) is not None]
    random.Random(len(text)).shuffle(scenes)
    scenes = sorted(scenes[:MOST_OF_A_FILE], key=lambda each: each[0])
    if not scenes:
        return
    indices = predictor.vocabulary.encode(text[: scenes[-1][0] + REACH])
    start = predictor.start(language)
    nats = np.concatenate([rows.nats for rows in read_rows(predictor, start, indices, Clock())])
    for offset, scene in scenes:
        yield from _of_return(language, text, offset, scene, nats, indices, number)


def _all_places(text: str) -> Iterator[int]:
    at = text.find(RETURN)
    while at >= 0:
        yield at
        at = text.find(RETURN, at + len(RETURN))


def _of_return(
    language: str,
    text: str,
    offset: int,
    scene: Scene,
    nats: npt.NDArray[np.float32],
    indices: npt.NDArray[np.uint16],
    number: int,
) -> Iterator[Example]:
    """The characters of what begins one expression, and the one that ends it."""
    for at in range(offset, min(offset + REACH, len(indices))):
        place = place_of(text[max(at - REACH, 0) : at], at)
        if place is None or place.offset != offset:
            return
        known = known_tokens(scene, place.before, language)
        begun = [each for each in known if each.text.startswith(place.word)]
        signs = [] if place.word else known_signs(scene, place.before, language)
        yield Example(place, nats[at], begun, signs, int(indices[at]), number, at == offset)
