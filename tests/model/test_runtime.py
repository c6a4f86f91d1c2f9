"""The runtime's promises: probabilities, batches, states, sequences, and what the predictor makes of them."""

import math
import tracemalloc

import numpy as np
import pytest

from peephole.model.errors import VocabularyError
from peephole.model.predictor import BITS_PER_NAT, Predictor
from peephole.model.softmax import log_softmax
from peephole.model.state import State

CELLS = ("lstm", "peephole", "gru")
CODE = "if (a == null) {\n    return b;\n}\n"


@pytest.fixture(scope="module", name="predictors")
def network_alone(predictors: dict[str, Predictor]) -> dict[str, Predictor]:
    """The runtime knows the network only; what memories add has tests of its own."""
    return {cell: predictor.alone() for cell, predictor in predictors.items()}


@pytest.fixture(name="predictor")
def lstm_alone(predictors: dict[str, Predictor]) -> Predictor:
    return predictors["lstm"]


@pytest.mark.parametrize("kind", CELLS)
def test_probabilities_add_up_to_one(predictors: dict[str, Predictor], kind: str) -> None:
    predictor = predictors[kind]
    log_probabilities, _ = predictor.runtime.read(predictor.vocabulary.encode(CODE), predictor.start("java").state)
    np.testing.assert_allclose(np.exp(log_probabilities.astype(np.float64)).sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("kind", CELLS)
def test_a_batch_of_one_steps_as_it_reads(predictors: dict[str, Predictor], kind: str) -> None:
    predictor = predictors[kind]
    state = predictor.start("java").state
    index = predictor.vocabulary.encode("x")
    read, after_read = predictor.runtime.read(index, state)
    stepped, after_step = predictor.runtime.step(index, state)
    assert read.tobytes() == stepped.tobytes()
    assert after_read.hidden.tobytes() == after_step.hidden.tobytes()


@pytest.mark.parametrize("kind", CELLS)
def test_a_beams_rows_are_near_their_own_readings(predictors: dict[str, Predictor], kind: str) -> None:
    predictor, texts = predictors[kind], ["int a", "def foo", "    ", "}\n\n"]
    readings = [predictor.read(predictor.start("java"), text)[1] for text in texts]
    beam = predictor.step(predictor.branch(readings), [2, 0, 0], predictor.vocabulary.encode("xy;").tolist())
    expected = [predictor.read(readings[row], next_)[1] for row, next_ in ((2, "x"), (0, "y"), (0, ";"))]
    for row, reading in enumerate(expected):
        # Only the recurrent int8 scales are shared in a batch; a mixed-up row would be off by whole nats.
        np.testing.assert_allclose(beam.log_probabilities[row], reading.log_probabilities, atol=0.1)


@pytest.mark.parametrize("kind", CELLS)
def test_the_hidden_sequence_ends_in_the_state(predictors: dict[str, Predictor], kind: str) -> None:
    predictor = predictors[kind]
    indices, start = predictor.vocabulary.encode(CODE * 20), predictor.start("java")
    sequence = predictor.runtime.hidden_sequence(indices, start.state)
    _, state = predictor.runtime.read(indices, start.state)
    assert sequence.shape == (2, len(indices), 24)
    assert sequence[:, -1].tobytes() == state.hidden[:, 0].tobytes()


def test_reading_nothing_changes_nothing(predictor: Predictor) -> None:
    reading = predictor.start("java")
    surprisal_bits, after = predictor.read(reading, "")
    assert len(surprisal_bits) == 0
    assert after is reading
    log_probabilities, state = predictor.runtime.read(predictor.vocabulary.encode(""), reading.state)
    assert log_probabilities.shape == (0, predictor.config.vocabulary_size)
    assert state is reading.state


def test_reading_leaves_the_old_reading_as_it_was(predictor: Predictor) -> None:
    reading = predictor.start("java")
    before = reading.state.hidden.copy(), reading.log_probabilities.copy()
    predictor.read(reading, CODE)
    predictor.step(predictor.branch([reading, reading]), [0, 1], [5, 6])
    assert np.array_equal(before[0], reading.state.hidden)
    assert np.array_equal(before[1], reading.log_probabilities)


def test_surprisal_is_the_probability_of_what_came(predictor: Predictor) -> None:
    start = predictor.start("python")
    surprisal_bits, reading = predictor.read(start, "ab")
    _, behind_a = predictor.read(start, "a")
    index = predictor.vocabulary.index
    assert surprisal_bits[0] == pytest.approx(-start.log_probabilities[index("a")] / math.log(2), rel=1e-6)
    assert surprisal_bits[1] == pytest.approx(-behind_a.log_probabilities[index("b")] / math.log(2), rel=1e-6)
    assert reading.log_probabilities.base is None, "a view would keep the whole read's rows alive"


def test_reading_a_long_text_keeps_no_probabilities_of_its_every_place(predictor: Predictor) -> None:
    indices, start = predictor.vocabulary.encode(CODE * 600), predictor.start("java")
    tracemalloc.start()
    predictor.read_indices(start, indices)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(indices) * predictor.config.vocabulary_size * 4 / 4, "a quarter of all that could be kept"


def test_surprisals_across_chunks_are_those_of_the_runtimes_probabilities(predictor: Predictor) -> None:
    indices, start = predictor.vocabulary.encode(CODE * 40), predictor.start("java")
    surprisal_bits, reading = predictor.read_indices(start, indices)
    log_probabilities, state = predictor.runtime.read(indices, start.state)
    before = np.concatenate([start.log_probabilities[None], log_probabilities[:-1]])
    assert surprisal_bits.tobytes() == (before[np.arange(len(indices)), indices] * -BITS_PER_NAT).tobytes()
    assert reading.log_probabilities.tobytes() == log_probabilities[-1].tobytes()
    assert reading.state.hidden.tobytes() == state.hidden.tobytes()


@pytest.mark.parametrize("unknown", ["\u2028", "\f", "\U0001f600", "\ud800"])
def test_unknown_characters_pay_for_being_told_apart(predictor: Predictor, unknown: str) -> None:
    start = predictor.start("java")
    surprisal_bits, _ = predictor.read(start, unknown)
    own = float(-start.log_probabilities[0] / math.log(2))
    assert surprisal_bits[0] == pytest.approx(own + predictor.vocabulary.unknown_bits, rel=1e-6)


def test_a_language_without_a_start_token_is_refused(predictor: Predictor) -> None:
    with pytest.raises(VocabularyError, match="cobol"):
        predictor.start("cobol")


def test_states_stack_and_come_apart_again(predictor: Predictor) -> None:
    states = [predictor.read(predictor.start("java"), text)[1].state for text in ("a", "b", "c")]
    stacked = State.stack(states)
    assert stacked.batch == 3
    assert stacked.nbytes == 3 * states[0].nbytes
    for row, state in enumerate(states):
        assert stacked.row(row).hidden.tobytes() == state.hidden.tobytes()
        assert stacked.row(row).cell.tobytes() == state.cell.tobytes()
    swapped = stacked.take([2, 2])
    assert swapped.cell[:, 0].tobytes() == swapped.cell[:, 1].tobytes() == states[2].cell[:, 0].tobytes()


@pytest.mark.parametrize("width", [1, 7, 99, 101, 256])
def test_log_softmax_of_a_row_does_not_depend_on_its_neighbours(width: int) -> None:
    logits = np.random.default_rng(0).normal(0, 5, (33, width)).astype(np.float32)
    whole = log_softmax(logits)
    for row in range(len(logits)):
        assert log_softmax(logits[row : row + 1]).tobytes() == whole[row : row + 1].tobytes()


def test_log_softmax_survives_extreme_logits() -> None:
    assert log_softmax(np.array([[1e4, -1e4]], np.float32)).tolist() == [[0.0, -2e4]]
