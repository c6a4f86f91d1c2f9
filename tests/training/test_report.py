"""A report is made of what `--json` wrote, and made again byte for byte; how long a task takes is said before it."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_tiny_checkpoint
from sample_code import java_file, python_file

from peephole.training.cli import main
from peephole.training.evaluation.estimate import Estimate, Part, duration
from peephole.training.evaluation.report import write_report
from peephole.training.evaluation.report_sections import leaves
from peephole.training.evaluation.systems import ByPosition


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two evaluations' figures and reports: Java with everything beside its workspace, Python without a memory."""
    folder = tmp_path_factory.mktemp("report")
    model = write_tiny_checkpoint(folder / "model", gate=True).folder
    for name in ("one", "two"):
        (folder / "code" / name).mkdir(parents=True)
        for number in range(2):
            (folder / "code" / name / f"C{number}.java").write_text(
                "// Copyright\n" * number + java_file(len(name) + number, methods=1)
            )
            (folder / "code" / name / f"m{number}.py").write_text(python_file(number, functions=2))
    command = ["evaluate", "--model", str(model), str(folder / "code")]
    full = ["--language", "java", "--memory", "workspace", "--tokens", "4", "--typing", "1", "--rivals"]
    assert main([*command, *full, "--json", str(folder / "j.json"), "--report", str(folder / "j")]) == 0
    plain = ["--language", "python", "--memory", "none", "--json", str(folder / "p.json")]
    assert main([*command, *plain, "--report", str(folder / "p")]) == 0
    return folder


def figures(measured: Path, name: str) -> Any:
    return json.loads((measured / f"{name}.json").read_text())


def test_a_report_is_made_again_of_its_figures_byte_for_byte(measured: Path, tmp_path: Path) -> None:
    assert main(["report", str(measured / "j" / "java-workspace.json"), "--out", str(tmp_path)]) == 0
    first = {path.name: path.read_bytes() for path in (measured / "j").iterdir()}
    again = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(first) == {"report.md", "java-workspace.json", *(f"{name}.svg" for name in PLOTS)}
    assert first == again
    assert first["java-workspace.json"] == (measured / "j.json").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
def test_a_report_names_folders_whose_names_are_no_utf8_or_look_like_formulas(tmp_path: Path) -> None:
    model = write_tiny_checkpoint(tmp_path / "model").folder
    for name in (os.fsdecode(b"caf\xe9"), r"a$\broken$b"):
        (tmp_path / "code" / name).mkdir(parents=True)
        (tmp_path / "code" / name / "m.py").write_text(python_file(1, functions=1))
    command = ["evaluate", "--model", str(model), "--language", "python", "--memory", "none"]
    paths = [str(path) for path in (tmp_path / "code").iterdir()]
    assert main([*command, str(tmp_path / "code"), *paths, "--report", str(tmp_path / "report")]) == 0
    report = (tmp_path / "report" / "report.md").read_text("utf-8")
    assert r"| caf\udce9 |" in report
    assert r"| a$\broken$b |" in report


PLOTS = ("bits", "position", "repositories", "tokens", "typing")


def test_several_runs_make_one_report_that_names_each_with_its_figures_model_and_command(
    measured: Path, tmp_path: Path
) -> None:
    paths = [str(measured / f"{name}.json") for name in ("j", "p", "p")]
    assert main(["report", *paths, "--out", str(tmp_path)]) == 0
    report = (tmp_path / "report.md").read_text()
    for name in ("j", "p"):
        found = figures(measured, name)
        for figure in (f"{found['bits_per_character']:.4f}", f"{found['characters']:,}", found["model"]):
            assert figure in report
        assert f"    {found['command']}\n" in report
    assert report.count("**python, no memory (2)**") > 0
    assert {path.name for path in tmp_path.glob("*.json")} == {
        *("java-workspace.json", "python-none.json", "python-none-2.json")
    }
    for plot in re.findall(r"\]\((.*\.svg)\)", report):
        assert (tmp_path / plot).stat().st_size > 1_000


