"""Candidates and lines against bigram models, whose tokens can be enumerated by hand."""

import math

import pytest
from checkpoints import Build, Followers
from hypothesis import given, settings
from hypothesis import strategies as st

from peephole.model.predictor import Predictor, Reading
from peephole.model.search import Candidate, ending_bits, next_tokens

WORDS: Followers = {
    " ": {"g": 0.5, "s": 0.3, "1": 0.1, '"': 0.06, "(": 0.04},
    "g": {"e": 1},
    "s": {"e": 1},
    "e": {"t": 0.7, "(": 0.2, "e": 0.1},
    "t": {"(": 0.6, " ": 0.4},
    "1": {"0": 0.5, ";": 0.5},
    "0": {"0": 0.2, ";": 0.8},
    '"': {"a": 0.5, ";": 0.5},
    "a": {'"': 1},
    "(": {")": 1},
    ")": {";": 1},
    ";": {"\n": 1},
    "\n": {" ": 1},
}


def after(predictor: Predictor, text: str, language: str = "java") -> Reading:
    """The reading after a text."""
    return predictor.read(predictor.start(language), text)[1]


def found(predictor: Predictor, text: str, prefix: str = "", **options: int) -> dict[str, float]:
    """Candidates' probabilities by their text."""
    candidates = next_tokens(predictor, after(predictor, text), language="java", prefix=prefix, **options)
    return {candidate.text: candidate.probability for candidate in candidates}


def test_a_tokens_probability_includes_that_it_ends_there(build: Build) -> None:
    candidates = found(build(WORDS), "  ")
    # g, e, then t (0.7) and an end (1); or an end after ge (0.2); or e again, then t or an end …
    assert candidates["get"] == pytest.approx(0.5 * 0.7, abs=1e-4)
    assert candidates["ge"] == pytest.approx(0.5 * 0.2, abs=1e-4)
    assert candidates["geet"] == pytest.approx(0.5 * 0.1 * 0.7, abs=1e-4)
    assert candidates["set"] == pytest.approx(0.3 * 0.7, abs=1e-4)
    assert candidates["("] == pytest.approx(0.04, abs=1e-4)
    assert candidates["1"] == pytest.approx(0.1 * 0.5, abs=1e-4)


def test_candidates_are_ranked_distinct_and_share_one_probability(build: Build) -> None:
    probabilities = list(found(build(WORDS), "  ").values())
    assert probabilities == sorted(probabilities, reverse=True)
    assert len(probabilities) == 10
    assert 0.8 < sum(probabilities) <= 1


def test_a_half_typed_word_is_continued_not_repeated(build: Build) -> None:
    assert found(build(WORDS), "  g", "g", top=2) == {
        "et": pytest.approx(0.7, abs=1e-4),
        "e": pytest.approx(0.2, abs=1e-4),
    }


def test_a_number_half_typed_stays_a_number(build: Build) -> None:
    candidates = next_tokens(build(WORDS), after(build(WORDS), "  1"), language="java", prefix="1")
    assert [candidate.text for candidate in candidates][:2] == ["0", "00"]
    assert {candidate.kind for candidate in candidates} == {"number"}


def test_one_space_may_come_before_a_token_but_not_before_the_rest_of_a_word(build: Build) -> None:
    spaced: Followers = {"=": {" ": 1}, " ": {"x": 0.5, " ": 0.5}, "x": {";": 1}, "e": {" ": 0.9, "x": 0.1}}
    assert found(build(spaced), "=", top=1) == {" x": pytest.approx(0.5, abs=1e-4)}
    assert set(found(build(spaced), "e", "e")) == {"x"}


def test_strings_run_to_their_closing_mark_and_never_end_open(build: Build) -> None:
    strings: Followers = {"=": {'"': 1}, '"': {"a": 0.6, ";": 0.4}, "a": {'"': 1}}
    candidates = next_tokens(build(strings), after(build(strings), "="), language="java", prefix="", top=3)
    assert candidates[0] == Candidate('"a"', pytest.approx(0.6, abs=1e-4), "string", pytest.approx(0.6, abs=1e-4))  # type: ignore[arg-type]
    assert all(candidate.text.endswith('"') for candidate in candidates)
    shut = next_tokens(build(strings), after(build(strings), "a"), language="java", prefix="", top=1, quotes=False)
    assert (shut[0].text, shut[0].kind) == ('"', "operator")


def test_operators_are_taken_whole(build: Build) -> None:
    operators: Followers = {"x": {"=": 0.6, "/": 0.4}, "=": {"=": 0.7, " ": 0.3}, "/": {"/": 0.9, " ": 0.1}}
    candidates = found(build(operators), "x")
    assert candidates["=="] == pytest.approx(0.6 * 0.7, abs=1e-4)
    assert candidates["="] == pytest.approx(0.6 * 0.3, abs=1e-4)
    assert candidates["/"] == pytest.approx(0.4 * 0.1, abs=1e-4), "the opening of a comment is no candidate"
    assert "//" not in candidates


def test_kinds_tell_keywords_from_identifiers(build: Build) -> None:
    predictor = build({"=": {"i": 0.5, "(": 0.1, "1": 0.4}, "i": {"n": 0.5, "f": 0.5}, "n": {";": 1}, "f": {";": 1}})
    candidates = next_tokens(predictor, after(predictor, "="), language="java", prefix="")
    kinds = {candidate.text: candidate.kind for candidate in candidates}
    assert (kinds["if"], kinds["in"], kinds["("], kinds["1"]) == ("keyword", "identifier", "operator", "number")


def test_nothing_that_starts_a_line_or_a_document_is_offered(build: Build) -> None:
    predictor = build({";": {"\n": 0.9, "\t": 0.05, "}": 0.05}})
    assert set(found(predictor, ";")) == {"}"}


def test_a_stopped_search_gives_what_it_has(build: Build) -> None:
    reading = after(build(WORDS), "  ")
    stopped = next_tokens(build(WORDS), reading, language="java", prefix="", should_stop=lambda: True)
    assert [candidate.text for candidate in stopped] == ["("]


def test_the_longest_token_is_bounded(build: Build) -> None:
    endless: Followers = {"=": {"a": 1}, "a": {"a": 0.99, ";": 0.01}}
    candidates = found(build(endless), "=", longest=5)
    assert max(map(len, candidates)) == 5
    assert candidates["a" * 5] == pytest.approx(0.99**4 * 0.01, rel=1e-2)


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet='ab("=. 1/_', max_size=12), st.booleans())
def test_any_place_gives_whole_one_line_candidates(predictor: Predictor, text: str, quotes: bool) -> None:
    candidates = next_tokens(predictor, after(predictor, text), language="java", prefix="", quotes=quotes, longest=12)
    texts = [candidate.text for candidate in candidates]
    assert len(set(texts)) == len(texts) <= 10
    assert all(text.strip() and text.lstrip(" ") == text[text[0] == " " :] for text in texts)
    assert not any("\n" in text or "\ufffd" in text for text in texts)
    assert sum(candidate.probability for candidate in candidates) <= 1 + 1e-3


def test_ending_costs_what_everything_else_leaves(build: Build) -> None:
    bits = ending_bits(build(WORDS), after(build(WORDS), "  ge"), "ge", "java")
    assert bits == pytest.approx(-math.log2(0.2), abs=1e-3)
