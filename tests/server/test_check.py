"""`peephole check` as a real process: what it finds, and how it fails."""

import json
import os
from pathlib import Path

import pytest
from asking import SURE
from checkpoints import write_bigram_checkpoint
from commanding import JAVA, assert_fails, break_package, peephole


def test_a_folder_without_source_is_clean_and_says_so(model: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see")
    result = peephole("check", tmp_path, "--model", model)
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr.startswith("note: no file in ")


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_word_that_does_not_belong_is_found_at_its_line_and_column(
    sure_folder: Path, tmp_path: Path, newline: str
) -> None:
    path = tmp_path / "A.java"
    path.write_bytes(newline.join(["", " get();", " /* é */ vuz();", " get();", ""]).encode())
    found = peephole("check", path, "--model", sure_folder)
    assert (found.returncode, found.stderr) == (1, "")
    assert found.stdout.startswith(f"{path}:3:10: 'vuz' is improbable here (")
    assert found.stdout.endswith(" bits); 'get' was expected (99%)\n")
    assert found.stdout.count("\n") == 1
    as_json = peephole("check", path, "--json", "--model", sure_folder)
    assert as_json.returncode == 1
    [finding] = json.loads(as_json.stdout)
    place = [finding[name] for name in ("path", "line", "column", "end_line", "end_column", "text", "alternative")]
    assert place == [str(path), 3, 10, 3, 13, "vuz", "get"]


def test_a_finding_can_be_printed_in_any_encoding(sure_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("\n get();\n vué();\n", encoding="utf-8")
    found = peephole("check", path, "--model", sure_folder, PYTHONIOENCODING="ascii")
    assert (found.returncode, found.stderr) == (1, "")
    assert found.stdout.startswith(f"{path}:3:2: 'vu?' is improbable")


def test_a_package_that_cannot_be_loaded_is_an_error_and_no_finding(
    sure_folder: Path, java_file: Path, tmp_path: Path
) -> None:
    result = peephole("check", java_file, "--model", sure_folder, PYTHONPATH=break_package(tmp_path, "onnxruntime"))
    assert_fails(result, "onnxruntime cannot be imported", "peephole doctor")


def test_a_language_that_the_model_does_not_know_does_not_stop_the_others(tmp_path: Path) -> None:
    followers = {name: following for name, following in SURE.items() if name != "python"}
    java_only = write_bigram_checkpoint(tmp_path / "model", followers, languages=["java"]).folder
    (tmp_path / "a.py").write_text("pass\n")
    (tmp_path / "b.java").write_text("\n vuz();\n")
    result = peephole("check", tmp_path / "a.py", tmp_path / "b.java", "--model", java_only)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: {tmp_path / 'a.py'}: ")
    assert result.stdout.startswith(f"{tmp_path / 'b.java'}:2:2: 'vuz'")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_read_is_an_error(sure_folder: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    assert_fails(peephole("check", tmp_path, "--model", sure_folder), f"{closed}: cannot be read")


def test_findings_lie_inside_the_files_and_decide_the_exit_code(model: Path, java_file: Path, tmp_path: Path) -> None:
    result = peephole("check", tmp_path, "--json", "--model", model)
    findings = json.loads(result.stdout)
    assert result.returncode == (1 if findings else 0)
    lines = JAVA.splitlines()
    for finding in findings:
        assert finding["path"] == str(java_file)
        line = lines[finding["line"] - 1]
        assert line[finding["column"] - 1 : finding["end_column"] - 1] == finding["text"]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(model: Path, java_file: Path, tmp_path: Path) -> None:
    result = peephole("check", tmp_path / "No.java", java_file, "--json", "--model", model)
    assert result.returncode == 2
    assert "No.java" in result.stderr
    assert isinstance(json.loads(result.stdout), list)


def test_a_missing_model_is_an_error(java_file: Path, tmp_path: Path) -> None:
    assert_fails(peephole("check", java_file, "--model", tmp_path / "none"), "none")


def test_a_name_that_is_too_long_for_a_file_is_an_error_of_its_own(model: Path) -> None:
    result = peephole("check", "x" * 300 + ".java", "--model", model)
    assert_fails(result, "cannot be read (File name too long)")


def test_a_baseline_that_cannot_be_written_is_told_before_the_check(
    model: Path, java_file: Path, tmp_path: Path
) -> None:
    place = tmp_path / "none" / "b.json"
    result = peephole("check", java_file, "--baseline", place, "--write-baseline", "--model", model)
    assert_fails(result, "cannot be written (there is no such folder)")
