"""What counts as a slip of the pen, and that the shipped model marks one in a name that a document uses."""

from importlib import resources

import pytest

from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
from peephole.model.lexis import tokens
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.model.slips import Names, is_slip
from peephole.model.spans import ImprobableSpan, improbable_spans
from peephole.model.tape import Tape


@pytest.mark.parametrize(
    ("written", "meant", "slip"),
    [
        ("conut", "count", True),
        ("coun", "count", False),
        ("couunt", "count", True),
        ("cont", "count", True),
        ("coumt", "count", True),
        ("counts", "count", False),
        ("ccount", "count", False),
        ("value1", "value2", False),
        ("val1ue", "value", False),
        ("count", "count", False),
        ("cuont", "count", True),
        ("cnuot", "count", False),
        ("tnuoc", "count", False),
        ("discount", "count", False),
        ("abab", "baba", False),
        ("aab", "ab", False),
        ("posX", "posY", False),
        ("text_file", "test_file", True),
    ],
)
def test_one_letter_inside_a_word_makes_a_slip(written: str, meant: str, slip: bool) -> None:
    assert is_slip(written, meant) == slip
    assert is_slip(meant, written) == slip, "either may be the slip: how often each is used decides"


def names(text: str) -> Names:
    return Names(text, tokens(text, "java"), "java")


def test_a_name_is_meant_only_where_it_is_used_and_the_other_is_not() -> None:
    text = "count + count + conut + cuont + cuont + total; // count count cotal cotal"
    assert list(names(text).meant("conut")) == ["count"]
    assert list(names(text).meant("cuont")) == [], "used twice, so it is meant"
    assert list(names("count conut").meant("conut")) == ["count"], "once is enough: the evidence decides"
    assert list(names(text).meant("totl")) == []
    assert list(names("coat coat boat boat coat coot").meant("coot")) == ["coat"]
    assert list(names("for fro for").meant("fro")) == [], "too short"
    assert list(names("true true tree").meant("tree")) == [], "a keyword is nobody's name"
    assert list(names("".join(f"b{c}nk b{c}nk " for c in "aeiou") + "bnk bynk").meant("bynk")) == [
        "bank",
        "benk",
        "bink",
    ]


@pytest.fixture(scope="module")
def shipped() -> Predictor:
    return Predictor(Runtime(load_checkpoint(shipped_checkpoint_folder())))


def marks(predictor: Predictor, language: str, text: str) -> list[ImprobableSpan]:
    tape = Tape(predictor, language)
    tape.edit(text)
    tape.advance_to(len(text))
    return improbable_spans(predictor, tape)


@pytest.mark.parametrize(
    ("sample", "language", "use", "slip"),
    [
        ("Version.java", "java", "other.minor", "other.mnior"),
        ("journal.py", "python", "for entry in self._entries", "for entry in self._entires"),
    ],
)
def test_a_name_used_everywhere_is_no_surprise_a_slip_of_it_is(
    shipped: Predictor, sample: str, language: str, use: str, slip: str
) -> None:
    text = resources.files("peephole.server").joinpath("samples", sample).read_text(encoding="utf-8")
    place = text.rindex(use)
    assert [mark for mark in marks(shipped, language, text) if place <= mark.start < place + len(use)] == []
    wrong = text[:place] + slip + text[place + len(use) :]
    found = [mark for mark in marks(shipped, language, wrong) if place <= mark.start < place + len(slip)]
    assert [mark.alternative for mark in found] == [use.replace(".", " ").split()[-1].replace("self ", "")]
