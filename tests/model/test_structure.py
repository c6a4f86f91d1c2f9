from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.lexis import tokens
from peephole.model.structure import Structure, asked_from, wants_more, window_start


def asks(text: str, language: str) -> str | None:
    """The shape of what asks for another line at the end of a text, None if nothing does."""
    structure = Structure(text, language)
    frame = wants_more(structure, asked_from(structure))
    return None if frame is None else frame.shape


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("class A {\n  int a() {", "block"),
        ("class A {\n  int a() {\n    ", "block"),
        ("class A {\n  int a() {\n    return 1;", None),
        ("class A {\n  int a() { return 1; }", None),
        ("int[] a = {", "bracket"),
        ("foo(a,\n    ", "bracket"),
        ("foo(() -> {\n  bar();\n  ", None),
        ("foo(() -> {", "block"),
        ("  /**", "comment"),
        ("  /**\n   * ", "comment"),
        ("  /**\n   * Says something.", None),
        ("// a {", None),
        ('String a = "{', None),
    ],
)
def test_java_asks_for_more_lines_where_something_was_just_opened(text: str, shape: str | None) -> None:
    assert asks(text, "java") == shape


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("def a(self):", "block"),
        ("def a(self):\n    ", "block"),
        ("def a(self):  # why", "block"),
        ("def a(self):\n    return 1", None),
        ("def a(self, b: int", "bracket"),
        ("x = {1:", "bracket"),
        ("x: int", None),
        ("foo(a)", None),
        ('def a():\n    """', "docstring"),
        ('def a():\n    """\n    ', "docstring"),
        ("if a:\n    b()\nelse:", "block"),
    ],
)
def test_python_asks_for_more_lines_where_something_was_just_opened(text: str, shape: str | None) -> None:
    assert asks(text, "python") == shape


def test_a_blocks_indentation_is_that_of_its_statements_first_line() -> None:
    structure = Structure("class A {\n\tvoid a(int b,\n\t\t\tint c) {\n", "java")
    assert [(frame.indentation, frame.content) for frame in structure.frames] == [("", "\t"), ("\t", None)]
    structure = Structure("class A:\n  def a(self,\n        b):\n    c()\n", "python")
    assert [(frame.indentation, frame.content) for frame in structure.frames] == [("", "  "), ("  ", "    ")]


def test_a_python_block_ends_with_a_line_that_is_not_deeper() -> None:
    assert [frame.indentation for frame in Structure("if a:\n  if b:\n    c\n  d", "python").frames] == [""]


@given(st.text("a{}()[]:;\"'/* \t\n#", max_size=40), st.sampled_from(["java", "python"]))
def test_any_text_has_a_structure(text: str, language: str) -> None:
    structure = Structure(text, language)
    assert all(0 <= frame.opener < len(text) for frame in structure.frames)
    assert [frame.opener for frame in structure.frames] == sorted(frame.opener for frame in structure.frames)
    assert 0 <= asked_from(structure) <= len(text)


@given(st.text('a"/*{\n ', max_size=60), st.integers(0, 60))
def test_looking_through_begins_before_the_place_at_a_token_or_a_line(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    found = tokens(text, "java")
    start = window_start(found, text, offset)
    assert 0 <= start <= offset
    assert start == 0 or text[start - 1] == "\n"


def test_looking_through_a_long_text_is_bounded() -> None:
    text = "int a;\n" * 2000
    assert len(text) - 5000 < window_start(tokens(text, "java"), text, len(text)) < len(text)