def test_what_was_not_measured_has_no_section_and_what_others_add_is_shown(measured: Path, tmp_path: Path) -> None:
    plain = figures(measured, "p")
    report = write_report([plain], tmp_path / "a").read_text()
    assert "## Typing" not in report
    assert "## Tokens" not in report
    assert not (tmp_path / "a" / "typing.svg").exists()
    more = {**plain, "ngram": {"order": 6, "shares": {"file cache": 0.25}}}
    assert "| shares, file cache | 0.25 |" in write_report([more], tmp_path / "b").read_text()


def test_counts_stand_beside_all_figures(measured: Path) -> None:
    java, python = figures(measured, "j"), figures(measured, "p")
    for found in (java, python):
        bare = found["without_licence_header"]
        for parts, whole in ((found["by_position"], bare), (found["by_repository"], found)):
            assert sum(part["characters"] for part in parts) == whole["characters"]
            bits = sum(part["characters"] * part["bits_per_character"]["served"] for part in parts)
            assert bits / whole["characters"] == pytest.approx(whole["bits_per_character"])
        assert [each["name"] for each in found["by_repository"]] == ["one", "two"]
        assert sum(each["files"] for each in found["by_repository"]) == found["files"] == found["found"]["files"]
    assert java["typing"]["places"] == 1
    assert set(java["by_position"][0]["bits_per_character"]) == {"network", "served", *java["rivals"]}


def test_what_holds_no_figures_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.json").write_text("no JSON")
    (tmp_path / "other.json").write_text("[1]")
    for name, said in (("none.json", "cannot read"), ("text.json", "is no JSON"), ("other.json", "does not hold")):
        assert main(["report", str(tmp_path / name), "--out", str(tmp_path / "out")]) == 2
        assert said in capsys.readouterr().err


def test_how_long_it_will_take_is_said_before_it_begins_and_kept_beside_what_it_took(
    measured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--model", str(measured / "model"), "--language", "java", str(measured / "code")]
    assert main([*command, "--tokens", "2", "--typing", "1", "--json", str(tmp_path / "f.json")]) == 0
    said = capsys.readouterr().err.splitlines()[0]
    assert re.fullmatch(r"java: 4 files, [\d,]+ bytes; about \d+ s \(.*\)", said)
    for part in ("libraries", "reading", "2 tokens", "typing at 1 places"):
        assert re.search(rf"{part} \d+ s", said)
    seconds = json.loads((tmp_path / "f.json").read_text())["seconds"]
    assert seconds["estimated"] > 0
    assert seconds["taken"] > 0


def test_progress_comes_to_its_end_by_characters_tokens_and_places() -> None:
    parts = (Part("libraries", 500, 0.01, ""), Part("characters", 100, 0.1, ""), Part("places", 3, 2, ""))
    estimate = Estimate((*parts, Part("priming", 7, 1, "")))
    assert (estimate.seconds, estimate.seconds_of_pass) == (28, 21)
    done = 100 * estimate.unit_s("characters") + 3 * estimate.unit_s("places") + 5 * estimate.unit_s("tokens")
    assert done == pytest.approx(estimate.seconds_of_pass)
    assert [duration(seconds) for seconds in (0.4, 89, 90, 3_600, 9_000)] == ["0 s", "89 s", "2 min", "60 min", "2.5 h"]


def test_a_file_is_cut_where_the_parts_begin_and_only_there_are_figures_where_it_reaches() -> None:
    import numpy as np

    positions = ByPosition()
    positions.add({"network": np.ones(600), "served": np.full(600, 0.5)}, 0)
    positions.add({"network": np.ones(15), "served": np.zeros(15)}, 5)
    positions.add({"network": np.ones(700), "served": np.zeros(700)}, 700)
    first, second = positions.to_json()
    assert (first["from"], first["to"], first["files"], first["characters"]) == (0, 512, 2, 522)
    assert (second["from"], second["to"], second["files"], second["characters"]) == (512, 1024, 1, 88)
    assert first["bits_per_character"] == {"network": 1, "served": pytest.approx(256 / 522)}


def test_nested_figures_are_told_one_a_row() -> None:
    assert list(leaves({"a_b": {"c": 1234, "d": 0.51234}, "e": "f"})) == [
        ["a b, c", "1,234"],
        ["a b, d", "0.5123"],
        ["e", "f"],
    ]
