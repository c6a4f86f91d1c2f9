"""Each subcommand of `peephole` as a real process, with a tiny untrained model: what it prints, and how it fails."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from asking import FOLLOWERS
from checkpoints import write_bigram_checkpoint, write_tiny_checkpoint

from peephole.model.version import VERSION
from peephole.server.client import Client

JAVA = """\
class Counter {
    private int count;

    int next() {
        return ++count;
    }
}
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder whose network has learned nothing, but answers."""
    return write_tiny_checkpoint(tmp_path_factory.mktemp("model") / "tiny").folder


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder whose network knows that `get` comes first in a line."""
    return write_bigram_checkpoint(tmp_path_factory.mktemp("words") / "model", FOLLOWERS).folder


@pytest.fixture
def java_file(tmp_path: Path) -> Path:
    """A small Java file."""
    path = tmp_path / "Counter.java"
    path.write_text(JAVA)
    return path


def peephole(*arguments: str | Path, **variables: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the command with its output caught: not a terminal, as in a pipe. variables: more of the environment."""
    command = [sys.executable, "-m", "peephole.server", *map(str, arguments)]
    environment = os.environ | {name: str(value) for name, value in variables.items()}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)


def break_package(folder: Path, name: str) -> Path:
    """A folder for PYTHONPATH in which a package is there but cannot be loaded."""
    (folder / f"{name}.py").write_text("raise ImportError('a shared library is missing', name=__name__)\n")
    return folder


def assert_fails(result: subprocess.CompletedProcess[str], *expected: str) -> None:
    """It failed as the command line promises: exit code 2, one line of error, nothing on standard output."""
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    for part in expected:
        assert part in result.stderr


class TestTheCommandItself:
    def test_version(self) -> None:
        assert peephole("--version").stdout == f"peephole {VERSION}\n"

    def test_without_a_command_it_prints_its_help(self) -> None:
        result = peephole()
        assert result.returncode == 0
        for command in ("serve", "complete", "check", "look", "doctor", "tour"):
            assert f"\n    {command} " in result.stdout

    def test_an_unknown_command_is_refused(self) -> None:
        assert peephole("fly").returncode == 2


class TestComplete:
    def test_json_holds_ranked_candidates_that_begin_with_the_half_typed_word(
        self, model: Path, java_file: Path
    ) -> None:
        result = peephole("complete", java_file, "--line", 5, "--column", 12, "--json", "--model", model)
        answer = json.loads(result.stdout)
        assert answer["prefix"] == "ret"
        probabilities = [candidate["probability"] for candidate in answer["candidates"]]
        assert probabilities == sorted(probabilities, reverse=True)
        assert probabilities
        assert all(0 < probability <= 1 for probability in probabilities)
        assert all(candidate["text"].startswith("ret") for candidate in answer["candidates"])

    def test_text_holds_as_many_candidates_as_asked_for(self, model: Path, java_file: Path) -> None:
        result = peephole("complete", java_file, "--line", 5, "--column", 12, "--top", 3, "--model", model)
        assert result.returncode == 0
        assert sum("%  ret" in line for line in result.stdout.splitlines()) == 3

    def test_the_column_after_the_last_character_is_a_place(self, model: Path, java_file: Path) -> None:
        column = len(JAVA.splitlines()[0]) + 1
        result = peephole("complete", java_file, "--line", 1, "--column", column, "--json", "--model", model)
        assert result.returncode == 0

    def test_a_column_past_the_end_is_an_error(self, model: Path, java_file: Path) -> None:
        result = peephole("complete", java_file, "--line", 1, "--column", 99, "--model", model)
        assert_fails(result, "column 99 is past the end of line 1")

    def test_a_line_past_the_end_is_an_error(self, model: Path, java_file: Path) -> None:
        result = peephole("complete", java_file, "--line", 99, "--column", 1, "--model", model)
        assert_fails(result, "line 99 is past the end")

    def test_line_zero_is_refused(self, model: Path, java_file: Path) -> None:
        result = peephole("complete", java_file, "--line", 0, "--column", 1, "--model", model)
        assert result.returncode == 2
        assert "expected 1 or more, found 0" in result.stderr

    def test_a_missing_file_is_an_error(self, model: Path, tmp_path: Path) -> None:
        result = peephole("complete", tmp_path / "No.java", "--line", 1, "--column", 1, "--model", model)
        assert_fails(result, "No.java", "cannot be read")

    def test_another_language_is_an_error(self, model: Path, tmp_path: Path) -> None:
        path = tmp_path / "main.rs"
        path.write_text("fn main() {}")
        assert_fails(peephole("complete", path, "--line", 1, "--column", 1, "--model", model), "'.rs'")

    def test_a_file_that_is_not_utf8_is_an_error(self, model: Path, tmp_path: Path) -> None:
        path = tmp_path / "Latin.java"
        path.write_bytes(b"// caf\xe9\n")
        assert_fails(peephole("complete", path, "--line", 1, "--column", 1, "--model", model), "UTF-8")

    def test_a_missing_model_is_an_error(self, java_file: Path, tmp_path: Path) -> None:
        result = peephole("complete", java_file, "--line", 1, "--column", 1, "--model", tmp_path / "none")
        assert_fails(result, "none")

    def test_a_damaged_model_is_an_error(self, java_file: Path, tmp_path: Path) -> None:
        damaged = write_tiny_checkpoint(tmp_path / "damaged").folder
        with (damaged / "model.onnx").open("r+b") as file:
            file.truncate(100)
        result = peephole("complete", java_file, "--line", 1, "--column", 1, "--model", damaged)
        assert_fails(result, "model.onnx")


class TestCheck:
    def test_a_folder_without_source_is_clean(self, model: Path, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("nothing to see")
        result = peephole("check", tmp_path, "--model", model)
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")

    @pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
    def test_a_word_that_does_not_belong_is_found_at_its_line_and_column(
        self, words: Path, tmp_path: Path, newline: str
    ) -> None:
        path = tmp_path / "A.java"
        path.write_bytes(newline.join(["", " get();", " /* é */ vuz();", " get();", ""]).encode())
        found = peephole("check", path, "--model", words)
        assert (found.returncode, found.stderr) == (1, "")
        assert found.stdout.startswith(f"{path}:3:10: 'vuz' is improbable here (")
        assert found.stdout.endswith(" bits); 'get' was expected (72%)\n")
        assert found.stdout.count("\n") == 1
        as_json = peephole("check", path, "--json", "--model", words)
        assert as_json.returncode == 1
        [finding] = json.loads(as_json.stdout)
        place = [finding[name] for name in ("path", "line", "column", "end_line", "end_column", "text", "alternative")]
        assert place == [str(path), 3, 10, 3, 13, "vuz", "get"]

    def test_a_finding_can_be_printed_in_any_encoding(self, words: Path, tmp_path: Path) -> None:
        path = tmp_path / "a.py"
        path.write_text("\n get();\n vué();\n", encoding="utf-8")
        found = peephole("check", path, "--model", words, PYTHONIOENCODING="ascii")
        assert (found.returncode, found.stderr) == (1, "")
        assert found.stdout.startswith(f"{path}:3:2: 'vu?' is improbable")

    def test_a_package_that_cannot_be_loaded_is_an_error_and_no_finding(
        self, words: Path, java_file: Path, tmp_path: Path
    ) -> None:
        result = peephole("check", java_file, "--model", words, PYTHONPATH=break_package(tmp_path, "onnxruntime"))
        assert_fails(result, "onnxruntime cannot be imported", "peephole doctor")

    def test_a_language_that_the_model_does_not_know_does_not_stop_the_others(self, tmp_path: Path) -> None:
        followers = {name: following for name, following in FOLLOWERS.items() if name != "python"}
        java_only = write_bigram_checkpoint(tmp_path / "model", followers, languages=["java"]).folder
        (tmp_path / "a.py").write_text("pass\n")
        (tmp_path / "b.java").write_text("\n vuz();\n")
        result = peephole("check", tmp_path, "--model", java_only)
        assert result.returncode == 2
        assert result.stderr.startswith(f"error: {tmp_path / 'a.py'}: ")
        assert result.stdout.startswith(f"{tmp_path / 'b.java'}:2:2: 'vuz'")

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every folder")
    def test_a_folder_that_cannot_be_read_is_an_error(self, words: Path, tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o000)
        assert_fails(peephole("check", tmp_path, "--model", words), f"{closed}: cannot be read")

    def test_findings_lie_inside_the_files_and_decide_the_exit_code(
        self, model: Path, java_file: Path, tmp_path: Path
    ) -> None:
        result = peephole("check", tmp_path, "--json", "--model", model)
        findings = json.loads(result.stdout)
        assert result.returncode == (1 if findings else 0)
        lines = JAVA.splitlines()
        for finding in findings:
            assert finding["path"] == str(java_file)
            line = lines[finding["line"] - 1]
            assert line[finding["column"] - 1 : finding["end_column"] - 1] == finding["text"]

    def test_a_file_that_cannot_be_read_does_not_stop_the_others(
        self, model: Path, java_file: Path, tmp_path: Path
    ) -> None:
        result = peephole("check", tmp_path / "No.java", java_file, "--json", "--model", model)
        assert result.returncode == 2
        assert "No.java" in result.stderr
        assert isinstance(json.loads(result.stdout), list)

    def test_a_missing_model_is_an_error(self, java_file: Path, tmp_path: Path) -> None:
        assert_fails(peephole("check", java_file, "--model", tmp_path / "none"), "none")


class TestLook:
    def test_without_a_neuron_it_draws_the_surprisal_in_digits(self, model: Path, java_file: Path) -> None:
        result = peephole("look", java_file, "--model", model)
        lines = result.stdout.splitlines()
        assert lines[0] == "    1 class·Counter·{↵"
        assert len(lines[1]) <= len(lines[0])
        assert set(lines[1][6:]) <= set("0123456789.")
        assert lines[-1].startswith("surprisal: 0 is 0.00 bits")
        assert "\x1b" not in result.stdout

    @pytest.mark.parametrize("signal", ["hidden", "cell", "input", "forget", "output", "candidate"])
    def test_every_signal_of_a_neuron_can_be_drawn(self, signal: str, model: Path, java_file: Path) -> None:
        result = peephole("look", java_file, "--neuron", "1:3", "--signal", signal, "--model", model)
        assert result.returncode == 0
        assert result.stdout.splitlines()[-1].startswith(f"neuron 1:3, {signal}: ")

    def test_colour_can_be_had_in_a_pipe(self, model: Path, java_file: Path) -> None:
        assert "\x1b[48;2;" in peephole("look", java_file, "--colour", "always", "--model", model).stdout

    def test_lines_draws_only_those(self, model: Path, java_file: Path) -> None:
        result = peephole("look", java_file, "--lines", "4:5", "--model", model)
        assert [line[:5] for line in result.stdout.splitlines()[:4:2]] == ["    4", "    5"]
        assert "class" not in result.stdout

    def test_a_part_shows_what_the_whole_shows_there(self, model: Path, java_file: Path) -> None:
        whole = peephole("look", java_file, "--model", model).stdout.splitlines()
        part = peephole("look", java_file, "--lines", "4:5", "--model", model).stdout.splitlines()
        assert part[:4] == whole[6:10]

    def test_a_neuron_that_is_not_there_is_an_error(self, model: Path, java_file: Path) -> None:
        assert_fails(peephole("look", java_file, "--neuron", "7:0", "--model", model), "no layer 7", "0 to 1")

    def test_a_signal_that_is_not_there_is_an_error(self, model: Path, java_file: Path) -> None:
        result = peephole("look", java_file, "--neuron", "0:0", "--signal", "soul", "--model", model)
        assert_fails(result, "soul", "hidden")

    def test_a_gru_has_no_cell_to_draw(self, java_file: Path, tmp_path: Path) -> None:
        gru = write_tiny_checkpoint(tmp_path / "gru", "gru").folder
        result = peephole("look", java_file, "--neuron", "0:0", "--signal", "cell", "--model", gru)
        assert_fails(result, "cell", "update")

    def test_lines_past_the_end_are_an_error(self, model: Path, java_file: Path) -> None:
        assert_fails(peephole("look", java_file, "--lines", "90:95", "--model", model), "line 90 is past the end")


class TestDoctor:
    def test_a_healthy_model_is_named_by_its_hash(self, model: Path) -> None:
        from peephole.model.checkpoint import load_checkpoint

        result = peephole("doctor", "--model", model)
        assert load_checkpoint(model).model_hash in result.stdout
        assert "files as recorded" in result.stdout
        assert "ms a character" in result.stdout

    def test_a_damaged_model_is_a_problem_with_a_cure(self, tmp_path: Path) -> None:
        damaged = write_tiny_checkpoint(tmp_path / "damaged").folder
        (damaged / "weights.safetensors").write_bytes(b"no tensors")
        result = peephole("doctor", "--model", damaged)
        assert result.returncode == 1
        assert "problem      the model cannot be used: weights.safetensors" in result.stdout
        assert "--model" in result.stdout

    def test_a_package_that_cannot_be_loaded_is_a_problem_with_a_cure(self, model: Path, tmp_path: Path) -> None:
        result = peephole("doctor", "--model", model, PYTHONPATH=break_package(tmp_path, "onnxruntime"))
        assert (result.returncode, result.stderr) == (1, "")
        assert "problem      onnxruntime is installed but cannot be loaded (a shared library" in result.stdout
        assert "pip install" in result.stdout

    def test_a_missing_model_is_a_problem(self, tmp_path: Path) -> None:
        result = peephole("doctor", "--model", tmp_path / "none")
        assert result.returncode == 1
        assert "problem" in result.stdout


class TestServe:
    def test_a_port_out_of_range_is_refused(self) -> None:
        result = peephole("serve", "--tcp", 70000)
        assert result.returncode == 2
        assert "a port lies between" in result.stderr

    @pytest.mark.parametrize("arguments", [["--stdio"], ["serve"], ["-v", "serve", "--stdio"], ["serve", "-v"]])
    def test_editors_can_start_the_server_in_any_of_their_ways(self, arguments: list[str]) -> None:
        client = Client([sys.executable, "-m", "peephole.server", *arguments])
        answer = client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        assert answer["serverInfo"] == {"name": "peephole", "version": VERSION}
        assert client.close() == 0


def test_a_reader_that_has_seen_enough_is_no_error(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "Long.java"
    path.write_text(JAVA * 200)
    command = [sys.executable, "-m", "peephole.server", "look", str(path), "--model", str(model)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(100)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
