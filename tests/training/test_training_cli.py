"""The command line: every command explains itself, and errors are one line and status 2."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkpoints import write_tiny_checkpoint

from peephole.training.cli import GROUPS, build_parser, main


def commands(parser: argparse.ArgumentParser, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of a parser's own command and of all below it, a group's among them."""
    yield before
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from commands(below, (*before, name))


COMMANDS = list(commands(build_parser()))


def test_the_commands_that_are_tested_are_those_of_all_modules() -> None:
    assert len(COMMANDS) > len(GROUPS) + 1  # each module has one at least, and `corpus` is a group of more
    assert {("corpus", "report"), ("gate",), ("fit",), ("curve",), ("samples",)} < set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        build_parser().parse_args([*command, "--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"usage: {' '.join(['peephole-train', *command])} ")


def test_an_error_is_one_line_on_stderr_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "--language", "java", "--model", str(tmp_path / "none")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1


def test_a_place_that_cannot_be_written_to_or_read_is_one_line_too(
    tmp_path: Path, tiny_corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert main(["fit", "--corpus", str(tiny_corpus), "--out", str(tmp_path / "file" / "run")]) == 2
    told = capsys.readouterr().err
    assert told == f"error: {tmp_path / 'file' / 'run'}: Not a directory; make room, or name another place\n"


@pytest.mark.parametrize("length", ["nan", "inf", "-1"])
def test_a_length_that_is_no_number_of_characters_is_refused(
    length: str, tmp_path: Path, tiny_corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["fit", "--corpus", str(tiny_corpus), "--out", str(tmp_path / "run"), f"--characters={length}"]
    assert main(command) == 2
    assert "setting 'characters' is" in capsys.readouterr().err


def test_figures_that_are_none_are_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint = write_tiny_checkpoint(tmp_path / "model")
    for text in ("{", "[]"):
        (tmp_path / "figures.json").write_text(text)
        assert main(["card", str(checkpoint.folder), "--evaluation", str(tmp_path / "figures.json")]) == 2
        assert f"{tmp_path / 'figures.json'} " in capsys.readouterr().err
    assert main(["card", str(checkpoint.folder), "--evaluation", str(tmp_path / "gone.json")]) == 2
    assert "gone.json: No such file" in capsys.readouterr().err
