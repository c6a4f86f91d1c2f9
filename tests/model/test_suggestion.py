from __future__ import annotations

import pytest
from checkpoints import write_bigram_checkpoint
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.model.suggestion import Found, Ghost, Terms, suggest

TERMS = Terms()
TEXT = "int a = ;\nint c;\n"


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """A model in whose language `=` comes before `x;` and hardly anything else, and a `;` ends the line."""
    followers = {
        "=": {"x": 0.9, "y": 0.1},
        "x": {";": 0.96, ")": 0.02, "+": 0.02},
        ";": {"\n": 1},
        ")": {"+": 1},
        "+": {"y": 1},
        "y": {";": 0.6, ")": 0.4},
        "\n": {"=": 1},
        "?": {"y": 0.28, "x": 0.26, "=": 0.26, "+": 0.2},
        "!": {"a": 0.6, "\n": 0.4},
        "a": {"+": 1},
    }
    return Predictor(Runtime(write_bigram_checkpoint(tmp_path_factory.mktemp("pairs") / "model", followers)))


def suggested(predictor: Predictor, before: str, behind: str = "", terms: Terms = TERMS) -> Found:
    """What is suggested between two texts."""
    _, reading = predictor.read(predictor.start("java"), before)
    return suggest(predictor, reading, before, behind, language="java", terms=terms)


def test_a_suggestion_has_its_probability(pairs: Predictor) -> None:
    assert suggested(pairs, "=") == Found("x;", pytest.approx(0.9 * 0.96, abs=1e-3))  # type: ignore[arg-type]


def test_in_the_middle_of_a_line_only_what_is_missing_there_is_suggested(pairs: Predictor) -> None:
    found = suggested(pairs, "=", "x+y;\n")
    assert (found.text, found.silence) == ("", "nothing is missing before the text behind the cursor")
    assert suggested(pairs, "=", ";\n").text == "x"


def test_what_makes_the_text_behind_less_likely_is_not_suggested(pairs: Predictor) -> None:
    assert suggested(pairs, "!", "+y;\n", Terms(longest=2)).text == "a"
    found = suggested(pairs, "!", "\n=x;\n", Terms(longest=2))
    assert found.text == ""
    assert found.silence is not None
    assert "less likely" in found.silence


def test_the_next_line_is_not_suggested_again(pairs: Predictor) -> None:
    assert suggested(pairs, "=", "\n=y;\n").text == "x;"
    assert suggested(pairs, "=", "\n=x;\n").text == ""


def test_who_asks_is_told_the_best_there_is(pairs: Predictor) -> None:
    assert suggested(pairs, "?") == Found()
    assert suggested(pairs, "?", terms=Terms(least_invoked=0.1)).text == "y;"
    assert suggested(pairs, "=", terms=Terms(least_invoked=0.1)).text == "x;"


@given(st.integers(0, 3), st.sampled_from(["", ")", '")', "]"]))
def test_what_was_typed_of_a_suggestion_leaves_its_rest(typed: int, added: str) -> None:
    ghost = Ghost(TEXT, 8, "f(b)", TERMS)
    before, behind = TEXT[:8] + "f(b)"[:typed], added + TEXT[8:]
    rest = ghost.rest(before, behind, TERMS)
    assert "f(b)"[typed:].startswith(rest)
    assert rest == "f(b)"[typed:] or added


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("int a = x", ";\nint c;\n"),  # something else was typed
        ("int b = f", ";\nint c;\n"),  # something else was changed before it
        ("int a = f", ";\nint d;\n"),  # or behind it
        ("int a = f", "+ 1;\nint c;\n"),  # no closing mark
        ("int a =", " ;\nint c;\n"),  # elsewhere
        ("int a = f(b)x", ";\nint c;\n"),
    ],
)
def test_a_suggestion_never_outlives_its_text(before: str, behind: str) -> None:
    assert Ghost(TEXT, 8, "f(b)", TERMS).rest(before, behind, TERMS) == ""


def test_a_suggestion_never_outlives_what_it_depended_on() -> None:
    ghost = Ghost(TEXT, 8, "f(b)", TERMS, ("libraries", True))
    assert ghost.rest(TEXT[:9].replace(";", "f"), TEXT[8:], TERMS, ("libraries", True)) == "(b)"
    assert ghost.rest(TEXT[:8], TEXT[8:], TERMS, ("others", True)) == ""
    assert ghost.rest(TEXT[:8], TEXT[8:], TERMS, ("libraries", False)) == ""


def test_what_was_found_for_whoever_asked_will_do_for_who_only_types() -> None:
    asked = Ghost(TEXT, 8, "f(b)", Terms(least_invoked=0.1))
    assert asked.rest(TEXT[:8], TEXT[8:], TERMS) == "f(b)"
    assert Ghost(TEXT, 8, "f(b)", TERMS).rest(TEXT[:8], TEXT[8:], Terms(least_invoked=0.1)) == ""
    assert Ghost(TEXT, 8, "f(b)", TERMS).rest(TEXT[:8], TEXT[8:], Terms(0.9)) == "f(b)"
    assert Ghost(TEXT, 8, "f(b)", TERMS).rest(TEXT[:8], TEXT[8:], Terms(0.1)) == ""
