"""Seeded faults are the edits that their names say, and point at where they are."""

from __future__ import annotations

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.lexis import tokens
from peephole.training.evaluation.faults import MAKERS, OPERATORS, Fault, Source, make_fault, make_faults

SAMPLES = {
    language: resources.files("peephole.server").joinpath("samples", name).read_text(encoding="utf-8")
    for language, name in (("java", "Version.java"), ("python", "journal.py"))
}
ANYWHERE = sorted(set(MAKERS) - {"return"})
EVERY = pytest.mark.parametrize("language", sorted(SAMPLES))


def written(fault: Fault) -> str:
    return fault.text[fault.start : fault.end]


def made(language: str, kind: str, seed: int) -> Fault:
    fault = make_fault(Source.of(SAMPLES[language], language), kind, str(seed))
    assert fault is not None
    return fault


@given(language=st.sampled_from(sorted(SAMPLES)), kind=st.sampled_from(ANYWHERE), seed=st.integers(0, 99))
def test_a_fault_changes_the_file_and_is_mended_by_its_original(language: str, kind: str, seed: int) -> None:
    fault = made(language, kind, seed)
    assert fault.text != SAMPLES[language] == fault.mended
    assert "\n" not in written(fault) + fault.original, "a fault stays on its line"
    assert fault == made(language, kind, seed), "the same seed gives the same fault"


@EVERY
@pytest.mark.parametrize("seed", range(5))
def test_kinds_do_what_they_say(language: str, seed: int) -> None:
    def code(text: str) -> list[str]:
        return [text[t.start : t.end] for t in tokens(text, language) if t.kind not in ("space", "newline", "comment")]

    before = code(SAMPLES[language])
    assert len(code(made(language, "delete", seed).text)) < len(before)
    assert len(code(made(language, "insert", seed).text)) > len(before)
    operator = made(language, "operator", seed)
    assert any({operator.original, written(operator)} <= set(family) for family in OPERATORS)
    variable = made(language, "variable", seed)
    assert written(variable) in before
    assert written(variable).isidentifier()
    swapped = made(language, "swapped", seed)
    assert sorted(swapped.original) == sorted(written(swapped))
    assert code(swapped.text) != before
    if language == "java":  # the other sample declares no types
        wrong = made(language, "return", seed)
        assert wrong.text[: wrong.start].endswith("return ")
        assert written(wrong) in SAMPLES[language]
    brackets = made(language, "brackets", seed)
    assert {brackets.original[0] + brackets.original[-1], written(brackets)[0] + written(brackets)[-1]} == {"()", "[]"}
    assert brackets.original[1:-1] == written(brackets)[1:-1] != ""
    typo = made(language, "typo", seed)
    assert typo.original.isidentifier()
    assert abs(len(typo.original) - len(written(typo))) <= 1
    assert typo.original[0] == written(typo)[0]


def test_a_file_without_a_place_for_a_kind_gives_none() -> None:
    source = Source.of("# nothing but a comment\n", "python")
    assert [make_fault(source, kind, "x") for kind in MAKERS] == [None] * len(MAKERS)


def test_a_wrong_return_is_what_a_method_of_another_type_gives() -> None:
    text = "class A {\n    int a() { return 1; }\n    int b() { return 2; }\n    String c() { return n; }\n}\n"
    faults = [make_fault(Source.of(text, "java"), "return", str(seed)) for seed in range(20)]
    changed = {(fault.original, written(fault)) for fault in faults if fault is not None}
    assert changed == {("1", "n"), ("2", "n"), ("n", "1"), ("n", "2")}
    alike = Source.of("class A {\n    int a() { return 1; }\n    int b() { return 2; }\n}\n", "java")
    assert make_fault(alike, "return", "0") is None


def test_faults_of_a_file_come_from_its_end_to_its_start() -> None:
    faults = make_faults(Source.of(SAMPLES["java"], "java"), tuple(MAKERS), "a")
    assert {fault.kind for fault in faults} == set(MAKERS)
    assert [fault.start for fault in faults] == sorted((fault.start for fault in faults), reverse=True)
