"""What the popup list offers at places of every kind: after names, in words, strings and comments, in any encoding."""

from __future__ import annotations

from typing import Any

import pytest
from asking import ask_about
from checkpoints import write_bigram_checkpoint
from lsprotocol import types

from peephole.model.checkpoint import load_checkpoint
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.server.answer import ClientSupport
from peephole.server.completion import complete
from peephole.server.document import Document, Encoding

Kind = types.CompletionItemKind

FOLLOWERS: dict[str, dict[str, float]] = {
    "java": {"\n": 1},
    "python": {"\n": 1},
    "\n": {"i": 0.4, "x": 0.3, "7": 0.1, '"': 0.1, "(": 0.05, "é": 0.05},
    "i": {"f": 1},
    "f": {" ": 1},
    "x": {" ": 0.8, "y": 0.1, ".": 0.1},
    "y": {"\n": 1},
    " ": {"=": 0.9, "x": 0.1},
    "=": {" ": 1},
    "7": {"\n": 0.5, '"': 0.5},
    '"': {"7": 0.5, "\n": 0.5},
    ".": {"x": 1},
    "@": {"x": 1},
    ":": {"x": 1},
    "$": {"x": 0.5, "\n": 0.5},
    "é": {"x": 1},
    "(": {"x": 1},
}
"""A language in which a keyword, a name, a number, a string and a sign may begin a line, and ` =` follows a name."""


