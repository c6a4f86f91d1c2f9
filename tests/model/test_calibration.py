"""From a sensitivity to the evidence that it takes, and back."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_tiny_checkpoint
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.calibration import DEFAULT, SENSITIVITIES, Calibration
from peephole.model.checkpoint import load_checkpoint
from peephole.model.checkpoint_writer import add_calibration
from peephole.model.errors import CheckpointMalformed
from peephole.model.reasons import REASONS

SENSITIVE = st.floats(0.001, 100)


@given(reason=st.sampled_from(REASONS), sensitivity=SENSITIVE)
def test_the_way_to_bits_and_back_is_the_same(reason: Any, sensitivity: float) -> None:
    bits = DEFAULT.threshold_bits("java", reason, sensitivity)
    assert DEFAULT.least_sensitivity("java", reason, bits) == pytest.approx(sensitivity, rel=1e-6)


@given(reason=st.sampled_from(REASONS), one=SENSITIVE, other=SENSITIVE)
def test_who_bears_more_flags_asks_for_less_evidence(reason: Any, one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert DEFAULT.threshold_bits("java", reason, less) >= DEFAULT.threshold_bits("java", reason, more)


def test_who_bears_none_gets_none() -> None:
    assert DEFAULT.threshold_bits("java", "slip", 0) == math.inf


def test_a_language_without_a_table_is_served_by_the_default() -> None:
    assert DEFAULT.threshold_bits("rust", "slip", 1) == DEFAULT.threshold_bits("java", "slip", 1)


def test_a_calibration_is_stored_with_the_model_which_stays_the_same(tmp_path: Path) -> None:
    checkpoint = write_tiny_checkpoint(tmp_path / "model", gate=True)
    table = copy.deepcopy(DEFAULT.to_json())
    table["thresholds_bits"]["java"]["slip"][0] = 77.0  # type: ignore[index]
    calibration = Calibration.from_json(table)
    written = add_calibration(tmp_path / "model", checkpoint, calibration, {"note": "by hand"})
    again = load_checkpoint(tmp_path / "model")
    assert again.calibration == written.calibration == calibration
    assert again.model_hash == checkpoint.model_hash
    assert again.gate() is not None
    assert again.provenance["calibration"] == {"note": "by hand"}


BROKEN: list[Any] = [
    None,
    {},
    {"sensitivities": [1], "thresholds_bits": {}},
    {"sensitivities": list(SENSITIVITIES), "thresholds_bits": {}},
    {"sensitivities": list(SENSITIVITIES), "thresholds_bits": {"java": {"slip": [1]}}},
]


@pytest.mark.parametrize("value", BROKEN)
def test_what_is_no_table_is_refused(value: Any) -> None:
    with pytest.raises(CheckpointMalformed):
        Calibration.from_json(value)


@pytest.mark.parametrize("bits", [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2], [6, 5, 4, 3, 2, "1"], [1e9, 5, 4, 3, 2, 1], 3])
def test_thresholds_that_make_no_sense_are_refused(bits: Any) -> None:
    table: Any = copy.deepcopy(DEFAULT.to_json())
    table["thresholds_bits"]["java"]["slip"] = bits
    with pytest.raises(CheckpointMalformed):
        Calibration.from_json(table)
