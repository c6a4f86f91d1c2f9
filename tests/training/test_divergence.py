"""Divergence: a calm loss raises no alarm, a rising one does, and the weights from before are kept."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import run_config

from peephole.training.errors import RunError
from peephole.training.fitting.divergence import Watch
from peephole.training.fitting.fit import Fit
from peephole.training.fitting.log import LOG
from peephole.training.fitting.run_folder import LAST_GOOD, RunFolder


@given(st.lists(st.floats(-0.45, 0.45), min_size=10, max_size=300), st.floats(0, 7))
def test_noise_of_less_than_half_the_limit_is_calm(noise: list[float], fall: float) -> None:
    watch = Watch(1.0)
    falling = 7 - fall * np.linspace(0, 1, len(noise))
    verdicts = {watch.add(bits + shake / 2) for bits, shake in zip(falling, noise, strict=True)}
    assert verdicts == {"calm"}


@given(st.lists(st.floats(1, 7), min_size=10, max_size=100))
def test_a_lasting_rise_by_twice_the_limit_is_found_within_thirty_steps(before: list[float]) -> None:
    watch = Watch(1.0)
    for bits in before:
        watch.add(bits)
    lowest = watch.best_bits
    assert "diverged" in {watch.add(lowest + 2.0) for _ in range(30)}


def test_a_single_wild_batch_is_no_divergence() -> None:
    watch = Watch(1.0)
    assert {watch.add(bits) for bits in [2.0] * 50 + [8.0] + [2.0] * 50} == {"calm"}


def test_a_resumed_watch_goes_on_where_it_stood() -> None:
    watch, whole = Watch(1.0), Watch(1.0)
    for bits in (3.0, 2.0, 2.5) * 5:
        watch.add(bits)
        whole.add(bits)
    resumed = Watch(1.0).resume(watch.to_json())
    assert [resumed.add(bits) for bits in (4.0,) * 30] == [whole.add(bits) for bits in (4.0,) * 30]
    assert resumed == whole


def _last(folder: Path) -> Any:
    return json.loads((folder / LOG).read_text().splitlines()[-1])


def test_a_run_with_an_absurd_rate_stops_and_says_how_to_go_on(
    tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = run_config(tiny_corpus, steps=400, learning_rate=50.0, clip_norm=1e9, checkpoint_seconds=1e9)
    folder = RunFolder.create(tmp_path / "run", config)
    with pytest.raises(RunError, match="--resume --from-last-good --learning-rate"):
        Fit(folder).run()
    assert "diverged" in _last(tmp_path / "run")["warning"]
    assert "diverged" in capsys.readouterr().err
    assert (tmp_path / "run" / LAST_GOOD).exists()

    folder.return_to_good()
    folder.replace_config(dataclasses.replace(config, fit=dataclasses.replace(config.fit, learning_rate=0.01)))
    fit = Fit(RunFolder.open(tmp_path / "run"))
    assert fit.at.step == 0  # the only checkpoint before the first steps went astray
    fit.run(until_step=60)
    assert _last(tmp_path / "run")["bits_per_character"] < 5


def test_a_checkpoint_that_is_followed_by_a_rise_is_not_the_one_kept_as_good(tiny_corpus: Path, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", run_config(tiny_corpus, steps=200, learning_rate=0.01))
    fit = Fit(folder)
    fit.run(until_step=40)
    for _ in range(30):
        fit.at.watch.add(fit.at.watch.best_bits + 0.8)
    assert fit.at.watch.verdict == "rising"
    fit.at.step = 41
    fit.save()
    folder.return_to_good()
    saved = folder.load()
    assert saved is not None
    assert saved.step < 41
