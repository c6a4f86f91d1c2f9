"""`peephole complete` as a real process: what it prints, and how it fails."""

import json
from pathlib import Path

from checkpoints import write_tiny_checkpoint
from commanding import JAVA, assert_fails, peephole


def test_json_holds_ranked_candidates_that_begin_with_the_half_typed_word(model: Path, java_file: Path) -> None:
    result = peephole("complete", java_file, "--line", 5, "--column", 12, "--json", "--model", model)
    answer = json.loads(result.stdout)
    assert answer["prefix"] == "ret"
    probabilities = [candidate["probability"] for candidate in answer["candidates"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert probabilities
    assert all(0 < probability <= 1 for probability in probabilities)
    assert all(candidate["text"].startswith("ret") for candidate in answer["candidates"])


def test_text_holds_as_many_candidates_as_asked_for(model: Path, java_file: Path) -> None:
    result = peephole("complete", java_file, "--line", 5, "--column", 12, "--top", 3, "--model", model)
    assert result.returncode == 0
    assert sum("%  ret" in line for line in result.stdout.splitlines()) == 3


def test_the_column_after_the_last_character_is_a_place(model: Path, java_file: Path) -> None:
    column = len(JAVA.splitlines()[0]) + 1
    result = peephole("complete", java_file, "--line", 1, "--column", column, "--json", "--model", model)
    assert result.returncode == 0


def test_a_column_past_the_end_is_an_error(model: Path, java_file: Path) -> None:
    result = peephole("complete", java_file, "--line", 1, "--column", 99, "--model", model)
    assert_fails(result, "column 99 is past the end of line 1")


def test_a_line_past_the_end_is_an_error(model: Path, java_file: Path) -> None:
    result = peephole("complete", java_file, "--line", 99, "--column", 1, "--model", model)
    assert_fails(result, "line 99 is past the end")


def test_line_zero_is_refused(model: Path, java_file: Path) -> None:
    result = peephole("complete", java_file, "--line", 0, "--column", 1, "--model", model)
    assert result.returncode == 2
    assert "expected 1 or more, found 0" in result.stderr


def test_a_missing_file_is_an_error(model: Path, tmp_path: Path) -> None:
    result = peephole("complete", tmp_path / "No.java", "--line", 1, "--column", 1, "--model", model)
    assert_fails(result, "No.java", "cannot be read")


def test_another_language_is_an_error(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "main.rs"
    path.write_text("fn main() {}")
    assert_fails(peephole("complete", path, "--line", 1, "--column", 1, "--model", model), "not 'rust'")


def test_a_file_that_is_not_utf8_is_an_error(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "Latin.java"
    path.write_bytes(b"// caf\xe9\n")
    assert_fails(peephole("complete", path, "--line", 1, "--column", 1, "--model", model), "UTF-8")


def test_a_missing_model_is_an_error(java_file: Path, tmp_path: Path) -> None:
    result = peephole("complete", java_file, "--line", 1, "--column", 1, "--model", tmp_path / "none")
    assert_fails(result, "none")


def test_a_damaged_model_is_an_error(java_file: Path, tmp_path: Path) -> None:
    damaged = write_tiny_checkpoint(tmp_path / "damaged").folder
    with (damaged / "model.onnx").open("r+b") as file:
        file.truncate(100)
    result = peephole("complete", java_file, "--line", 1, "--column", 1, "--model", damaged)
    assert_fails(result, "model.onnx")
