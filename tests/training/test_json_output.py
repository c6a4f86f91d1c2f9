"""With `--json` figures are data: alone on standard output for `-`, in a file beside the words for people."""

import json
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_tiny_checkpoint
from runs import run_config
from sample_code import java_file, python_file

from peephole.model.checkpoint import load_checkpoint
from peephole.training.cli import main
from peephole.training.fitting.config import dump_config
from peephole.training.fitting.curves import read_curve

Caught = pytest.CaptureFixture[str]


def run_twice(command: list[str], second: list[str], place: Path, capsys: Caught) -> tuple[dict[str, Any], ...]:
    """A command's figures from standard output, where nothing else may stand, and another's from a file."""
    assert main([*command, "--json", "-"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert main([*second, "--json", str(place)]) == 0
    assert capsys.readouterr().out.strip(), "words for people are printed beside a file"
    return alone, json.loads(place.read_text())


def without_command(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures but for how they were asked for."""
    assert figures["command"].startswith("peephole-train ")
    return {key: value for key, value in figures.items() if key not in ("command", "folder", "run")}


def test_a_run_tells_its_steps_characters_and_bits(tiny_corpus: Path, tmp_path: Path, capsys: Caught) -> None:
    (tmp_path / "run.toml").write_text(dump_config(run_config(tiny_corpus, steps=6, development_every=6)))
    first, second = (["fit", str(tmp_path / "run.toml"), "--out", str(tmp_path / name)] for name in ("one", "two"))
    alone, beside = run_twice(first, second, tmp_path / "figures.json", capsys)
    assert without_command(alone) == without_command(beside)
    assert alone["run"] == str(tmp_path / "one")
    assert (alone["stopped"], alone["steps"], alone["steps_of_the_whole_run"]) == (False, 6, 6)
    assert alone["characters"] == 6 * 8 * 16
    curve = read_curve(tmp_path / "one")
    assert min(curve.bits) <= alone["bits_per_character"] <= max(curve.bits)
    assert alone["development_bits_per_character"] == curve.last_development
    assert set(curve.last_development) == {"java", "python"}

    drawing = ["curve", str(tmp_path / "one"), str(tmp_path / "two"), "--out", str(tmp_path / "both.svg")]
    drawn, again = run_twice(drawing, drawing, tmp_path / "curves.json", capsys)
    assert without_command(drawn) == without_command(again)
    assert (tmp_path / "both.svg").is_file()
    assert [row["run"] for row in drawn["runs"]] == [str(tmp_path / "one"), str(tmp_path / "two")]
    for row in drawn["runs"]:
        assert (row["steps"], row["characters"]) == (6, 6 * 8 * 16)
        assert row["training_bits_per_character"] == pytest.approx(curve.bits[-1])  # 2 % of six steps are one
        assert row["development_bits_per_character"] == curve.last_development


def test_a_sample_is_the_same_text_as_data(tmp_path: Path, capsys: Caught) -> None:
    model = write_tiny_checkpoint(tmp_path / "model")
    command = ["sample", "--model", str(model.folder), "--language", "java", "--prompt", "class é", "--length", "30"]
    alone, beside = run_twice(command, command, tmp_path / "sample.json", capsys)
    assert without_command(alone) == without_command(beside)
    assert main(command) == 0
    assert capsys.readouterr().out == f"class é{alone['text']}\n"
    assert (alone["model"], alone["prompt"], len(alone["text"])) == (model.model_hash, "class é", 30)


def test_a_gate_tells_what_it_gains_and_where_it_lies(tmp_path: Path, capsys: Caught) -> None:
    model = write_tiny_checkpoint(tmp_path / "model")
    for number in range(4):
        place = tmp_path / "text" / "r"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"C{number}.java").write_text(java_file(number, methods=2))
        (place / f"c{number}.py").write_text(python_file(number, functions=2))
    command = ["gate", str(tmp_path / "text"), "--model", str(model.folder), "--steps", "2", "--threads", "1"]
    command += ["--mb-per-language", "0.003"]
    first, second = ([*command, "--out", str(tmp_path / name)] for name in ("one", "two"))
    alone, beside = run_twice(first, second, tmp_path / "gate.json", capsys)
    assert alone["folder"] == str(tmp_path / "one")
    written = load_checkpoint(tmp_path / "one")
    assert (alone["model"], alone["network"]) == (written.model_hash, model.model_hash)
    assert alone["held_out_bits_per_character"] == beside["held_out_bits_per_character"]
    told = json.loads((tmp_path / "one" / "model.json").read_text())["provenance"]["gate"]
    assert alone["held_out_bits_per_character"] == told["held_out_bits_per_character"]


@pytest.mark.parametrize("command", ["fit", "gate", "sample", "evaluate-spans", "returns"])
def test_a_place_that_figures_cannot_be_written_to_is_refused_before_the_work(
    command: str, tiny_corpus: Path, tmp_path: Path, capsys: Caught
) -> None:
    options = {
        "fit": ["--corpus", str(tiny_corpus), "--out", str(tmp_path / "out")],
        "gate": [str(tmp_path), "--out", str(tmp_path / "out")],
        "sample": ["--language", "java"],
        "evaluate-spans": [str(tmp_path / "no source"), "--language", "java"],
        "returns": [str(tmp_path / "no source"), "--language", "java"],
    }
    assert main([command, *options[command], "--json", str(tmp_path / "none" / "f.json")]) == 2
    caught = capsys.readouterr()
    assert f"error: cannot write {tmp_path / 'none' / 'f.json'}" in caught.err
    assert caught.out == ""
    assert not (tmp_path / "out").exists()
