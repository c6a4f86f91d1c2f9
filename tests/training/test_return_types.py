"""The judgement on what stands behind `return`, and the figures that are made of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from peephole.training.cli import main
from peephole.training.evaluation.return_types.cases import Case, draw_pairs, find_cases
from peephole.training.evaluation.return_types.measure import area
from peephole.training.texts import Text
from tests.checkpoints import write_tiny_checkpoint

JAVA = """class Shelf<T> extends Board {
    private int[] sizes;
    private String label;
    Item first() { return find(label); }
    Item find(String name) { long late = 3; return null; }
    boolean isEmpty(List<String> names) { Runnable r = () -> { return; }; return names.isEmpty(); }
    int size(int other) { return other + 1; }
    T any() { return null; }
    Board itself() { return this; }
    void nothing() { return; }
}
"""

PYTHON = """class Shelf(Board):
    def first(self, name: str) -> Optional[int]:
        count = 3
        here = name
        there = here
        here = there
        return count

    def names(self) -> "list[str]":
        return sorted(self.all)

    def itself(self) -> Board:
        return self

    def untold(self):
        return 3
"""


def cases(language: str) -> dict[str, Case]:
    text = Text("A", JAVA if language == "java" else PYTHON)
    return {case.expression: case for case in find_cases(text, language)}


def test_returns_of_a_value_in_methods_that_say_what_they_give_are_found() -> None:
    assert [(case.declared, said) for said, case in cases("java").items()] == [
        ("Item", "find(label)"),
        ("T", "null"),
        ("boolean", "names.isEmpty()"),
        ("int", "other + 1"),
        ("Board", "this"),
    ]
    assert [(case.declared, said) for said, case in cases("python").items()] == [
        ("None|int", "count"),
        ("list", "sorted(self.all)"),
        ("Board", "self"),
    ]


@pytest.mark.parametrize(
    ("language", "place", "said", "fits"),
    [
        ("java", "names.isEmpty()", "names.size() > 0", True),
        ("java", "names.isEmpty()", "names", False),
        ("java", "names.isEmpty()", "size(3)", False),
        ("java", "names.isEmpty()", "unknown", None),
        ("java", "other + 1", "'a'", True),
        ("java", "other + 1", "2.5", False),
        ("java", "other + 1", "sizes[0]", True),
        ("java", "other + 1", "sizes", False),
        ("java", "other + 1", "null", False),
        ("java", "other + 1", "other +", None),
        ("java", "find(label)", "null", True),
        ("java", "find(label)", '"a" + other', False),
        ("java", "find(label)", "new Thing()", None),
        ("java", "this", "this", True),
        ("java", "null", "label", None),
        ("python", "count", "None", True),
        ("python", "count", "name", False),
        ("python", "count", "there", False),
        ("python", "count", "len(name)", True),
        ("python", "count", "True", True),
        ("python", "sorted(self.all)", "[a for a in b]", True),
        ("python", "sorted(self.all)", "a == b", False),
        ("python", "sorted(self.all)", "Shelf()", None),
        ("python", "self", "self", True),
        ("python", "self", "a if b else c", None),
    ],
)
def test_a_judge_says_whether_an_expression_fits(language: str, place: str, said: str, fits: bool | None) -> None:
    assert cases(language)[place].judge(said) is fits


def test_a_wrong_expression_is_that_of_a_method_of_another_type() -> None:
    for language, written in (("java", JAVA), ("python", PYTHON)):
        drawn = [pair for _, pairs in draw_pairs([Text("A", written)], language, 99, 1) for pair in pairs]
        assert drawn
        for pair in drawn:
            found = cases(language)
            assert found[pair.wrong].declared != pair.case.declared


def test_the_area_counts_pairs_in_the_right_order() -> None:
    assert area(np.array([1.0, 2.0]), np.array([3.0, 4.0])) == 1
    assert area(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 0.5
    assert area(np.array([3.0]), np.array([1.0, 2.0, 3.0, 4.0])) == (0 + 0 + 0.5 + 1) / 4


def test_the_command_writes_figures_with_their_counts(tmp_path: Path) -> None:
    write_tiny_checkpoint(tmp_path / "model", gate=True)
    (tmp_path / "code" / "shop").mkdir(parents=True)
    for number in range(2):
        (tmp_path / "code" / "shop" / f"{number}.java").write_text(JAVA.replace("Shelf", f"Shelf{number}"))
    model, out = str(tmp_path / "model"), tmp_path / "figures.json"
    command = ["returns", str(tmp_path / "code"), "--language", "java", "--model", model, "--methods", "6"]
    for memory in ("document", "workspace"):
        assert main([*command, "--memory", memory, "--json", str(out)]) == 0
        figures = json.loads(out.read_text())
        assert figures["pairs"] == 6
        assert set(figures["offered"]) == {"network", "network_and_types", "document", "document_and_types"}
        for offered in figures["offered"].values():
            assert offered["all"]["methods"] == 6
        assert 0 <= figures["auc"]["evidence"] <= 1
        assert sum(figures["judged"]["real"][name] for name in ("fits", "misfit", "unknown")) == 6
