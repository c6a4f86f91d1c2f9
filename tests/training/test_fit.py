"""Runs: they learn, they survive kill -9 at any moment, and a resumed run is the uninterrupted one."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from peephole.training.config import DataConfig, FitConfig, NetworkShape, RunConfig, dump_config
from peephole.training.errors import RunError
from peephole.training.fit import Fit
from peephole.training.run_folder import CHECKPOINT, LOG, RunFolder


def _config(corpus: Path, *, cell: str = "lstm", steps: int = 60, **fit: object) -> RunConfig:
    settings: dict[str, object] = {
        "characters": steps * 8 * 16,
        "streams": 8,
        "bptt_length": 16,
        "compiled": False,
        "warmup_steps": 5,
        "development_every": 20,
        "checkpoint_seconds": 0.001,
        "threads": 1,
    }
    shape = NetworkShape(cell=cell, embedding_size=8, hidden_size=24, layers=2)  # type: ignore[arg-type]
    return RunConfig(shape, DataConfig(str(corpus)), FitConfig(**(settings | fit)))  # type: ignore[arg-type]


def _curve(folder: Path) -> list[tuple[int, float]]:
    records = [json.loads(line) for line in (folder / LOG).read_text().splitlines()]
    return [(record["step"], record["bits_per_character"]) for record in records]


@pytest.mark.parametrize(
    ("cell", "precision"), [("lstm", "bfloat16"), ("lstm", "float32"), ("peephole", "float32"), ("gru", "float32")]
)
def test_a_run_learns_its_corpus(tiny_corpus: Path, tmp_path: Path, cell: str, precision: str) -> None:
    config = _config(tiny_corpus, cell=cell, precision=precision, learning_rate=0.02)
    fit = Fit(RunFolder.create(tmp_path / "run", config))
    before = fit.development.cross_entropy_bits(fit.network)
    fit.run()
    after = fit.development.cross_entropy_bits(fit.network)
    assert all(after[language] < before[language] - 2 for language in ("java", "python"))
    assert [step for step, _ in _curve(tmp_path / "run")] == list(range(1, 61))


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_resumed_run_continues_the_same_numbers(tiny_corpus: Path, tmp_path: Path, optimizer: str) -> None:
    config = _config(tiny_corpus, steps=30, optimizer=optimizer, dropout=0.1)
    Fit(RunFolder.create(tmp_path / "whole", config)).run()
    Fit(RunFolder.create(tmp_path / "parts", config)).run(until_step=13)
    Fit(RunFolder.open(tmp_path / "parts")).run()
    assert _curve(tmp_path / "parts") == _curve(tmp_path / "whole")
    whole, parts = RunFolder.open(tmp_path / "whole").load(), RunFolder.open(tmp_path / "parts").load()
    assert whole is not None
    assert parts is not None
    assert all(np.array_equal(whole.tensors[name], parts.tensors[name]) for name in whole.tensors)


def test_a_run_killed_at_any_moment_resumes_to_the_uninterrupted_curve(tiny_corpus: Path, tmp_path: Path) -> None:
    config = _config(tiny_corpus, steps=600, development_every=0)  # long enough for the kill to come in time
    Fit(RunFolder.create(tmp_path / "whole", config)).run()
    (tmp_path / "run.toml").write_text(dump_config(config))
    command = [sys.executable, "-m", "peephole.training.cli", "fit", "--out", str(tmp_path / "killed")]
    with subprocess.Popen([*command, str(tmp_path / "run.toml")], stderr=subprocess.DEVNULL) as process:
        log = tmp_path / "killed" / LOG
        while process.poll() is None and not (log.exists() and log.read_text().count("\n") >= 10):
            pass
        os.kill(process.pid, signal.SIGKILL)
    assert (tmp_path / "killed" / CHECKPOINT).exists()
    subprocess.run([*command, "--resume"], check=True, stderr=subprocess.DEVNULL)
    assert _curve(tmp_path / "killed") == _curve(tmp_path / "whole")


def test_a_torn_checkpoint_is_refused_by_name(tiny_corpus: Path, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", _config(tiny_corpus, steps=3))
    Fit(folder).run()
    path = tmp_path / "run" / CHECKPOINT
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(RunError, match="is not a checkpoint of a run"):
        Fit(RunFolder.open(tmp_path / "run"))


def test_resuming_with_another_network_is_refused(tiny_corpus: Path, tmp_path: Path) -> None:
    config = _config(tiny_corpus, steps=3)
    folder = RunFolder.create(tmp_path / "run", config)
    Fit(folder).run()
    folder.replace_config(dataclasses.replace(config, network=dataclasses.replace(config.network, hidden_size=32)))
    with pytest.raises(RunError, match="another network"):
        Fit(folder)


def test_a_folder_with_a_run_is_not_overwritten(tiny_corpus: Path, tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "run", _config(tiny_corpus))
    with pytest.raises(RunError, match="holds a run already"):
        RunFolder.create(tmp_path / "run", _config(tiny_corpus))
