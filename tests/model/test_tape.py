"""The law of the tape: however it was edited and read, it equals a fresh reading of the same text, bit for bit."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tapes import CODE, SHELVES, assert_same, fresh, states

from peephole.model.glance import Glance
from peephole.model.memory import LONGEST_TEXT
from peephole.model.predictor import Predictor
from peephole.model.tape import Tape

TEXT = st.text(alphabet="ab(){};=. \n\té\u2028\U0001f600", max_size=40)


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
        action=st.sampled_from(["edit", "undo", "advance", "read", "peek", "glance", "remember", "consult", "park"]),
        # Few places, neighbours of each other and of the grid's, so that edits and snapshots often meet.
        place=st.sampled_from([0, 1, 15, 16, 17, 18, 19, 32, 33, 40, 999]),
        length=st.sampled_from([0, 0, 1, 2, 50]),
        text=TEXT,
        patience=st.sampled_from([0, 1, 2, 99]),
    ),
    max_size=16,
)


def take(tape: Tape, glance: Glance, former: list[str], step: Step) -> None:
    """Do one step, then compare what it gave with a fresh reading; former: all texts that there were before."""
    offset = min(step.place, len(tape.text))
    left = iter(range(step.patience))

    def should_stop() -> bool:
        return next(left, None) is None

    if step.action == "edit":
        former.append(tape.text)
        tape.edit(tape.text[:offset] + step.text + tape.text[offset + step.length :])
    elif step.action == "undo":
        former.append(tape.text)
        tape.edit(former[step.place % len(former)])
    elif step.action == "advance":
        finished = tape.advance_to(offset, should_stop=should_stop)
        assert finished == (tape.fed >= offset)
    elif step.action == "consult":
        tape.consult(SHELVES[step.place % len(SHELVES)])
    elif step.action == "park":
        tape.park([0, 500, 5000, 50000][step.place % 4])
    elif step.action == "remember":
        tape.remember_to(offset, should_stop=should_stop)
    elif step.action == "glance":
        fed = tape.fed
        glance.reading_at(offset, should_stop=should_stop)
        assert tape.fed == fed
    else:
        reading = tape.reading_at(offset, should_stop=should_stop, keep=step.action == "read")
        if reading is not None:
            assert_same(reading, fresh(tape, tape.text[:offset])[1])


@pytest.mark.parametrize("cell", ["lstm", "peephole", "gru"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=STEPS,
    slice_length=st.sampled_from([1, 7, 64, 256]),
    budget=st.sampled_from([0, 3000, 1 << 20]),
    remembered=st.sampled_from([LONGEST_TEXT, LONGEST_TEXT, 0, 17, 40]),
)
@example(
    steps=[Step("read", 33), Step("edit", 32, 1, "x"), Step("read", 34)],
    slice_length=7,
    budget=1 << 20,
    remembered=LONGEST_TEXT,
)
def test_any_history_equals_a_fresh_read(
    predictors: dict[str, Predictor], cell: str, steps: list[Step], slice_length: int, budget: int, remembered: int
) -> None:
    tape = Tape(
        predictors[cell],
        "java",
        budget=states(budget, remembered),
        snapshot_interval=16,
        slice_length=slice_length,
        least_offcut=1,
    )
    glance, former = Glance(tape), list[str]()
    tape.edit(CODE)
    for step in steps:
        take(tape, glance, former, step)
        assert tape.surprisal_bits.tobytes() == fresh(tape, tape.text)[0][: tape.fed].tobytes()
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
    tape = Tape(predictor, "java", snapshot_interval=16, budget=states(budget))
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
    tape = Tape(predictor, "java", snapshot_interval=16, budget=states(budget))
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
    tape = Tape(predictor, "java", snapshot_interval=32, budget=states(budget))
    tape.edit(CODE * 40)
    tape.advance_to(len(tape.text))
    kept = tape.snapshots_at()
    assert 5 <= len(kept) <= 10
    assert tape.counters.bytes <= budget
    assert max(np.diff([0, *kept, len(tape.text)])) <= len(tape.text) / 4


def test_the_grid_grows_fine_again_when_a_large_text_shrinks(predictor: Predictor) -> None:
    budget = 10 * predictor.start("java").nbytes
    tape = Tape(predictor, "java", snapshot_interval=32, budget=states(budget))
    tape.edit(CODE * 40)
    tape.advance_to(len(tape.text))
    tape.edit(CODE * 2)
    tape.edit("x")
    tape.edit("final " + CODE)
    tape.advance_to(len(tape.text))
    assert tape.snapshots_at() == [32, 64]


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


def test_reading_again_beside_new_libraries_gets_on_however_often_it_is_stopped(predictor: Predictor) -> None:
    tape = Tape(predictor, "java", snapshot_interval=16, budget=states(3000), slice_length=8)
    tape.edit(CODE * 12)
    tape.advance_to(len(tape.text))
    tape.consult(SHELVES[1])
    for _ in range(len(tape.text) // 8 + 1):
        looks = iter(range(1))
        tape.advance_to(len(tape.text), should_stop=lambda looks=looks: next(looks, None) is None)  # type: ignore[misc]
    assert tape.fed == len(tape.text)
    assert tape.surprisal_bits.tobytes() == fresh(tape, tape.text)[0].tobytes()
