"""Many samples come side by side, repeat by seed, and are judged, written down and told beside real code."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_bigram_checkpoint, write_tiny_checkpoint
from sample_code import java_file

from peephole.model.checkpoint import Checkpoint
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.training.cli import main
from peephole.training.errors import TrainingError
from peephole.training.sampling.control import read_control
from peephole.training.sampling.sample import draw, draw_rows, sample, sample_batch, sample_each

FOLLOWERS = {
    "java": {"{": 1},
    "{": {"{": 1, "a": 1},
    "a": {"a": 1, ";": 2, "`": 1},
    ";": {"a": 1, "}": 2},
    "}": {"}": 1, "\n": 1},
    "\n": {"{": 1},
    "`": {"`": 1, "a": 1},
}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """An untrained int8 network with a gate that trusts its memories."""
    return write_tiny_checkpoint(tmp_path_factory.mktemp("samples") / "model", gate=True)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two repositories, one much larger."""
    folder = tmp_path_factory.mktemp("real")
    for repository, count in (("large", 9), ("small", 2)):
        (folder / repository).mkdir()
        for number in range(count):
            (folder / repository / f"{number}.java").write_text(java_file(number + count))
    (folder / "small" / "short.java").write_text("class A {}\n")
    return folder


def test_a_batch_of_one_seed_and_size_is_the_same_each_time_and_each_row_another_text(checkpoint: Checkpoint) -> None:
    predictor = Predictor(Runtime(checkpoint))
    texts = sample_batch(predictor, "java", 5, length=40, seed=3)
    assert texts == sample_batch(Predictor(Runtime(checkpoint)), "java", 5, length=40, seed=3)
    assert texts != sample_batch(predictor, "java", 5, length=40, seed=4)
    assert len(set(texts)) == 5
    assert {len(text) for text in texts} == {40}


def test_each_row_of_a_batch_follows_what_it_wrote_itself(tmp_path: Path) -> None:
    followers = {"java": {"a": 1, "b": 1}, "a": {"c": 1}, "c": {"a": 1}, "b": {"d": 1}, "d": {"b": 1}}
    predictor = Predictor(Runtime(write_bigram_checkpoint(tmp_path / "model", followers)))
    assert set(sample_batch(predictor, "java", 20, length=6)) == {"acacac", "bdbdbd"}
    greedy = sample_batch(predictor, "java", 3, length=6, temperature=0)
    assert set(greedy) == {"".join(sample(predictor, "java", length=6, temperature=0))}


def test_with_the_memory_texts_are_those_of_single_samples(checkpoint: Checkpoint) -> None:
    predictor = Predictor(Runtime(checkpoint))
    told: list[float] = []
    texts = sample_each(predictor, "java", 3, length=30, seed=7, advance=told.append)
    assert texts == ["".join(sample(predictor, "java", length=30, seed=seed)) for seed in (7, 8, 9)]
    assert sum(told) == 90
    assert texts != sample_each(predictor.alone(), "java", 3, length=30, seed=7)


def test_rows_are_drawn_as_single_texts_are() -> None:
    nats = np.log(np.random.default_rng(1).dirichlet(np.ones(9), 50)).astype(np.float32)
    for temperature in (0.0, 0.7, 1.0):
        one, many = np.random.default_rng(2), np.random.default_rng(2)
        singles = [draw(row, 3, temperature, one) for row in nats]
        assert draw_rows(nats, 3, temperature, many).tolist() == singles


def test_control_takes_long_enough_files_of_all_repositories_in_turn(real: Path) -> None:
    control = read_control([real], "java", 4, 400)
    assert control.repositories == 2
    assert control.texts == read_control([real], "java", 4, 400).texts
    wholes = {name: [path.read_text() for path in (real / name).iterdir()] for name in ("large", "small")}
    for name in ("large", "small"):
        assert sum(any(whole.startswith(text) for whole in wholes[name]) for text in control.texts) == 2
    assert {len(text) for text in control.texts} == {400}
    assert len(read_control([real], "java", 99, 400).texts) == 11
    with pytest.raises(TrainingError, match="no java file of 99999 characters"):
        read_control([real], "java", 4, 99_999)


@pytest.mark.parametrize("claims", [[], ["--claims", "article"]])
def test_the_same_command_writes_the_same_figures_document_and_texts(
    tmp_path: Path, real: Path, claims: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    model = write_bigram_checkpoint(tmp_path / "model", FOLLOWERS)
    document, figures, folder = tmp_path / "docs" / "a.md", tmp_path / "f.json", tmp_path / "texts"
    command = ["samples", "--model", str(model.folder), "--language", "java", "--count", "12", "--length", "300"]
    command += ["--control", str(real), "--json", str(figures), "--document", str(document), "--save", str(folder)]
    written = []
    for _ in range(2):
        assert main([*command, *claims]) == 0
        texts = [path.read_text() for path in sorted(folder.iterdir())]
        written.append((figures.read_text(), document.read_text(), texts, capsys.readouterr().out))
    assert written[0] == written[1]
    assert len(texts) == 12
    found = json.loads(figures.read_text())
    assert (found["texts"], found["control"]["texts"], found["control"]["repositories"]) == (12, 11, 2)
    told = found["control"]["found"]["indentation"]
    assert told["share"] == told["share_of_texts"] == 1
    page = document.read_text()
    assert "    peephole-train samples --model" in page
    assert model.model_hash in page
    assert written[0][3].splitlines()[-1] in page  # the last row of the table
    assert all(text in page for text in texts[:2])
    assert texts[2] not in page


def test_a_sample_with_a_fence_in_it_does_not_end_its_own(tmp_path: Path) -> None:
    followers = {"java": {"`": 1}, "`": {"`": 1}}
    model = write_bigram_checkpoint(tmp_path / "model", followers)
    document = tmp_path / "a.md"
    command = ["samples", "--model", str(model.folder), "--language", "java", "--count", "1", "--length", "7"]
    assert main([*command, "--temperature", "0", "--document", str(document)]) == 0
    assert "\n````````java\n```````\n````````\n" in document.read_text()


def test_what_makes_no_sense_is_refused(
    checkpoint: Checkpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["samples", "--language", "java", "--model", str(checkpoint.folder), "--length", "5", "--count", "2"]
    for wrong in (["--count", "0"], ["--length", "0"], ["--temperature", "-1"], ["--seed", "-1"]):
        assert main([*command, *wrong]) == 2
        assert capsys.readouterr().err.startswith("error: --")
    assert main([*command, "--control", str(tmp_path / "none")]) == 2
    assert "does not exist" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main([*command, "--json", str(tmp_path / "file" / "a")]) == 2
    assert "cannot write" in capsys.readouterr().err
    without = write_tiny_checkpoint(tmp_path / "without")
    assert main([*command, "--model", str(without.folder), "--memory", "document"]) == 2
    assert "no gate" in capsys.readouterr().err
