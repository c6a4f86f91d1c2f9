"""Curves: the log is drawn, TensorBoard reads the same values, and a log cut short by a kill is still a log."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import run_config
from tensorboardX.proto.event_pb2 import Event

from peephole.training.cli import main
from peephole.training.errors import RunError
from peephole.training.fitting.curves import draw_curves, read_curve, smooth
from peephole.training.fitting.fit import Fit
from peephole.training.fitting.log import LOG
from peephole.training.fitting.run_folder import CURVE, EVENTS, RunFolder


def _events(folder: Path) -> list[Event]:
    """Every event of the folder's files: length, its check, the message, its check."""
    events = []
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        while data:
            (length,) = struct.unpack("<Q", data[:8])
            events.append(Event.FromString(data[12 : 12 + length]))
            data = data[16 + length :]
    return events


def test_a_run_leaves_its_curve_and_what_tensorboard_reads(tiny_corpus: Path, tmp_path: Path) -> None:
    Fit(RunFolder.create(tmp_path / "run", run_config(tiny_corpus, steps=20, development_every=20))).run()
    records = [json.loads(line) for line in (tmp_path / "run" / LOG).read_text().splitlines()]
    scalars = {
        (value.tag, event.step): value.simple_value
        for event in _events(tmp_path / "run" / EVENTS)
        for value in event.summary.value
    }
    for record in records:
        at = record["characters"]
        assert scalars["bits_per_character/training", at] == pytest.approx(record["bits_per_character"], rel=1e-6)
        assert scalars["run/learning_rate", at] == pytest.approx(record["learning_rate"], rel=1e-6)
    assert scalars["bits_per_character/development_java", records[19]["characters"]] == pytest.approx(
        records[19]["development_java"], rel=1e-6
    )
    assert "</svg>" in (tmp_path / "run" / CURVE).read_text()


def test_a_resumed_run_takes_back_what_was_written_beyond_its_checkpoint(tiny_corpus: Path, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", run_config(tiny_corpus, steps=10))
    Fit(folder).run(until_step=4)
    Fit(folder).run()
    starts = [event.step for event in _events(tmp_path / "run" / EVENTS) if event.HasField("session_log")]
    assert starts == [4 * 128 + 1]


def test_runs_are_compared_in_one_drawing(
    tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, cell in (("one", "lstm"), ("two", "gru")):
        Fit(RunFolder.create(tmp_path / name, run_config(tiny_corpus, cell=cell, steps=20))).run()
    with (tmp_path / "two" / LOG).open("a") as log:
        log.write('{"step": 21, "charac')
    assert main(["curve", str(tmp_path / "one"), str(tmp_path / "two"), "--out", str(tmp_path / "both.svg")]) == 0
    drawn = (tmp_path / "both.svg").read_text()
    assert all(f"<!-- {name}, training -->" in drawn for name in ("one", "two"))
    assert "two: 2,560 characters" in capsys.readouterr().out


def test_a_folder_without_a_log_and_a_file_of_no_known_kind_are_refused(tiny_corpus: Path, tmp_path: Path) -> None:
    assert main(["curve", str(tmp_path), "--out", str(tmp_path / "f.svg")]) == 2
    Fit(RunFolder.create(tmp_path / "run", run_config(tiny_corpus, steps=3))).run()
    with pytest.raises(RunError, match="one that ends in"):
        draw_curves([read_curve(tmp_path / "run")], tmp_path / "f.xyz")


@given(st.lists(st.floats(0, 10), min_size=1, max_size=60), st.integers(1, 30))
def test_smoothed_values_are_means_of_those_before(values: list[float], width: int) -> None:
    expected = [np.mean(values[max(0, end - width) : end]) for end in range(1, len(values) + 1)]
    assert np.allclose(smooth(np.array(values), width), expected)
