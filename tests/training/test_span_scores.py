"""Ranks, areas and fixes on cases made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from peephole.model.sign_names import NAMES, Signs
from peephole.training.evaluation.calibrate import exceeded
from peephole.training.evaluation.faults import Fault, Source
from peephole.training.evaluation.span_fit import Example, fit_weights
from peephole.training.evaluation.span_scores import (
    Flag,
    Located,
    area_under_curve,
    is_right_fix,
    matched_threshold,
    points_at,
    rank_of,
    score_lines,
    score_tokens,
    wrong_tokens,
)

TEXT = "a = b\nc = = d\n"
FAULT = Fault("insert", 10, 12, "", TEXT)
SOURCE = Source.of(TEXT, "python")


def test_ranks_count_from_one_and_ties_share_the_middle() -> None:
    assert rank_of([3, 2, 1], 3) == 1
    assert rank_of([3, 2, 1], 1) == 3
    assert rank_of([2, 2, 2], 2) == 2


def test_the_area_is_the_share_of_others_below() -> None:
    assert area_under_curve([0, 5, 1], 1) == 1
    assert area_under_curve([0, 5, 9], 1) == 0.5
    assert area_under_curve([1, 1], 0) == 0.5
    assert area_under_curve([1], 0) == 1


def test_lines_and_tokens_have_the_worst_score_upon_them() -> None:
    flags = [Flag(0, 1, 2.0, None), Flag(8, 11, 3.0, None), Flag(8, 9, 1.0, None)]
    assert score_lines(TEXT, flags) == [2.0, 3.0, -math.inf]
    assert score_tokens(SOURCE, flags) == [2.0, -math.inf, -math.inf, -math.inf, 3.0, 3.0, -math.inf]


def test_a_fault_is_its_token_or_those_beside_what_is_missing() -> None:
    assert [SOURCE.written(SOURCE.code[n]) for n in wrong_tokens(SOURCE, FAULT)] == ["="]
    missing = Fault("delete", 1, 1, " =", "a b\n")
    source = Source.of(missing.text, "python")
    assert [source.written(source.code[n]) for n in wrong_tokens(source, missing)] == ["a", "b"]


def test_a_flag_points_at_a_fault_from_the_token_beside_but_not_from_afar() -> None:
    assert points_at(SOURCE, FAULT, Flag(8, 9, 0, None))
    assert points_at(SOURCE, FAULT, Flag(12, 13, 0, None))
    assert not points_at(SOURCE, FAULT, Flag(0, 5, 0, None))


def test_a_fix_is_right_if_it_gives_the_file_as_it_was_blanks_aside() -> None:
    assert is_right_fix(FAULT, Flag(10, 11, 0, ""))
    assert is_right_fix(FAULT, Flag(8, 9, 0, ""))
    assert not is_right_fix(FAULT, Flag(12, 13, 0, "e"))
    assert not is_right_fix(FAULT, Flag(10, 11, 0, None))


def test_a_matched_threshold_lets_so_many_pass() -> None:
    assert matched_threshold([5, 1, 4, 2], 2) == 4
    assert matched_threshold([5, 1], 0.5) == math.inf
    assert matched_threshold([], 3) == math.inf


def test_located_sums_up() -> None:
    located = Located()
    located.add([1, 9, 2], 1, [1, 9], [1])
    located.add([1, 9, 2], 2, [1, 9], [0])
    figures = located.to_json()
    assert figures["line_auc"] == 0.75
    assert figures["lines"] == {"count": 2, "top1": 0.5, "top3": 1, "top5": 1, "mrr": 0.75}


def test_the_score_that_is_exceeded_falls_exponentially_beyond_what_was_seen() -> None:
    scores = [float(k) for k in range(100, 0, -1)]
    assert exceeded(scores, 30) == pytest.approx(71)
    assert exceeded(scores, 30.5) == pytest.approx(70.5)
    assert exceeded(scores, 0.1) - exceeded(scores, 0.2) == pytest.approx(exceeded(scores, 0.2) - exceeded(scores, 0.4))
    assert exceeded(scores, 0.1) > 100
    assert exceeded(scores, 300) < exceeded(scores, 200) < 1


def test_weights_tell_faults_by_the_sign_that_tells_them() -> None:
    generator = np.random.default_rng(1)
    telling, idle = NAMES.index("near"), NAMES.index("far in")

    def place(low: float) -> Signs:
        signs = np.zeros((3, len(NAMES)), np.float32)
        signs[:, telling], signs[:, idle] = [low, 0, 0], generator.normal(size=3)
        return signs

    examples = [Example("typo", place(2 + generator.random()), np.array([True, False, False])) for _ in range(40)]
    weights = fit_weights([place(generator.random()) for _ in range(200)], examples)
    assert weights["near"] > 5 * abs(weights["far in"])
    assert "seen" not in weights, "what is always the same says nothing"
    assert fit_weights([], examples) == fit_weights([place(0)], []) == {}
