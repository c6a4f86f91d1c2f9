"""The surest path against bigram models, whose every answer can be told in advance."""

from __future__ import annotations

import pytest
from checkpoints import Build, Followers
from hypothesis import given, settings
from hypothesis import strategies as st

from peephole.model.continuation import Continuation, continue_text, put_right
from peephole.model.indentation import indentation_of
from peephole.model.predictor import Predictor
from peephole.model.structure import Structure

WORDS: Followers = {
    " ": {"g": 0.5, "s": 0.3, "1": 0.1, '"': 0.06, "(": 0.04},
    "g": {"e": 1},
    "s": {"e": 1},
    "e": {"t": 0.7, "(": 0.2, "e": 0.1},
    "t": {"(": 0.6, " ": 0.4},
    "(": {")": 1},
    ")": {";": 1},
    ";": {"\n": 1},
    "\n": {" ": 1},
}

LINES: Followers = {
    "{": {"\n": 1},
    "\n": {" ": 1},
    " ": {"x": 0.8, "}": 0.2},
    "x": {";": 1},
    ";": {"\n": 1},
    "}": {"\n": 1},
}
"""Blocks of statements `x;` that are indented by one space."""


def goes_on(
    predictor: Predictor,
    text: str,
    *,
    least: float = 0.01,
    language: str = "java",
    unit: str = "  ",
    most_lines: int = 4,
) -> Continuation:
    """What follows a text."""
    reading = predictor.read(predictor.start(language), text)[1]
    structure = Structure(text, language)
    return continue_text(
        predictor,
        reading,
        structure,
        language=language,
        unit=unit,
        least_probability=least,
        least_lines=least,
        longest=60,
        most_lines=most_lines,
    )


def sure(found: Continuation, least: float) -> tuple[str, float]:
    """The longest part that is so sure."""
    return found.sure(least, least, 4)


def test_the_rest_of_the_line_stops_before_its_end_of_line(build: Build) -> None:
    found = goes_on(build(WORDS), "  ", least=0.2)
    assert sure(found, 0.2) == ("get();", pytest.approx(0.5 * 0.7 * 0.6, abs=1e-3))


def test_it_is_cut_at_a_token_where_it_grows_doubtful(build: Build) -> None:
    found = goes_on(build(WORDS), "  ", least=0.2)
    assert sure(found, 0.3) == ("get", pytest.approx(0.5 * 0.7, abs=1e-3))
    assert [text for text, _ in found.endings(0.2, 0.2, 4)] == ["get();", "get()", "get(", "get"]


def test_nothing_is_better_than_a_doubtful_word(build: Build) -> None:
    assert sure(goes_on(build(WORDS), "  "), 0.4) == ("", 0.0)


def test_it_is_never_only_space(build: Build) -> None:
    blank: Followers = {"=": {" ": 1}, " ": {" ": 0.9, "\n": 0.1}}
    assert sure(goes_on(build(blank), "="), 0.01) == ("", 0.0)


def test_an_open_string_is_not_cut_in_its_middle(build: Build) -> None:
    string: Followers = {"=": {'"': 1}, '"': {"a": 1}, "a": {" ": 0.95, '"': 0.05}, " ": {"a": 0.5, "b": 0.5}}
    assert sure(goes_on(build(string), "="), 0.3) == ("", 0.0)


def test_a_quotation_mark_in_a_comment_opens_nothing(build: Build) -> None:
    quote: Followers = {"'": {"s": 1}, "s": {"\n": 1}}
    assert sure(goes_on(build(quote), "// '"), 0.5)[0] == "s"


def test_a_block_that_was_just_opened_is_gone_on_with_over_lines(build: Build) -> None:
    predictor = build(LINES)
    found = goes_on(predictor, "if (a) {")
    assert found.text == "\n  x;\n  x;\n  x;"
    assert sure(found, 0.3)[0] == "\n  x;\n  x;\n  x;"
    assert sure(found, 0.6)[0] == "\n  x;\n  x;"
    assert found.sure(0.3, 0.3, 2)[0] == "\n  x;"


