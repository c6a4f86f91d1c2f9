from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.lexis import Token, is_open, tokens, tokens_from
from peephole.server import lexing as module
from peephole.server.lexing import SLICE_TOKENS, Lexing
from peephole.server.scheduler import Stopped

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


LANGUAGES = st.sampled_from(["java", "python"])
VERSIONS = st.lists(st.tuples(texts, texts), min_size=1, max_size=6)


def never() -> bool:
    """Nobody stops the lexing."""
    return False


def versions_of(versions: list[tuple[str, str]], data: st.DataObject) -> Iterator[str]:
    """Texts of which each keeps some of the one before at its front and at its end, as they do when somebody types."""
    text = ""
    for change, end in versions:
        first = data.draw(st.integers(0, len(text)))
        text = text[:first] + change + text[data.draw(st.integers(first, len(text))) :]
        text += end if data.draw(st.booleans()) else ""
        yield text


@given(LANGUAGES, VERSIONS, st.data())
def test_kept_tokens_equal_those_of_a_fresh_lexing(
    language: str, versions: list[tuple[str, str]], data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SLICE_TOKENS", 2)  # so that most texts are lexed in part
        lexing = Lexing(language)
        for text in versions_of(versions, data):
            offset = data.draw(st.integers(0, len(text)))
            kept = list(lexing.tokens_to(text, offset, never))
            assert kept == tokens(text, language)[: len(kept)]
            assert (kept[-1].end if kept else 0) >= offset


@given(LANGUAGES, VERSIONS, st.data())
def test_the_cursor_is_in_text_where_the_text_before_it_alone_says_so(
    language: str, versions: list[tuple[str, str]], data: st.DataObject
) -> None:
    lexing = Lexing(language)
    for text in versions_of(versions, data):
        offset = data.draw(st.integers(0, len(text)))
        before = tokens(text[:offset], language)
        expected = bool(before) and is_open(text[before[-1].start : offset], before[-1].kind)
        assert lexing.is_in_text(text, offset, never) == expected


def test_stopped_lexing_keeps_what_it_found_and_another_place_costs_nothing() -> None:
    lexing, text = Lexing("python"), "x = 1\n" * 1_000
    answers = iter([False, True])
    with pytest.raises(Stopped):
        lexing.tokens_to(text, len(text), lambda: next(answers))
    found = lexing.tokens_to(text, SLICE_TOKENS, lambda: True)
    assert len(found) == SLICE_TOKENS
    lexing.tokens_to(text, len(text), never)
    for offset in (0, len(text), 7):
        assert list(lexing.tokens_to(text, offset, lambda: True)) == tokens(text, "python")


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
        ("/", "comment", False),
        ("rb", "string", False),
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
        inside.append(lexing.is_in_text(text, len(text), never))
    assert "".join("i" if each else "." for each in inside) == "....iii..iii"


@pytest.mark.parametrize("language", ["java", "python"])
@pytest.mark.parametrize(
    "text", ["x = 1e+5", "f(...)", "/* a */ /", "'''a'''", '""" " """', "a >>>= b", "rb'x'", "a // b"]
)
def test_typing_character_by_character_equals_a_fresh_lexing(text: str, language: str) -> None:
    lexing = Lexing(language)
    for offset in range(len(text) + 1):
        assert list(lexing.tokens_to(text[:offset], offset, never)) == tokens(text[:offset], language)


LINE = "f('x', 1)  # y\n"


@pytest.mark.parametrize("typed", ["z", "'", "\n", "# ", "("])
def test_what_stands_behind_an_edit_is_not_lexed_again(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lexing, text = Lexing("python"), LINE * 2_000
    lexing.tokens_to(text, len(text), never)
    lexed: list[Token] = []

    def counted(text: str, start: int, language: str) -> Iterator[Token]:
        for token in tokens_from(text, start, language):
            lexed.append(token)
            yield token

    monkeypatch.setattr(module, "tokens_from", counted)
    for place in (len(LINE) * 1_000, 7, len(LINE) * 1_999 + 3):  # there and back again
        text = text[:place] + typed + text[place:]
        assert list(lexing.tokens_to(text, len(text), never)) == tokens(text, "python")
        assert len(lexed) < 50


def test_tokens_are_a_sequence_like_any_other() -> None:
    found = Lexing("java").tokens_to("int x = 1;", 10, never)
    expected = tokens("int x = 1;", "java")
    assert len(found) == len(expected)
    assert [found[place] for place in range(-len(expected), len(expected))] == expected * 2
    assert found[2:5] == expected[2:5]
    assert found[::-2] == expected[::-2]
    assert found[7:3] == []
    with pytest.raises(IndexError):
        found[len(expected)]
