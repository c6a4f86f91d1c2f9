from __future__ import annotations

from itertools import chain

from peephole.model.languages import SUFFIXES
from peephole.model.lexis import KEYWORDS


def test_no_suffix_stands_for_two_languages() -> None:
    suffixes = list(chain.from_iterable(SUFFIXES.values()))
    assert len(suffixes) == len(set(suffixes))
    assert all(suffix.startswith(".") for suffix in suffixes)


def test_the_languages_of_which_more_is_known_are_among_them() -> None:
    assert set(KEYWORDS) <= set(SUFFIXES)