def test_a_statement_is_gone_on_with_to_the_end_of_its_line(build: Build) -> None:
    predictor = build(LINES)
    assert goes_on(predictor, "if (a) {\n  x").text == ";"
    assert goes_on(predictor, "if (a) {\n  x;").text == ""


def test_what_was_asked_for_ends_with_its_closing_brace(build: Build) -> None:
    closing: Followers = {"{": {"\n": 1}, "\n": {" ": 1}, " ": {"}": 1}, "}": {"\n": 1}}
    assert goes_on(build(closing), "  if (a) {").text == "\n  }"


def test_more_than_one_line_is_taken_whole_or_not_at_all(build: Build) -> None:
    predictor = build({**LINES, "x": {".": 1}, ".": {";": 1}})
    found = goes_on(predictor, "if (a) {")
    lines = [text for text, _ in found.endings(0.001, 0.001, 4)]
    assert lines == ["\n  x.;\n  x.;\n  x.;", "\n  x.;\n  x.;", "\n  x.;"]


def test_a_python_block_ends_before_a_line_that_is_not_deeper(build: Build) -> None:
    python: Followers = {":": {"\n": 1}, "\n": {"y": 0.9, " ": 0.1}, " ": {"y": 1}, "y": {"\n": 1}}
    found = goes_on(build(python), "if a:", language="python", unit="    ")
    assert found.sure(0.3, 0.3, 9)[0] == "\n    y"


@settings(max_examples=60, deadline=None)
@given(
    text=st.text("a{}()[]:;\"'/* \t\n#", max_size=30),
    language=st.sampled_from(["java", "python"]),
    unit=st.sampled_from(["\t", "  ", "    "]),
)
def test_whatever_was_written_new_lines_are_indented_with_the_files_characters(
    build: Build, text: str, language: str, unit: str
) -> None:
    text = text.replace("\t", unit).replace("\n ", "\n" + unit)
    wild: Followers = {
        "\n": {" ": 0.5, "\t": 0.3, "x": 0.2},
        " ": {"x": 0.5, "\t": 0.4, "}": 0.1},
        "\t": {"x": 0.6, " ": 0.4},
        "x": {"{": 0.4, ":": 0.3, ";": 0.3},
        "{": {"\n": 1},
        ":": {"\n": 1},
        ";": {"\n": 1},
        "(": {"\n": 1},
    }
    found = goes_on(build(wild), text + "x", language=language, unit=unit, least=1e-9)
    structure = Structure(text + "x", language)
    if structure.in_text:
        return
    bases = "".join(indentation_of(line) for line in text.split("\n"))
    for line in found.text.split("\n")[1:]:
        assert set(indentation_of(line)) <= {*unit, *bases}


@pytest.mark.parametrize(
    ("text", "language", "model", "following", "unit", "wanted"),
    [
        ("\tif (a) {", "java", "        ", "x", "\t", "\t\t"),
        ("  if (a) {", "java", "      ", "x", "  ", "    "),
        ("  if (a) {", "java", "    ", "}", "  ", "  "),
        ("  if (a) {\n    b();", "java", "  ", "}", "  ", "  "),
        ("  if (a) {\n    b();", "java", "\t", "x", "  ", "    "),
        ("\t/**", "java", "     ", "*", "\t", "\t "),
        ("def a():", "python", "    ", "x", "  ", "  "),
        ('  """', "python", "", "x", "  ", "  "),
        ("\tfoo(", "java", "            ", "a", "\t", "\t\t"),
        ("    foo(a,", "python", "        ", "b", "    ", "        "),
    ],
)
def test_a_new_line_is_put_right(text: str, language: str, model: str, following: str, unit: str, wanted: str) -> None:
    structure = Structure(text, language)
    assert put_right(model, following, structure, structure.frames[-1], unit) == wanted
