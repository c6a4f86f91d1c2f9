"""What a file's name says: a function of the text before each place, and of nothing but declarations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
from peephole.model.contexts import alphabet_of
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.model.search import next_tokens
from peephole.model.tape import Tape
from peephole.model.title import GAIN, REACH, Title, title_of
from tests.checkpoints import tiny_vocabulary

VOCABULARY = tiny_vocabulary()
TITLE = Title(VOCABULARY, "SetOf")

PIECES = [
    "\n",
    "public class ",
    "  static final ",
    "enum ",
    "@interface ",
    "Se",
    "SetOf",
    "SetOfAll",
    " {",
    "// class ",
]
PIECES += ["abstract " * 9, " " * REACH, "class", " "]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def gains(text: str) -> list[tuple[int, str]]:
    """Where the next character gains, and which characters do."""
    symbols = VOCABULARY.encode(text)
    found = TITLE.hints(symbols, 0, len(symbols) + 1)
    if found is None:
        return []
    characters = np.array(["?"] * VOCABULARY.first_character + list(VOCABULARY.characters))
    return [(int(row), "".join(characters[nats > 0])) for row, nats in zip(found.rows, found.nats, strict=True)]


@given(TEXTS, st.data())
@example("public class " + "SetOf {", None)
@example("abstract " * 9 + "public class SetOf", None)
def test_a_name_that_is_read_gains_what_it_gains_being_searched(text: str, data: st.DataObject | None) -> None:
    symbols = VOCABULARY.encode(text)
    read: dict[int, list[float]] = {}
    cut = data.draw(st.integers(0, len(text))) if data is not None else 0
    for start, end in ((0, cut), (cut, len(text) + 1)):
        found = TITLE.hints(symbols, start, end)
        for row, nats in zip(found.rows, found.nats, strict=True) if found else ():
            read[start + int(row)] = nats.tolist()
    searched: dict[int, list[float]] = {}
    for place in range(len(text) + 1):
        offset = min(cut, place)
        behind = TITLE.hints_behind(symbols, offset, np.tile(symbols[offset:place], (2, 1)))
        if behind is not None:
            assert behind.rows.tolist() == [0, 1]
            searched[place] = behind.nats[1].tolist()
    assert read == searched


def test_each_character_of_the_name_gains_in_its_turn_and_then_its_end() -> None:
    found = gains("class SetOf")
    assert [character for _, character in found[:5]] == list("SetOf")
    ends = found[5][1]
    assert " " in ends
    assert "{" in ends
    assert not any(character.isalnum() for character in ends)


@pytest.mark.parametrize("text", ["class Sem", "class SetOfAll", "a class ", "// class ", "class SetOf {}\nclass "])
def test_another_name_prose_and_a_name_that_is_declared_gain_nothing(text: str) -> None:
    assert all(place < len(text) for place, _ in gains(text))


@pytest.mark.parametrize("path", ["package-info.java", "", "/src/1.java", "/src/SetOf", "SetOf.txt", "Set.Of.java"])
def test_what_is_no_name_says_nothing(path: str) -> None:
    assert title_of(VOCABULARY, "java", path) is None
    assert title_of(VOCABULARY, "python", "set_of.py") is None


@pytest.mark.parametrize("path", ["/src/SetOf.java", "C:\\src\\SetOf.java", "file:///src/SetOf.java", "SetOf.java"])
def test_the_last_part_of_a_path_or_address_is_the_name(path: str) -> None:
    title = title_of(VOCABULARY, "java", path)
    assert title is not None
    assert title.name == "SetOf"


def test_a_class_is_offered_under_the_name_of_its_file_and_under_no_other_without() -> None:
    predictor = Predictor(Runtime(load_checkpoint(shipped_checkpoint_folder())))
    for path, expected in (("org/QuaintLedger.java", True), ("", False)):
        tape = Tape(predictor, "java", path=path)
        tape.edit("package org;\n\nimport java.util.List;\n\npublic class ")
        reading = tape.reading_at(len(tape.text))
        assert reading is not None
        offered = next_tokens(predictor, reading, language="java", prefix="")
        assert (offered[0].text == "QuaintLedger" and offered[0].probability > 0.5) is expected


def test_a_gain_multiplies_the_odds_of_the_character_by_as_much() -> None:
    found = TITLE.hints(VOCABULARY.encode("class "), 6, 7)
    assert found is not None
    nats = np.log(np.full((1, len(VOCABULARY)), 1 / len(VOCABULARY), np.float32))
    applied = found.applied(nats)
    index = VOCABULARY.index("S")
    assert applied[0, index] - nats[0, index] == pytest.approx(GAIN)
    assert alphabet_of(VOCABULARY).in_words[index]
