"""The law of the tape: however it was edited and read, it equals a fresh reading of the same text, bit for bit."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from peephole.model.library import Library, Shelved
from peephole.model.predictor import Charge, Predictor, Reading, Snapshot
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.tape import WINDOW, Tape, common_prefix
from peephole.model.votes import Votes
from tests.checkpoints import tiny_vocabulary

TEXT = st.text(alphabet="ab(){};=. \n\té\u2028\U0001f600", max_size=40)
CODE = "public int count() {\n    int total = 0;\n    return total;\n}\n"


def library(*texts: str) -> Library:
    return Library.build([Shelved(f"{k}.java", text) for k, text in enumerate(texts)], tiny_vocabulary())


NEAR = library(CODE.replace("total", "sum"), "int total = 7;\n")
SHELVES = [
    NO_LIBRARIES,
    Libraries(near=NEAR),
    Libraries(near=NEAR, far=library(CODE)),
    Libraries(far=library("", "x" * 40)),
]
"""What a workspace may become meanwhile; the step's place says which."""


@dataclass(frozen=True)
class Step:
    """One thing done to a tape; a place past the end of the text means its end."""

    action: str
    place: int
    length: int = 0
    text: str = ""
    patience: int = 99


STEPS = st.lists(
    st.builds(
        Step,
        action=st.sampled_from(["edit", "advance", "read", "peek", "provisional", "consult"]),
        # Few places, neighbours of each other and of the grid's, so that edits and snapshots often meet.
        place=st.sampled_from([0, 1, 15, 16, 17, 18, 19, 32, 33, 40, 999]),
        length=st.sampled_from([0, 0, 1, 2, 50]),
        text=TEXT,
        patience=st.sampled_from([0, 1, 2, 99]),
    ),
    max_size=14,
)


def take(tape: Tape, step: Step) -> None:
    """Do one step, then compare what it gave with a fresh reading."""
    offset = min(step.place, len(tape.text))
    left = iter(range(step.patience))

    def should_stop() -> bool:
        return next(left, None) is None

    if step.action == "edit":
        before, common_before = tape.text, tape.fed
        tape.edit(before[:offset] + step.text + before[offset + step.length :])
        assert tape.fed <= common_before
    elif step.action == "advance":
        finished = tape.advance_to(offset, should_stop=should_stop)
        assert finished == (tape.fed >= offset)
    elif step.action == "consult":
        tape.consult(SHELVES[step.place % len(SHELVES)])
    elif step.action == "provisional":
        fed = tape.fed
        tape.provisional_reading_at(offset, should_stop=should_stop)
        assert tape.fed == fed
    else:
        reading = tape.reading_at(offset, should_stop=should_stop, keep=step.action == "read")
        if reading is not None:
            assert_same(reading, fresh(tape, tape.text[:offset])[1])


def fresh(tape: Tape, text: str) -> tuple[np.ndarray, Reading]:
    """Surprisals and reading of a text read in one go, without a tape."""
    return tape.predictor.read(tape.predictor.start(tape.language, tape.libraries), text)


def assert_same(left: Reading, right: Reading) -> None:
    """Both readings are the same in every bit."""
    assert left.state.hidden.tobytes() == right.state.hidden.tobytes()
    assert left.state.cell.tobytes() == right.state.cell.tobytes()
    assert left.log_probabilities.tobytes() == right.log_probabilities.tobytes()


@pytest.mark.parametrize("cell", ["lstm", "peephole", "gru"])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, slice_length=st.sampled_from([1, 7, 64, 256]), budget=st.sampled_from([0, 3000, 1 << 20]))
@example(steps=[Step("read", 33), Step("edit", 32, 1, "x"), Step("read", 34)], slice_length=7, budget=1 << 20)
def test_any_history_equals_a_fresh_read(
    predictors: dict[str, Predictor], cell: str, steps: list[Step], slice_length: int, budget: int
) -> None:
    tape = Tape(predictors[cell], "java", snapshot_interval=16, snapshot_budget_bytes=budget, slice_length=slice_length)
    tape.edit(CODE)
    for step in steps:
        take(tape, step)
    surprisal_bits, reading = fresh(tape, tape.text)
    assert tape.surprisal_bits.tobytes() == surprisal_bits[: tape.fed].tobytes()
    assert tape.advance_to(len(tape.text))
    assert tape.surprisal_bits.tobytes() == surprisal_bits.tobytes()
    network = tape.predictor.alone()
    assert tape.network_bits.tobytes() == network.read(network.start(tape.language), tape.text)[0].tobytes()
    last = tape.reading_at(len(tape.text))
    assert last is not None
    assert_same(last, reading)


