"""What stands behind a place decides which of two texts was meant there; what is new is not held against anybody."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_bigram_checkpoint

from peephole.model import evidence
from peephole.model.evidence import Evidence, free_bits, weigh_place
from peephole.model.lexis import tokens
from peephole.model.predictor import Predictor
from peephole.model.rewrites import Place, place_of
from peephole.model.runtime import Runtime
from peephole.model.slips import Names
from peephole.model.tape import Tape

# Behind a space "a" and "b" are as likely as each other; "=" stands behind "a" alone.
FOLLOWERS = {" ": {"a": 1, "b": 1}, "a": {"=": 1}, "b": {";": 1}, "=": {"0": 1}, "0": {";": 1}, ";": {" ": 1}}


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    folder: Path = tmp_path_factory.mktemp("evidence") / "model"
    return Predictor(Runtime(write_bigram_checkpoint(folder, FOLLOWERS)))


def read(predictor: Predictor, text: str) -> Tape:
    tape = Tape(predictor, "java")
    tape.edit(text)
    tape.advance_to(len(text))
    return tape


def place_at(tape: Tape, offset: int) -> tuple[Place, Names]:
    found = tokens(tape.text, "java")
    number = next(n for n, token in enumerate(found) if token.start == offset)
    return place_of(tape.text, found, number, "java"), Names(tape.text, found, "java")


def instead(predictor: Predictor, text: str, offset: int, other: str, right: int) -> Evidence:
    """The evidence for another text in a token's place."""
    tape = read(predictor, text)
    place, names = place_at(tape, offset)
    found = weigh_place(predictor, tape, place, names, right=right)
    assert found is not None
    return next(each for each in found if each.rewrite.text == other and each.rewrite.end > each.rewrite.start)


def test_of_two_tokens_as_likely_as_each_other_what_follows_tells_which_was_meant(predictor: Predictor) -> None:
    wrong = "; a=0; b=0;"
    assert instead(predictor, wrong, 7, "a", 0).bits == pytest.approx(0, abs=0.1), "at the place nobody can know"
    assert instead(predictor, wrong, 7, "a", 24).bits > 10
    right = "; b; a=0; b;"
    assert instead(predictor, right, 10, "a", 24).bits < -10


def test_evidence_is_what_the_written_text_costs_more_than_the_rewritten(predictor: Predictor) -> None:
    tape = read(predictor, "; a=0; b=0;")
    place, names = place_at(tape, 7)
    free = free_bits(tape, place)
    for each in weigh_place(predictor, tape, place, names) or []:
        gained = float(each.written.surprisal_bits.sum() - each.rewritten.surprisal_bits.sum())
        assert each.bits == pytest.approx(
            gained - (free if each.rewrite.reason in ("expected", "other") else 0), abs=1e-3
        )


def test_the_spelling_of_a_name_is_free_where_it_stands_first_however_often_it_is_used(predictor: Predictor) -> None:
    text = "; abba=0; abba=0; abba=0;"
    tape = read(predictor, text)
    first, again = (free_bits(tape, place_at(tape, offset)[0]) for offset in (2, 10))
    assert first == pytest.approx(float(tape.surprisal_bits[3:6].sum()))
    assert again == 0


def test_who_types_waits_for_one_search_or_comparison_and_not_for_all_that_a_place_takes(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape = read(predictor, "; a=0; b=0;")
    place, names = place_at(tape, 7)
    done: list[str] = []
    for name in ("expect", "charge"):
        monkeypatch.setattr(evidence, name, _noted(getattr(evidence, name), name, done))
    assert weigh_place(predictor, tape, place, names) is not None
    assert len(done) > 2, "there must be something to be spared for this test to say anything"
    looks: list[int] = []

    def never() -> bool:
        looks.append(len(done))
        return False

    done.clear()
    weigh_place(predictor, tape, place, names, should_stop=never)
    assert set(looks) >= set(range(len(done)))
    for patience in range(len(looks)):
        left = iter([False] * patience)
        done.clear()
        assert weigh_place(predictor, tape, place, names, should_stop=partial(next, left, True)) is None
        assert len(done) == looks[patience]


def _noted(function: Callable[..., Any], name: str, done: list[str]) -> Callable[..., Any]:
    def noted(*arguments: Any, **more: Any) -> Any:
        done.append(name)
        return function(*arguments, **more)

    return noted
