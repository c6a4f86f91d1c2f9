"""A run's TOML: read, written, and refused with the reason."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from peephole.training.errors import RunError
from peephole.training.fitting.config import FitConfig, RunConfig, dump_config, load_config
from peephole.training.fitting.schedule import learning_rate


def test_a_dumped_configuration_reads_back_equal(tmp_path: Path) -> None:
    config = dataclasses.replace(RunConfig(), fit=FitConfig(characters=5, compiled=False, learning_rate=1e-3))
    (tmp_path / "run.toml").write_text(dump_config(config))
    assert load_config(tmp_path / "run.toml") == config


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[fit]\nstream = 3", "unknown setting 'stream'"),
        ("[fit]\nstreams = 'many'", "'streams' is 'many'; it wants int"),
        ("[fit]\nstreams = 0", "must be more than 0"),
        ("[fit]\ncompiled = 1", "'compiled' is 1; it wants bool"),
        ("[network]\ncell = 'rnn'", "lstm, peephole, gru"),
        ("[data]\nshares = { java = 0.0 }", "no language"),
        ("[data]\nshares = { java = 'half' }", "'java' 'half'; it wants a number"),
        ("[data]\nshares = { java = -1 }", "'java' -1; it wants a number"),
        ("[fit]\ndropout = 1.0", "must be less than 1"),
        ("[fit]\nlearning_rate = nan", "must be more than 0"),
        ("fit = 3", "a table of settings is wanted, such as .fit., found 3"),
        ("[extra]", "unknown table"),
        ("[fit", "is not TOML"),
    ],
)
def test_a_wrong_configuration_is_refused_with_its_reason(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "run.toml").write_text(text)
    with pytest.raises(RunError, match=complaint):
        load_config(tmp_path / "run.toml")


def test_the_rate_warms_up_to_the_peak_then_falls_to_the_final_share() -> None:
    rates = [learning_rate(s, 1000, peak=1.0, warmup_steps=100, final_share=0.1) for s in range(1001)]
    assert rates[:101] == sorted(rates[:101])
    assert rates[100:] == sorted(rates[100:], reverse=True)
    assert rates[99] == 1.0
    assert abs(rates[1000] - 0.1) < 1e-9
