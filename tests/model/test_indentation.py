import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.indentation import fits, indentation_of, line_start, unit_of


@pytest.mark.parametrize("unit", ["\t", "  ", "    ", "   "])
def test_the_unit_is_that_of_the_files_blocks(unit: str) -> None:
    java = "class A {\n@int a;\n@int b() {\n@@return c(d,\n@@@@e);\n@}\n}\n".replace("@", unit)
    assert unit_of(java) == unit_of("", java) == unit
    assert unit_of("class A:\n@def b(self):\n@@return 1\n".replace("@", unit)) == unit


def test_where_nothing_is_indented_a_level_is_four_spaces() -> None:
    assert unit_of("") == unit_of("a = 1\nb = 2\n") == "    "


def test_the_star_of_a_javadoc_is_no_level() -> None:
    assert unit_of("/**\n * A\n */\nclass A {\n    int a;\n}\n") == "    "


@given(st.text("a \t\n", max_size=20), st.integers(0, 20))
def test_a_line_starts_behind_the_newline_before_it(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    start = line_start(text, offset)
    assert text[:offset].split("\n")[-1] == text[start:offset]
    assert indentation_of(text[start:]).strip("\t ") == ""


def test_an_indentation_fits_if_it_is_made_of_the_units_characters() -> None:
    assert fits("", "\t")
    assert fits("\t\t", "\t")
    assert not fits("\t ", "\t")
    assert not fits("\t", "  ")
