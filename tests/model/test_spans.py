"""Improbable spans on a bigram model: what belongs there, what does not, and what is merely rare."""

from pathlib import Path

import pytest
from checkpoints import write_bigram_checkpoint

from peephole.model import spans as subject
from peephole.model.lexis import Token
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.model.spans import ImprobableSpan, improbable_spans
from peephole.model.tape import Tape

RARE = 0.001
# "= 0;" is the rule; names (after a space) are anything; a quotation mark after "(" is the rule, what follows free.
FOLLOWERS = {
    "=": {"0": 1, "x": RARE, '"': RARE, "/": RARE},
    "0": {";": 1, "1": RARE},
    "x": {";": 1},
    ";": {"\n": 1},
    "\n": {" ": 1},
    " ": {"a": 1, "b": 1, "c": 1, "f": 1, ".": 1, "q": RARE / 10},
    "(": {'"': 1, "0": RARE},
    '"': {"a": 1, "z": RARE, ")": 1, ";": 1},
    ")": {";": 1},
}


@pytest.fixture(scope="module")
def clear(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """A predictor that knows those rules."""
    folder: Path = tmp_path_factory.mktemp("spans") / "model"
    return Predictor(Runtime(write_bigram_checkpoint(folder, FOLLOWERS)))


@pytest.fixture(scope="module")
def returning(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """A predictor that knows that `a` is what follows a space."""
    folder: Path = tmp_path_factory.mktemp("spans") / "model"
    followers = {"\n": {"r": 1}, "n": {" ": 1}, " ": {"a": 1, "x": RARE}, "x": {"\n": 1}, "a": {"\n": 1}}
    return Predictor(Runtime(write_bigram_checkpoint(folder, followers)))


def check(predictor: Predictor, text: str, **options: float) -> list[tuple[str, str | None]]:
    """The spans found, as (written, alternative)."""
    return [(text[span.start : span.end], span.alternative) for span in spans(predictor, text, **options)]


def spans(predictor: Predictor, text: str, **options: float) -> list[ImprobableSpan]:
    """The spans found in a Java text that was read whole; with 8 bits, for these models are surer than real ones."""
    options = {"threshold_bits": 8.0, **options}
    return improbable_spans(predictor, read(predictor, text, "java"), **options)  # type: ignore[arg-type]


def read(predictor: Predictor, text: str, language: str) -> Tape:
    """A tape of the text, read to its end."""
    tape = Tape(predictor, language)
    tape.edit(text)
    tape.advance_to(len(text))
    return tape


def test_a_wrong_name_where_one_token_belongs_is_found(clear: Predictor) -> None:
    assert check(clear, "=x;") == [("x", "0")]
    (span,) = spans(clear, "=x;")
    assert span.bits == pytest.approx(10, abs=0.1)
    assert span.alternative_probability == pytest.approx(1, abs=0.01)


def test_a_string_where_a_number_belongs_is_found_whole(clear: Predictor) -> None:
    assert check(clear, '="a";') == [('"a"', "0")]


def test_a_literal_where_none_of_its_kind_belongs_needs_no_alternative(clear: Predictor) -> None:
    (span,) = spans(clear, '\n "a"')
    assert (span.start, span.end, span.alternative, span.alternative_probability) == (2, 5, None, 0)
    assert span.bits > 20
    assert check(clear, '\n "a"', kind_bits=60) == []


def test_a_literal_of_a_probable_kind_is_free_to_be_any(clear: Predictor) -> None:
    assert check(clear, "=0;", kind_bits=0.1) == []
    assert check(clear, "=5;", least_alternative=1.1) == [], "some digit was to be expected"


@pytest.mark.parametrize("literal", ['f"a"', ".5"])
def test_a_literal_may_begin_as_others_of_its_kind_do_not(clear: Predictor, literal: str) -> None:
    plain = literal.lstrip("f.")
    # The sign behind is what makes either suspicious: it is improbable, too, but nothing else is sure at its place.
    assert improbable_spans(clear, read(clear, f"\n {literal}@", "python")) == []
    assert improbable_spans(clear, read(clear, f"\n {plain}@", "python")) != []


def test_a_rare_name_among_many_possible_ones_is_no_fault(clear: Predictor) -> None:
    assert check(clear, "\n q", threshold_bits=6) == []


def test_what_a_string_says_is_free(clear: Predictor) -> None:
    assert check(clear, '("zzz");') == []


def test_what_a_comment_says_is_free(clear: Predictor) -> None:
    assert check(clear, "=/*x*/") == []


def test_probable_code_has_no_spans(clear: Predictor) -> None:
    assert check(clear, "=0;\n a") == []


def test_a_word_that_goes_on_too_long_is_found(clear: Predictor) -> None:
    assert check(clear, "=01;") == [("01", "0")]


def test_only_the_asked_range_is_examined(clear: Predictor) -> None:
    text = "=x;\n (0;"
    assert [span.start for span in spans(clear, text)] == [1, 6]
    assert [span.start for span in spans(clear, text, start=4)] == [6]
    assert [span.start for span in spans(clear, text, end=4)] == [1]


def test_the_most_surprising_places_are_examined_first(clear: Predictor) -> None:
    # 26 bits for the bracket, 10 for the x; the sign before the bracket is examined first, on its account.
    assert check(clear, "=x;\n a=);", most_examined=2) == [(")", "0")]


def test_spans_beyond_what_was_read_are_not_guessed(clear: Predictor) -> None:
    tape = Tape(clear, "java")
    tape.edit("=x;\n (0;")
    tape.advance_to(4)
    assert [span.start for span in improbable_spans(clear, tape, threshold_bits=8)] == [1]
    assert tape.fed == 4


def test_a_stopped_check_gives_what_it_has(clear: Predictor) -> None:
    tape = Tape(clear, "java")
    tape.edit("=x;")
    tape.advance_to(3)
    assert improbable_spans(clear, tape, should_stop=lambda: True) == []


def test_a_check_can_be_stopped_between_habits(clear: Predictor) -> None:
    tape, polls = Tape(clear, "java"), iter(range(1000))
    tape.edit("=x;\n" * 30)
    tape.advance_to(len(tape.text))
    assert improbable_spans(clear, tape, should_stop=lambda: next(polls) < 0) == []
    assert next(polls) >= 30


def test_no_more_places_are_compared_with_the_text_than_are_wanted(
    clear: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    is_habit = subject.is_habit

    def counting(text: str, found: list[Token], place: int) -> bool:
        compared.append(place)
        return is_habit(text, found, place)

    monkeypatch.setattr(subject, "is_habit", counting)
    spans(clear, "".join(f"a{number}=x{number};\n" for number in range(100, 140)), most_examined=3)
    assert len(compared) == 3


def test_examining_leaves_the_places_where_somebody_types(clear: Predictor) -> None:
    tape = Tape(clear, "java")
    tape.edit("".join(f"a{number}=x;\n" for number in range(100, 170)))
    tape.advance_to(len(tape.text))
    tape.reading_at(7)
    improbable_spans(clear, tape, most_examined=200)
    assert 7 in tape.snapshots_at()


def test_what_the_document_does_elsewhere_is_no_fault(clear: Predictor) -> None:
    assert check(clear, "=x;\n =x;") == []
    assert check(clear, "=x;\n =xy;") == [("x", "0"), ("xy", "0")], "the same word, not the start of another"


def test_what_is_returned_is_judged_without_the_documents_habits(returning: Predictor) -> None:
    assert check(returning, "return x\nreturn x\n") == [("x", "a"), ("x", "a")]
