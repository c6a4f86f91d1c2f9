from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from peephole.model.predictor import Predictor
from peephole.server.engine import Engine


@pytest.fixture
def checkpoint(words: Predictor) -> Path:
    return words.runtime.checkpoint.folder


def test_a_folder_may_be_named_by_its_place_in_the_home_folder(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    shutil.copytree(checkpoint, tmp_path / "model")
    engine = Engine()
    engine.load(Path("~/model"), 1)
    assert engine.condition.state == "ready"


def test_a_home_folder_of_nobody_leaves_the_model_inactive_with_the_reason() -> None:
    engine = Engine()
    engine.load(Path("~nobody-of-this-name/model"), 1)
    assert engine.condition.state == "inactive"
    assert "~nobody-of-this-name" in str(engine.condition.reason)


def test_a_model_that_is_not_wanted_any_more_is_never_seen(checkpoint: Path) -> None:
    engine = Engine()
    overtaken = engine.expect()
    wanted = engine.expect()
    engine.load(checkpoint, 1, overtaken)
    assert engine.condition.state == "loading"
    engine.load(checkpoint, 1, wanted)
    assert engine.condition.state == "ready"