@pytest.mark.parametrize("cell", ["lstm", "peephole", "gru"])
@pytest.mark.parametrize("chunk", [1, 7, 64, 256])
def test_chunks_of_any_size_give_the_same_bits(predictors: dict[str, Predictor], cell: str, chunk: int) -> None:
    predictor, text = predictors[cell], CODE * 12
    whole, last = predictor.read(predictor.start("python"), text)
    parts, reading = [], predictor.start("python")
    for start in range(0, len(text), chunk):
        surprisal_bits, reading = predictor.read(reading, text[start : start + chunk])
        parts.append(surprisal_bits)
    assert np.concatenate(parts).tobytes() == whole.tobytes()
    assert_same(reading, last)


def test_typing_at_one_place_costs_one_character_a_keystroke(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    tape.edit(CODE * 20)
    tape.advance_to(len(tape.text))
    place = len(CODE) * 10 + 5
    tape.reading_at(place)
    fed = tape.counters.characters_fed + tape.counters.characters_refed
    for typed in "abcdefgh":
        tape.edit(tape.text[:place] + typed + tape.text[place:])
        place += 1
        tape.reading_at(place)
    assert tape.counters.characters_fed + tape.counters.characters_refed == fed + 8


def test_backspace_over_a_typed_word_costs_nothing(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    for end in range(len(CODE) + 1):
        tape.edit(CODE[:end])
        tape.reading_at(end)
    fed = tape.counters.characters_fed
    for end in range(len(CODE), len(CODE) - 20, -1):
        tape.edit(CODE[:end])
        tape.reading_at(end)
    assert (tape.counters.characters_fed, tape.counters.characters_refed) == (fed, 0)


def test_returning_close_to_a_place_of_late_costs_less_than_a_grid_step(predictor: Predictor) -> None:
    budget = 40 * predictor.start("java").nbytes
    tape = Tape(predictor, "java", snapshot_interval=16, snapshot_budget_bytes=budget)
    tape.edit(CODE * 40)
    tape.advance_to(len(tape.text))
    sparse = max(np.diff(tape.snapshots_at()))
    tape.reading_at(sparse - 1)
    refed = tape.counters.characters_refed
    tape.reading_at(sparse - 10)
    assert sparse >= 64, "the grid must have grown wide for this test to say anything"
    assert tape.counters.characters_refed - refed < 16


def test_a_look_at_many_places_of_a_sparse_grid_leaves_the_places_of_late(predictor: Predictor) -> None:
    budget = 100 * predictor.start("java").nbytes
    tape = Tape(predictor, "java", snapshot_interval=16, snapshot_budget_bytes=budget)
    tape.edit(CODE * 100)
    tape.advance_to(len(tape.text))
    assert max(np.diff(tape.snapshots_at())) >= 64, "the grid must have grown wide for this test to say anything"
    tape.reading_at(7)
    for offset in range(8, len(tape.text), 16):
        tape.reading_at(offset, keep=False)
    assert 7 in tape.snapshots_at()


def test_looking_back_does_not_drop_what_was_read_beyond(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    tape.edit(CODE * 20)
    tape.advance_to(len(tape.text))
    tape.reading_at(300)
    assert tape.fed == len(tape.text)
    tape.edit(tape.text + "x")
    tape.advance_to(len(tape.text))
    assert tape.counters.characters_fed == len(tape.text)


def test_edit_reports_only_characters_that_had_been_read(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    tape.edit("abcdef")
    tape.advance_to(4)
    assert tape.edit("abXdef") == 2
    assert (tape.fed, tape.counters.characters_rolled_back) == (2, 2)
    assert tape.edit("abXdefg") == 0


def test_snapshots_stay_within_the_budget_and_spread_over_the_text(predictor: Predictor) -> None:
    budget = 10 * predictor.start("java").nbytes
    tape = Tape(predictor, "java", snapshot_interval=32, snapshot_budget_bytes=budget)
    tape.edit(CODE * 40)
    tape.advance_to(len(tape.text))
    kept = tape.snapshots_at()
    assert 5 <= len(kept) <= 10
    assert tape.counters.bytes <= budget
    assert max(np.diff([0, *kept, len(tape.text)])) <= len(tape.text) / 4


def test_the_grid_grows_fine_again_when_a_large_text_shrinks(predictor: Predictor) -> None:
    budget = 10 * predictor.start("java").nbytes
    tape = Tape(predictor, "java", snapshot_interval=32, snapshot_budget_bytes=budget)
    tape.edit(CODE * 40)
    tape.advance_to(len(tape.text))
    tape.edit(CODE * 2)
    tape.edit("x")
    tape.edit(CODE)
    tape.advance_to(len(CODE))
    assert tape.snapshots_at() == [32]


def test_a_stopped_read_keeps_what_it_has_read(predictor: Predictor) -> None:
    tape = Tape(predictor, "java", slice_length=8)
    tape.edit(CODE)
    answers = iter([False, False, True])
    assert tape.reading_at(len(CODE), should_stop=lambda: next(answers)) is None
    assert tape.fed == 16


def test_surprisals_cannot_be_written_to(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    tape.edit("int")
    tape.advance_to(3)
    with pytest.raises(ValueError, match="read-only"):
        tape.surprisal_bits[0] = 0


def test_an_offset_past_the_end_is_refused(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    with pytest.raises(IndexError, match="outside"):
        tape.advance_to(1)


def test_a_provisional_reading_is_that_of_the_last_lines_alone(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    tape.edit(CODE * 60)
    offset = len(CODE) * 50 + 7
    start = tape.text.rfind("\n", 0, offset - WINDOW) + 1
    reading = tape.provisional_reading_at(offset)
    assert reading is not None
    assert_same(reading, fresh(tape, tape.text[start:offset])[1])
    assert tape.fed == 0


@pytest.mark.parametrize(("offset", "start"), [(5 * WINDOW, 4 * WINDOW), (2 * WINDOW - 1, 0), (9, 0)])
def test_a_provisional_reading_of_a_long_line_begins_within_it(predictor: Predictor, offset: int, start: int) -> None:
    tape = Tape(predictor, "java")
    tape.edit(CODE.replace("\n", " ") * 100)
    reading = tape.provisional_reading_at(offset)
    assert reading is not None
    assert_same(reading, fresh(tape, tape.text[start:offset])[1])


def test_reading_again_beside_new_libraries_gets_on_however_often_it_is_stopped(predictor: Predictor) -> None:
    tape = Tape(predictor, "java", snapshot_interval=16, snapshot_budget_bytes=3000, slice_length=8)
    tape.edit(CODE * 12)
    tape.advance_to(len(tape.text))
    tape.consult(SHELVES[1])
    for _ in range(len(tape.text) // 8 + 1):
        looks = iter(range(1))
        tape.advance_to(len(tape.text), should_stop=lambda looks=looks: next(looks, None) is None)  # type: ignore[misc]
    assert tape.fed == len(tape.text)
    assert tape.surprisal_bits.tobytes() == fresh(tape, tape.text)[0].tobytes()


class Meter(Predictor):
    """A predictor that counts the characters it reads."""

    characters = 0

    def charge_chunk(self, snapshot: Snapshot, indices: np.ndarray, votes: Votes | None) -> tuple[Charge, Snapshot]:
        self.characters += len(indices)
        return super().charge_chunk(snapshot, indices, votes)


@pytest.mark.parametrize("start", [20, 5 * WINDOW])
def test_typing_costs_a_provisional_reading_one_character_a_keystroke(predictor: Predictor, start: int) -> None:
    meter = Meter(predictor.runtime)
    tape, text = Tape(meter, "java"), CODE.replace("\n", " ") * 100
    tape.edit(text[:start])
    tape.provisional_reading_at(start)
    read = meter.characters
    for end in range(start + 1, start + 9):
        tape.edit(text[:end])
        tape.provisional_reading_at(end)
    assert meter.characters == read + 8


@given(TEXT, TEXT, TEXT)
def test_common_prefix_is_the_longest(shared: str, left: str, right: str) -> None:
    length = common_prefix(shared + left, shared + right)
    assert (shared + left)[:length] == (shared + right)[:length]
    longer = length + 1
    assert min(len(shared + left), len(shared + right)) == length or (
        (shared + left)[:longer] != (shared + right)[:longer]
    )
