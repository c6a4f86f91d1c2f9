"""`peephole look` as a real process: what it draws, and how it fails."""

import os
from pathlib import Path

import pytest
from checkpoints import write_tiny_checkpoint
from commanding import assert_fails, peephole


def test_without_a_neuron_it_draws_the_surprisal_in_digits(model: Path, java_file: Path) -> None:
    result = peephole("look", java_file, "--model", model)
    lines = result.stdout.splitlines()
    assert lines[0] == "    1 class·Counter·{↵"
    assert len(lines[1]) <= len(lines[0])
    assert set(lines[1][6:]) <= set("0123456789.")
    assert lines[-1].startswith("surprisal: 0 is 0.00 bits")
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("signal", ["hidden", "cell", "input", "forget", "output", "candidate"])
def test_every_signal_of_a_neuron_can_be_drawn(signal: str, model: Path, java_file: Path) -> None:
    result = peephole("look", java_file, "--neuron", "1:3", "--signal", signal, "--model", model)
    assert result.returncode == 0
    assert result.stdout.splitlines()[-1].startswith(f"neuron 1:3, {signal}: ")


def test_colour_can_be_had_in_a_pipe(model: Path, java_file: Path) -> None:
    assert "\x1b[48;2;" in peephole("look", java_file, "--colour", "always", "--model", model).stdout


def test_lines_draws_only_those(model: Path, java_file: Path) -> None:
    result = peephole("look", java_file, "--lines", "4:5", "--model", model)
    assert [line[:5] for line in result.stdout.splitlines()[:4:2]] == ["    4", "    5"]
    assert "class" not in result.stdout


def test_a_part_shows_what_the_whole_shows_there(model: Path, java_file: Path) -> None:
    whole = peephole("look", java_file, "--model", model).stdout.splitlines()
    part = peephole("look", java_file, "--lines", "4:5", "--model", model).stdout.splitlines()
    assert part[:4] == whole[6:10]


def test_a_neuron_that_is_not_there_is_an_error(model: Path, java_file: Path) -> None:
    assert_fails(peephole("look", java_file, "--neuron", "7:0", "--model", model), "no layer 7", "0 to 1")


def test_a_signal_that_is_not_there_is_an_error(model: Path, java_file: Path) -> None:
    result = peephole("look", java_file, "--neuron", "0:0", "--signal", "soul", "--model", model)
    assert_fails(result, "soul", "hidden")


def test_a_signal_of_no_neuron_is_an_error(model: Path, java_file: Path) -> None:
    assert_fails(peephole("look", java_file, "--signal", "cell", "--model", model), "give --neuron LAYER:INDEX")


def test_what_is_no_regular_file_is_not_waited_for(model: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.java")
    assert_fails(peephole("look", tmp_path / "pipe.java", "--model", model), "is no regular file; name a source file")
    assert_fails(peephole("look", tmp_path, "--model", model), "is a folder; name a source file")


def test_a_gru_has_no_cell_to_draw(java_file: Path, tmp_path: Path) -> None:
    gru = write_tiny_checkpoint(tmp_path / "gru", "gru").folder
    result = peephole("look", java_file, "--neuron", "0:0", "--signal", "cell", "--model", gru)
    assert_fails(result, "cell", "update")


def test_lines_past_the_end_are_an_error(model: Path, java_file: Path) -> None:
    assert_fails(peephole("look", java_file, "--lines", "90:95", "--model", model), "line 90 is past the end")
