"""Token boundaries of Java and Python, on good code and on anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.lexis import find_token, token_at, tokens, word_start


def parts(text: str, language: str) -> list[tuple[str, str]]:
    """Tokens as (kind, text), spaces left out."""
    found = tokens(text, language)
    return [(token.kind, text[token.start : token.end]) for token in found if token.kind != "space"]


@pytest.mark.parametrize("language", ["java", "python", "cobol"])
@given(text=st.text(alphabet=st.one_of(st.characters(), st.sampled_from("'\"\\/*#\n rb.0e+_$"))))
def test_tokens_touch_and_cover_any_text(language: str, text: str) -> None:
    found = tokens(text, language)
    assert "".join(text[token.start : token.end] for token in found) == text
    assert all(token.start < token.end for token in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('x = "a\\"b";', ["x", "=", '"a\\"b"', ";"]),
        ("a>>>=b->c::d", ["a", ">>>=", "b", "->", "c", "::", "d"]),
        ("1.5e-3f + 0xFFL + .5", ["1.5e-3f", "+", "0xFFL", "+", ".5"]),
        ("/* a\n */b // c\nd", ["/* a\n */", "b", "// c", "\n", "d"]),
        ('"""\n a "b" c""" + 1', ['"""\n a "b" c"""', "+", "1"]),
        ("'\\'' + 'x'", ["'\\''", "+", "'x'"]),
        ('"open\nnext', ['"open', "\n", "next"]),
        ("@Override $a1", ["@", "Override", "$a1"]),
        ("/* never closed", ["/* never closed"]),
        ('"ends in \\', ['"ends in \\']),
    ],
)
def test_java_is_cut_where_its_tokens_end(text: str, expected: list[str]) -> None:
    assert [part for _, part in parts(text, "java")] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = rb'a' f\"b\"", ["x", "=", "rb'a'", 'f"b"']),
        ("'''a\n'b' ''' # c", ["'''a\n'b' '''", "# c"]),
        ("a**=b//c", ["a", "**=", "b", "//", "c"]),
        ("def f(x: int) -> None:", ["def", "f", "(", "x", ":", "int", ")", "->", "None", ":"]),
        ('"" + ""', ['""', "+", '""']),
        ("naïve_1", ["naïve_1"]),
    ],
)
def test_python_is_cut_where_its_tokens_end(text: str, expected: list[str]) -> None:
    assert [part for _, part in parts(text, "python")] == expected


def test_every_kind_is_told_apart() -> None:
    found = tokens('int a = 1 + "s"; // c\n', "java")
    assert {token.kind for token in found} == {
        "identifier", "space", "operator", "number", "string", "comment", "newline",
    }  # fmt: skip


@pytest.mark.parametrize("text", ['"' + "\\a" * 50_000, "/*" * 50_000, "'''" + "'" * 1 + '"' * 99_999, "((" * 50_000])
def test_hostile_text_is_cut_in_linear_time(text: str) -> None:
    # A quadratic scan of 100,000 characters takes minutes; no bound is set here but the suite's own patience.
    assert tokens(text, "python")[-1].end == len(text)


def test_the_token_at_a_place_holds_it() -> None:
    text = "int total = 0;"
    assert [text[t.start : t.end] for o in (0, 2, 4, 13, 14) if (t := token_at(text, o, "java"))] == [
        "int", "int", "total", ";", ";",
    ]  # fmt: skip
    assert token_at("", 0, "java") is None
    assert find_token([], 3) is None


@pytest.mark.parametrize(("before", "word"), [("foo.ba", "ba"), ("x = 12", "12"), ("a ", ""), ("", ""), ("é1$", "é1$")])
def test_the_word_being_typed_starts_after_the_last_other_character(before: str, word: str) -> None:
    assert before[word_start(before, len(before)) :] == word
