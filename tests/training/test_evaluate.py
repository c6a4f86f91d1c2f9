"""Figures are sums divided once, unknown characters are charged in full, and rivals are what their commands give."""

import json
import lzma
import math
import multiprocessing
import tarfile
import weakref
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_tiny_checkpoint
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_code import java_file, python_file

from peephole.model.checkpoint import Checkpoint
from peephole.model.library import Library, Shelved
from peephole.model.predictor import Predictor
from peephole.model.recall import Libraries
from peephole.model.runtime import Runtime
from peephole.model.vocabulary import CODE_POINTS, UNKNOWN
from peephole.training.cli import main
from peephole.training.errors import TrainingError
from peephole.training.evaluation.baselines import LOST_EACH, Compressors, ppmd_bits, xz_bits
from peephole.training.evaluation.evaluate import evaluate, evaluate_beside
from peephole.training.texts import Text, find_texts, licence_header_length


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """An untrained network."""
    return write_tiny_checkpoint(tmp_path_factory.mktemp("evaluate") / "model")


@pytest.fixture(scope="module")
def predictor(checkpoint: Checkpoint) -> Predictor:
    """Its predictor."""
    return Predictor(Runtime(checkpoint))


@pytest.fixture(scope="module")
def remembering(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """The same network with a gate that trusts its memories."""
    return Predictor(Runtime(write_tiny_checkpoint(tmp_path_factory.mktemp("remembering") / "model", gate=True)))


def bits_of(predictor: Predictor, text: str) -> float:
    """Bits of a text, one network step after another."""
    reading, total = predictor.start("java"), 0.0
    for index in predictor.vocabulary.encode(text):
        total -= float(reading.log_probabilities[index]) / math.log(2)
        _, reading = predictor.read_indices(reading, np.array([index], np.uint16))
    return total


def test_bits_per_character_are_all_bits_over_all_characters(predictor: Predictor) -> None:
    short, long = "int a;\n", java_file(1)
    result = evaluate(predictor, "java", [Text("a", short), Text("b", long)])
    expected = (bits_of(predictor, short) + bits_of(predictor, long)) / (len(short) + len(long))
    assert result.whole.bits_per_character == pytest.approx(expected, rel=1e-6)


def test_an_unknown_character_costs_that_it_is_unknown_and_which_one(predictor: Predictor) -> None:
    known, unknown = evaluate(predictor, "java", [Text("a", "x")]), evaluate(predictor, "java", [Text("a", "Ж")])
    start = predictor.start("java").log_probabilities
    left_out = CODE_POINTS - len(predictor.vocabulary.characters)
    expected = -float(start[UNKNOWN]) / math.log(2) + math.log2(left_out)
    assert unknown.whole.bits == pytest.approx(expected, rel=1e-6)
    assert (known.unknown_characters, unknown.unknown_characters) == (0, 1)


def test_bytes_that_are_no_utf8_are_charged_as_unknown_and_compressed_as_they_are(
    predictor: Predictor, tmp_path: Path
) -> None:
    (tmp_path / "A.java").write_bytes(b"// na\xefve\r\n")
    (text,) = find_texts([tmp_path], "java")
    assert text.content == b"// na\xefve\n"
    assert evaluate(predictor, "java", [text]).unknown_characters == 1


@given(st.text("ab \n{}é", max_size=3_000))
@settings(max_examples=15)  # the preset clears 64 MiB each time: what the faster way avoids
def test_xz_gives_the_size_of_xz_9e(text: str) -> None:
    content = text.encode()
    preset = lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)
    assert xz_bits(content) == 8 * len(preset)


def test_ppmd_needs_fewer_bits_for_what_repeats() -> None:
    content = java_file(3, methods=60).encode()
    assert ppmd_bits(content + content) < 1.5 * ppmd_bits(content)
    assert 0.5 < ppmd_bits(content) / len(content) < 4


