"""The command line: every command explains itself, and errors are one line and status 2."""

from pathlib import Path

import pytest

from peephole.training.cli import build_parser, main


@pytest.mark.parametrize(
    "command", [["corpus", "build"], ["fit"], ["evaluate"], ["sample"], ["samples"], ["export"], ["card"], []]
)
def test_every_command_has_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        build_parser().parse_args([*command, "--help"])
    assert stop.value.code == 0
    assert "usage: peephole-train" in capsys.readouterr().out


def test_an_error_is_one_line_on_stderr_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "--language", "java", "--model", str(tmp_path / "none")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
