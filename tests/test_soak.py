"""A short soak, as `make soak` does it at length: nothing is left unanswered, and all is as a fresh server has it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from checkpoints import write_tiny_checkpoint

from benchmarks.soak.acts import Life
from benchmarks.soak.documents import invented
from benchmarks.soak.run import MOST_GROWTH_MB, Report, soak
from benchmarks.soak.text import Text

LIVED_WELL = Report("m", 1, 100, 1.0, {}, {}, {}, 0, 0, 0, 4, 4, 4, 4, [100.0] * 8)


def test_after_a_short_life_of_edits_and_requests_nothing_is_wrong(tmp_path: Path) -> None:
    model = tmp_path / "model"
    write_tiny_checkpoint(model, gate=True)
    root = tmp_path / "workspace"
    root.mkdir()
    report = soak(invented(root.resolve(), 4), root.resolve(), model=model, seed=1, operations=300)
    assert report.wrong() == []
    assert report.operations == 300
    assert report.answered["result"] > 50
    assert report.answered["cancelled"] > 0
    assert report.answered["error -32602"] > 0


def test_a_life_is_the_same_for_the_same_seed_and_can_be_entered_anywhere() -> None:
    def texts() -> list[Text]:
        return [Text(f"file:///{at}.py", "python", "def f():\n    return 1\n" * 200) for at in range(3)]

    one, other, another = Life(7, texts(), ()), Life(7, texts(), ()), Life(8, texts(), ())
    acts = [one.step() for _ in range(500)]
    assert acts == [other.step() for _ in range(500)]
    assert acts != [another.step() for _ in range(500)]
    assert [text.raw for text in one.texts] == [text.raw for text in other.texts]


@pytest.mark.parametrize(
    "fault",
    [
        {"unanswered": 1},
        {"unasked": 1},
        {"texts": 3},
        {"states": 3},
        {"answers": 3},
        {"exit_code": 1},
        {"answered": {"error -32603": 1}},
        {"notified": {"window/showMessage": 1}},
        {"log": "ERROR peephole.server.scheduler: background work failed: KeyError"},
        {"memory_mb": [100.0 + step * MOST_GROWTH_MB / 3 for step in range(8)]},
    ],
    ids=str,
)
def test_each_fault_is_found(fault: dict[str, object]) -> None:
    assert LIVED_WELL.wrong() == []
    assert len(replace(LIVED_WELL, **fault).wrong()) == 1  # type: ignore[arg-type]