def test_compressors_give_the_same_in_processes_that_are_replaced_and_leave_none_behind() -> None:
    contents = [java_file(number).encode() for number in range(5)]
    expected = [{"xz": xz_bits(content), "ppmd": ppmd_bits(content)} for content in contents]
    with Compressors() as here:
        assert [here.bits(content) for content in contents] == expected
        assert not multiprocessing.active_children()
    # Two files are as much as a process may lose.
    seen: set[int | None] = set()
    with Compressors(most_lost=2 * (LOST_EACH + len(contents[0]) + 100)) as replaced:
        for content, bits in zip(contents, expected, strict=True):
            assert replaced.bits(content) == bits
            seen |= {child.pid for child in multiprocessing.active_children()}
    assert len(seen) == 2
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(
    ("language", "header", "rest"),
    [
        ("java", "/*\n * Licensed under the X License\n */\n\n", "package a;\n// copyright\n"),
        ("java", "// Copyright one\n// two\n", "class A {}\n"),
        ("python", "#!/usr/bin/python\n# Copyright one\n\n", '"""Licence."""\n'),
        ("python", "", "# a comment about nothing\nx = 1  # licence\n"),
        ("java", "", "class A { /* licence */ }"),
        ("java", "", "/* not closed, licence"),
    ],
)
def test_a_licence_header_ends_where_the_code_begins(language: str, header: str, rest: str) -> None:
    assert licence_header_length(header + rest, language) == len(header)


def test_a_limit_takes_whole_files_in_an_order_that_stays(tmp_path: Path) -> None:
    for n in range(20):
        (tmp_path / f"C{n}.java").write_text(java_file(n))
    taken = find_texts([tmp_path], "java", limit_bytes=5_000)
    assert 2 <= len(taken) < 20
    assert sum(len(text.content) for text in taken) <= 5_000
    # The order is the one that published figures were measured in: another would be another sample.
    assert [text.path for text in taken] == [f"C{n}.java" for n in (19, 13, 7, 9, 17, 0)]
    assert len(find_texts([tmp_path], "java", limit_bytes=1)) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_read_when_its_turn_comes_and_not_kept(tmp_path: Path, packed: bool) -> None:
    files = {f"C{n}.java": java_file(n) for n in range(5)}
    (tmp_path / "r").mkdir()
    for name, text in files.items():
        (tmp_path / "r" / name).write_text(text)
    place = tmp_path / "r"
    if packed:
        place = tmp_path / "r.tar.gz"
        with tarfile.open(place, "w:gz") as tar:
            tar.add(tmp_path / "r", "r")
    texts = find_texts([place], "java")
    kept = [weakref.ref(text) for text in texts]
    assert [reference() for reference in kept] == [None] * 5
    assert {Path(text.path).name: text.text for text in texts} == files
    assert texts.size == sum(map(len, files.values()))
    assert [text.place for text in texts[:2]] == [each.place for each in texts.listed[:2]]


def test_a_file_that_went_or_was_emptied_is_an_error(tmp_path: Path) -> None:
    for name in ("A.java", "B.java"):
        (tmp_path / name).write_text("class A {}\n")
    texts = find_texts([tmp_path], "java")
    (tmp_path / "A.java").unlink()
    (tmp_path / "B.java").write_text("")
    with pytest.raises(TrainingError, match="it was there before"):
        texts[0]
    with pytest.raises(TrainingError, match="empty now"):
        texts[1]


