from __future__ import annotations

import pytest
from asking import ask_about, parked_desk
from lsprotocol import types

from peephole.model.predictor import Predictor
from peephole.model.tape import BLOCK
from peephole.server.answer import Asked, ClientSupport
from peephole.server.document import Document
from peephole.server.hover import hover, quote
from peephole.server.scheduler import Stopped
from peephole.server.settings import HoverSettings, Settings


def test_a_hover_tells_the_bits_of_the_token_and_what_was_expected(words: Predictor) -> None:
    found = hover(ask_about(words, " set();\n"), 2).value
    assert found is not None
    assert found.range == types.Range(types.Position(0, 1), types.Position(0, 4))
    assert isinstance(found.contents, types.MarkupContent)
    first, *_, best, second, third, last = found.contents.value.splitlines()
    assert first == "3.3 bits, 1.11 a character; probability 8 %"
    assert [best, second, third, last] == ["- get 72 %", "- getn 18 %", "- set 8 %", "- setn 2 %"]


@pytest.mark.parametrize(
    ("before", "told"), [(" ", "1 character of"), (" get();\n" * 200 + " ", "1,601 characters of")]
)
def test_a_hover_tells_how_much_context_was_read_before_the_token(words: Predictor, before: str, told: str) -> None:
    found = hover(ask_about(words, before + "set;"), len(before)).value
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert f"Read behind {told} context." in found.contents.value


def test_markdown_is_written_for_a_client_that_reads_it(words: Predictor) -> None:
    found = hover(ask_about(words, " set();\n", support=ClientSupport(markdown_hover=True)), 2).value
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert found.contents.kind == types.MarkupKind.Markdown
    assert "- `get` 72 %" in found.contents.value


def test_no_more_than_the_wanted_number_is_listed(words: Predictor) -> None:
    found = hover(ask_about(words, " set();\n", settings=Settings(hover=HoverSettings(max_items=1))), 2).value
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert found.contents.value.count("- ") == 1


@pytest.mark.parametrize(("text", "offset"), [("", 0), (" get", 0), ("get\n", 3), ("get", 3), ("\n\n", 1)])
def test_on_space_and_past_the_end_there_is_nothing_to_say(words: Predictor, text: str, offset: int) -> None:
    answer = hover(ask_about(words, text), offset)
    assert answer.value is None
    assert answer.silence == "there is no token under the pointer"


def test_of_a_comment_only_the_bits_are_told(words: Predictor) -> None:
    found = hover(ask_about(words, "# get\n"), 2).value
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "Expected" not in found.contents.value


def test_stopped_work_gives_no_half_answer(words: Predictor) -> None:
    with pytest.raises(Stopped):
        hover(ask_about(words, " get", stop=True), 2)


@pytest.mark.parametrize(("word", "quoted"), [("get", "`get`"), ("`", "`` ` ``"), ("a``b", "``` a``b ```")])
def test_backticks_cannot_break_out_of_the_quoted_word(word: str, quoted: str) -> None:
    assert quote(word, markdown=True) == quoted


def test_a_hover_over_a_parked_document_can_be_stopped_while_it_is_remembered(remembering: Predictor) -> None:
    desk, end = parked_desk(remembering)
    document, looks = Document.opened("", "python", 1, desk.tape.text, "utf-16"), iter([False])
    desk.lexing.tokens_to(desk.tape.text, end, lambda: False)
    asked = Asked(document, desk, remembering, Settings(), ClientSupport(), lambda: next(looks, True))
    with pytest.raises(Stopped):
        hover(asked, end - 5)
    assert end - BLOCK <= desk.tape.unremembered_before(end) < end, "no more may be remembered between two looks"
