"""Calibrating keeps the model, and the setting means what it says on what was calibrated on; faults are measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_bigram_checkpoint, write_tiny_checkpoint
from sample_code import java_file, python_file

from peephole.model.calibration import DEFAULT, SENSITIVITIES
from peephole.model.checkpoint import CARD, load_checkpoint
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.model.spans import improbable_spans
from peephole.model.tape import Tape
from peephole.training.cli import main
from peephole.training.evaluation.calibrate import FAULTS, Observed, Study, thresholds
from peephole.training.evaluation.faults import MAKERS
from peephole.training.texts import Text


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_tiny_checkpoint(tmp_path_factory.mktemp("calibrate") / "model", gate=True).folder
    (folder / CARD).write_text("# a card")
    return folder


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four packages of a Java and a Python file each."""
    folder = tmp_path_factory.mktemp("code")
    for number in range(4):
        package = folder / f"package{number}"
        package.mkdir()
        (package / "A.java").write_text(java_file(number, methods=3))
        (package / "a.py").write_text(python_file(number, functions=4))
    return folder


def test_calibrating_keeps_the_model_and_its_card(model: Path, code: Path) -> None:
    before = load_checkpoint(model)
    assert main(["calibrate", str(code), "--model", str(model), "--out", str(model), "--mb-per-language", "0.004"]) == 0
    after = load_checkpoint(model)
    assert after.model_hash == before.model_hash
    assert (model / CARD).read_text() == "# a card"
    assert before.calibration is None
    assert after.calibration is not None
    assert set(after.calibration.languages) == {"java", "python"}
    facts = after.provenance["calibration"]
    assert isinstance(facts, dict)
    assert facts["model"] == after.model_hash
    assert facts["text"]["java"]["packages"] == 4


@pytest.mark.parametrize("spread", [0.5, 2.0])
def test_as_many_clean_places_exceed_a_threshold_as_the_setting_says(spread: float) -> None:
    generator = np.random.default_rng(3)
    studies = [Study("a", 1000, 30_000, [], 0, []) for _ in range(100)]
    scores = [generator.exponential(spread, size=60).tolist() for _ in studies]
    found = thresholds(studies, scores, range(100))
    unseen = generator.exponential(spread, size=60 * 1000)
    for sensitivity, least in zip(SENSITIVITIES, found, strict=True):
        assert (unseen >= least).sum() / 1000 == pytest.approx(sensitivity, rel=0.4)


def test_returns_that_are_marked_anyway_are_taken_off_what_may_be_flagged() -> None:
    scores = [[float(score) for score in range(100)]]
    none, some = (thresholds([Study("a", 1000, 30_000, [], wrong, [])], scores, [0]) for wrong in (0, 5))
    assert some[-1] == none[-1] + 5


def test_a_text_is_flagged_by_the_editor_as_it_was_counted(model: Path) -> None:
    predictor, observed = Predictor(Runtime(load_checkpoint(model))), Observed("java")
    text = Text("A.java", java_file(1, methods=3), repository="a")
    observed.add(predictor, text)
    tape = Tape(predictor, "java", path=text.path)
    tape.edit(text.text)
    tape.advance_to(len(text.text))
    scale = (predictor.calibration or DEFAULT).scale("java")
    (study,) = observed.studies
    assert {example.kind for example in study.examples} <= set(FAULTS)
    for sensitivity in SENSITIVITIES:
        found = [span for span in improbable_spans(predictor, tape, sensitivity=sensitivity) if span.reason != "return"]
        assert len(found) == sum(score >= scale.threshold(sensitivity) - 1e-9 for score in study.scores(scale))


def test_faults_of_every_kind_are_measured(model: Path, code: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    options = ["--language", "java", "--model", str(model), "--files", "2", "--json", str(out)]
    assert main(["evaluate-spans", str(code), *options]) == 0
    figures = json.loads(out.read_text())
    assert figures["files"] == 2
    assert set(figures["kinds"]) <= set(MAKERS)
    assert {"delete", "insert", "typo", "off_by_one"} <= set(figures["kinds"])
    for found in figures["kinds"].values():
        assert found["count"] == found["systems"]["length"]["lines"]["count"] > 0
        assert set(found["systems"]) == {"spans", "evidence", "forward", "surprisal", "length"}
        shares = [found["recall"][s] for s in ("0.3", "1", "3", "10")]
        assert shares == sorted(shares)
    flags = list(figures["clean_flags"].values())
    assert flags == sorted(flags)
    assert figures["short_lines"] == figures["lines"], "all of these are short"
    assert figures["short_flags"] == figures["clean_flags"]


def test_a_model_of_a_language_without_grammar_is_refused_with_what_serves_it_then(
    code: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = write_bigram_checkpoint(tmp_path / "model", {}, languages=("java", "kotlin")).folder
    assert main(["calibrate", str(code), "--model", str(stranger), "--out", str(tmp_path / "out")]) == 2
    assert "faults are planted in java and python alone" in capsys.readouterr().err


def test_a_file_that_is_named_is_clean_code_of_its_own_language_alone(
    model: Path, code: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(code / "package0" / "a.py")]
    assert main(["calibrate", *paths, "--model", str(model), "--out", str(tmp_path / "out")]) == 2
    assert "no java text in" in capsys.readouterr().err
