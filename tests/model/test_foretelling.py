"""What texts would cost behind a place: the same as if they were read there, memories and all."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peephole.model.contexts import alphabet_of
from peephole.model.foretelling import foretell, recall_along
from peephole.model.library import Library, Shelved
from peephole.model.memory import Memory
from peephole.model.predictor import Predictor
from peephole.model.recall import Libraries, Recall
from peephole.model.tape import Tape
from tests.checkpoints import tiny_vocabulary

VOCABULARY = tiny_vocabulary()
ALPHABET = alphabet_of(VOCABULARY)
BESIDE = Libraries(near=Library.build([Shelved("B.java", "a.b(b);\nbb a (a.b);\n")], VOCABULARY))
TEXTS = st.text(alphabet="ab (.\n", max_size=80)


@settings(max_examples=60, deadline=None)
@given(text=TEXTS, length=st.integers(1, 20), seed=st.integers(0, 1000))
def test_all_characters_at_once_recall_what_one_after_the_other_does(text: str, length: int, seed: int) -> None:
    memory = Memory(ALPHABET)
    memory.extend(VOCABULARY.encode(text))
    recall = Recall.at(memory, len(text) // 2, BESIDE)
    generator = np.random.default_rng(seed)
    texts = VOCABULARY.encode("".join(generator.choice(list("ab (."), 3 * length))).reshape(3, length)
    votes = recall_along(recall, texts)
    assert votes is not None
    for row in range(3):
        one = recall
        for at in range(length):
            expected = one.votes()
            assert votes.candidates[row * length + at].tobytes() == expected.candidates[0].tobytes()
            assert votes.evidence[row * length + at].tobytes() == expected.evidence[0].tobytes()
            one = one.push([0], texts[row, at : at + 1])


def test_texts_cost_what_they_cost_when_they_are_read(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    tape.edit("for (int a = 0; a < b.size(); a++) { sum += b.get(a); }\nfor (in")
    reading = tape.reading_at(len(tape.text))
    assert reading is not None
    texts = ["t a = 0; a < b", "t", "", "x☃y"]
    for text, told in zip(texts, foretell(predictor, reading, texts), strict=True):
        assert told.surprisal_bits.shape == told.network_bits.shape == (len(text),)
        charge, _ = predictor.charge(reading, VOCABULARY.encode(text))
        np.testing.assert_allclose(told.surprisal_bits, charge.surprisal_bits, atol=0.3)
        np.testing.assert_allclose(told.network_bits, charge.network_bits, atol=0.3)
    assert foretell(predictor, reading, []) == []


def test_hints_on_what_a_method_returns_are_heard_too(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    tape.edit("class A {\n    int total;\n    int total() {\n        ")
    reading = tape.reading_at(len(tape.text))
    assert reading is not None
    assert reading.recall is not None
    texts = VOCABULARY.encode("return total;" + "return other;").reshape(2, -1)
    votes = recall_along(reading.recall, texts)
    assert votes is not None
    behind = texts.shape[1] - len("total;")
    expected = reading.recall.memory.hints_behind(reading.recall.place, texts[:, :behind])
    assert expected is not None, "behind `return ` the grammar speaks"
    assert votes.hints is not None
    assert {behind, texts.shape[1] + behind} <= set(votes.hints.rows.tolist())
