"""The tour as a real process, against a real server with a tiny untrained model, and the samples that it types into."""

import ast
import re
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

import pytest
from checkpoints import write_bigram_checkpoint, write_tiny_checkpoint
from commanding import assert_fails, peephole

from peephole.server.commands.remembering import ROOTS
from peephole.server.commands.scenes import PLANTED, SCENES, correlation, sample


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_sample_differs_from_its_original_in_one_return(name: str) -> None:
    original, planted = sample(name).splitlines(), sample(f"planted/{name}").splitlines()
    differences = [(was, now) for was, now in zip_longest(original, planted) if was != now]
    assert len(differences) == 1
    was, now = differences[0]
    assert was is not None
    assert was.strip().startswith("return ")
    assert now.strip() == PLANTED[name].wrong


@pytest.mark.parametrize("name", PLANTED)
def test_a_sample_is_ascii_as_positions_in_the_client_assume(name: str) -> None:
    assert sample(name).isascii()


def test_the_python_samples_parse() -> None:
    ast.parse(sample("journal.py"))
    ast.parse(sample("planted/journal.py"))


def test_every_scene_finds_its_anchor() -> None:
    for scene in SCENES:
        assert sample(scene.file).count(scene.anchor) >= 1


def test_correlation_is_pearsons() -> None:
    assert correlation([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]) == pytest.approx(1.0)
    assert correlation([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) == pytest.approx(-1.0)
    assert correlation([1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, 1.0]) == pytest.approx(0.4472136)
    assert correlation([1.0, 1.0], [0.0, 1.0]) == 0.0


def test_the_tour_runs_to_its_end(tmp_path: Path) -> None:
    model = write_tiny_checkpoint(tmp_path / "tiny").folder
    command = [sys.executable, "-m", "peephole.server", "tour", "--model", str(model)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    for heading in (
        "The server",
        "Typing in Version.java",
        "A wrong return in journal.py",
        "Neuron ",
        "Time",
        "Your editor",
    ):
        assert f"\n== {heading}" in result.stdout
    assert "%  " in result.stdout


def test_without_a_model_it_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "peephole.server", "tour", "--model", str(tmp_path / "none")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 2
    assert "error: the server has no model: " in result.stderr


def test_a_model_of_other_languages_has_no_tour(tmp_path: Path) -> None:
    stranger = write_bigram_checkpoint(tmp_path / "model", {}, languages=("kotlin",)).folder
    assert_fails(peephole("tour", "--model", stranger), "the tour types java and python, and this model knows kotlin")


def test_the_tour_and_the_file_for_neovim_name_what_the_command_line_takes_for_a_project() -> None:
    lua = (Path(__file__).parents[2] / "editors" / "nvim" / "lsp" / "peephole.lua").read_text()
    (named,) = re.findall(r"root_markers = \{ (.*) \}", lua)
    assert tuple(ast.literal_eval(f"({named})")) == ROOTS
    assert named == ", ".join(map(repr, ROOTS))
