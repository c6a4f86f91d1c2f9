"""Primed PPMd gains from text like the file, and each file sees the priming text alone."""

import json
import subprocess
from pathlib import Path

import pytest
from checkpoints import write_tiny_checkpoint
from sample_code import java_file, python_file

from peephole.training.cli import main
from peephole.training.evaluation.baselines import ppmd_bits
from peephole.training.evaluation.primed import Shelf, primed_ppmd_bits, shelved_ppmd_bits, training_text

MEMORY = 16 << 20


def test_each_file_is_measured_behind_the_priming_text_alone() -> None:
    prime = "".join(map(java_file, range(20))).encode()
    file, other = java_file(21).encode(), python_file(1).encode()
    first, different, again = primed_ppmd_bits(prime, [file, other, file], memory=MEMORY)
    assert first == again
    assert first < ppmd_bits(file)
    # Encoding everything in one go is the definition; flushing rounds up to whole bytes.
    assert abs(first - (ppmd_bits(prime + file) - ppmd_bits(prime))) <= 64
    assert different != first


def test_a_shelf_is_measured_behind_the_priming_text_its_far_files_and_what_is_near_each() -> None:
    prime, far = java_file(1).encode(), "".join(map(java_file, range(2, 9))).encode()
    shelves = [
        Shelf(far, ((java_file(9).encode(), java_file(10).encode()), (b"", java_file(11).encode()))),
        Shelf(b"", ((b"", java_file(10).encode()),)),
    ]
    found = list(shelved_ppmd_bits(prime, shelves, memory=MEMORY))
    assert [len(each) for each in found] == [2, 1]
    for shelf, all_bits in zip(shelves, found, strict=True):
        for (near, content), bits in zip(shelf.files, all_bits, strict=True):
            before = prime + shelf.far + near
            assert abs(bits - (ppmd_bits(before + content) - ppmd_bits(before))) <= 64
    assert found[0][0] < found[1][0]
    assert found[1] == list(primed_ppmd_bits(prime, [java_file(10).encode()], memory=MEMORY))


def test_the_command_reports_the_bytes_it_was_primed_with_and_not_the_limit(
    tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = write_tiny_checkpoint(tmp_path / "model")
    (tmp_path / "A.java").write_text(java_file(1))
    command = ["evaluate", "--model", str(checkpoint.folder), "--language", "java", str(tmp_path / "A.java")]
    assert main([*command, "--prime", str(tiny_corpus), "--prime-mb", "16", "--json", str(tmp_path / "f.json")]) == 0
    used = len(training_text(tiny_corpus, "java", 1e9))
    assert json.loads((tmp_path / "f.json").read_text())["prime_bytes"] == used
    assert f"primed with {used / 1e6:.2f} MB" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (["--prime", "gone"], "gone is not a corpus"),
        (["--prime", "CORPUS", "--prime-mb", "1e-6"], "give a larger --prime-mb"),
        (["--json", "gone/f.json"], "cannot write gone/f.json"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_measured(
    wrong: list[str], complaint: str, tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = write_tiny_checkpoint(tmp_path / "model")
    (tmp_path / "A.java").write_text(java_file(1))
    command = ["evaluate", "--model", str(checkpoint.folder), "--language", "java", str(tmp_path / "A.java")]
    assert main([*command, *(str(tiny_corpus) if each == "CORPUS" else each for each in wrong)]) == 2
    told = capsys.readouterr()
    assert complaint in told.err
    assert "about" not in told.err  # how long it will take, which is said first
    assert not told.out


def test_training_text_is_the_corpus_in_its_own_order_up_to_the_limit(tiny_corpus: Path) -> None:
    whole = training_text(tiny_corpus, "java", 1e9)
    part = training_text(tiny_corpus, "java", 1_000)
    assert whole.startswith(part)
    assert 800 < len(part) <= 1_000
    assert whole.startswith(b"class ")


def test_the_command_primes_with_the_workspace_where_the_memory_is_the_workspaces(
    tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = write_tiny_checkpoint(tmp_path / "model", gate=True)
    for number in range(3):
        (tmp_path / f"repository/{number}").mkdir(parents=True)
        (tmp_path / f"repository/{number}/A.java").write_text(java_file(number) + java_file(9))
    command = ["evaluate", "--model", str(checkpoint.folder), "--language", "java", str(tmp_path / "repository")]
    command += ["--prime", str(tiny_corpus), "--json", str(tmp_path / "f.json")]
    assert main(command) == 0
    assert "ppmd_primed_and_workspace" not in json.loads((tmp_path / "f.json").read_text())["baselines"]
    assert main([*command, "--memory", "workspace"]) == 0
    alone = json.loads((tmp_path / "f.json").read_text())["baselines"]
    assert alone["ppmd_primed_and_workspace"] == pytest.approx(alone["ppmd_primed"])  # each file is its repository
    subprocess.run(["git", "-C", str(tmp_path / "repository"), "init", "-q"], check=True)
    subprocess.run(["git", "-C", str(tmp_path / "repository"), "add", "."], check=True)
    assert main([*command, "--memory", "workspace"]) == 0
    together = json.loads((tmp_path / "f.json").read_text())["baselines"]
    assert together["ppmd_primed_and_workspace"] < 0.8 * alone["ppmd_primed"]
    assert "primed with that and the workspace" in capsys.readouterr().out
