"""A gate is fitted on files that its network has not seen, measured on others, and serves as it was fitted."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_tiny_checkpoint
from sample_code import java_file, python_file

from peephole.model.checkpoint import Checkpoint, load_checkpoint
from peephole.model.checkpoint_writer import add_gate
from peephole.model.gate import Gate
from peephole.model.library import Library, Shelved
from peephole.model.predictor import Predictor
from peephole.model.recall import Libraries
from peephole.model.runtime import Runtime
from peephole.model.votes import DOCUMENT_SLOTS, LIBRARY_SLOTS, NOTHING
from peephole.training.cli import main
from peephole.training.errors import TrainingError
from peephole.training.gate.examples import Examples, collect
from peephole.training.gate.fit import GateSettings, fit_gate, split_documents
from peephole.training.gate.measure import ALONE, DOCUMENT, EVERYTHING, judge_by_gate, judge_by_network, measure
from peephole.training.gate.quantise import quantise
from peephole.training.gate.repositories import Repository, choose_documents, find_repositories

NEAR = slice(DOCUMENT_SLOTS, DOCUMENT_SLOTS + LIBRARY_SLOTS)
FAR = slice(DOCUMENT_SLOTS + LIBRARY_SLOTS, None)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """An untrained network."""
    return write_tiny_checkpoint(tmp_path_factory.mktemp("gate") / "model")


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three repositories of both languages; the third is a single file of each."""
    folder = tmp_path_factory.mktemp("text")
    for number, count in enumerate((8, 6, 1)):
        for file in range(count):
            place = folder / f"r{number}" / f"part{file % 2}"
            place.mkdir(parents=True, exist_ok=True)
            (place / f"C{file}.java").write_text(java_file(100 * number + file, methods=4))
            (place / f"c{file}.py").write_text(python_file(100 * number + file, functions=4))
    return folder


def collect_all(checkpoint: Checkpoint, text: Path, folder: Path, language: str = "java") -> Examples:
    """Examples of every file."""
    repositories = find_repositories([text], language)
    folder.mkdir(exist_ok=True)
    chosen = [list(range(len(repository.files))) for repository in repositories]
    return collect(Runtime(checkpoint), language, repositories, chosen, folder)


def fit_tiny(examples: Sequence[Examples], steps: int) -> Gate:
    """A gate fitted on everything but the files held out."""
    sets = [(each, split_documents(each, 1)[0]) for each in examples]
    settings = GateSettings(steps=steps, batch=256, learning_rate=1e-2, units=8)
    return Gate(quantise(fit_gate(sets, settings, lambda _step, _bits: None)))


def test_examples_are_what_the_predictor_will_say_when_the_gate_serves(
    checkpoint: Checkpoint, text: Path, tmp_path: Path
) -> None:
    examples = collect_all(checkpoint, text, tmp_path / "examples")
    gate = fit_tiny([examples], 20)
    gated = add_gate(tmp_path / "gated", checkpoint, gate.parameters, {})
    predictor = Predictor(Runtime(gated), hinting=False)  # a gate is fitted on what memories say, and weighs no hints
    repository = find_repositories([text], "java")[0]
    libraries = Libraries(
        Library.build(repository.near(0), predictor.vocabulary),
        Library.build(repository.without([0]), predictor.vocabulary),
    )
    indices = predictor.vocabulary.encode(repository.files[0].text)
    charge, _ = predictor.charge(predictor.start("java", libraries), indices)
    batch = examples.batch(examples.rows_of([0]), {})
    np.testing.assert_array_equal(batch.written, indices)
    # Log-probabilities are kept in float16, so a cost may be rounded to the next tenth of a nat.
    network_bits = -batch.nats[np.arange(len(indices)), indices] / np.log(2)
    assert network_bits == pytest.approx(charge.network_bits, abs=0.02)
    assert -judge_by_gate(gate)(batch) / np.log(2) == pytest.approx(charge.surprisal_bits, abs=0.15)


def test_no_document_is_in_its_own_libraries(checkpoint: Checkpoint, text: Path, tmp_path: Path) -> None:
    examples = collect_all(checkpoint, text, tmp_path / "examples")
    single = examples.rows_of(k for k, name in enumerate(examples.names) if name == "r2")
    others = examples.rows_of(k for k, name in enumerate(examples.names) if name != "r2")
    assert (examples.candidates[single][:, NEAR.start :] == NOTHING).all()
    assert (examples.candidates[others][:, NEAR] != NOTHING).any()
    assert (examples.candidates[others][:, FAR] != NOTHING).any()
    repository = find_repositories([text], "java")[0]
    for number, file in enumerate(repository.files):
        assert file not in repository.near(number)
        assert all(other.path.split("/")[:2] == file.path.split("/")[:2] for other in repository.near(number))
    for group in repository.groups(range(len(repository.files))):
        assert not {repository.files[k] for k in group} & set(repository.without(group))


def test_a_copy_of_a_document_is_in_none_of_its_libraries() -> None:
    files = (
        Shelved("a/A.java", "one"),
        Shelved("a/B.java", "one"),
        Shelved("a/C.java", "two"),
        Shelved("b/A.java", "one"),
    )
    repository = Repository("r", files)
    assert repository.near(0) == [files[2]]
    assert repository.without([0]) == [files[2]]


