"""Where proposals come from: what the popup and the hover say of it."""

from __future__ import annotations

import re

import pytest
from asking import ask_about
from lsprotocol import types

from peephole.model.citation import Source
from peephole.model.library import Library, Shelved
from peephole.model.predictor import Predictor
from peephole.model.recall import Libraries
from peephole.model.search import Candidate
from peephole.server.answer import Asked, ClientSupport
from peephole.server.completion import complete
from peephole.server.hover import escape, hover
from peephole.server.origin import describe, origin_of

NAME = "zwq_gylfou"
"""No letter comes twice: see tests/e2e/test_workspace.py."""


def beside(predictor: Predictor, text: str, path: str = "in/names.py", **support: bool) -> Asked:
    """A request about a document beside which a file holds the name in its second line."""
    library = Library.build([Shelved(path, f"\n{NAME}\n")], predictor.vocabulary)
    return ask_about(predictor, text, support=ClientSupport(**support), libraries=Libraries(far=library))


def hover_text(asked: Asked, offset: int) -> str:
    """What a hover says."""
    found = hover(asked, offset).value
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value


def test_an_item_from_another_file_says_from_which_line(remembering: Predictor) -> None:
    (item, *_) = complete(beside(remembering, "\nzwq_g", label_details=True), 6).value.items
    assert (item.label, item.documentation, item.detail) == (NAME, "as in in/names.py:2", None)


def test_a_client_without_label_details_finds_it_in_the_detail(remembering: Predictor) -> None:
    (item, *_) = complete(beside(remembering, "\nzwq_g"), 6).value.items
    assert item.detail is not None
    assert item.detail.endswith(" %, as in in/names.py:2")
    assert item.documentation is None


def test_an_item_from_the_document_itself_says_only_the_line(remembering: Predictor) -> None:
    text = f"\n\n{NAME}\n\nzwq_g"
    (item, *_) = complete(
        ask_about(remembering, text, support=ClientSupport(label_details=True)), len(text)
    ).value.items
    assert (item.label, item.documentation) == (NAME, "as in line 3")


def test_what_the_network_offers_by_itself_has_no_source(words: Predictor, remembering: Predictor) -> None:
    for predictor in (words, remembering):
        (item, *_) = complete(
            ask_about(predictor, " get();\n ge", support=ClientSupport(label_details=True)), 11
        ).value.items
        assert (item.label, item.documentation) == ("get", None)


def test_a_reading_from_the_middle_of_a_document_knows_no_lines_of_it(remembering: Predictor) -> None:
    text = f"\n{NAME}\nzwq_g"
    reading = ask_about(remembering, text).desk.reading_at(len(text), lambda: False)
    candidate = Candidate("ylfou", 0.9, "identifier", 0.1)
    assert origin_of(candidate, reading) == Source(None, 2, 6)
    assert origin_of(candidate, reading, exact=False) is None
    elsewhere = beside(remembering, "\nzwq_g").desk.reading_at(6, lambda: False)
    assert origin_of(candidate, elsewhere, exact=False) == Source("in/names.py", 2, 6)
    assert origin_of(Candidate("ylfou", 0.9, "identifier", 0.45), reading) is None, "the network knew it, too"


def test_a_hover_tells_what_the_network_alone_would_have_charged_and_the_sources(remembering: Predictor) -> None:
    text = hover_text(beside(remembering, f"\n{NAME}\n"), 3)
    cost, alone = text.splitlines()[0].split(" (without memory ")
    assert float(cost.split()[0]) < 10
    assert float(alone.removesuffix(" bits)")) > 100
    assert re.search(f"^- {NAME} [0-9]+ %, as in in/names.py:2$", text, re.MULTILINE)


def test_a_hover_of_a_model_without_memory_speaks_of_none(words: Predictor) -> None:
    assert "memory" not in hover_text(ask_about(words, " set();\n"), 2)


def test_markdown_shows_a_files_name_as_it_is(remembering: Predictor) -> None:
    asked = beside(remembering, f"\n{NAME}\n", "in/_a_[b](c).py", markdown_hover=True)
    assert r"as in in/\_a\_\[b\]\(c\).py:2" in hover_text(asked, 3)
    assert escape("a_b", markdown=False) == "a_b"


@pytest.mark.parametrize(
    ("path", "shown"),
    [(None, "as in line 42"), ("a/B.java", "as in a/B.java:42"), ("a\n\x1b[31m.py", "as in a??[31m.py:42")],
)
def test_a_source_is_told_in_a_few_words_that_steer_no_terminal(path: str | None, shown: str) -> None:
    assert describe(Source(path, 42, 7)) == shown
