"""Samples repeat by seed, respect the temperature, and never hold what is no character."""

from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_bigram_checkpoint, write_tiny_checkpoint
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.checkpoint import Checkpoint
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.training.cli import main
from peephole.training.sampling.sample import draw, sample


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """An untrained network."""
    return write_tiny_checkpoint(tmp_path_factory.mktemp("sample") / "model")


def test_the_same_seed_writes_the_same_and_another_does_not(
    checkpoint: Checkpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        "sample",
        "--model",
        str(checkpoint.folder),
        "--language",
        "java",
        "--prompt",
        "class A",
        "--length",
        "60",
    ]
    written = []
    for seed in ("7", "7", "8"):
        assert main([*command, "--seed", seed]) == 0
        written.append(capsys.readouterr().out)
    assert written[0] == written[1] != written[2]
    assert written[0].startswith("class A")
    assert len(written[0]) == len("class A") + 60 + len("\n")


def test_temperature_zero_takes_the_likeliest_whatever_the_seed(tmp_path: Path) -> None:
    followers = {"java": {"a": 1}, "a": {"b": 3, "c": 2}, "b": {"a": 1}, "c": {"c": 1}}
    predictor = Predictor(Runtime(write_bigram_checkpoint(tmp_path / "model", followers)))
    for seed in range(3):
        assert "".join(sample(predictor, "java", length=6, temperature=0, seed=seed)) == "ababab"
    assert next(sample(predictor, "java", "a", length=1, temperature=0)) == "b"


def test_draws_follow_the_probabilities_and_sharpen_with_the_temperature() -> None:
    nats = np.log(np.array([0.5, 0.1, 0.3, 0.1], np.float32))
    for temperature, expected in ((1.0, [0.2, 0.6, 0.2]), (0.5, [1 / 11, 9 / 11, 1 / 11])):
        generator = np.random.default_rng(0)
        drawn = [draw(nats, 1, temperature, generator) for _ in range(4_000)]
        # Four standard deviations of a share in 4,000 draws.
        assert np.abs(np.bincount(drawn, minlength=4)[1:] / 4_000 - expected).max() < 4 * 0.008


@given(st.lists(st.floats(-100, 0, width=32), min_size=4, max_size=9), st.floats(0, 5), st.integers(0, 99))
def test_only_characters_are_drawn(nats: list[float], temperature: float, seed: int) -> None:
    index = draw(np.array(nats, np.float32), 3, temperature, np.random.default_rng(seed))
    assert 3 <= index < len(nats)


def test_negative_settings_and_unknown_languages_are_refused(
    checkpoint: Checkpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["sample", "--model", str(checkpoint.folder)]
    assert main([*command, "--language", "java", "--temperature", "-1"]) == 2
    assert "must not be negative" in capsys.readouterr().err
    assert main([*command, "--language", "cobol"]) == 2
    assert "java, python" in capsys.readouterr().err
