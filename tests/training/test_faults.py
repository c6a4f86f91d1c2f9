"""Seeded faults are the edits that their names say, and point at where they are."""

from __future__ import annotations

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.lexis import tokens
from peephole.training.evaluation.faults import MAKERS, OPERATORS, Fault, Source, make_fault

SAMPLES = {
    language: resources.files("peephole.server").joinpath("samples", name).read_text(encoding="utf-8")
    for language, name in (("java", "Version.java"), ("python", "journal.py"))
}
EVERY = pytest.mark.parametrize("language", sorted(SAMPLES))


def written(fault: Fault) -> str:
    return fault.text[fault.start : fault.end]


def made(language: str, kind: str, seed: int) -> Fault:
    fault = make_fault(Source.of(SAMPLES[language], language), kind, str(seed))
    assert fault is not None
    return fault


@given(language=st.sampled_from(sorted(SAMPLES)), kind=st.sampled_from(sorted(MAKERS)), seed=st.integers(0, 99))
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
    typo = made(language, "typo", seed)
    assert typo.original.isidentifier()
    assert abs(len(typo.original) - len(written(typo))) <= 1
    assert typo.original[0] == written(typo)[0]


def test_a_file_without_a_place_for_a_kind_gives_none() -> None:
    source = Source.of("# nothing but a comment\n", "python")
    assert [make_fault(source, kind, "x") for kind in MAKERS] == [None] * len(MAKERS)
