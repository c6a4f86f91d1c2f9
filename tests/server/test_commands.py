"""Each subcommand of `peephole` as a real process, with a tiny untrained model: what it prints, and how it fails."""

import subprocess
import sys
from pathlib import Path

import pytest
from checkpoints import write_tiny_checkpoint
from commanding import JAVA, break_package, peephole

from peephole.model.version import VERSION
from peephole.server.client import Client


class TestTheCommandItself:
    def test_version(self) -> None:
        assert peephole("--version").stdout == f"peephole {VERSION}\n"

    def test_without_a_command_it_prints_its_help(self) -> None:
        result = peephole()
        assert result.returncode == 0
        for command in ("serve", "complete", "check", "look", "doctor", "tour"):
            assert f"\n    {command} " in result.stdout

    def test_an_unknown_command_is_refused_and_all_there_are_are_named(self) -> None:
        result = peephole("fly", "serve")
        assert result.returncode == 2
        assert "fly" in result.stderr
        assert all(name in result.stderr for name in ("serve", "complete", "check", "look", "doctor", "tour"))

    def test_help_that_is_asked_for_before_a_command_is_about_all_of_them(self) -> None:
        assert "\n    doctor " in peephole("--help", "check").stdout


class TestDoctor:
    def test_a_healthy_model_is_named_by_its_hash(self, model: Path) -> None:
        from peephole.model.checkpoint import load_checkpoint

        result = peephole("doctor", "--model", model)
        assert load_checkpoint(model).model_hash in result.stdout
        assert "files as recorded" in result.stdout
        assert "ms a character" in result.stdout

    @pytest.mark.parametrize(("gate", "told"), [(True, "remembers what"), (False, "remembers nothing")])
    def test_it_says_whether_the_model_remembers(self, tmp_path: Path, gate: bool, told: str) -> None:
        result = peephole("doctor", "--model", write_tiny_checkpoint(tmp_path / "model", gate=gate).folder)
        assert result.stderr == ""
        assert told in result.stdout
        assert "ms a step of a search of 8 texts" in result.stdout

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
