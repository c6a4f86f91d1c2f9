from __future__ import annotations

from dataclasses import replace

import pytest
from asking import ask_about
from checkpoints import write_bigram_checkpoint
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from peephole.model.fitting import unopened
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.server.answer import Answer, Asked
from peephole.server.document import Document
from peephole.server.engine import open_predictor
from peephole.server.inline_completion import complete_line
from peephole.server.scheduler import Stopped
from peephole.server.settings import InlineCompletionSettings, Settings

EAGER = Settings(
    inline_completion=InlineCompletionSettings(least_probability=0.01, least_probability_of_lines=0.01, longest=30)
)


def selected(start: int, end: int, text: str) -> types.SelectedCompletionInfo:
    """The popup's item that is selected, on the first line."""
    return types.SelectedCompletionInfo(types.Range(types.Position(0, start), types.Position(0, end)), text)


def complete(
    asked: Asked, offset: int, selected: types.SelectedCompletionInfo | None = None, *, invoked: bool = False
) -> Answer[types.InlineCompletionList]:
    """The answer to a request at an offset."""
    kind = types.InlineCompletionTriggerKind
    context = types.InlineCompletionContext(kind.Invoked if invoked else kind.Automatic, selected)
    return complete_line(asked, offset, context)


def shown(items: types.InlineCompletionList) -> list[tuple[int, int, object]]:
    """Start and end column and text of each item."""
    assert all(item.range is not None and item.filter_text == item.insert_text for item in items.items)
    places = [(item.range, item.insert_text) for item in items.items]
    return [(place.start.character, place.end.character, text) for place, text in places if place is not None]


def test_ghost_text_goes_on_to_the_end_of_the_line_from_the_words_start(words: Predictor) -> None:
    answer = complete(ask_about(words, " ge"), 3)
    assert shown(answer.value) == [(1, 3, "get();")]
    assert answer.silence is None


def test_ghost_text_extends_the_popups_selected_item(words: Predictor) -> None:
    assert shown(complete(ask_about(words, " ge"), 3, selected(1, 3, "set")).value) == [(1, 3, "set();")]
    assert shown(complete(ask_about(words, " "), 1, selected(1, 1, "getn")).value) == [(1, 1, "getn();")]


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
    answer = complete(ask_about(quoting, text), len(text))
    assert shown(answer.value) == [(len(text) - 1, len(text), ghost)]


def test_closing_marks_behind_the_cursor_are_not_written_twice(words: Predictor) -> None:
    assert shown(complete(ask_about(words, " get()"), 5).value) == []
    assert shown(complete(ask_about(words, " get();"), 6).value) == []
    assert shown(complete(ask_about(words, " ge;"), 3).value) == [(1, 3, "get()")]


def test_in_the_middle_of_a_line_there_is_no_ghost_text(words: Predictor) -> None:
    answer = complete(ask_about(words, " ge + 1"), 3)
    assert answer.value.items == []
    assert answer.silence == "nothing is missing before the text behind the cursor"


def test_where_nothing_is_sure_enough_the_reason_is_told(words: Predictor) -> None:
    settings = Settings(inline_completion=InlineCompletionSettings(least_probability=0.9))
    answer = complete(ask_about(words, " ge", settings=settings), 3)
    assert answer.value.items == []
    assert answer.silence == "no new text is 90 % sure here"


def test_an_item_of_several_lines_is_not_extended(words: Predictor) -> None:
    assert complete(ask_about(words, " g"), 2, selected(1, 2, "get()\n")).value.items == []


def test_stopped_work_gives_no_half_answer(words: Predictor) -> None:
    with pytest.raises(Stopped):
        complete(ask_about(words, " ge", stop=True), 3)


def test_who_asks_is_shown_what_is_less_sure(words: Predictor) -> None:
    wary = Settings(inline_completion=InlineCompletionSettings(least_probability=0.9))
    assert shown(complete(ask_about(words, " ge", settings=wary), 3, invoked=True).value) == [(1, 3, "get();")]


def test_no_more_characters_or_lines_are_shown_than_the_settings_allow(words: Predictor) -> None:
    short = Settings(inline_completion=InlineCompletionSettings(longest=3))
    assert shown(complete(ask_about(words, " ge", settings=short), 3).value) == [(1, 3, "get(")]


def edited(asked: Asked, text: str) -> Asked:
    """The same desk with another text."""
    document = Document.opened(asked.document.uri, asked.document.language, 2, text, "utf-16")
    asked.desk.lay(document, asked.desk.tape.libraries)
    return replace(asked, document=document)


