"""Answers at once: from a window before the place, or from a state that a former text left nearby."""

import numpy as np
import pytest
from tapes import CODE, fresh

from peephole.model.glance import REACH, WINDOW, Glance, start_before
from peephole.model.predictor import Charge, Predictor, Snapshot
from peephole.model.runtime import Runtime
from peephole.model.tape import Tape
from peephole.model.traces import SETTLING
from peephole.model.votes import Votes


def test_a_provisional_reading_is_that_of_the_last_lines_alone(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    tape.edit(CODE * 120)
    offset = len(CODE) * 110 + 7
    start = tape.text.rfind("\n", 0, offset - WINDOW) + 1
    reading = Glance(tape).reading_at(offset)
    assert reading is not None
    assert_same_state(reading, fresh(tape, tape.text[start:offset])[1])
    assert tape.fed == 0


def test_a_glance_remembers_far_more_than_its_network_reads(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    tape.edit(CODE * (3 * REACH // len(CODE)))
    glance, offset = Glance(tape), len(tape.text) - 7
    for edited in (tape.text, tape.text[: offset - 3] + "int" + tape.text[offset - 3 :]):
        tape.edit(edited)
        reading = glance.reading_at(offset)
        assert reading is not None
        assert reading.recall is not None
        start = start_before(edited, offset, REACH)
        assert start <= offset - REACH
        assert reading.recall.text().tobytes() == predictor.vocabulary.encode(edited[start:offset]).tobytes()


def test_what_is_remembered_before_it_is_read_tells_a_glance_all(predictor: Predictor) -> None:
    tape, asked = Tape(predictor, "java"), iter([False, True])
    tape.edit(CODE * (3 * REACH // len(CODE)))
    end, short = len(tape.text), predictor.vocabulary.encode(tape.text)
    assert not tape.remember_to(end, should_stop=lambda: next(asked))
    assert tape.remember_to(end)
    assert tape.fed == 0
    reading = Glance(tape).reading_at(end)
    assert reading is not None
    assert reading.recall is not None
    assert reading.recall.text().tobytes() == short.tobytes()


def test_a_glance_lets_go_of_what_the_tape_remembers_itself(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    tape.edit(CODE * (3 * REACH // len(CODE)))
    glance, offset = Glance(tape), len(tape.text) - 7
    glance.reading_at(offset)
    held = glance.nbytes
    tape.recall_at(offset)
    reading = glance.reading_at(offset)
    assert reading is not None
    assert reading.recall is not None
    assert len(reading.recall.text()) == offset
    assert glance.nbytes < held / 10


@pytest.mark.parametrize(("offset", "start"), [(5 * WINDOW, 4 * WINDOW), (2 * WINDOW - 1, 0), (9, 0)])
def test_a_provisional_reading_of_a_long_line_begins_within_it(predictor: Predictor, offset: int, start: int) -> None:
    tape = Tape(predictor, "java")
    tape.edit(CODE.replace("\n", " ") * 100)
    reading = Glance(tape).reading_at(offset)
    assert reading is not None
    assert_same_state(reading, fresh(tape, tape.text[start:offset])[1])


def assert_same_state(left: Snapshot, right: Snapshot) -> None:
    assert left.state.hidden.tobytes() == right.state.hidden.tobytes()
    assert left.network_nats.tobytes() == right.network_nats.tobytes()


class Meter(Predictor):
    """A predictor that counts the characters that it, or its network alone, reads."""

    def __init__(self, runtime: Runtime, *, memories: bool = True) -> None:
        super().__init__(runtime, memories=memories)
        self.count = [0]

    @property
    def characters(self) -> int:
        return self.count[0]

    def alone(self) -> Predictor:
        alone = Meter(self.runtime, memories=False)
        alone.count = self.count
        return alone

    def charge_chunk(self, snapshot: Snapshot, indices: np.ndarray, votes: Votes | None) -> tuple[Charge, Snapshot]:
        self.count[0] += len(indices)
        return super().charge_chunk(snapshot, indices, votes)


@pytest.mark.parametrize("start", [20, 5 * WINDOW])
def test_typing_costs_a_provisional_reading_one_character_a_keystroke(predictor: Predictor, start: int) -> None:
    meter = Meter(predictor.runtime)
    tape, text = Tape(meter, "java"), CODE.replace("\n", " ") * 100
    glance = Glance(tape)
    tape.edit(text[:start])
    glance.reading_at(start)
    read = meter.characters
    for end in range(start + 1, start + 9):
        tape.edit(text[:end])
        glance.reading_at(end)
    assert meter.characters == read + 8


def test_what_a_glance_remembers_is_all_that_was_said_before_if_that_takes_no_longer(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    tape.edit(CODE * 120)
    tape.recall_at(len(CODE) * 110)
    offset = len(CODE) * 110 + 7
    reading = Glance(tape).reading_at(offset)
    assert reading is not None
    assert reading.recall is not None
    assert reading.recall.text().tobytes() == predictor.vocabulary.encode(tape.text[:offset]).tobytes()


def test_behind_an_edit_a_glance_goes_on_from_a_state_of_the_former_text(predictor: Predictor) -> None:
    meter = Meter(predictor.runtime)
    tape, text = Tape(meter, "java", snapshot_interval=64), CODE * 100
    glance = Glance(tape)
    tape.edit(text)
    tape.advance_to(len(text))
    tape.edit(text[:500] + "int more;\n" + text[500:])
    place, read = 3000, meter.characters
    assert tape.unread_before(place) > 2000
    assert glance.unread_before(place) <= 64
    reading = glance.reading_at(place)
    assert reading is not None
    assert meter.characters - read <= 64
    # The former text's state, at a place of its grid, and what stands behind it in the new one.
    left = (place - 10) // 64 * 64 + 10
    former = predictor.start("java")
    state = predictor.read(former, text[: left - 10])[1]
    expected = predictor.read(state, tape.text[left:place])[1]
    assert reading.state.hidden.tobytes() == expected.state.hidden.tobytes()


def test_a_state_of_a_former_text_is_not_used_close_behind_an_edit_nor_within_what_it_replaced(
    predictor: Predictor,
) -> None:
    tape, text = Tape(predictor, "java", snapshot_interval=64), CODE * 100
    tape.edit(text)
    tape.advance_to(len(text))
    tape.edit(text[:500] + text[900:])
    assert tape.trace_before(500 + SETTLING - 1) is None
    found = tape.trace_before(500 + SETTLING + 64)
    assert found is not None
    assert found[0] + 400 >= 900 + SETTLING


def test_what_is_read_exactly_needs_no_states_of_former_texts(predictor: Predictor) -> None:
    tape, text = Tape(predictor, "java", snapshot_interval=64), CODE * 20
    tape.edit(text)
    tape.advance_to(len(text))
    tape.edit("x" + text)
    assert tape.trace_before(len(tape.text)) is not None
    tape.advance_to(len(tape.text))
    assert tape.trace_before(len(tape.text)) is None


def test_states_of_former_texts_move_along_with_several_edits(predictor: Predictor) -> None:
    tape, text = Tape(predictor, "java", snapshot_interval=64), CODE * 40
    tape.edit(text)
    tape.advance_to(len(text))
    tape.edit(text[:100] + "abc" + text[100:])
    tape.edit(tape.text[:700] + tape.text[710:])
    found = tape.trace_before(1500)
    assert found is not None
    place = found[0] + 10 - 3
    assert place % 64 == 0
    expected = predictor.read(predictor.start("java"), text[:place])[1]
    assert found[1].state.hidden.tobytes() == expected.state.hidden.tobytes()


def test_where_a_glance_was_taken_the_next_costs_what_was_typed_since(predictor: Predictor) -> None:
    tape, text = Tape(predictor, "java"), CODE * 100
    glance = Glance(tape)
    tape.edit(text)
    place = 2 * WINDOW + 500
    assert glance.unread_before(place) == 2 * WINDOW
    assert glance.reading_at(place) is not None
    tape.edit(text[:place] + "int" + text[place:])
    assert glance.unread_before(place + 3) == 3
    assert glance.unread_before(100) == 100
