from __future__ import annotations

import pytest
from asking import ask_about
from lsprotocol import types

from peephole.model.offers import worth_showing
from peephole.model.predictor import Predictor
from peephole.model.search import Candidate
from peephole.server.answer import ClientSupport, percent
from peephole.server.completion import complete, kind_of
from peephole.server.scheduler import Stopped
from peephole.server.settings import CompletionSettings, Settings

Kind = types.CompletionItemKind


def edits(completions: types.CompletionList) -> list[tuple[int, int, str]]:
    """Start and end column and new text of each item."""
    found = []
    for item in completions.items:
        assert isinstance(item.text_edit, types.TextEdit)
        place = item.text_edit.range
        found.append((place.start.character, place.end.character, item.text_edit.new_text))
    return found


def test_items_are_whole_words_from_the_words_start_best_first(words: Predictor) -> None:
    answer = complete(ask_about(words, " ge", support=ClientSupport(label_details=True)), 3)
    assert edits(answer.value) == [(1, 3, "get"), (1, 3, "getn")]
    first, second = answer.value.items
    assert (first.label, first.filter_text, first.kind) == ("get", "get", Kind.Function)
    assert first.label_details == types.CompletionItemLabelDetails(description="80 %")
    assert first.sort_text is not None
    assert second.sort_text is not None
    assert first.sort_text < second.sort_text
    assert (answer.silence, answer.exact) == (None, True)


def test_a_client_without_label_details_finds_the_probability_in_the_detail(words: Predictor) -> None:
    (first, *_) = complete(ask_about(words, " ge"), 3).value.items
    assert (first.label_details, first.detail) == (None, "80 %")


def test_the_list_is_never_complete_for_the_next_character_changes_it(words: Predictor) -> None:
    assert complete(ask_about(words, " ge"), 3).value.is_incomplete


def test_an_item_may_begin_with_a_space_but_shows_none(words: Predictor) -> None:
    (first, *_) = complete(ask_about(words, ";\n"), 2).value.items
    assert isinstance(first.text_edit, types.TextEdit)
    assert first.label == first.text_edit.new_text.strip() == "get"
    assert first.text_edit.new_text == first.filter_text == " get"


def test_inside_a_word_a_client_may_choose_between_inserting_and_replacing(words: Predictor) -> None:
    asked = ask_about(words, " geXY();", support=ClientSupport(insert_replace=True))
    edit = complete(asked, 3).value.items[0].text_edit
    assert isinstance(edit, types.InsertReplaceEdit)
    assert (edit.insert.end.character, edit.replace.end.character) == (3, 5)


def test_what_is_too_improbable_is_left_out_and_the_silence_explained(words: Predictor) -> None:
    def asked(least: float) -> list[str]:
        settings = Settings(completion=CompletionSettings(least_probability=least))
        answer = complete(ask_about(words, " ge", settings=settings), 3)
        return [item.label for item in answer.value.items] or [str(answer.silence)]

    assert asked(0.1) == ["get", "getn"]
    assert asked(0.5) == ["get"]
    assert asked(0.95) == ["no continuation has the 95 % that completion.leastProbability asks for"]


def test_no_more_than_the_wanted_number_of_items(words: Predictor) -> None:
    settings = Settings(completion=CompletionSettings(max_items=1))
    assert len(complete(ask_about(words, " ge", settings=settings), 3).value.items) == 1


def test_stopped_work_gives_no_half_answer(words: Predictor) -> None:
    with pytest.raises(Stopped):
        complete(ask_about(words, " ge", stop=True), 3)


@pytest.mark.parametrize(
    ("candidate", "behind", "shown"),
    [
        (Candidate(")", 0.9, "operator", 0.9), ");", False),
        (Candidate(")", 0.9, "operator", 0.9), "x)", True),
        (Candidate("get", 0.9, "identifier", 0.9), "get", True),
        (Candidate("a\nb", 0.9, "string", 0.9), "", False),
        (Candidate(" ", 0.9, "operator", 0.9), "", False),
        (Candidate("x", 0.09, "identifier", 0.09), "", False),
    ],
)
def test_only_what_is_new_probable_and_on_one_line_is_worth_showing(
    candidate: Candidate, behind: str, shown: bool
) -> None:
    assert list(worth_showing([candidate], 0.1, behind)) == ([candidate] if shown else [])


def test_of_two_candidates_that_look_alike_the_better_one_is_shown() -> None:
    better, worse = Candidate(" foo", 0.5, "identifier", 0.5), Candidate("foo", 0.2, "identifier", 0.2)
    assert list(worth_showing([better, worse], 0.1, "")) == [better]


@pytest.mark.parametrize(
    ("word", "kind", "icon"),
    [
        ("return", "keyword", Kind.Keyword),
        ("12", "number", Kind.Value),
        ("+", "operator", Kind.Operator),
        ('"a"', "string", Kind.Text),
        ("name", "identifier", Kind.Variable),
        ("_name", "identifier", Kind.Variable),
        ("Name", "identifier", Kind.Class),
        ("MAX_SIZE", "identifier", Kind.Constant),
        ("T", "identifier", Kind.Class),
    ],
)
def test_icons_follow_the_languages_naming_conventions(word: str, kind: str, icon: Kind) -> None:
    assert kind_of(word, Candidate(word, 0.9, kind, 0.9)) == icon


@pytest.mark.parametrize(
    ("probability", "words"), [(0.0, "<1 %"), (0.004, "<1 %"), (0.42, "42 %"), (0.9999, "99 %"), (1.0, "100 %")]
)
def test_probabilities_are_never_rounded_to_certainty(probability: float, words: str) -> None:
    assert percent(probability) == words


@pytest.mark.parametrize(
    ("calls", "after_dot", "icon"),
    [(0.9, False, Kind.Function), (0.9, True, Kind.Method), (0.1, False, Kind.Variable), (0.1, True, Kind.Field)],
)
def test_what_follows_a_name_and_what_stands_before_it_choose_its_icon(
    calls: float, after_dot: bool, icon: Kind
) -> None:
    assert kind_of("name", Candidate("name", 0.9, "identifier", 0.9, calls), after_dot=after_dot) == icon
    assert kind_of("Name", Candidate("Name", 0.9, "identifier", 0.9, calls), after_dot=after_dot) == Kind.Class
