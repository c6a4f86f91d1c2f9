"""Runs: they learn, they survive kill -9 at any moment, and a resumed run is the uninterrupted one."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from runs import run_config
from torch import nn

from peephole.model.config import CellKind
from peephole.model.network import Network
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.training.cli import main
from peephole.training.errors import CorpusError, RunError
from peephole.training.export_command import export_run
from peephole.training.fitting.config import Precision, dump_config
from peephole.training.fitting.fit import Fit
from peephole.training.fitting.log import LOG, append_record
from peephole.training.fitting.run_folder import CHECKPOINT, RunFolder, held


def _curve(folder: Path) -> list[tuple[int, float]]:
    records = [json.loads(line) for line in (folder / LOG).read_text().splitlines()]
    return [(record["step"], record["bits_per_character"]) for record in records]


@pytest.mark.parametrize("cell", get_args(CellKind))
@pytest.mark.parametrize("precision", get_args(Precision))
def test_a_run_learns_its_corpus(tiny_corpus: Path, tmp_path: Path, cell: str, precision: str) -> None:
    config = run_config(tiny_corpus, cell=cell, precision=precision, learning_rate=0.02)
    Fit(RunFolder.create(tmp_path / "run", config)).run()
    steps, bits = zip(*_curve(tmp_path / "run"), strict=True)
    assert steps == tuple(range(1, 61))
    assert np.mean(bits[-10:]) < bits[0] - 2


def test_a_look_at_development_files_is_logged_and_gets_better(tiny_corpus: Path, tmp_path: Path) -> None:
    config = run_config(tiny_corpus, steps=40, development_every=40, learning_rate=0.02)
    fit = Fit(RunFolder.create(tmp_path / "run", config))
    before = fit.development.cross_entropy_bits(fit.network)
    fit.run()
    after = json.loads((tmp_path / "run" / LOG).read_text().splitlines()[-1])
    assert all(after[f"development_{language}"] < before[language] - 1 for language in ("java", "python"))


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_resumed_run_continues_the_same_numbers(tiny_corpus: Path, tmp_path: Path, optimizer: str) -> None:
    config = run_config(tiny_corpus, steps=30, optimizer=optimizer, dropout=0.1)
    Fit(RunFolder.create(tmp_path / "whole", config)).run()
    Fit(RunFolder.create(tmp_path / "parts", config)).run(until_step=13)
    Fit(RunFolder.open(tmp_path / "parts")).run()
    assert _curve(tmp_path / "parts") == _curve(tmp_path / "whole")
    whole, parts = RunFolder.open(tmp_path / "whole").load(), RunFolder.open(tmp_path / "parts").load()
    assert whole is not None
    assert parts is not None
    assert all(np.array_equal(whole.tensors[name], parts.tensors[name]) for name in whole.tensors)


def test_a_run_killed_at_any_moment_resumes_to_the_uninterrupted_curve(tiny_corpus: Path, tmp_path: Path) -> None:
    config = run_config(tiny_corpus, steps=600)  # long enough for the kill to come in time
    Fit(RunFolder.create(tmp_path / "whole", config)).run()
    (tmp_path / "run.toml").write_text(dump_config(config))
    command = [sys.executable, "-m", "peephole.training.cli", "fit", "--out", str(tmp_path / "killed")]
    with subprocess.Popen([*command, str(tmp_path / "run.toml")], stderr=subprocess.DEVNULL) as process:
        log = tmp_path / "killed" / LOG
        while process.poll() is None and not (log.exists() and log.read_text().count("\n") >= 10):
            os.sched_yield()
        process.send_signal(signal.SIGKILL)
    assert (tmp_path / "killed" / CHECKPOINT).exists()
    subprocess.run([*command, "--resume"], check=True, stderr=subprocess.DEVNULL)
    assert _curve(tmp_path / "killed") == _curve(tmp_path / "whole")


def test_a_torn_checkpoint_is_refused_by_name(tiny_corpus: Path, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", run_config(tiny_corpus, steps=3))
    Fit(folder).run()
    path = tmp_path / "run" / CHECKPOINT
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(RunError, match="is not a checkpoint of a run"):
        Fit(RunFolder.open(tmp_path / "run"))


def test_resuming_with_another_network_is_refused(tiny_corpus: Path, tmp_path: Path) -> None:
    config = run_config(tiny_corpus, steps=3)
    folder = RunFolder.create(tmp_path / "run", config)
    Fit(folder).run()
    folder.replace_config(dataclasses.replace(config, network=dataclasses.replace(config.network, hidden_size=32)))
    with pytest.raises(RunError, match="another network"):
        Fit(folder)


def test_a_folder_with_a_run_is_not_overwritten(tiny_corpus: Path, tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "run", run_config(tiny_corpus))
    with pytest.raises(RunError, match="holds a run already"):
        RunFolder.create(tmp_path / "run", run_config(tiny_corpus))


def test_a_run_that_cannot_start_leaves_the_folder_to_one_that_can(
    tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = run_config(tiny_corpus, steps=2)
    starving = dataclasses.replace(config, fit=dataclasses.replace(config.fit, bptt_length=10**6))
    command = ["fit", str(tmp_path / "run.toml"), "--out", str(tmp_path / "run")]
    (tmp_path / "run.toml").write_text(dump_config(starving))
    assert main(command) == 2
    assert "cannot feed" in capsys.readouterr().err
    (tmp_path / "run.toml").write_text(dump_config(config))
    assert main(command) == 0
    assert main(["fit", "--resume", "--out", str(tmp_path / "run"), "--corpus", str(tmp_path / "gone")]) == 2
    assert RunFolder.open(tmp_path / "run").config == config


def test_two_commands_do_not_train_in_one_folder(
    tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Fit(RunFolder.create(tmp_path / "run", run_config(tiny_corpus, steps=2))).run()
    with held(tmp_path / "run"):
        assert main(["fit", "--resume", "--out", str(tmp_path / "run")]) == 2
    assert "another `fit` is at work there" in capsys.readouterr().err
    assert main(["fit", "--resume", "--out", str(tmp_path / "run")]) == 0


def test_a_run_killed_before_it_saved_anything_begins_its_log_anew(tiny_corpus: Path, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", run_config(tiny_corpus, steps=4))
    append_record(folder.path, {"step": 1, "characters": 128, "bits_per_character": 9.0})
    Fit(RunFolder.open(tmp_path / "run")).run()
    assert [step for step, _ in _curve(tmp_path / "run")] == [1, 2, 3, 4]


def test_a_run_resumes_with_another_number_of_streams(tiny_corpus: Path, tmp_path: Path) -> None:
    config = run_config(tiny_corpus, steps=20)
    folder = RunFolder.create(tmp_path / "run", config)
    Fit(folder).run(until_step=10)
    folder.replace_config(dataclasses.replace(config, fit=dataclasses.replace(config.fit, streams=4)))
    fit = Fit(folder)
    assert fit.at.step == 20  # half the streams: the same characters are twice the steps
    fit.run()
    records = [json.loads(line) for line in (tmp_path / "run" / LOG).read_text().splitlines()]
    assert [r["characters"] for r in records] == [n * 128 for n in range(1, 11)] + [n * 64 for n in range(21, 41)]


@pytest.mark.parametrize(
    ("cell", "weights"), [("lstm", "float32"), ("lstm", "float16"), ("peephole", "float32"), ("gru", "float32")]
)
def test_an_exported_run_loads_with_the_same_parameters_and_its_sources(
    tiny_corpus: Path, tmp_path: Path, cell: str, weights: str
) -> None:
    folder = RunFolder.create(tmp_path / "run", run_config(tiny_corpus, cell=cell, steps=5))
    fit = Fit(folder)
    fit.run()
    checkpoint = export_run(folder, tmp_path / "model", corpus=tiny_corpus, weights=weights)
    network = Network(checkpoint.config)
    network.load_parameters(checkpoint.parameters())
    expected = {name: value.astype(weights) for name, value in fit.network.export_parameters().items()}
    assert all(np.array_equal(value, expected[name]) for name, value in checkpoint.parameters().items())
    indices = fit.vocabulary.encode("class Basket {")
    with torch.no_grad():
        logits, _ = network(torch.from_numpy(np.r_[fit.vocabulary.start("java"), indices].astype(np.int64))[:, None])
    bits, _ = (predictor := Predictor(Runtime(checkpoint))).read_indices(predictor.start("java"), indices)
    nats = nn.functional.cross_entropy(logits[:-1, 0], torch.from_numpy(indices.astype(np.int64)), reduction="none")
    assert np.allclose(bits, nats.numpy() / np.log(2), atol=0.1)  # int8 against float32
    assert checkpoint.provenance["characters_seen"] == 5 * 8 * 16
    assert "train" in checkpoint.provenance["corpus"]["splits"]  # type: ignore[index]


def test_exporting_without_the_corpus_is_refused_since_sources_would_be_lost(tiny_corpus: Path, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", run_config(tiny_corpus, steps=2))
    Fit(folder).run()
    with pytest.raises(CorpusError, match="is not a corpus"):
        export_run(folder, tmp_path / "model", corpus=tmp_path / "gone")


def test_nothing_is_left_of_a_run_that_cannot_start(tiny_corpus: Path, tmp_path: Path) -> None:
    config = tmp_path / "run.toml"
    config.write_text("[data]\nshares = { kotlin = 1 }\n")
    assert main(["fit", str(config), "--corpus", str(tiny_corpus), "--out", str(tmp_path / "run")]) == 2
    assert not (tmp_path / "run").exists()
