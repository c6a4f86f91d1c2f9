"""A text that was there before comes back without being read again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tapes import CODE, SHELVES, assert_same, fresh

from peephole.model.budget import Budget
from peephole.model.predictor import Predictor
from peephole.model.tape import LEAST_OFFCUT, Tape

LONG = CODE * 8
EDITS = st.lists(
    st.tuples(st.integers(0, len(LONG)), st.integers(0, 60), st.text("ab (;\n", max_size=20), st.booleans()),
    min_size=1,
    max_size=6,
)
"""Each where, how many characters it takes out, what it puts in, and whether there is time to read afterwards."""


def read(tape: Tape, text: str) -> None:
    """The text, read to its end."""
    tape.edit(text)
    tape.advance_to(len(text))


def work(tape: Tape) -> int:
    """Characters that the network was fed so far."""
    return tape.counters.characters_fed + tape.counters.characters_refed


def assert_fresh(tape: Tape) -> None:
    """All that the tape holds is that of a fresh reading."""
    bits, reading = fresh(tape, tape.text)
    assert tape.surprisal_bits.tobytes() == bits[: tape.fed].tobytes()
    found = tape.reading_at(len(tape.text))
    assert found is not None
    assert_same(found, reading)


@settings(max_examples=50)
@given(edits=EDITS)
def test_undoing_any_edits_one_by_one_or_all_at_once_reads_nothing(predictor: Predictor, edits: list[tuple]) -> None:
    tape = Tape(predictor, "java", snapshot_interval=16, least_offcut=1)
    read(tape, LONG)
    texts = [(tape.text, tape.fed)]
    for place, length, text, pause in edits:
        tape.edit(tape.text[:place] + text + tape.text[place + length :])
        if pause:
            tape.advance_to(len(tape.text))
        texts.append((tape.text, tape.fed))
    fed = work(tape)
    for text, read_then in reversed(texts):
        tape.edit(text)
        assert tape.fed >= read_then
    assert work(tape) == fed
    assert_fresh(tape)
    tape.edit(texts[-1][0])
    assert tape.fed >= texts[-1][1]
    tape.edit(LONG)
    assert tape.fed == len(LONG)
    assert_fresh(tape)


@pytest.mark.parametrize("cell", ["lstm", "peephole", "gru"])
def test_a_paste_and_its_undo_and_redo_feed_nothing(predictors: dict[str, Predictor], cell: str) -> None:
    tape, middle = Tape(predictors[cell], "java"), len(LONG) // 2
    read(tape, LONG)
    pasted = LONG[:middle] + CODE.replace("total", "count") * 20 + LONG[middle:]
    read(tape, pasted)
    fed = work(tape)
    for text in (LONG, pasted, LONG, pasted):
        tape.edit(text)
        assert tape.fed == len(text)
        tape.reading_at(middle + 3)
        tape.edit(text)
        assert_fresh(tape)
    assert work(tape) - fed <= 4 * 256, "only from the last snapshot to the middle"
    assert tape.counters.characters_fed <= len(LONG) + len(pasted)


def test_a_comment_taken_off_again_needs_nothing_read_of_the_rest(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    read(tape, LONG)
    read(tape, LONG.replace("    int total", "    // int total"))
    fed = work(tape)
    tape.edit(LONG)
    assert (tape.fed, work(tape)) == (len(LONG), fed)
    assert_fresh(tape)


def test_what_another_text_has_in_common_with_a_former_one_is_put_back(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    read(tape, LONG)
    tape.edit(LONG[:100] + "other" + LONG[100:])
    tape.edit(LONG[:300] + "more" + LONG[300:])
    assert tape.fed == 300
    assert tape.counters.characters_restored == 200
    assert_fresh(tape)


def test_surprisals_of_before_other_files_changed_are_not_put_back(predictor: Predictor) -> None:
    tape = Tape(predictor, "java", snapshot_interval=16)
    read(tape, LONG)
    tape.edit(LONG[:100])
    tape.consult(SHELVES[1])
    tape.advance_to(100)
    tape.edit(LONG)
    assert tape.fed == 100
    assert tape.unread_before(len(LONG)) == 0, "the network's states do not depend on other files"
    assert_fresh(tape)


def test_short_cuts_are_not_kept(predictor: Predictor) -> None:
    tape = Tape(predictor, "java")
    read(tape, LONG)
    tape.edit(LONG[: 1 - LEAST_OFFCUT])
    assert tape.counters.offcut_bytes == 0
    read(tape, LONG)
    tape.edit(LONG[:-LEAST_OFFCUT])
    assert tape.counters.offcut_bytes > 0


@pytest.mark.parametrize("kilobytes", [150])
def test_ten_thousand_edits_hold_no_more_than_the_budget(predictor: Predictor, kilobytes: int) -> None:
    chance = np.random.default_rng(kilobytes)
    budget = Budget(kilobytes << 10, 40 * predictor.start("java").nbytes, 1500)
    tape = Tape(predictor, "java", budget=budget, snapshot_interval=64, least_offcut=8)
    needed = 40 * predictor.start("java").nbytes + 120 * 1500 + 16 * 4096
    long = LONG.replace("return", "giving")  # what is known of returns takes a while to look up
    texts = [long]
    for _ in range(10_000):
        text = texts[chance.integers(len(texts))]
        place, length = chance.integers(len(text) + 1), chance.integers(30)
        text = (text[:place] + "ab cd"[: chance.integers(6)] + text[place + length :])[:2000]
        texts = [*texts[-9:], text if len(text) > 200 else long]
        tape.edit(texts[-1])
        if chance.random() < 0.005:
            tape.advance_to(len(tape.text))
        elif chance.random() < 0.02:
            tape.advance_to(min(200, len(tape.text)))
        assert tape.nbytes <= max(budget.bytes, needed)
        assert tape.counters.held_bytes == tape.nbytes
    assert tape.counters.characters_restored > 0 or not kilobytes
    cut = Tape(predictor, "java", budget=budget)
    read(cut, tape.text)
    tape.advance_to(len(tape.text))
    assert tape.surprisal_bits.tobytes() == cut.surprisal_bits.tobytes()


@pytest.mark.parametrize("patience", [2, 99])
def test_what_undos_need_makes_room_for_what_is_remembered_ahead_of_the_network(
    predictor: Predictor, patience: int
) -> None:
    tape, left = Tape(predictor, "java", budget=Budget(1_300_000, 1 << 16, 16_000)), iter(range(patience))
    tape.edit(CODE * 200)
    tape.remember_to(len(tape.text))
    tape.edit("int x;\n" + tape.text)
    assert tape.counters.offcut_bytes > 800_000
    assert tape.remember_to(len(tape.text), should_stop=lambda: next(left, None) is None) == (patience == 99)
    assert tape.counters.offcut_bytes == 0
    assert tape.counters.held_bytes == tape.nbytes <= tape.budget.bytes


@pytest.mark.parametrize("size", [0, 20_000, 1 << 20])
def test_a_parked_tape_holds_little_and_comes_back_exactly(predictor: Predictor, size: int) -> None:
    tape = Tape(predictor, "java", snapshot_interval=16)
    read(tape, LONG * 5)
    tape.edit(LONG + tape.text)
    read(tape, LONG * 5)
    before = tape.nbytes
    tape.park(size)
    assert tape.nbytes <= max(size, 60_000), "an empty memory has a little room"
    assert tape.nbytes < 0.6 * before
    fed = tape.fed
    assert fed == (len(tape.text) if size else 0)
    tape.edit(tape.text[:300] + "int x;" + tape.text[300:])
    assert_fresh(tape)
    tape.advance_to(len(tape.text))
    assert_fresh(tape)


def test_a_text_that_is_longer_than_may_be_remembered_is_read_by_the_network_alone_from_there(
    predictor: Predictor,
) -> None:
    budget = Budget(1 << 20, 1 << 18, 200)
    tape, alone = Tape(predictor, "java", budget=budget), Tape(predictor.alone(), "java")
    for each in (tape, alone):
        read(each, LONG)
    assert tape.surprisal_bits[200:].tobytes() == alone.surprisal_bits[200:].tobytes()
    assert tape.surprisal_bits[:200].tobytes() == fresh(tape, LONG[:200])[0].tobytes()
    reading = tape.reading_at(201)
    assert reading is not None
    assert reading.recall is None


def test_no_more_is_remembered_ahead_of_the_network_than_the_budget_allows(predictor: Predictor) -> None:
    tape = Tape(predictor, "java", budget=Budget(1 << 20, 1 << 18, 200))
    tape.edit(LONG)
    assert tape.unremembered_before(len(LONG)) == 200
    assert tape.remember_to(len(LONG))
    assert tape.unremembered_before(len(LONG)) == 0
    held, recall = tape.counters.memory_bytes, tape.recall_at(200)
    assert recall is not None
    assert recall.text().tobytes() == predictor.vocabulary.encode(LONG[:200]).tobytes()
    assert tape.recall_at(201) is None
    assert tape.remember_to(len(LONG))
    assert tape.counters.memory_bytes == held


def test_many_edits_with_pauses_hold_no_more_than_a_share_and_the_last_undo_is_free(predictor: Predictor) -> None:
    tape, text = Tape(predictor, "java", budget=Budget.of(1 << 20)), CODE * 40
    read(tape, text)
    for step in range(12):
        before = tape.text
        read(tape, text[:100] + f"int a{step};\n" + text[100:])
        assert tape.counters.offcut_bytes <= tape.budget.several_bytes or len(tape._offcuts) == 1
    fed = work(tape)
    read(tape, before)
    assert work(tape) == fed
