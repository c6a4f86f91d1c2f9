"""Bits by token and by text, and the explanation of one place."""

import math
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_bigram_checkpoint

from peephole.model.lexis import tokens
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.model.surprisal import cross_entropy_bits, explain_offset, token_surprisal
from peephole.model.tape import Tape

TEXT = "int a = 10;"


def test_a_tokens_bits_are_the_sum_over_its_characters() -> None:
    bits = np.arange(len(TEXT), dtype=np.float32)
    found = tokens(TEXT, "java")
    expected = [bits[token.start : token.end].sum() for token in found]
    assert token_surprisal(found, bits).tolist() == expected


def test_tokens_that_were_not_read_to_their_end_have_no_bits() -> None:
    found = tokens(TEXT, "java")
    bits = token_surprisal(found, np.ones(9, np.float32))
    known = {TEXT[token.start : token.end]: not math.isnan(value) for token, value in zip(found, bits, strict=True)}
    assert known == {"int": True, " ": True, "a": True, "=": True, "10": False, ";": False}
    assert token_surprisal([], np.ones(3, np.float32)).tolist() == []


def test_long_texts_lose_no_bits_to_rounding() -> None:
    # 1e7 float32 additions of 0.1 drift by whole percents; float64 sums do not.
    bits = np.full(1_000_000, 0.1, np.float32)
    assert cross_entropy_bits(bits) == pytest.approx(float(np.float32(0.1)), rel=1e-12)
    assert math.isnan(cross_entropy_bits(bits[:0]))


def test_an_explanation_says_what_came_and_what_was_expected(tmp_path: Path) -> None:
    followers = {"=": {"1": 0.75, "2": 0.25}, "1": {";": 1}, "2": {";": 1}}
    tape = Tape(Predictor(Runtime(write_bigram_checkpoint(tmp_path / "model", followers))), "java")
    tape.edit("a=2;")
    explanation = explain_offset(tape, 2)
    assert explanation is not None
    assert (explanation.token.start, explanation.token.end) == (2, 3)
    assert explanation.bits == pytest.approx(2, abs=1e-3)
    assert explanation.probability == pytest.approx(0.25, abs=1e-3)
    assert [candidate.text for candidate in explanation.expected] == ["1", "2"]


def test_an_explanations_probability_is_that_of_the_same_token_among_the_expected(tmp_path: Path) -> None:
    followers = {"=": {"1": 1}, "1": {"2": 0.5, ";": 0.5}}
    tape = Tape(Predictor(Runtime(write_bigram_checkpoint(tmp_path / "model", followers))), "java")
    tape.edit("a=1;")
    explanation = explain_offset(tape, 2)
    assert explanation is not None
    (same,) = (candidate for candidate in explanation.expected if candidate.text == "1")
    assert explanation.probability == pytest.approx(same.probability, abs=1e-6)
    assert explanation.probability == pytest.approx(0.5, abs=1e-3)
    assert explanation.bits == pytest.approx(0, abs=1e-3)


def test_nothing_is_explained_where_nothing_is_or_when_stopped(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    assert explain_offset(tape, 0) is None
    tape.edit(TEXT)
    assert explain_offset(tape, 5, should_stop=lambda: True) is None