@pytest.fixture(scope="module")
def signs(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    folder = write_bigram_checkpoint(tmp_path_factory.mktemp("signs") / "model", FOLLOWERS).folder
    return Predictor(Runtime(load_checkpoint(folder)))


def offered(model: Predictor, text: str, *, trigger: str | None = None, **more: Any) -> list[types.CompletionItem]:
    """The items at the text's `|`."""
    offset = text.index("|")
    asked = ask_about(model, text.replace("|", ""), **more)
    return list(complete(asked, offset, trigger).value.items)


def labels(items: list[types.CompletionItem]) -> list[str]:
    return [item.label for item in items]


def test_keywords_names_literals_and_signs_are_offered_each_with_its_icon(signs: Predictor) -> None:
    kinds = {item.label: item.kind for item in offered(signs, "y\n|")}
    assert kinds["if"] == Kind.Keyword
    assert kinds["x"] == Kind.Variable
    assert kinds["7"] == Kind.Value
    assert kinds['"7"'] == Kind.Text
    assert kinds["("] == Kind.Operator


def test_the_order_is_the_probabilities_and_the_sort_text_keeps_it(signs: Predictor) -> None:
    items = offered(signs, "y\n|", support=ClientSupport(label_details=True))
    assert labels(items)[0] == "if"
    shown = [item.label_details.description for item in items if item.label_details is not None]
    values = [0 if text is None or text.startswith("<") else int(text.split()[0]) for text in shown]
    assert len(values) == len(items) > 3
    assert values == sorted(values, reverse=True)
    keys = [item.sort_text or "" for item in items]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_behind_a_whole_name_the_operator_is_offered_that_surely_follows(signs: Predictor) -> None:
    (first, *_) = offered(signs, "y\nx|")
    assert (first.label, first.filter_text, first.kind) == ("x =", "x =", Kind.Operator)
    assert isinstance(first.text_edit, types.TextEdit)
    assert first.text_edit.new_text == "x ="
    assert first.text_edit.range == types.Range(types.Position(1, 0), types.Position(1, 1))


def test_an_operator_that_is_not_sure_is_left_out_and_so_is_one_that_stands_there(signs: Predictor) -> None:
    assert "x." not in labels(offered(signs, "y\nx|"))  # 10 %, while xy has as much and is shown
    assert "xy" in labels(offered(signs, "y\nx|"))
    assert "x =" not in labels(offered(signs, "y\nx| = 7"))


@pytest.mark.parametrize("text", ["# x|", "'x|", '"x|'])
def test_in_a_comment_or_string_no_operator_is_offered_and_nothing_unasked(signs: Predictor, text: str) -> None:
    assert "x =" not in labels(offered(signs, text))
    assert offered(signs, text.replace("x|", "x.|")) != []
    assert offered(signs, text.replace("x|", "x.|"), trigger=".") == []


@pytest.mark.parametrize(
    ("text", "trigger", "language", "calls"),
    [
        ("x.|", ".", "python", True),
        ("7.|", ".", "python", False),
        ("x7.|", ".", "python", True),
        ("@|", "@", "python", True),
        ("x:|", ":", "python", False),
        ("x:|", ":", "java", False),
        ("x::|", ":", "java", True),
        ("x::|", ":", "python", False),
        ("x.x|", ".", "python", True),  # the client is late: the character before the cursor is another
    ],
)
def test_a_typed_character_calls_for_the_list_only_where_a_name_follows(
    signs: Predictor, text: str, trigger: str, language: str, calls: bool
) -> None:
    assert bool(offered(signs, text, trigger=trigger, language=language)) == calls
    assert offered(signs, text, language=language), "whoever asks is answered"


def test_an_uncalled_list_has_its_reason_and_is_asked_for_again_at_the_next_character(signs: Predictor) -> None:
    answer = complete(ask_about(signs, "# x."), 4, ".")
    assert answer.silence == "'.' in a string or comment asks for nothing"
    assert answer.value.is_incomplete


def test_a_list_with_nothing_probable_in_it_is_still_not_complete(words: Predictor) -> None:
    answer = complete(ask_about(words, "qqq"), 3)
    assert (labels(list(answer.value.items)), answer.value.is_incomplete) == ([], True)


def test_every_item_is_one_line_and_inserts_plain_text(signs: Predictor) -> None:
    for item in offered(signs, "y\n|"):
        assert item.text_edit is not None
        assert "\n" not in item.text_edit.new_text + item.label
        assert item.insert_text_format == types.InsertTextFormat.PlainText
        assert item.filter_text == item.text_edit.new_text


@pytest.mark.parametrize("word", ["é", "éx", "e\u0301x", "$", "$x", "_x", "x7x", "名x", "𝒳x"])
def test_a_word_of_any_script_is_replaced_from_its_start(signs: Predictor, word: str) -> None:
    text = f"(({word}"
    asked = ask_about(signs, text)
    items = complete(asked, len(text)).value.items
    assert items
    for item in items:
        assert isinstance(item.text_edit, types.TextEdit)
        assert item.text_edit.range.start == types.Position(0, 2)
        assert item.text_edit.new_text.startswith(word)


@pytest.mark.parametrize(("encoding", "columns"), [("utf-8", (7, 8)), ("utf-16", (4, 5)), ("utf-32", (3, 4))])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_ranges_are_in_the_clients_units_whatever_the_line_endings(
    signs: Predictor, encoding: Encoding, columns: tuple[int, int], ending: str
) -> None:
    raw = f"y{ending}𝒳é(x{ending}y"
    asked = ask_about(signs, "")
    document = Document.opened("file:///a.py", "python", 1, raw, encoding)
    asked.desk.lay(document)
    object.__setattr__(asked, "document", document)
    offset = document.offset_at(types.Position(1, columns[1]))
    assert document.text[:offset] == "y\n𝒳é(x"
    (first, *_) = complete(asked, offset).value.items
    assert isinstance(first.text_edit, types.TextEdit)
    start, end = (types.Position(1, column) for column in columns)
    assert first.text_edit.range == types.Range(start, end)
    assert first.text_edit.new_text == "x ="


def test_in_the_middle_of_a_word_the_rest_stays_or_goes_as_the_client_can(signs: Predictor) -> None:
    plain = offered(signs, "y\n|xy")
    both = offered(signs, "y\nx|y7 = 7", support=ClientSupport(insert_replace=True))
    assert plain
    (first, *_) = both
    assert isinstance(first.text_edit, types.InsertReplaceEdit)
    assert first.text_edit.insert == types.Range(types.Position(1, 0), types.Position(1, 1))
    assert first.text_edit.replace == types.Range(types.Position(1, 0), types.Position(1, 3))


def test_names_that_look_alike_appear_once(signs: Predictor) -> None:
    shown = labels(offered(signs, "y\n|"))
    assert len(set(shown)) == len(shown)
