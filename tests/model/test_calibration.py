"""From a sensitivity to the score that it takes, and back."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import write_tiny_checkpoint
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.calibration import DEFAULT, GUESS, SENSITIVITIES, Calibration, Scale
from peephole.model.checkpoint import CARD, DESCRIPTION, load_checkpoint
from peephole.model.checkpoint_writer import add_calibration
from peephole.model.errors import CheckpointMalformed
from peephole.model.sign_names import NAMES

SENSITIVE = st.floats(0.001, 100)


@given(sensitivity=SENSITIVE)
def test_the_way_to_a_score_and_back_is_the_same(sensitivity: float) -> None:
    assert GUESS.least_sensitivity(GUESS.threshold(sensitivity)) == pytest.approx(sensitivity, rel=1e-6)


@given(one=SENSITIVE, other=SENSITIVE)
def test_who_bears_more_flags_asks_for_a_lower_score(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert GUESS.threshold(less) >= GUESS.threshold(more)


@given(score=st.floats(-1e6, 1e6))
def test_every_score_has_a_sensitivity(score: float) -> None:
    assert 0 <= GUESS.least_sensitivity(score) < math.inf


def test_who_bears_none_gets_none() -> None:
    assert GUESS.threshold(0) == math.inf


def test_a_language_without_a_table_is_served_by_the_guess() -> None:
    assert Calibration({"java": Scale({}, GUESS.scores)}).scale("rust") == GUESS


def test_a_score_is_the_weighed_sum_of_the_signs_by_their_names() -> None:
    signs = np.zeros((2, len(NAMES)), np.float32)
    signs[1, NAMES.index("seen")], signs[1, NAMES.index("near")] = 2, -1
    assert Scale({"seen": 3.0, "near": 0.5}, GUESS.scores).score(signs).tolist() == [0, 5.5]


def test_a_calibration_is_stored_with_the_model_which_stays_the_same(tmp_path: Path) -> None:
    checkpoint = write_tiny_checkpoint(tmp_path / "model", gate=True)
    table = copy.deepcopy(DEFAULT.to_json())
    table["languages"]["java"]["scores"][0] = 77.0  # type: ignore[index]
    calibration = Calibration.from_json(table)
    (tmp_path / "model" / CARD).write_text("# a card")
    written = add_calibration(tmp_path / "model", checkpoint, calibration, {"note": "by hand"})
    assert (tmp_path / "model" / CARD).read_text() == "# a card"
    again = load_checkpoint(tmp_path / "model")
    assert again.calibration == written.calibration == calibration
    assert again.model_hash == checkpoint.model_hash
    assert again.gate() is not None
    assert again.provenance["calibration"] == {"note": "by hand"}


def test_a_table_of_bits_by_reason_counts_as_none(tmp_path: Path) -> None:
    folder = write_tiny_checkpoint(tmp_path / "model").folder
    path = folder / DESCRIPTION
    description = json.loads(path.read_text())
    path.write_text(json.dumps({**description, "calibration": {"sensitivities": [1], "thresholds_bits": {}}}))
    assert load_checkpoint(folder).calibration is None


SCORES = list(GUESS.scores)
BROKEN: list[Any] = [
    None,
    {},
    {"sensitivities": [1], "languages": {}},
    {"sensitivities": list(SENSITIVITIES), "languages": {}},
    {"sensitivities": list(SENSITIVITIES), "languages": {"java": {"scores": [1]}}},
    {"sensitivities": list(SENSITIVITIES), "languages": {"java": {"scores": list(GUESS.scores), "weights": {"?": 1}}}},
    {
        "sensitivities": list(SENSITIVITIES),
        "languages": {"java": {"scores": list(GUESS.scores), "weights": {"near": "1"}}},
    },
]


@pytest.mark.parametrize("value", BROKEN)
def test_what_is_no_table_is_refused(value: Any) -> None:
    with pytest.raises(CheckpointMalformed):
        Calibration.from_json(value)


@pytest.mark.parametrize("scores", [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2], [6, 5, 4, 3, 2, "1"], [1e9, 5, 4, 3, 2, 1], 3])
def test_scores_that_make_no_sense_are_refused(scores: Any) -> None:
    table: Any = copy.deepcopy(DEFAULT.to_json())
    table["languages"]["java"]["scores"] = scores
    with pytest.raises(CheckpointMalformed):
        Calibration.from_json(table)
