from __future__ import annotations

import json
from pathlib import Path

import pytest

from peephole.server.commands.baseline import Baseline
from peephole.server.commands.finding import Finding, Region
from peephole.server.errors import UsageError


def finding(path: Path, fingerprint: str, occurrence: int = 1) -> Finding:
    """A finding of which only place and fingerprint matter."""
    return Finding(path, Region(1, 1, 1, 4, 1, 4), "secretName", 20.0, "x", 0.9, 20.0, "other", fingerprint, occurrence)


def test_what_was_written_is_known_as_often_as_it_was_found(tmp_path: Path) -> None:
    source = tmp_path / "src" / "a.py"
    found = [finding(source, "00"), finding(source, "00", 2), finding(source, "11")]
    Baseline(tmp_path / "known.json").write([source], found)
    read = Baseline.read(tmp_path / "known.json")
    assert read.unknown(source, found) == []
    new = [finding(source, "00", 3), finding(source, "22")]
    assert read.unknown(source, [*found, *new]) == new
    assert read.unknown(tmp_path / "b.py", found[:1]) == found[:1]
    assert "secret" not in (tmp_path / "known.json").read_text()


def test_files_are_named_from_the_baselines_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "src" / "a.py"
    Baseline(tmp_path / "known.json").write([source], [finding(source, "00")])
    source.parent.mkdir()
    monkeypatch.chdir(source.parent)
    assert Baseline.read(Path("../known.json")).unknown(Path("a.py"), [finding(Path("a.py"), "00")]) == []


def test_what_is_known_of_other_files_stays_while_they_are_there(tmp_path: Path) -> None:
    kept, gone, fixed = (tmp_path / name for name in ("kept.py", "gone.py", "fixed.py"))
    for path in (kept, gone, fixed):
        path.touch()
    known = tmp_path / "known.json"
    Baseline(known).write([kept, gone, fixed], [finding(path, "00") for path in (kept, gone, fixed)])
    gone.unlink()
    Baseline.read(known).write([fixed], [])
    assert json.loads(known.read_text())["files"] == {"kept.py": {"00": 1}}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fixed.py", "kept.py", "known.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "7",
        '{"format": "peephole-baseline/2", "files": {}}',
        "\udcff",
        '{"format": []}'.ljust(9000, "["),
        '{"format": "peephole-baseline/1", "files": {"a.py": ["00"]}}',
        '{"format": "peephole-baseline/1", "files": {"a.py": {"00": "1"}}}',
        '{"format": "peephole-baseline/1", "files": []}',
    ],
)
def test_what_is_no_baseline_is_a_named_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "known.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match="expected a baseline"):
        Baseline.read(path)


def test_a_baseline_that_is_not_there_or_cannot_be_written_is_a_named_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        Baseline.read(tmp_path / "none.json")
    with pytest.raises(UsageError, match="cannot be written"):
        Baseline(tmp_path / "none" / "known.json").write([], [])