def ghost_of(asked: Asked, offset: int) -> str:
    """What would be written behind the cursor."""
    items = complete(asked, offset).value.items
    if not items:
        return ""
    (item,) = items
    assert item.range is not None
    assert isinstance(item.insert_text, str)
    return item.insert_text[offset - asked.document.offset_at(item.range.start) :]


@settings(max_examples=60, deadline=None)
@given(
    before=st.text("getsn(); \n", max_size=12),
    behind=st.sampled_from(["", ")", "\n get();\n", "\n}\n"]),
    pieces=st.lists(st.integers(1, 4), min_size=1, max_size=5),
)
def test_what_is_typed_or_taken_of_a_ghost_text_leaves_just_its_rest(
    remembering: Predictor, before: str, behind: str, pieces: list[int]
) -> None:
    asked = ask_about(remembering, before + behind, settings=EAGER)
    ghost = ghost_of(asked, len(before))
    for piece in pieces:
        before, ghost = before + ghost[:piece], ghost[piece:]
        if not ghost.strip():
            break
        asked = edited(asked, before + behind)
        read = asked.desk.tape.counters.characters_fed + asked.desk.tape.counters.characters_refed
        assert ghost_of(asked, len(before)) == ghost
        assert asked.desk.tape.counters.characters_fed + asked.desk.tape.counters.characters_refed == read


def test_an_edit_before_a_ghost_text_ends_it(remembering: Predictor) -> None:
    asked = ask_about(remembering, " set();\n g", settings=EAGER)
    assert ghost_of(asked, 10).startswith("et")
    changed = edited(asked, " getn();\n ge")
    fresh = ask_about(remembering, " getn();\n ge", settings=EAGER)
    assert ghost_of(changed, 12) == ghost_of(fresh, 12)


@settings(max_examples=60, deadline=None)
@given(before=st.text("getsn(){; \n", max_size=12), behind=st.text(')]};" \n', min_size=1, max_size=6))
def test_accepting_never_writes_a_closing_mark_twice(remembering: Predictor, before: str, behind: str) -> None:
    ghost = ghost_of(ask_about(remembering, before + behind, language="java", settings=EAGER), len(before))
    first = behind.split("\n")[0].lstrip()
    if first:
        assert unopened(ghost, first) is None
        assert first[0] != '"' or '"' not in ghost


def test_a_selected_item_is_gone_on_with_as_the_ghost_text_went(words: Predictor) -> None:
    asked = ask_about(words, " ge")
    assert ghost_of(asked, 3) == "t();"
    fed = asked.desk.tape.counters.characters_fed
    assert shown(complete(asked, 3, selected(1, 3, "get")).value) == [(1, 3, "get();")]
    assert asked.desk.tape.counters.characters_fed == fed


@pytest.fixture(scope="module")
def shipped() -> Predictor:
    """The model that people get."""
    return open_predictor(None, 1)


CLASS = "class Box {\n@private int size;\n\n@int getSize() {\n@@return size;\n@}\n\n@void setSize(int size) {"
MODULE = (
    "class Box:\n@def get_size(self):\n@@return self.size\n\n@def get_depth(self):\n@@return self.depth\n\n"
    "@def get_height(self):\n@@return self.height\n\n@def get_length(self):\n@@return self.length\n\n"
    "@def get_width(self):"
)
LONG = Settings(
    inline_completion=InlineCompletionSettings(least_probability=0.001, least_probability_of_lines=0.001, longest=200)
)


@pytest.mark.parametrize("unit", ["\t", "  ", "    "])
@pytest.mark.parametrize(("language", "text"), [("java", CLASS), ("python", MODULE)])
def test_a_block_is_gone_on_with_by_the_files_own_indentation(
    shipped: Predictor, language: str, text: str, unit: str
) -> None:
    before = text.replace("@", unit)
    behind = f"\n{unit}}}\n}}\n" if language == "java" else "\n"
    ghost = ghost_of(ask_about(shipped, before + behind, language=language, settings=LONG), len(before))
    lines = ghost.split("\n")
    assert lines[0] == ""
    assert len(lines) > 1, "however unsure, something is offered in a block that was just opened"
    assert all(not line or (line.startswith(2 * unit) and line[2 * len(unit)] not in " \t") for line in lines[1:])
    assert unopened(ghost, "}") is None
