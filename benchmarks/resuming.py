"""Training killed with SIGKILL and resumed, beside the same run left alone: do the loss curves differ?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from .figure import Figure

SAMPLES = Path(__file__).parent.parent / "server" / "samples"
STEPS, KILL_AFTER = 400, 150

RUN = f"""
[network]
embedding_size = 16
hidden_size = 64
[fit]
characters = {STEPS * 8 * 32}
streams = 8
bptt_length = 32
threads = 1
compiled = false
warmup_steps = 20
development_every = 0
checkpoint_seconds = 0.2
"""


def measure() -> list[Figure]:
    """Runs both in a new folder: where it was killed, and the largest difference of a step's loss."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "run.toml").write_text(RUN, encoding="utf-8")
        _train("corpus", "build", str(SAMPLES), "--out", str(folder / "corpus"))
        fit = ["fit", str(folder / "run.toml"), "--corpus", str(folder / "corpus"), "--out"]
        _train(*fit, str(folder / "whole"))
        killed_at = _kill(fit, folder / "killed")
        _train("fit", "--resume", "--out", str(folder / "killed"))
        whole, resumed = _curve(folder / "whole"), _curve(folder / "killed")
    return [
        Figure("training killed with SIGKILL after", killed_at, f"of {STEPS} steps"),
        Figure("steps of the resumed run's curve", len(resumed), "steps", f"= {len(whole)}"),
        Figure(
            "largest difference to the uninterrupted curve", float(np.max(np.abs(whole - resumed))), "bits/char", "= 0"
        ),
    ]


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "peephole.training.cli", *words]


def _train(*words: str) -> None:
    subprocess.run(_command(*words), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _kill(fit: list[str], out: Path) -> int:
    """Starts the run, kills it once its log has KILL_AFTER lines; how many it had by then."""
    with subprocess.Popen(_command(*fit, str(out)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and _lines(out) < KILL_AFTER:
            os.sched_yield()
        process.send_signal(signal.SIGKILL)
    return _lines(out)


def _lines(out: Path) -> int:
    log = out / "log.jsonl"
    return log.read_text(encoding="utf-8").count("\n") if log.exists() else 0


def _curve(out: Path) -> np.ndarray:
    records = [json.loads(line) for line in (out / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    return np.array([record["bits_per_character"] for record in records])
