"""What may have been meant at a place: every rewriting is an edit that a person can be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.lexis import tokens
from peephole.model.reasons import Reason
from peephole.model.rewrites import Place, Rewrite, place_of, rewrites_at_token, rewrites_in_gap
from peephole.model.search import Candidate
from peephole.model.slips import Names

PIECES = ["name", "nmae", " ", "\n", "(", ")", "[", "]", ", ", "1", "'s'", "+", "if", "// c\n", ".", "return ", "first"]
EXPECTED = [Candidate(text, 0.5, "identifier", 0.5) for text in ("name", "(", " first", ";")]


def places(text: str, language: str = "java") -> list[Place]:
    """The places of all tokens that are no blanks."""
    found = list(tokens(text, language))
    blank = ("space", "newline")
    return [place_of(text, found, number, language) for number, t in enumerate(found) if t.kind not in blank]


def rewritten(text: str, written: str, reason: Reason) -> list[str]:
    """The text with each rewriting for one reason of the first place where that is written."""
    names = Names(text, list(tokens(text, "java")), "java")
    place = next(place for place in places(text) if place.written == written)
    found = [each for each in rewrites_at_token(place, [], names) if each.reason == reason]
    return [text[: each.start] + each.text + text[each.end :] for each in found]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join), st.sampled_from(["java", "python"]))
def test_what_is_shown_is_what_is_weighed(text: str, language: str) -> None:
    names = Names(text, list(tokens(text, language)), language)
    for place in places(text, language):
        found: list[Rewrite] = list(rewrites_at_token(place, EXPECTED, names))
        if place.before >= 0 and place.gap < place.token.start:
            found += rewrites_in_gap(place, EXPECTED)
        for each in found:
            weighed = text[: each.start] + each.text + text[each.end :]
            start, end = each.shown
            assert text[:start] + each.alternative + text[end:] == weighed
            assert weighed != text


@pytest.mark.parametrize(
    ("text", "written", "expected"),
    [
        ("len[self.entries]", "[", "len(self.entries)"),
        ("items(at(0))", "(", "items[at(0)]"),
        ("items[at(0)[1]]", "[", "items(at(0)[1])"),
        ("len[self.entries]", "len", "len(self.entries)"),
    ],
)
def test_a_bracket_and_the_one_that_closes_it_change_together(text: str, written: str, expected: str) -> None:
    assert rewritten(text, written, "brackets") == [expected]


@pytest.mark.parametrize("text", ["len[self", "len[self\n]", "len[self)", "len[" + "a" * 60 + "]"])
def test_a_bracket_that_this_line_does_not_close_soon_is_left_alone(text: str) -> None:
    assert rewritten(text, "[", "brackets") == []


def test_parameters_stand_in_the_order_that_their_writer_chose() -> None:
    assert rewritten("void put(String key, int value) {}", "String", "swapped") == []
    assert rewritten('put("a key", new Value());', '"a key"', "swapped") == ['put(new Value(), "a key");']


def test_two_arguments_change_places() -> None:
    assert rewritten("put(value, key(1));", "value", "swapped") == ["put(key(1), value);"]
