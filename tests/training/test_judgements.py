"""Each rule has a text that keeps it and one that breaks it, and a text may end anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_code import java_file, python_file

from peephole.training.sampling.finding import Finding, Rule, Tally, Written
from peephole.training.sampling.indentation import judge_indentation
from peephole.training.sampling.members import find_members
from peephole.training.sampling.names import judge_names
from peephole.training.sampling.returns import judge_returns
from peephole.training.sampling.rules import RULES, judge_brackets, judge_parsing

JAVA = """\
package a.b;

import java.util.List;

public class Basket {
    private int total = 0;
    private final int[] prices = {1, 2};

    @Override
    public int sum(List<Integer> items, int limit) {
        int sum = 0;
        for (int item : items) {
            if (item < limit) {
                sum += item;
            } else {
                sum -= item;
            }
        }
        items.forEach(each -> {
            System.out.println(each + total + java.util.Locale.ROOT.getCountry());
        });
        switch (limit) {
            case 1:
                return sum;
            default:
                break;
        }
        return sum;
    }

    public void clear() {
        total = 0;
    }
}
"""

PYTHON = '''\
"""Baskets."""

import os

LIMIT = 3


class Basket:
    """Things."""

    def total(self, prices: list[int]) -> int:
        found = [
            price
            for price in prices
        ]
        if not found:
            return 0
        else:
            size = sum(found)
        return size + len(os.name)

    @property
    def empty(self):
        return True


def main():
    basket = Basket()
    print(basket)


if __name__ == "__main__":
    main()
'''

TEXTS = {"java": JAVA, "python": PYTHON}


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_good_code_keeps_every_rule(language: str, rule: Rule) -> None:
    assert rule.judge(Written(TEXTS[language], language)).holds


@pytest.mark.parametrize("language", TEXTS)
def test_good_code_that_is_cut_anywhere_breaks_no_rule(language: str) -> None:
    text = TEXTS[language]
    for end in range(len(text) + 1):
        written = Written(text[:end], language)
        assert written.members.balanced
        assert not written.tree.has_error
        for rule in RULES:
            found = rule.judge(written)
            assert found.right == found.judged or (rule.name == "parsable" and not written.members.end)


@pytest.mark.parametrize(
    ("language", "text", "kept"),
    [
        ("java", "package a;\nclass A {\n int a;\n void f() { g(", "package a;\nclass A {\n int a;\n}"),
        ("java", "class A {\n int[] a = {1}; int b = new int[] {2", "class A {\n int[] a = {1};\n}"),
        ("java", "class A { class B { void f() {} } class C { int i", "class A { class B { void f() {} }\n}"),
        ("java", "@interface A { String[] value() default {}; int b", "@interface A { String[] value() default {};\n}"),
        ("java", "class A { Runnable r = new Runnable() { void f() {} ", ""),
        ("java", "enum A { B { void f() {} }, C; int i; int k", "enum A { B { void f() {} }, C; int i;\n}"),
        ("java", "class A { Object a = B.class; } // class C {\n int", "class A { Object a = B.class; }"),
        ("python", "import a\ntry:\n    b()\nexc", "import a\n"),
        ("python", "import a\nif a:\n    b()\nelse:\n    c()\nd", "import a\nif a:\n    b()\nelse:\n    c()\n"),
        ("python", "import a\nclass A:\n    def f(self):\n        pass\n\n    def g", None),
        ("python", "import a\n@b\ndef c():\n    d()\n", "import a\n"),
        ("python", "class A:\n    def f(self):\n        pas", ""),
    ],
)
def test_a_text_is_kept_up_to_its_last_complete_member(language: str, text: str, kept: str | None) -> None:
    expected = text[: text.rindex("    def")] if kept is None else kept
    assert find_members(text, language).complete(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "balanced"),
    [
        ("java", "class A { String s = \"(\"; char c = '{'; /* ] */ // )\n", True),
        ("java", "class A { void f() { g(h(1); }", False),
        ("java", "class A { void f() { for (;;) { g(", True),
        ("java", "class A { void f() { g(a]", False),
        ("java", "class A { } }", False),
        ("python", "a = '(' # [\nb = (1,\n", True),
        ("python", "a = f(b\n\ndef g():\n    pass\n", False),
        ("python", "a = f(b if c else [d for e in lambda: (", True),
        ("python", "a = {1)\n", False),
        ("python", "a = f(del", True),
    ],
)
def test_brackets_are_closed_by_their_own_kind_or_may_be_behind_the_cut(
    language: str, text: str, balanced: bool
) -> None:
    assert judge_brackets(Written(text, language)).holds == balanced


@pytest.mark.parametrize(
    ("language", "text", "parsable"),
    [
        ("java", "class A { int a; int", True),
        ("java", "class A { int int a; }", False),
        ("java", "class A { void f() { if x { } } }", False),
        ("java", "/** Only the beginning", False),
        ("java", "class A { int a; } )", False),
        ("python", "a = 1\nb", True),
        ("python", "a = = 1\nb = 2\n", False),
        ("python", "else:\n    a\nb\n", False),
    ],
)
def test_what_is_complete_must_parse(language: str, text: str, parsable: bool) -> None:
    assert judge_parsing(Written(text, language)).holds == parsable


@pytest.mark.parametrize(
    ("language", "text", "right", "judged"),
    [
        ("java", "class A {\n  int a;\n  void f() {\n    g();\n  }\n}\n", 6, 6),
        ("java", "class A {\n\tint a;\n\tvoid f()\n\t{\n\t\tg();\n\t}\n}\n", 6, 6),
        ("java", "class A {\n  int a;\n int b;\n}\n", 3, 4),
        ("java", "class A {\n  void f() {\n      g();\n      }\n}\n", 3, 5),
        ("java", "class A {\n  int a = 1 +\n          2;\n  int[] b = {\n        1\n  };\n}\n", 4, 4),
        ("java", "class A {\n  /*\nfree\n  */\n  int a;\n}\n", 3, 3),
        ("java", "class A {\n  { switch (a) {\n  case 1: b();\n    c(); } }\n", 4, 4),
        ("java", "class A {\n  {\n    f(x -> {\n      g();\n    });\n    h();\n  }\n}\n", 8, 8),
        ("java", "class A {\n  int a;\n}}\n", 3, 4),
        ("java", " class A {\n", 0, 1),
        ("python", "if a:\n  b\n  if c:\n    d\ne\n", 5, 5),
        ("python", "if a:\nb\n", 1, 2),
        ("python", "if a:\n    b\n      c\n", 2, 3),
        ("python", "if a:\n    if b:\n        c\n      d\n", 3, 4),
        ("python", "if a:\n    b\nif c:\n  d\n", 3, 4),
        ("python", "a = f(\nb,\n      c)\n'''\n  free\n'''\n    # free\nd = 1 + \\\n      2\n", 3, 3),
    ],
)
def test_lines_are_indented_as_what_is_around_them_demands(language: str, text: str, right: int, judged: int) -> None:
    assert judge_indentation(Written(text, language)) == Finding(right, judged)


@pytest.mark.parametrize(
    ("language", "text", "right", "judged"),
    [
        ("java", "class A { int f() { return 1; } int g() { h(); } void h() { } A() { } int i() { return", 1, 2),
        ("java", "class A { int f() { if (a) { return 1; } } int g() { return; } int h() { throw e; } }", 2, 3),
        ("java", "class A { int f() { g(() -> { return 1; }); } abstract int g(); }", 0, 1),
        ("java", "class A { int f() { new B() { int g() { return 1; } }; } }", 1, 2),
        ("python", "def f() -> int:\n    return 1\ndef g() -> int:\n    h()\ndef h() -> None:\n    i()\nj", 1, 2),
        ("python", "def f():\n    g()\ndef g() -> int:\n    ...\ndef h() -> int:\n    'Doc.'\n    pass\ni", 0, 0),
        ("python", "def f() -> int:\n    raise A\ndef g() -> I:\n    yield 1\ndef h() -> int:\n    return\ni", 2, 3),
        ("python", "def f():\n    '''A.\n\n    Returns:\n      B.\n    '''\n    g()\nh", 0, 1),
        ("python", "def f() -> int:\n    def g():\n        return 1\nh", 0, 1),
    ],
)
def test_methods_that_must_give_something_do(language: str, text: str, right: int, judged: int) -> None:
    assert judge_returns(Written(text, language)) == Finding(right, judged)


def java(body: str, head: str = "", before: str = "") -> Written:
    """A class with a method."""
    return Written(f"{before}class A {head}{{ int field; void f(int a, String... b) {{ {body} }} }}", "java")


@pytest.mark.parametrize(
    ("body", "right", "judged"),
    [
        ("g(a, b, field, FIELD);", 3, 3),
        ("g(c);", 0, 1),
        ("g(c); int c = 1; g(c);", 1, 2),
        ("{ int c = a; } g(c);", 1, 2),
        ("a.c.d(); this.x = a; h(X::y); x: break x;", 2, 2),
        ("for (int i = 0; i < a; i++) g(i); g(i);", 4, 5),
        ("for (B c : b) g(c);", 2, 2),
        ("try (B c = a) { g(c); } catch (E e) { g(e); } g(e);", 3, 4),
        ("g(c -> c, (d, e) -> d + e, (int i) -> i);", 4, 4),
        ("if (a instanceof B c) { g(c); } switch (a) { case B d -> g(d); }", 4, 4),
        ("java.util.List.of(); org.a.B.c();", 0, 0),
        ("new B() { int c; void h() { g(x); } };", 0, 0),
    ],
)
def test_java_names_are_declared_around_their_use(body: str, right: int, judged: int) -> None:
    assert judge_names(java(body)) == Finding(right, judged)


def test_fields_that_may_be_inherited_or_imported_from_anywhere_are_not_judged() -> None:
    assert judge_names(java("g(c);")) == Finding(0, 1)
    assert judge_names(java("g(c);", head="extends B ")) == Finding(0, 0)
    assert judge_names(java("g(c);", before="import static a.B.*; ")) == Finding(0, 0)
    assert judge_names(java("g(c);", before="import static a.B.c; ")) == Finding(1, 1)
    assert judge_names(Written("from a import *\ndef f():\n    return b\nc", "python")) == Finding(0, 0)


@pytest.mark.parametrize(
    ("body", "right", "judged"),
    [
        ("g(a, b, c, d, os, print)", 6, 6),
        ("g(x)", 0, 1),
        ("g(x)\n    x = 1\n    g(x)", 1, 2),
        ("a.x.y(z=a)\n    self.b = a", 3, 3),
        ("g([x for x in a], {y: z for y, z in a})\n    g(x)", 5, 6),
        ("for i, (j, *k) in a:\n        g(i, j, k)", 4, 4),
        ("with a as e, g(b) as (h, i):\n        g(e, h, i)", 5, 5),
        ("try:\n        g()\n    except B as e:\n        g(e)", 1, 1),
        ("if (n := a):\n        g(n, lambda m: m + n, late)", 5, 5),
        ("def h():\n        return x + y\n    x = 1", 1, 2),
        ("import p.q, r as s\n    from t import u, v as w\n    g(p, s, u, w, q, r)", 4, 6),
        ("match a:\n        case [e, B(x=f)]:\n            g(e, f)", 3, 3),
        ("a[b], e.f = 1, 2", 2, 3),
    ],
)
def test_python_names_are_bound_where_they_are_seen(body: str, right: int, judged: int) -> None:
    text = f"import os\nclass A:\n  x = 1\ndef f(a, b=1, *c, **d):\n    {body}\nlate = 1\nend"
    assert judge_names(Written(text, "python")) == Finding(right, judged)


def test_a_text_counts_where_it_has_something_to_judge_and_keeps_a_rule_where_all_is_right() -> None:
    assert Tally.of([Finding(0, 0), Finding(2, 2), Finding(1, 3)]) == Tally(kept=1, texts=2, right=3, judged=5)
    assert Tally.of([]).to_json()["share"] is None


BLOCK = st.recursive(
    st.sampled_from(["a();", "int b = c[d(e)];", 'String s = "})(";', "// }\n"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: "if (x) { " + " ".join(parts) + " }"),
    max_leaves=8,
)
MEMBER = st.recursive(
    st.one_of(st.just("int[] f = {1, 2};"), BLOCK.map(lambda block: f"int g(int x) {{ {block} return x; }}")),
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: "class C { " + " ".join(parts) + " }"),
    max_leaves=6,
)


@given(st.lists(MEMBER, min_size=1, max_size=3), st.floats(0, 1))
def test_balanced_java_stays_balanced_and_parsable_when_cut_to_its_last_complete_member(
    members: list[str], where: float
) -> None:
    whole = "class A { " + " ".join(members) + " }"
    text = whole[: round(where * len(whole))]
    cut = find_members(text, "java")
    assert cut.balanced
    again = find_members(cut.complete(text), "java")
    assert again.balanced
    assert again.unclosed == 0
    assert again.end == len(cut.complete(text))
    assert not Written(text, "java").tree.has_error


@given(st.integers(0, 99), st.floats(0, 1), st.sampled_from(["java", "python"]))
def test_cut_again_a_complete_text_loses_nothing_of_java_and_one_member_of_python(
    seed: int, where: float, language: str
) -> None:
    whole = java_file(seed) if language == "java" else python_file(seed)
    text = whole[: round(where * len(whole))]
    complete = find_members(text, language).complete(text)
    again = find_members(complete, language).complete(complete)
    assert again == complete if language == "java" else complete.startswith(again)
    assert Written(text, language).members.balanced


@given(st.text(st.sampled_from("(){}[];:=\"'\n @#/*abclass def"), max_size=60), st.sampled_from(["java", "python"]))
def test_any_text_can_be_judged(text: str, language: str) -> None:
    written = Written(text, language)
    assert 0 <= written.members.end <= len(text)
    for rule in RULES:
        found = rule.judge(written)
        assert 0 <= found.right <= found.judged
