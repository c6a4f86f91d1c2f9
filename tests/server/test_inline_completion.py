from __future__ import annotations

import pytest
from asking import ask_about
from checkpoints import write_bigram_checkpoint
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.server.inline_completion import complete_line, without_overlap
from peephole.server.scheduler import Stopped
from peephole.server.settings import InlineCompletionSettings, Settings


def selected(start: int, end: int, text: str) -> types.SelectedCompletionInfo:
    """The popup's item that is selected, on the first line."""
    return types.SelectedCompletionInfo(types.Range(types.Position(0, start), types.Position(0, end)), text)


def shown(items: types.InlineCompletionList) -> list[tuple[int, int, object]]:
    """Start and end column and text of each item."""
    assert all(item.range is not None and item.filter_text == item.insert_text for item in items.items)
    places = [(item.range, item.insert_text) for item in items.items]
    return [(place.start.character, place.end.character, text) for place, text in places if place is not None]


def test_ghost_text_goes_on_to_the_end_of_the_line_from_the_words_start(words: Predictor) -> None:
    answer = complete_line(ask_about(words, " ge"), 3, None)
    assert shown(answer.value) == [(1, 3, "get();")]
    assert answer.silence is None


def test_ghost_text_extends_the_popups_selected_item(words: Predictor) -> None:
    assert shown(complete_line(ask_about(words, " ge"), 3, selected(1, 3, "set")).value) == [(1, 3, "set();")]
    assert shown(complete_line(ask_about(words, " "), 1, selected(1, 1, "getn")).value) == [(1, 1, "getn();")]


@pytest.fixture(scope="module")
def quoting(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """A model that writes `ge";` whatever came before."""
    followers = {" ": {"g": 1}, '"': {";": 1}, "g": {"e": 1}, "e": {'"': 1}, ";": {"\n": 1}}
    return Predictor(Runtime(write_bigram_checkpoint(tmp_path_factory.mktemp("quoting") / "model", followers)))


@pytest.mark.parametrize(
    ("text", "ghost"),
    [(' x = "g', 'ge";'), (" # g", 'ge";'), (' x = "" g', "ge"), (" g", "ge")],
    ids=["in a string", "in a comment", "behind a string", "in code"],
)
def test_a_quotation_mark_ends_a_string_only_where_one_is_open(quoting: Predictor, text: str, ghost: str) -> None:
    answer = complete_line(ask_about(quoting, text), len(text), None)
    assert shown(answer.value) == [(len(text) - 1, len(text), ghost)]


def test_closing_marks_behind_the_cursor_are_not_written_twice(words: Predictor) -> None:
    assert shown(complete_line(ask_about(words, " get()"), 5, None).value) == []
    assert shown(complete_line(ask_about(words, " get();"), 6, None).value) == []
    assert shown(complete_line(ask_about(words, " ge;"), 3, None).value) == [(1, 3, "get()")]


def test_in_the_middle_of_a_line_there_is_no_ghost_text(words: Predictor) -> None:
    answer = complete_line(ask_about(words, " ge + 1"), 3, None)
    assert answer.value.items == []
    assert answer.silence == "there is more than closing brackets behind the cursor"


def test_where_nothing_is_sure_enough_the_reason_is_told(words: Predictor) -> None:
    settings = Settings(inline_completion=InlineCompletionSettings(least_probability=0.9))
    answer = complete_line(ask_about(words, " ge", settings=settings), 3, None)
    assert answer.value.items == []
    assert answer.silence == "no new text is 90 % sure here"


def test_an_item_of_several_lines_is_not_extended(words: Predictor) -> None:
    assert complete_line(ask_about(words, " g"), 2, selected(1, 2, "get()\n")).value.items == []


def test_stopped_work_gives_no_half_answer(words: Predictor) -> None:
    with pytest.raises(Stopped):
        complete_line(ask_about(words, " ge", stop=True), 3, None)


@pytest.mark.parametrize(
    ("ghost", "behind", "kept"),
    [
        ("x, y);", ")", "x, y"),
        ("x, y);", ");", "x, y"),
        ("f(x)", ")", "f(x)"),
        ("f(x))", ")", "f(x)"),
        ('name");', '")', "name"),
        ("'a': 1}", " }", "'a': 1"),
        ("get();", ";", "get()"),
        ("get();", "", "get();"),
        ("x]", ")", "x]"),
    ],
)
def test_ghost_text_stops_where_the_text_behind_goes_on(ghost: str, behind: str, kept: str) -> None:
    assert without_overlap(ghost, behind) == kept


@given(st.text('a()[";', max_size=8), st.text(')];" ', max_size=6))
def test_what_is_cut_off_begins_as_what_follows_does(ghost: str, behind: str) -> None:
    kept = without_overlap(ghost, behind)
    assert ghost.startswith(kept)
    if kept != ghost:
        assert behind.lstrip().startswith(ghost[len(kept)])
