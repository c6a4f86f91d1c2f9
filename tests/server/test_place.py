from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.lexis import tokens
from peephole.server.place import WINDOW, Lexing, guess_in_text, is_open

PIECES = [
    "a",
    "rb",
    "1",
    "e",
    "+",
    ".",
    " ",
    "\n",
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    "/",
    "*",
    "//",
    "/*",
    "*/",
    "#",
    "(",
    "x = 'y'",
]
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(st.sampled_from(["java", "python"]), st.lists(st.tuples(texts, texts), min_size=1, max_size=6), st.data())
def test_kept_tokens_equal_those_of_a_fresh_lexing(
    language: str, versions: list[tuple[str, str]], data: st.DataObject
) -> None:
    lexing, head = Lexing(language), ""
    for head_change, tail in versions:
        # Some of the old text stays in front, as it does when somebody types.
        head = head[: data.draw(st.integers(0, len(head)))] + head_change
        text = head + tail
        offset = data.draw(st.integers(0, len(text)))
        assert lexing.tokens_before(text, offset) == tokens(text[:offset], language)


@pytest.mark.parametrize(
    ("token", "kind", "expected"),
    [
        ('"abc', "string", True),
        ('"abc"', "string", False),
        ('"', "string", True),
        ('""', "string", False),
        ('"a\\"', "string", True),
        ('"a\\\\"', "string", False),
        ('"""a"', "string", True),
        ('"""a"""', "string", False),
        ('"""', "string", True),
        ("rb'''a", "string", True),
        ("f'a'", "string", False),
        ("# a", "comment", True),
        ("// a", "comment", True),
        ("/* a", "comment", True),
        ("/*/", "comment", True),
        ("/* a */", "comment", False),
        ("abc", "identifier", False),
    ],
)
def test_strings_and_comments_are_open_until_their_end(token: str, kind: str, expected: bool) -> None:
    assert is_open(token, kind) is expected


def test_typing_a_quotation_mark_opens_a_string_and_another_closes_it() -> None:
    lexing, text = Lexing("python"), ""
    inside = []
    for character in "x = 'ab' # c":
        text += character
        inside.append(lexing.is_in_text(text, len(text)))
    assert "".join("i" if each else "." for each in inside) == "....iii..iii"


def test_a_guess_looks_at_the_last_lines_alone() -> None:
    code, prose = "x = 1\n" * WINDOW, "x = 'ab"
    assert guess_in_text(code + prose, len(code + prose), "python")
    assert not guess_in_text(code, len(code), "python")
    # An opening that is too far back is not seen: that is what makes it a guess.
    assert not guess_in_text('"""' + code, len('"""' + code), "python")


@pytest.mark.parametrize("language", ["java", "python"])
@pytest.mark.parametrize(
    "text", ["x = 1e+5", "f(...)", "/* a */ /", "'''a'''", '""" " """', "a >>>= b", "rb'x'", "a // b"]
)
def test_typing_character_by_character_equals_a_fresh_lexing(text: str, language: str) -> None:
    lexing = Lexing(language)
    for offset in range(len(text) + 1):
        assert lexing.tokens_before(text[:offset], offset) == tokens(text[:offset], language)
