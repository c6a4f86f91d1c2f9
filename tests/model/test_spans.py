"""Improbable spans on a bigram model: what belongs there, what does not, and what is merely rare."""

from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_bigram_checkpoint

from peephole.model.evidence import Evidence, weigh_place
from peephole.model.predictor import Predictor
from peephole.model.rewrites import Place
from peephole.model.runtime import Runtime
from peephole.model.spans import ImprobableSpan, Known, improbable_spans, places_to_examine
from peephole.model.tape import Tape

RARE = 0.001
# "= 0;" is the rule; names (after a space) are anything; a quotation mark after "(" is the rule, what follows free.
FOLLOWERS = {
    "=": {"0": 1, "x": RARE, '"': RARE, "/": RARE},
    "0": {";": 1, "1": RARE},
    "x": {";": 1},
    ";": {"\n": 1},
    "\n": {" ": 1, "=": 1},
    " ": {"a": 1, "b": 1, "c": 1, "f": 1, ".": 1, "q": RARE / 10},
    "(": {'"': 1, "0": RARE},
    '"': {"a": 1, "z": RARE, ")": 1, ";": 1},
    "a": {"=": 1, "\n": 1},
    ")": {";": 1},
}


@pytest.fixture(scope="module")
def clear(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """A predictor that knows those rules."""
    folder: Path = tmp_path_factory.mktemp("spans") / "model"
    return Predictor(Runtime(write_bigram_checkpoint(folder, FOLLOWERS)))


def check(predictor: Predictor, text: str, sensitivity: float = 10.0) -> list[tuple[str, str | None]]:
    """The spans found, as (written, alternative)."""
    return [(text[span.start : span.end], span.alternative) for span in spans(predictor, text, sensitivity)]


def spans(predictor: Predictor, text: str, sensitivity: float = 10.0, **options: int) -> list[ImprobableSpan]:
    """The spans found in a Java text that was read whole."""
    return improbable_spans(predictor, read(predictor, text, "java"), sensitivity=sensitivity, **options)


def read(predictor: Predictor, text: str, language: str) -> Tape:
    """A tape of the text, read to its end."""
    tape = Tape(predictor, language)
    tape.edit(text)
    tape.advance_to(len(text))
    return tape


def test_a_wrong_name_where_one_token_belongs_is_found_with_its_evidence(clear: Predictor) -> None:
    (span,) = spans(clear, "=x;\n a")
    assert (span.start, span.end, span.alternative, span.reason) == (1, 2, "0", "expected")
    assert span.bits == pytest.approx(10, abs=0.1)
    assert span.evidence_bits == pytest.approx(10, abs=0.1), "what follows is as likely behind either"
    assert span.alternative_probability == pytest.approx(1, abs=0.01)


def test_a_string_where_a_number_belongs_is_found_whole(clear: Predictor) -> None:
    assert check(clear, '="a";') == [('"a"', "0")]


def test_a_literal_where_none_of_its_kind_belongs_needs_no_alternative(clear: Predictor) -> None:
    (span,) = (each for each in spans(clear, '\n b "a"', 30) if each.reason == "kind")
    assert (span.start, span.end, span.alternative, span.alternative_probability) == (4, 7, None, 0)
    assert span.bits == span.evidence_bits > 20


def test_a_string_that_begins_a_line_says_what_the_line_above_is_for(clear: Predictor) -> None:
    assert [span for span in spans(clear, '\n "a"', 100) if span.start == 2] == []


def test_what_a_string_says_is_free(clear: Predictor) -> None:
    assert check(clear, '("zzz");') == []


def test_what_a_comment_says_is_free(clear: Predictor) -> None:
    assert [span for span in spans(clear, "=/*x*/") if span.start > 1] == []


def test_probable_code_has_no_spans(clear: Predictor) -> None:
    assert check(clear, "=0;\n a") == []


def test_the_token_that_is_missing_is_named_where_it_belongs(clear: Predictor) -> None:
    assert check(clear, "=0\n=0;\n=0;") == [("0", "0;")]


def test_only_the_asked_range_is_examined(clear: Predictor) -> None:
    text = "=x;\n a=x;"
    assert [span.start for span in spans(clear, text)] == [1, 7]
    assert [span.start for span in spans(clear, text, start=4)] == [7]
    assert [span.start for span in spans(clear, text, end=4)] == [1]


def test_a_range_has_the_spans_that_the_whole_text_has_there(clear: Predictor) -> None:
    text = "=x;\n a=x;"
    for most in range(9):
        whole = spans(clear, text, most_examined=most)
        for start in (0, 1, 2, 4, 7, 8):
            found = spans(clear, text, most_examined=most, start=start)
            assert found == [span for span in whole if span.start >= start]


def test_what_was_weighed_is_kept_for_who_was_stopped(clear: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    weighed: list[Place] = []

    def counted(predictor: Predictor, tape: Tape, place: Place, *others: Any, **more: Any) -> list[Evidence] | None:
        found = weigh_place(predictor, tape, place, *others, **more)
        weighed.extend([place] if found is not None else [])
        return found

    monkeypatch.setattr("peephole.model.spans.weigh_place", counted)
    tape = read(clear, "=x;\n a=x;\n (01;\n a=x;", "java")
    whole = improbable_spans(clear, tape, sensitivity=100)
    places = len(weighed)
    known: Known = {}
    for patience in range(1, 200):
        stop = iter([*[False] * patience, *[True] * 1_000])
        found = improbable_spans(clear, tape, sensitivity=100, known=known, should_stop=partial(next, stop))
        if len(known) == places:
            break
    assert found == whole != []
    assert len(weighed) == 2 * places


def test_no_more_places_are_weighed_than_are_wanted(clear: Predictor) -> None:
    text = "=x;\n a=x;"
    assert spans(clear, text, most_examined=0) == []
    assert len(spans(clear, text, most_examined=2)) < len(spans(clear, text, most_examined=8)) == 2


def test_more_lines_are_worth_more_places() -> None:
    few, many = (places_to_examine("\n" * lines) for lines in (10, 5000))
    assert many > 10 * few


def test_the_higher_the_sensitivity_the_more_is_found_and_nothing_is_lost(clear: Predictor) -> None:
    text = "=x;\n a=01;\n (0;"
    found = [{(s.start, s.end) for s in spans(clear, text, sensitivity)} for sensitivity in (0, 0.01, 1, 30)]
    assert found[0] == set()
    assert all(len(less) <= len(more) for less, more in pairwise(found))
    assert found[-1]


def test_a_span_says_from_which_sensitivity_it_is_reported(clear: Predictor) -> None:
    (span,) = spans(clear, "=x;\n a")
    assert spans(clear, "=x;\n a", span.least_sensitivity * 1.01)
    assert not spans(clear, "=x;\n a", span.least_sensitivity * 0.99)


def test_spans_beyond_what_was_read_are_not_guessed(clear: Predictor) -> None:
    tape = Tape(clear, "java")
    tape.edit("=x;\n a=x;")
    tape.advance_to(4)
    assert [span.start for span in improbable_spans(clear, tape, sensitivity=10)] == [1]
    assert tape.fed == 4


def test_a_stopped_check_gives_what_it_has(clear: Predictor) -> None:
    tape, polls = read(clear, "=x;\n a=x;", "java"), iter(range(1000))
    assert improbable_spans(clear, tape, sensitivity=10, should_stop=lambda: True) == []
    assert len(improbable_spans(clear, tape, sensitivity=10, should_stop=lambda: next(polls) > 6)) <= 1


def test_examining_leaves_the_places_where_somebody_types(clear: Predictor) -> None:
    tape = read(clear, "".join(f"a{number}=x;\n" for number in range(100, 170)), "java")
    tape.reading_at(7)
    improbable_spans(clear, tape, most_examined=200)
    assert 7 in tape.snapshots_at()