def test_the_command_writes_counts_figures_rivals_and_what_made_them(
    checkpoint: Checkpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.py").write_text(python_file(1))
    (tmp_path / "b.py").write_text("# Ж\n" + python_file(2))
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "C.java").write_text(java_file(1))
    arguments = ["evaluate", "--model", str(checkpoint.folder), "--language", "python", str(tmp_path)]
    assert main([*arguments, "--json", "-"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["files"] == 2
    assert figures["characters"] == len(python_file(1)) + len(python_file(2)) + 4
    assert figures["unknown_characters"] == 1
    assert figures["model"] == checkpoint.model_hash
    assert figures["command"] == "peephole-train " + " ".join([*arguments, "--json", "-"])
    assert figures["bits_per_character"] > 4
    assert 0.5 < figures["baselines"]["ppmd"] < figures["baselines"]["xz"] < 8
    assert main([*arguments, "--float32", "--json", str(tmp_path / "f.json")]) == 0
    exact = json.loads((tmp_path / "f.json").read_text())
    assert exact["float32"]
    assert exact["baselines"] == figures["baselines"]
    assert abs(exact["bits_per_character"] - figures["bits_per_character"]) < 0.2


def test_network_and_memories_cost_in_one_pass_what_the_predictor_charges(remembering: Predictor) -> None:
    library = Library.build([Shelved("B.java", java_file(2))], remembering.vocabulary)
    libraries = Libraries(library, library)
    text = Text("A.java", java_file(1) + "// Ж\n" + java_file(2, methods=3))
    systems = evaluate_beside(remembering, "java", [(text, libraries)]).systems
    start = remembering.start("java", libraries, text.path)
    charge, _ = remembering.charge(start, remembering.vocabulary.encode(text.text))
    assert systems["network"].whole.bits == pytest.approx(charge.network_bits.sum(dtype=np.float64), rel=1e-6)
    assert systems["served"].whole.bits == pytest.approx(charge.surprisal_bits.sum(dtype=np.float64), rel=1e-6)
    assert systems["served"].whole.bits < systems["network"].whole.bits


def test_what_is_right_is_the_most_probable_character_and_never_an_unknown_one(predictor: Predictor) -> None:
    text = java_file(1) + "Ж"
    reading, right = predictor.start("java"), 0
    for index in predictor.vocabulary.encode(text):
        right += bool(index != UNKNOWN and reading.log_probabilities.argmax() == index)
        _, reading = predictor.read_indices(reading, np.array([index], np.uint16))
    assert evaluate(predictor, "java", [Text("a", text)]).whole.right == right


def test_the_command_measures_with_the_memory_that_is_asked_for(remembering: Predictor, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / "mine").mkdir(exist_ok=True)
        (tmp_path / "mine" / f"C{number}.java").write_text(java_file(number) + java_file(7))
    figures = {}
    for memory in ("none", "document", "workspace"):
        command = ["evaluate", "--model", str(remembering.runtime.checkpoint.folder), "--language", "java"]
        command += [str(tmp_path), "--memory", memory, "--tokens", "20", "--json", str(tmp_path / "f.json")]
        assert main([*command, "--rivals"] if memory == "document" else command) == 0
        figures[memory] = json.loads((tmp_path / "f.json").read_text())
    none, document, workspace = figures.values()
    assert none["bits_per_character"] == none["network"]["bits_per_character"]
    assert {each["network"]["bits_per_character"] for each in figures.values()} == {none["bits_per_character"]}
    assert workspace["bits_per_character"] < document["bits_per_character"] < none["bits_per_character"]
    assert [each["memory"] for each in figures.values()] == ["none", "document", "workspace"]
    assert (workspace["files"], workspace["repositories"]) == (3, 1)
    assert set(none["tokens"]["systems"]) == {"network"}
    assert set(document["tokens"]["systems"]) == {"network", "document", "workspace"}
    assert document["tokens"]["systems"] == workspace["tokens"]["systems"]
    costs = [each["tokens"]["all_tokens"]["served"]["all"]["bits_per_token"] for each in figures.values()]
    assert costs == sorted(costs, reverse=True)
    assert document["rivals"]["neural_cache"]["added_ms_per_character"] > 0
    assert document["rival_settings"]["tuned_on"] is None


def test_what_the_command_cannot_measure_is_refused(
    checkpoint: Checkpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "A.java").write_text(java_file(1))
    command = ["evaluate", "--model", str(checkpoint.folder), "--language", "java", str(tmp_path)]
    for extra, said in (
        (["--memory", "document"], "no gate"),
        (["--tokens", "-1"], "--tokens"),
        (["--tune", str(tmp_path)], "--rivals"),
        (["--rivals", "--tune", str(tmp_path)], "must be chosen on others"),
    ):
        assert main([*command, *extra]) == 2
        assert said in capsys.readouterr().err


def test_the_float32_figure_is_that_of_the_readable_cell(checkpoint: Checkpoint) -> None:
    from peephole.model.cell import read
    from peephole.model.state import State
    from peephole.training.evaluation.evaluate import load_predictor

    text = python_file(1)
    result = evaluate(load_predictor(checkpoint, float32=True), "python", [Text("a", text)])
    indices = checkpoint.vocabulary.encode(text)
    fed = np.concatenate([[checkpoint.vocabulary.start("python")], indices[:-1]])
    logits, _ = read(checkpoint.config, checkpoint.parameters(), fed, State.zeros(checkpoint.config))
    nats = np.logaddexp.reduce(logits.astype(np.float64), axis=1) - logits[np.arange(len(indices)), indices]
    assert result.whole.bits == pytest.approx(nats.sum() / math.log(2), rel=1e-5)


def test_paths_without_a_file_of_the_language_are_refused(
    checkpoint: Checkpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--model", str(checkpoint.folder), "--language", "java"]
    assert main([*command, str(tmp_path)]) == 2
    assert "no java file" in capsys.readouterr().err
    assert main([*command, str(tmp_path / "none")]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert main([*command, str(tmp_path), "--limit-mb", "0"]) == 2
    assert "--limit-mb" in capsys.readouterr().err
