"""Several processes: what torchrun starts learns what one process learns, and survives the loss of one of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from runs import run_config

from peephole.training.errors import RunError
from peephole.training.fitting.batches import Streams
from peephole.training.fitting.config import dump_config
from peephole.training.fitting.fit import Fit
from peephole.training.fitting.log import LOG
from peephole.training.fitting.processes import Processes
from peephole.training.fitting.run_folder import RunFolder, Saved

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
FIT = ["-m", "peephole.training", "fit"]
# A store that torchrun shares with its workers would keep the addresses of those that are gone (see `join_processes`).
LOOPBACK = {
    **os.environ,
    "GLOO_SOCKET_IFNAME": "lo",
    "OMP_NUM_THREADS": "1",
    "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1",
}


def _run_to_its_end(command: list[str]) -> None:
    """Runs two processes. They may begin again: the port that torchrun finds free can be taken a moment later."""
    done = subprocess.run(
        [*TORCHRUN, "--max-restarts", "2", *command], check=False, env=LOOPBACK, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def _saved(folder: Path) -> Saved:
    saved = RunFolder.open(folder).load()
    assert saved is not None
    return saved


def _same(one: Saved, other: Saved) -> bool:
    """Whether all tensors agree but for the rounding of sums that were taken in another order."""
    assert set(one.tensors) == set(other.tensors)
    return all(torch.allclose(one.tensors[name], other.tensors[name], atol=2e-5) for name in one.tensors)


@given(st.integers(1, 9), st.integers(0, 40))
def test_the_processes_parts_are_all_streams_in_order(count: int, more: int) -> None:
    streams = list(range(count + more))
    parts = [streams[Processes(rank, count).part(len(streams))] for rank in range(count)]
    assert [stream for part in parts for stream in part] == streams
    assert all(parts)


def test_more_processes_than_streams_are_refused() -> None:
    with pytest.raises(RunError, match="3 processes cannot share 2 streams"):
        Processes(1, 3).part(2)


def test_a_part_of_the_streams_reads_those_columns_of_the_whole_batch() -> None:
    tokens = {"java": np.arange(3, 203, dtype=np.uint8)}
    whole, part = (
        Streams(tokens, {"java": 7}, bptt_length=5, first_character=3, part=which)
        for which in (slice(None), slice(2, 5))
    )
    for step in (0, 3, 11):
        assert np.array_equal(part.batch(step).inputs, whole.batch(step).inputs[:, 2:5])
        assert np.array_equal(part.batch(step).targets, whole.batch(step).targets[:, 2:5])


def test_two_processes_learn_what_one_learns_and_hand_a_run_over(tiny_corpus: Path, tmp_path: Path) -> None:
    # AdamW, since Muon rounds to bfloat16 on its way; more than the norm is clipped, and the shares are not even.
    sizes = {"streams": 7, "characters": 15 * 7 * 16}
    config = run_config(tiny_corpus, **sizes, optimizer="adamw", learning_rate=0.01, clip_norm=0.1)
    (tmp_path / "run.toml").write_text(dump_config(config))
    Fit(RunFolder.create(tmp_path / "one", config)).run()

    two = [*FIT, str(tmp_path / "run.toml"), "--out", str(tmp_path / "two")]
    _run_to_its_end(two)
    assert _same(_saved(tmp_path / "two"), _saved(tmp_path / "one"))
    assert (tmp_path / "two" / LOG).read_text().count("\n") == 15  # one line a step, not one a process

    Fit(RunFolder.create(tmp_path / "changing", config)).run(until_step=4)
    changing = [*FIT, "--resume", "--out", str(tmp_path / "changing"), "--until-step", "9"]
    _run_to_its_end(changing)
    assert _saved(tmp_path / "changing").step == 9
    Fit(RunFolder.open(tmp_path / "changing")).run()
    assert _same(_saved(tmp_path / "changing"), _saved(tmp_path / "one"))


def test_a_run_goes_on_when_one_of_its_processes_is_killed(tiny_corpus: Path, tmp_path: Path) -> None:
    config = run_config(tiny_corpus, steps=600, checkpoint_seconds=0.05)
    (tmp_path / "run.toml").write_text(dump_config(config))
    command = [*TORCHRUN, "--max-restarts", "2", *FIT, str(tmp_path / "run.toml"), "--out", str(tmp_path / "run")]
    log = tmp_path / "run" / LOG
    with subprocess.Popen(command, env=LOOPBACK, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (log.exists() and log.read_text().count("\n") >= 20):
            os.sched_yield()
        os.kill(_worker(process.pid, rank=1), signal.SIGKILL)
        _, told = process.communicate()
    assert process.returncode == 0, told
    steps = [json.loads(line)["step"] for line in log.read_text().splitlines()]
    assert steps == list(range(1, 601))
    whole = Fit(RunFolder.create(tmp_path / "whole", config)).run()
    assert float(_saved(tmp_path / "run").facts["bits"]) == pytest.approx(whole, abs=0.02)


def _worker(parent: int, rank: int) -> int:
    """The process of that rank among those that torchrun started."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return next(int(pid) for pid in children if b"RANK=%d" % rank in _environment(pid))


def _environment(pid: str) -> list[bytes]:
    """Of a process; empty once it has ended, as torchrun's helpers do."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return []
