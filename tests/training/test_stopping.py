"""Being asked to stop: the step in progress ends, everything is saved, and the run goes on as if nothing had been."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from runs import run_config

from peephole.training.fitting.config import dump_config
from peephole.training.fitting.fit import Fit
from peephole.training.fitting.log import LOG
from peephole.training.fitting.run_folder import RunFolder
from peephole.training.fitting.stopping import note_signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_asked_to_stop_saves_and_says_how_to_go_on(
    tiny_corpus: Path, tmp_path: Path, number: signal.Signals
) -> None:
    config = run_config(tiny_corpus, steps=3000, checkpoint_seconds=1e9)
    (tmp_path / "run.toml").write_text(dump_config(config))
    command = [sys.executable, "-m", "peephole.training", "fit", str(tmp_path / "run.toml")]
    log = tmp_path / "run" / LOG
    with subprocess.Popen(
        [*command, "--out", str(tmp_path / "run")], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        while process.poll() is None and not (log.exists() and log.read_text().count("\n") >= 10):
            os.sched_yield()
        process.send_signal(number)
        _, told = process.communicate()
    assert process.returncode == 128 + number
    assert f"fit --resume --out {tmp_path / 'run'}" in told
    saved = RunFolder.open(tmp_path / "run").load()
    assert saved is not None
    assert 10 <= saved.step == json.loads(log.read_text().splitlines()[-1])["step"] < 3000

    fit = Fit(RunFolder.open(tmp_path / "run"))
    assert fit.at.step == saved.step
    fit.run(until_step=saved.step + 5)
    steps = [json.loads(line)["step"] for line in log.read_text().splitlines()]
    assert steps == list(range(1, saved.step + 6))


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Interrupts as a shell's foreground has them: in the background they may be ignored from the start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_second_signal_does_what_it_always_did() -> None:
    with note_signals() as asked:
        os.kill(os.getpid(), signal.SIGINT)
        assert asked.signal == signal.SIGINT
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
