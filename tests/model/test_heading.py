"""A network that was trained to reads where a document lies before its text, and nothing else changes."""

import json
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_tiny_checkpoint
from hypothesis import given, settings
from hypothesis import strategies as st

from peephole.model.checkpoint import load_checkpoint
from peephole.model.errors import CheckpointMalformed
from peephole.model.heading import PARTS, heading
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.model.tape import WINDOW, Tape

BASKET = "/home/me/shop/src/Basket.java"
CODE = "class Basket {\n    int total;\n}\n"


@pytest.fixture(scope="module", params=["lstm", "gru"])
def readers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Predictor, Predictor]:
    """Two predictors of the same weights: one reads paths, the other does not."""
    root = tmp_path_factory.mktemp("headings")
    folders = {reads: root / str(reads) for reads in (True, False)}
    for reads, folder in folders.items():
        write_tiny_checkpoint(folder, request.param, gate=True, reads_path=reads)
    return tuple(Predictor(Runtime(load_checkpoint(folder))) for folder in folders.values())  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (BASKET, "shop/src/Basket.java\n"),
        ("C:\\shop\\src\\deep\\Basket.java", "src/deep/Basket.java\n"),
        ("Basket.java", "Basket.java\n"),
        ("/Basket.java", "Basket.java\n"),
        ("", "\n"),
        ("/", "\n"),
    ],
)
def test_a_heading_is_the_end_of_a_path(path: str, expected: str) -> None:
    assert heading(path) == expected


@given(st.text(alphabet="ab/\\\n.é\U0001f600", max_size=40))
def test_a_heading_is_one_line_of_few_parts_whatever_the_path(path: str) -> None:
    assert heading(path).endswith("\n")
    assert heading(path).count("\n") == 1
    assert heading(path).count("/") < PARTS


def test_a_heading_is_read_as_text_between_the_start_token_and_the_first_character(
    readers: tuple[Predictor, Predictor],
) -> None:
    told, plain = readers
    start = told.start("java", path=BASKET)
    _, expected = plain.alone().read(plain.alone().start("java"), heading(BASKET))
    assert np.array_equal(start.network_nats, expected.network_nats)
    assert np.array_equal(start.state.hidden, expected.state.hidden)


def test_what_a_network_is_told_changes_what_it_expects_and_one_that_reads_no_path_hears_nothing(
    readers: tuple[Predictor, Predictor],
) -> None:
    told, plain = readers
    for predictor, differ in ((told, True), (plain, False)):
        one, two = (predictor.start("java", path=path).network_nats for path in (BASKET, "Other.java"))
        assert np.array_equal(one, two) is not differ


def test_memories_hold_the_text_alone(readers: tuple[Predictor, Predictor]) -> None:
    told, _ = readers
    _, reading = told.read(told.start("java", path=BASKET), CODE)
    assert reading.recall is not None
    assert reading.recall.length == len(CODE)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, len(CODE)), st.text(alphabet="ab {};\n", max_size=8)), max_size=4),
    st.sampled_from(["", BASKET]),
)
def test_whatever_the_edits_a_tape_with_a_path_equals_a_fresh_read(
    readers: tuple[Predictor, Predictor], edits: list[tuple[int, str]], path: str
) -> None:
    told, _ = readers
    tape, text = Tape(told, "java", path=path, snapshot_interval=16, slice_length=8), CODE
    for place, new in edits:
        tape.edit(text)
        tape.advance_to(len(text))
        text = text[:place] + new + text[place:]
    tape.edit(text)
    tape.advance_to(len(text))
    bits, reading = told.read(told.start("java", path=path), text)
    found = tape.reading_at(len(text))
    assert found is not None
    assert np.array_equal(tape.surprisal_bits, bits)
    assert np.array_equal(found.log_probabilities, reading.log_probabilities)


def test_a_provisional_reading_in_the_midst_of_a_document_knows_where_it_lies(
    readers: tuple[Predictor, Predictor],
) -> None:
    told, _ = readers
    text = CODE * (4 * WINDOW // len(CODE))
    found = []
    for path in (BASKET, "Other.java"):
        tape = Tape(told, "java", path=path)
        tape.edit(text)
        reading = tape.provisional_reading_at(len(text))
        assert reading is not None
        assert tape.fed == 0
        start = text.rfind("\n", len(text) - 2 * WINDOW, len(text) - WINDOW) + 1
        _, expected = told.read(told.start("java", path=path), text[start:])
        assert np.array_equal(reading.log_probabilities, expected.log_probabilities)
        found.append(reading)


def test_a_checkpoint_says_whether_it_reads_paths_and_is_another_model_for_it(tmp_path: Path) -> None:
    reads = write_tiny_checkpoint(tmp_path / "reads", reads_path=True)
    plain = write_tiny_checkpoint(tmp_path / "plain")
    assert (load_checkpoint(reads.folder).reads_path, load_checkpoint(plain.folder).reads_path) == (True, False)
    assert reads.model_hash != plain.model_hash
    assert reads.sha256 == plain.sha256


def test_the_first_models_which_say_nothing_of_paths_are_read_as_such_and_nonsense_is_refused(tmp_path: Path) -> None:
    checkpoint = write_tiny_checkpoint(tmp_path / "model")
    file = tmp_path / "model" / "model.json"
    description = json.loads(file.read_text())
    del description["reads_path"]
    file.write_text(json.dumps(description))
    assert load_checkpoint(tmp_path / "model").model_hash == checkpoint.model_hash
    file.write_text(json.dumps({**description, "reads_path": "yes"}))
    with pytest.raises(CheckpointMalformed, match="expected true or false"):
        load_checkpoint(tmp_path / "model")
