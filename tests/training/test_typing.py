"""Somebody who types: every keystroke and every character is accounted for, whatever is suggested."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_bigram_checkpoint, write_tiny_checkpoint
from hypothesis import given
from hypothesis import strategies as st
from sample_code import java_file, python_file

from peephole.model.library import Library, Shelved
from peephole.model.predictor import Predictor
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.runtime import Runtime
from peephole.model.tape import Tape
from peephole.server.lexing import Lexing
from peephole.server.settings import Settings
from peephole.training.evaluation.typing_simulation import (
    STRETCH,
    Desk,
    Latencies,
    Stretches,
    TypingSimulation,
    standard_error,
)
from peephole.training.evaluation.typist import Account, Offer, Truth, type_stretch
from peephole.training.texts import Text

TEXT = 'int count = size;\n// the size of it\nreturn "a b" + count;\n'


def typed(text: str, offers: dict[int, Offer]) -> Account:
    """What it costs to type a text where this is shown."""
    account = Account()
    assert type_stretch(Truth(text, "java"), 0, len(text), lambda at: offers.get(at, Offer()), account) == len(text)
    return account


def test_where_nothing_is_offered_nothing_is_saved() -> None:
    account = typed(TEXT, {})
    assert (account.keystrokes, account.characters, account.saved) == (len(TEXT), len(TEXT), 0)
    assert account.lists.to_json()["shown"] == account.ghosts.to_json()["shown"] == 0


def test_who_is_always_offered_the_rest_of_the_line_presses_once_a_line_and_types_its_end() -> None:
    truth, account = Truth(TEXT, "java"), Account()
    type_stretch(truth, 0, len(TEXT), lambda at: Offer(ghost=TEXT[at : TEXT.index("\n", at)]), account)
    lines = TEXT.count("\n")
    assert (account.typed, account.keystrokes) == (lines, 2 * lines)
    assert account.saved == pytest.approx(1 - 2 * lines / len(TEXT))
    ghosts = account.ghosts
    assert (ghosts.shown, ghosts.right, ghosts.whole_lines, ghosts.wrong_characters) == (lines, lines, lines, 0)


def test_an_item_costs_a_press_and_one_more_for_each_above_it() -> None:
    account = typed("count\n", {0: Offer(("size", "total", "count"))})
    assert account.lists.taken.to_json() == {"accepted": 1, "presses": 3, "inserted_characters": 5}
    assert account.keystrokes == 4
    assert account.lists.ranks.to_json() == {"count": 1, "mrr10": pytest.approx(1 / 3), "top1": 0, "top5": 1}


@pytest.mark.parametrize(
    "offer",
    [
        Offer(("a", "b", "c", "d", "e", "count")),  # she reads five
        Offer(("a", "b", "c", "d", "count"[:5] + "s")),
        Offer(("coun",), "coun"),  # of a longer word
        Offer(("size",), "counts;"),
    ],
)
def test_what_is_too_far_down_wrong_or_half_a_word_is_not_taken(offer: Offer) -> None:
    account = typed("count;\n", {0: offer})
    assert account.keystrokes == account.characters == 7
    assert account.ghosts.wrong_characters == len(offer.ghost)


def test_what_saves_nothing_is_typed_and_of_two_she_takes_what_saves_more() -> None:
    assert typed(";\n", {0: Offer((";",), ";")}).typed == 2
    more = typed("count = size;\n", {0: Offer(("count",), "count = size;")})
    assert (more.ghosts.taken.times, more.lists.taken.times, more.keystrokes) == (1, 0, 2)
    less = typed("count = size;\n", {0: Offer(("x", "count"), "count"), 5: Offer((" =",))})
    assert (less.ghosts.taken.times, less.lists.taken.times) == (1, 1)


def test_a_ghost_text_that_stays_while_it_is_typed_along_counts_once() -> None:
    ghosts = typed("count\n", {0: Offer(ghost="cost"), 1: Offer(ghost="ost"), 2: Offer(ghost="us")}).ghosts
    assert (ghosts.asked, ghosts.shown, ghosts.wrong_characters) == (6, 2, 6)


def test_inside_comments_and_strings_a_word_is_what_a_token_is_in_code() -> None:
    truth = Truth(TEXT, "java")
    comment, string = TEXT.index("the"), TEXT.index('"a') + 1
    assert truth.agrees(comment, "the")
    assert not truth.agrees(comment, "th")
    assert truth.agrees(string, "a")
    assert truth.agrees(string - 1, '"a b"')
    assert not Truth("a += b\n", "java").agrees(2, "+")


def test_a_list_can_be_right_where_the_word_goes_on_or_a_token_follows_on_the_line() -> None:
    text = "ab cd\n  ef"
    assert [Truth(text, "java").goes_on(at) for at in range(len(text))] == [
        *[True, True, False],  # a, b, behind ab: only more of the word is offered
        *[True, True, False],
        *[False, True],  # of two spaces the second is one before a token
        *[True, True],
    ]


@st.composite
def situations(draw: st.DrawFn) -> tuple[str, int, int, dict[int, Offer]]:
    """A text, a stretch of it, and what is offered at each place: often what comes, sometimes anything."""
    text = draw(st.text('ab_ =;\n"/(', min_size=1, max_size=60))
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start, len(text)))
    offers = {}
    for at in range(start, end):
        pieces = st.one_of(
            st.integers(0, 12).map(lambda size, at=at: text[at : at + size]), st.text("ab_ =;\n", max_size=4)
        )
        offers[at] = Offer(tuple(draw(st.lists(pieces, max_size=7))), draw(pieces))
    return text, start, end, offers


@given(situations())
def test_characters_typed_and_inserted_are_the_text_and_no_suggestion_costs_more_than_typing(
    situation: tuple[str, int, int, dict[int, Offer]],
) -> None:
    text, start, end, offers = situation
    account = Account()
    reached = type_stretch(Truth(text, "java"), start, end, lambda at: offers[at], account)
    taken = account.lists.taken, account.ghosts.taken
    assert account.typed + sum(each.characters for each in taken) == reached - start == account.characters
    assert end <= reached <= len(text)
    assert account.keystrokes + account.saved * account.characters == pytest.approx(account.characters)
    assert all(each.presses + each.times <= each.characters for each in taken)
    assert account.lists.asked == account.ghosts.asked == account.typed + sum(each.times for each in taken)
    assert account.ghosts.right <= account.ghosts.shown <= account.ghosts.asked


@given(st.text("ab1 +e.\n\"'/*#\\", min_size=1, max_size=40), st.sampled_from(["java", "python"]))
def test_the_place_of_the_cursor_is_told_as_the_server_tells_it(text: str, language: str) -> None:
    truth = Truth(text, language)
    for at in range(len(text) + 1):
        assert truth.is_in_text(at) == Lexing(language).is_in_text(text[:at], at, lambda: False)


def simulate(predictor: Predictor, text: str, places: int = 1, libraries: Libraries = NO_LIBRARIES) -> TypingSimulation:
    """A text typed at sampled places."""
    named = Text("A.java", text, "A.java")
    simulation = TypingSimulation(predictor, "java", Stretches([named], "java", places))
    simulation.measure(named, libraries)
    return simulation


def test_a_network_that_knows_what_follows_saves_all_but_a_press_and_a_newline_a_line(tmp_path: Path) -> None:
    followers = {"java": {"a": 1}, "a": {"b": 1}, "b": {"c": 1}, "c": {"\n": 1}, "\n": {"a": 1}}
    predictor = Predictor(Runtime(write_bigram_checkpoint(tmp_path / "model", followers)))
    found = simulate(predictor, "abc\n" * 10).to_json()
    assert (found["characters"], found["typed_characters"], found["keystrokes"]) == (40, 10, 20)
    assert found["saved"] == 0.5
    assert found["popup"]["where_one_can_be_right"]["top1"] == 1
    assert found["ghost"]["whole_lines_share"] == 1
    assert found["latency"]["popup"]["count"] == 20
    assert 0 < found["latency"]["ghost"]["clock_ms"]["p50"] <= found["latency"]["ghost"]["clock_ms"]["p99"]


def test_a_network_that_knows_nothing_offers_nothing_and_saves_nothing(tmp_path: Path) -> None:
    predictor = Predictor(Runtime(write_bigram_checkpoint(tmp_path / "model", {})))
    found = simulate(predictor, "abc\n" * 10).to_json()
    assert (found["saved"], found["keystrokes"], found["characters"]) == (0, 40, 40)
    assert (found["popup"]["shown"], found["ghost"]["shown"]) == (0, 0)
    assert found["ghost"]["wrong_characters_per_accepted"] is None


def test_what_is_offered_is_what_a_fresh_reading_with_the_same_libraries_offers(tmp_path: Path) -> None:
    predictor = Predictor(Runtime(write_tiny_checkpoint(tmp_path / "model", gate=True)))
    text = java_file(1, methods=2)
    library = Library.build([Shelved("B.java", java_file(1, methods=3))], predictor.vocabulary)
    seen = []
    for libraries in (NO_LIBRARIES, Libraries(library, library)):
        tape = Tape(predictor, "java")
        tape.consult(libraries)
        desk = Desk(tape, Truth(text, "java"), Latencies())
        desk.open(10)
        offers = [desk.offer(at) for at in (10, 11, 12, 20, 40)]
        for at, offer in zip((10, 11, 12, 20, 40), offers, strict=True):
            tape = Tape(predictor, "java")
            tape.consult(libraries)
            assert Desk(tape, Truth(text, "java"), Latencies()).offer(at) == offer
        seen.append(offers)
    assert seen[0] != seen[1]


def test_stretches_are_the_same_each_time_and_never_overlap() -> None:
    texts = [Text(name, python_file(n, functions=40), name) for n, name in enumerate("abc")]
    everything = Stretches(texts, "python", 10**6)
    assert everything.size == everything.of
    for text in texts:
        assert "".join(text.text[start:end] for start, end in everything.within(text)) == text.text
    licence = Text("L", "# Copyright somebody\n" + python_file(1), "L")
    assert next(Stretches([licence], "python", 10**6).within(licence))[0] == len("# Copyright somebody\n")
    some, again = (Stretches(texts, "python", 5) for _ in range(2))
    chosen = [list(some.within(text)) for text in texts]
    assert chosen == [list(again.within(text)) for text in texts]
    assert sum(map(len, chosen)) == some.size == 5
    assert all(end - start <= STRETCH for places in chosen for start, end in places)


def test_the_standard_error_is_that_of_samples_drawn_again() -> None:
    generator = np.random.default_rng(1)
    characters = generator.integers(300, 500, 60)
    keystrokes = np.round(characters * generator.uniform(0.3, 0.9, 60)).astype(int)
    costs = list(zip(characters.tolist(), keystrokes.tolist(), strict=True))
    drawn = generator.integers(0, 60, (4000, 60))
    shares = keystrokes[drawn].sum(axis=1) / characters[drawn].sum(axis=1)
    assert standard_error(costs) == pytest.approx(shares.std(), rel=0.1)
    assert standard_error(costs[:1]) is None
    assert standard_error([(100, 50), (200, 100)]) == pytest.approx(0)


def test_the_servers_defaults_are_what_is_simulated(tmp_path: Path) -> None:
    settings = Settings()
    predictor = Predictor(Runtime(write_bigram_checkpoint(tmp_path / "model", {})))
    assert simulate(predictor, "a\n").to_json()["offered"] == {
        "items": settings.completion.max_items,
        "least_item": settings.completion.least_probability,
        "least_line": settings.inline_completion.least_probability,
        "least_lines": settings.inline_completion.least_probability_of_lines,
        "most_lines": settings.inline_completion.max_lines,
        "items_looked_at": 5,
        "beam_width": settings.completion.beam_width,
    }
