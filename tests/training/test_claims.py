"""Each remark of the article is kept by a text that does so and broken by one that does not."""

from __future__ import annotations

import pytest

from peephole.training.sampling.claims import CLAIMS
from peephole.training.sampling.finding import Finding, Written

JAVA = """\
/*
 * Licensed to the Apache Software Foundation.
 */
package a.b;

import java.util.List;

/**
 * Baskets.
 */
public class Basket {
    /**
     * Adds.
     *
     * @param <T> kind of things
     * @param items what is added
     * @param limit at most
     * @return the sum
     * @throws E never
     */
    public <T> int sum(final List<T> items, int skipped, int... limit) {
        return items.size() + skipped + limit.length;
    }

    void clear() {
        return;
    }
}
"""

PYTHON = '''\
# Copyright of nobody.
"""Tests of baskets."""

from __future__ import annotations

import os


class BasketTest(os.TestCase):
    """Tests."""

    def testSum(self):
        found = os.sum(1)
        self.assertEqual(len(found), 2)

    @staticmethod
    def make(size) -> int:
        return os.make(size)


def main():
    BasketTest()


main()
'''

TEXTS = {"java": JAVA, "python": PYTHON}


def claim(text: str, language: str, name: str) -> Finding:
    """What one claim's judgement finds."""
    (rule,) = (rule for rule in CLAIMS[language] if rule.name == name)
    return rule.judge(Written(text, language))


@pytest.mark.parametrize(
    ("language", "name"), [(language, rule.name) for language in CLAIMS for rule in CLAIMS[language]]
)
def test_good_code_keeps_every_claim(language: str, name: str) -> None:
    assert claim(TEXTS[language], language, name).holds


@pytest.mark.parametrize(
    ("language", "name", "old", "new"),
    [
        ("java", "licence", "Licensed to", "Given to"),
        ("java", "order", "package a.b;\n\nimport java.util.List;", "import java.util.List;\n\npackage a.b;"),
        ("java", "order", "import java.util.List;", ""),
        ("java", "type_javadoc", "/**\n * Baskets.", "/*\n * Baskets."),
        ("java", "params", "@param limit", "@param count"),
        ("java", "params", "@param items what", "@param limit what"),
        ("java", "return_tag", "@throws E never", "@param skipped behind"),
        ("java", "return_tag", "@throws E never", "@return again"),
        ("java", "return_tag", "public <T> int sum", "public <T> void sum"),
        ("java", "returns", "return items", "int a = items"),
        ("java", "void", "return;", "return 1;"),
        ("java", "brackets", "items.size()", "items.size("),
        ("java", "indentation", "    void clear", "  void clear"),
        ("java", "parsable", "return items", "return return items"),
        ("java", "names", "return items", "return things"),
        ("python", "licence", "# Copyright", "# Property"),
        ("python", "imports", "\n\nmain()\n", "\n\nimport sys\nmain()\n"),
        ("python", "imports", "from __future__ import annotations\n\nimport os\n", ""),
        ("python", "classes", "class BasketTest(os.TestCase):", "if os:"),
        ("python", "self", "(self)", "(this)"),
        ("python", "tests", "testSum", "sumTest"),
        ("python", "assertions", "self.assertEqual", "self.equal"),
        ("python", "calls", "os.sum(1)", "sum_of(1)"),
        ("python", "calls", "os.sum(1)", "so.sum(1)"),
        ("python", "returns", "return os", "os"),
        ("python", "names", "len(found)", "len(things)"),
    ],
)
def test_a_change_breaks_the_claim_that_speaks_of_it(language: str, name: str, old: str, new: str) -> None:
    assert TEXTS[language].count(old) == 1
    found = claim(TEXTS[language].replace(old, new), language, name)
    assert found.right < found.judged


def test_a_text_without_what_a_claim_speaks_of_is_not_judged_by_it() -> None:
    nothing = Finding(0, 0)
    for name in ("type_javadoc", "methods", "params", "return_tag", "returns", "void", "names"):
        assert claim("package a;\nimport b.C;\n", "java", name) == nothing
    for name in ("self", "tests", "assertions", "calls", "returns", "names"):
        assert claim("import a\nb = 1\n", "python", name) == nothing
    assert claim("class A { int a; }", "java", "methods") == Finding(0, 1)


def test_a_licence_may_be_cut_and_must_be_a_comment() -> None:
    assert claim("/* Copyright", "java", "licence").holds
    assert claim("// A\n\n// license", "java", "licence").holds
    assert not claim('String licence = "copyright";', "java", "licence").holds
    assert not claim("import licence\n# Copyright", "python", "licence").holds


def test_metaclasses_and_functions_of_any_arguments_need_no_self() -> None:
    text = "class A:\n  def f(cls): a\n  def g(*args): a\n  def h(_self: A, b): a\n  def i(mcs, c): a\n  def j(): a\nb"
    assert claim(text, "python", "self") == Finding(4, 5)
