"""Where a continuation was read before."""

from peephole.model.citation import Source, agreement, cite
from peephole.model.predictor import Predictor
from peephole.model.tape import Tape

TEXT = "total = basket.price()\nprint(total)\nbasket.pay(total)\nleft = basket.p"


def test_a_citation_names_the_line_where_it_stood_behind_the_most_like_context(predictor: Predictor) -> None:
    reading = predictor.read(predictor.start("python"), TEXT)[1]
    assert cite(reading, "rice()") == Source(None, 1, len(" = basket.p"))
    assert cite(reading, "ay") == Source(None, 3, len("basket.p"))
    assert cite(reading, "ut") is None
    assert cite(reading, "") is None


def test_what_stands_behind_the_cursor_is_not_cited(predictor: Predictor) -> None:
    tape = Tape(predictor, "python")
    tape.edit("basket.p\nbasket.put()\nbasket.pay()\n")
    tape.advance_to(len(tape.text))
    reading = tape.reading_at(len("basket.p"))
    assert reading is not None
    assert cite(reading, "ay") is None
    again = tape.reading_at(len("basket.p\nbasket.put()\nbasket.p"))
    assert again is not None
    assert cite(again, "ut") == Source(None, 2, len("\nbasket.p"))


def test_what_has_nothing_in_common_with_the_place_is_no_source(predictor: Predictor) -> None:
    assert cite(predictor.read(predictor.start("java"), "a(bar\nx[")[1], "bar") is None


def test_the_network_alone_cites_nothing(predictor: Predictor) -> None:
    alone = predictor.alone()
    assert cite(alone.read(alone.start("python"), TEXT)[1], "ay") is None


def test_agreement_counts_back_from_both_ends(predictor: Predictor) -> None:
    text = predictor.vocabulary.encode("xabcd yabcd")
    assert [agreement(text, place) for place in (0, 1, 5, 11)] == [0, 0, 4, 11]
