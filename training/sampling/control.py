"""Real code beside what a model writes: the beginnings of files, cut where its samples end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

from ..errors import TrainingError
from ..texts import Listed, find_texts

SEED = 1
"""Of the order in which a repository's files are taken."""


@dataclass(frozen=True)
class Control:
    """Beginnings of real files, and how many repositories they come from."""

    texts: list[str]
    repositories: int


def read_control(paths: Sequence[Path], language: str, count: int, length: int) -> Control:
    """The first `length` code points of `count` files that are at least so long, from all repositories in turn.

    In turn, for else the largest repository would speak for all. All such files if there are fewer; `TrainingError` if
    there is none.
    """
    texts: list[str] = []
    repositories: set[str] = set()
    # No code point is less than a byte: smaller files need not be read, nor cost their repository its turn.
    for listed in _in_turn([each for each in find_texts(paths, language).listed if each.size >= length]):
        text = listed.read().text
        if len(text) >= length:
            texts.append(text[:length])
            repositories.add(listed.repository)
        if len(texts) == count:
            break
    if not texts:
        raise TrainingError(f"no {language} file of {length} characters or more in --control; name other real code")
    return Control(texts, len(repositories))


def _in_turn(listed: Sequence[Listed]) -> list[Listed]:
    """One file of each repository, then a second one of each; the order does not depend on how they were found."""
    order = sorted(listed, key=lambda each: each.place)
    random.Random(SEED).shuffle(order)
    by_repository: dict[str, list[Listed]] = {}
    for each in order:
        by_repository.setdefault(each.repository, []).append(each)
    turns = zip_longest(*(by_repository[name] for name in sorted(by_repository)))
    return [each for each in chain.from_iterable(turns) if each is not None]
