from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.fitting import Following, unopened, without_overlap
from peephole.model.predictor import Predictor
from peephole.model.structure import Structure


@pytest.mark.parametrize(
    ("ghost", "behind", "kept"),
    [
        ("x, y);", ")", "x, y"),
        ("x, y);", ");", "x, y"),
        ("f(x)", ")", "f(x)"),
        ("f(x))", ")", "f(x)"),
        ('name");', '")', "name"),
        ("'a': 1}", " }", "'a': 1"),
        ("get();", ";", "get()"),
        ("get();", "", "get();"),
        ("x]", ")", "x]"),
        ("x])", ")", "x]"),
        ("\n  x;\n}", "}", "\n  x;\n"),
        (" Says.\n */", " */", " Says.\n "),
        ("one, two", "two)", "one, "),
    ],
)
def test_ghost_text_stops_where_the_line_behind_goes_on(ghost: str, behind: str, kept: str) -> None:
    assert without_overlap(ghost, behind) == kept


@pytest.mark.parametrize(
    ("before", "ghost", "behind", "kept"),
    [
        ("void a() {", "\n  b();\n}", "\n}\n", "\n  b();"),
        ("  void a() {", "\n    b();\n  }", "\n}\n", "\n    b();\n  }"),
        ("a(b,\n    ", "c);", "\n  );", "c"),
        ("import a.", "B;", "\nimport a.B;\n", ""),
        ("import a.", "B;", "\nimport a.C;\n", "B;"),
        ("  if (a) {", "\n    b();\n    c();", "\n    c();\n  }", "\n    b();"),
        ("  if (a) {\n    b();", "\n  }", "\n  }\n", ""),
    ],
)
def test_ghost_text_stops_where_the_next_line_says_the_same(before: str, ghost: str, behind: str, kept: str) -> None:
    assert without_overlap(ghost, behind, Structure(before, "java")) == kept


@given(st.text("a()[]{}\";' ", max_size=12), st.sampled_from(")]}\"'"), st.text(')];" \n', max_size=6))
def test_a_closing_mark_behind_the_cursor_is_not_written_again(ghost: str, closing: str, rest: str) -> None:
    kept = without_overlap(ghost, closing + rest)
    assert ghost.startswith(kept)
    assert unopened(kept, closing) is None
    assert closing in ")]}" or closing not in kept


@given(st.text('a()[";', max_size=8), st.text(')];" ', max_size=6))
def test_what_is_cut_off_begins_as_what_follows_does(ghost: str, behind: str) -> None:
    kept = without_overlap(ghost, behind)
    assert ghost.startswith(kept)
    if kept != ghost:
        assert behind.lstrip().startswith(ghost[len(kept)])


def test_harm_is_what_the_following_text_costs_more(predictor: Predictor) -> None:
    _, reading = predictor.read(predictor.start("java"), "int a = ")
    following = Following(predictor, reading, "\nint b;\n")
    before, _ = predictor.read(reading, "\nint b;\n")
    whole, _ = predictor.read(reading, "c;\nint b;\n")
    assert following.harm_bits("c;") == pytest.approx(float(whole[2:].sum() - before.sum()), abs=1e-3)
    assert (
        Following(predictor, reading, "").harm_bits("c;") == Following(predictor, reading, " \n").harm_bits("c;") == 0
    )
