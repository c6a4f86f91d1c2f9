"""The picture in the terminal: one cell a character, colours only where they will be seen, nothing hidden."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.server.commands.heatmap import LEVELS, Scale, draw, wants_colour

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
HIDDEN = Scale("hidden", 1.0, diverging=True)
GATE = Scale("gate", 1.0, diverging=False)


def picture(text: str, values: list[float], scale: Scale = HIDDEN, *, colour: bool = False) -> list[str]:
    return list(draw(text, values, scale, colour=colour))


def test_blanks_are_drawn_as_cells_of_their_own() -> None:
    assert picture("\ta b\n", [0.0] * 5)[0] == "    1 →   a·b↵"


def test_digits_stand_under_their_characters() -> None:
    assert picture("abcd", [-1.0, 0.0, 0.5, 1.0])[:2] == ["    1 abcd", "      0.79"]


def test_a_gate_runs_from_zero_to_one() -> None:
    assert picture("abcd", [0.0, 0.1, 0.55, 1.0], GATE)[1] == "      .159"


def test_a_wide_character_gets_its_digit_twice_so_that_columns_stay_true() -> None:
    assert picture("漢a", [1.0, -1.0])[:2] == ["    1 漢a", "      990"]


def test_negative_is_red_and_positive_is_blue() -> None:
    (line, *_) = picture("ab", [-1.0, 1.0], colour=True)
    (red, blue) = re.findall(r"48;2;(\d+);\d+;(\d+)m", line)
    assert int(red[0]) > int(red[1])
    assert int(blue[0]) < int(blue[1])


def test_zero_draws_no_background() -> None:
    (line, *_) = picture("abc", [0.0, 0.0, 0.0], colour=True)
    assert "48;2" not in line


def test_a_run_of_one_colour_is_painted_once() -> None:
    (line, *_) = picture("a" * 50, [0.5] * 50, colour=True)
    assert line.count("48;2") == 1


def test_the_scale_is_printed_with_its_ends_and_unit() -> None:
    assert picture("a", [0.0], Scale("surprisal", 8.0, diverging=False, unit="bits"))[-1] == (
        "surprisal: 0 is 0.00 bits, 9 is 8.00 bits, a dot is near zero"
    )
    coloured = ESCAPE.sub("", picture("a", [0.0], Scale("cell", 2.5, diverging=True), colour=True)[-1])
    assert coloured == f"cell: -2.50 {' ' * (LEVELS + 1)} 2.50"


def test_a_signal_that_is_zero_everywhere_can_be_drawn() -> None:
    assert picture("ab", [0.0, 0.0], Scale("cell", 0.0, diverging=True))[1] == "      .."


@given(st.text(max_size=60), st.booleans())
def test_no_text_can_steer_the_terminal(text: str, colour: bool) -> None:
    drawn = "\n".join(picture(text, [0.5] * len(text), colour=colour))
    plain = ESCAPE.sub("", drawn)
    assert all(character == "\n" or character.isprintable() or character.isspace() for character in plain)
    assert "\x1b" not in plain


@given(st.text("ab \t\n\x0cé漢", max_size=60))
def test_every_line_of_the_text_is_one_line_of_the_picture(text: str) -> None:
    lines = text.count("\n") + (not text.endswith("\n") and text != "")
    assert len(picture(text, [0.5] * len(text), colour=True)) == lines + 2


@pytest.mark.parametrize(
    ("is_terminal", "environment", "expected"),
    [
        (True, {"COLORTERM": "truecolor"}, True),
        (True, {"COLORTERM": "24bit"}, True),
        (True, {"TERM": "xterm-direct"}, True),
        (True, {"TERM": "xterm-256color"}, False),
        (True, {"COLORTERM": "truecolor", "NO_COLOR": "1"}, False),
        (True, {"COLORTERM": "truecolor", "NO_COLOR": ""}, True),
        (False, {"COLORTERM": "truecolor"}, False),
        (True, {}, False),
    ],
)
def test_colour_is_used_only_where_it_will_be_seen(
    is_terminal: bool, environment: dict[str, str], expected: bool
) -> None:
    assert wants_colour(is_terminal, environment) is expected