def test_a_silenced_library_says_nothing_and_the_document_goes_on(
    checkpoint: Checkpoint, text: Path, tmp_path: Path
) -> None:
    examples = collect_all(checkpoint, text, tmp_path / "examples")
    rows = np.arange(200)
    heard, flags = examples.batch(rows, {}), np.arange(200) % 2 == 0
    found = examples.batch(rows, {"far": flags})
    assert (found.votes.candidates[flags, FAR] == NOTHING).all()
    np.testing.assert_array_equal(found.features[~flags], heard.features[~flags])
    np.testing.assert_array_equal(found.votes.candidates[:, : FAR.start], heard.votes.candidates[:, : FAR.start])
    assert found.features[flags].sum() < heard.features[flags].sum()


def test_what_memories_save_is_learnt_and_shows_on_files_held_out(
    checkpoint: Checkpoint, text: Path, tmp_path: Path
) -> None:
    examples = collect_all(checkpoint, text, tmp_path / "examples", "python")
    learnt, held_out = split_documents(examples, 1)
    assert not set(learnt) & set(held_out)
    assert len(learnt) + len(held_out) == len(examples.written)
    network = fit_gate([(examples, learnt)], GateSettings(steps=60, batch=256, learning_rate=1e-2), lambda *_: None)
    bits = measure(examples, held_out, judge_by_network(network))
    assert bits[EVERYTHING] < bits[DOCUMENT] - 0.3 < bits[ALONE] - 1
    served = measure(examples, held_out, judge_by_gate(Gate(quantise(network))))
    assert served == pytest.approx(bits, abs=0.01)


def test_every_repository_gives_as_much_as_it_has(text: Path) -> None:
    repositories = find_repositories([text], "java")
    assert [repository.name for repository in repositories] == ["r0", "r1", "r2"]
    total = sum(len(file.text) for repository in repositories for file in repository.files)
    chosen = choose_documents(repositories, total / 2, 1)
    assert chosen == choose_documents(repositories, total / 2, 1)
    given = [sum(len(r.files[k].text) for k in numbers) for r, numbers in zip(repositories, chosen, strict=True)]
    assert given[2] == len(repositories[2].files[0].text)
    assert abs(given[0] - given[1]) < 1_000
    assert [sorted(numbers) for numbers in choose_documents(repositories, 10 * total, 1)] == [
        list(range(len(repository.files))) for repository in repositories
    ]


def test_a_text_that_is_named_twice_or_copied_is_read_once(text: Path) -> None:
    once = find_repositories([text], "java")
    twice = find_repositories([text, text], "java")
    read = [
        repository.files[number].text
        for repository, numbers in zip(twice, choose_documents(twice, 1e9, 1), strict=True)
        for number in numbers
    ]
    assert sorted(read) == sorted({file.text for repository in once for file in repository.files})


def test_checkouts_and_corpora_are_repositories_as_they_stand(text: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "src").mkdir(parents=True)
    (checkout / "src" / "A.java").write_text("class A {}\n")
    (checkout / "B.java").write_text("class B {}\r\n")
    subprocess.run(["git", "init", "--quiet", checkout], check=True)
    subprocess.run(["git", "-C", checkout, "add", "."], check=True)
    (found,) = find_repositories([checkout], "java")
    assert found == Repository("checkout", found.files)
    assert [(file.path, file.text) for file in found.files] == [
        ("B.java", "class B {}\n"),
        ("src/A.java", "class A {}\n"),
    ]
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "corpus.json").write_text("{}")
    for place in ("gate/java/package", "development/java/measured"):
        shutil.copytree(text / "r0", corpus / place, dirs_exist_ok=True)
    assert [repository.name for repository in find_repositories([corpus], "java")] == ["package"]
    with pytest.raises(TrainingError, match="no python file"):
        find_repositories([corpus], "python")


def test_the_command_writes_a_checkpoint_with_a_gate_and_how_it_came_to_be(
    checkpoint: Checkpoint, text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--model", str(checkpoint.folder), "--steps", "3", "--mb-per-language", "0.004", "--threads", "1"]
    for name in ("one", "two"):
        assert main(["gate", str(text), *options, "--out", str(tmp_path / name)]) == 0
    printed = capsys.readouterr().out
    one, two = (load_checkpoint(tmp_path / name) for name in ("one", "two"))
    assert one.gate() is not None
    assert one.sha256["gate.safetensors"] == two.sha256["gate.safetensors"]
    assert f"model {one.model_hash}" in printed
    facts = json.loads((tmp_path / "one" / "model.json").read_text())["provenance"]["gate"]
    assert facts["network"] == checkpoint.model_hash
    assert facts["text"]["python"]["repositories"] == ["r0", "r1", "r2"]
    figures = facts["held_out_bits_per_character"]["java"]
    assert figures["whole numbers"][ALONE] == figures["float32"][ALONE] > 4
    assert main(["gate", str(text), *options, "--out", str(tmp_path / "none"), "--steps", "0"]) == 2
    assert "--steps" in capsys.readouterr().err
