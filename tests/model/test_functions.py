from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.functions import Function, functions_of
from peephole.model.lexis import tokens

JAVA = """\
package a;

@Deprecated
public final class Box<T extends Comparable<T>> {
    private final int[] sizes = {1, 2};
    private final Runnable run = () -> { work(); };

    Box(int size) {
        if (size > 0) { grow(size); }
    }

    @SuppressWarnings({"a", "b"})
    public <R> Map<String, R> grow(int by, String why) throws IOException {
        for (int i = 0; i < by; i++) { each(i); }
        items.forEach(x -> {
            try { x.run(); } catch (Error e) { }
        });
        return new Thread() {
            @Override public void run() { }
        };
    }

    abstract void nothing();

    enum Colour { RED(1) { int id() { return 1; } }, BLUE(2); Colour(int n) { } }

    record Point(int x, int y) { }

    static Class<?> type() { return Box.class; }
}
"""

PYTHON = '''\
import os

@decorated(1)
@again
async def first(a,
    b=(1, 2)):
    """Text
at the margin."""
    if a:
        return b

    # the end


class Box(Base):
    size = 1

    def grow(self): return 1
    def shrink(self):
        def inner():
            pass
        return inner

x = "def no(): pass"
'''


def named(text: str, language: str) -> dict[str, str]:
    """Each one's text by its name."""
    return {each.name: text[each.start : each.end] for each in found(text, language)}


def found(text: str, language: str) -> list[Function]:
    return functions_of(text, tokens(text, language), language)


def test_javas_methods_constructors_and_classes_are_found_from_header_to_brace() -> None:
    kinds = [(each.kind, each.name) for each in found(JAVA, "java")]
    assert kinds == [
        ("class", "Box"),
        ("function", "Box"),
        ("function", "grow"),
        ("function", "run"),
        ("class", "Colour"),
        ("function", "id"),
        ("function", "Colour"),
        ("class", "Point"),
        ("function", "type"),
    ]
    texts = named(JAVA, "java")
    assert texts["grow"].startswith('@SuppressWarnings({"a", "b"})')
    assert texts["grow"].endswith("};\n    }")
    assert texts["id"] == "int id() { return 1; }"
    assert texts["Point"] == "record Point(int x, int y) { }"


def test_pythons_functions_and_classes_end_with_their_last_line_of_code() -> None:
    assert [(each.kind, each.name) for each in found(PYTHON, "python")] == [
        ("function", "first"),
        ("class", "Box"),
        ("function", "grow"),
        ("function", "shrink"),
        ("function", "inner"),
    ]
    texts = named(PYTHON, "python")
    assert texts["first"].startswith("@decorated(1)\n@again\nasync def first(")
    assert texts["first"].endswith("return b")
    assert texts["grow"] == "def grow(self): return 1"
    assert texts["inner"] == "def inner():\n            pass"
    assert texts["Box"].endswith("return inner")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("fun grow(by: Int): Int {", "grow"),
        ("func (b *Box) grow(by int) error {", "grow"),
        ("pub fn grow<T>(by: T) -> Result {", None),
        ("fn grow(by: u8) -> u8 {", "grow"),
        ("function grow(by) {", "grow"),
        ("items.each(x) {", None),
        ("if (x) {", None),
    ],
)
def test_in_another_language_a_word_announces_a_function(line: str, name: str | None) -> None:
    assert [each.name for each in found(f"{line}\n  x\n}}\n", "other")] == ([name] if name else [])


def test_what_is_being_typed_ends_with_the_text_and_swallows_nothing() -> None:
    assert named("class A {\n  void a() { if (x\n", "java") == {
        "A": "class A {\n  void a() { if (x",
        "a": "void a() { if (x",
    }
    texts = named("def a():\n    call(1,\n\ndef b():\n    pass\n", "python")
    assert texts == {"a": "def a():\n    call(1,", "b": "def b():\n    pass"}


@pytest.mark.parametrize("language", ["java", "python", "other"])
@given(text=st.text(st.sampled_from("def class fun a(){};=@\n\t \"'#/*\\"), max_size=80) | st.text(max_size=40))
def test_any_text_has_functions_that_lie_in_it_in_order(language: str, text: str) -> None:
    functions = found(text, language)
    for each in functions:
        assert 0 <= each.start <= each.name_start < each.end <= len(text)
        assert text.startswith(each.name, each.name_start)
    assert all(earlier.start <= later.start for earlier, later in pairwise(functions))
