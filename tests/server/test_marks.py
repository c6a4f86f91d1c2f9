from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from asking import ask_about
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from peephole.model.checkpoint import load_checkpoint
from peephole.model.predictor import Predictor
from peephole.model.runtime import Runtime
from peephole.model.spans import ImprobableSpan
from peephole.server.code_actions import relocate
from peephole.server.diagnostics import diagnose
from peephole.server.marks import Mark, fingerprint_of
from peephole.server.settings import DiagnosticSettings, Settings


@pytest.fixture(scope="module")
def sure(sure_folder: Path) -> Predictor:
    """The model of `SURE`."""
    return Predictor(Runtime(load_checkpoint(sure_folder)))


TEXT = "\n get();\n vuz();\n get();\n"
SURELY = Settings(diagnostics=DiagnosticSettings(sensitivity=100))
"""Whatever is calibrated: what is as good as certain is found."""

LONGER = "\n" + TEXT + " vyz();\n"


def marked(predictor: Predictor, text: str, language: str = "python") -> list[str]:
    """The texts that are marked."""
    return [
        text[mark.span.start : mark.span.end]
        for mark in diagnose(ask_about(predictor, text, language=language, settings=SURELY))
    ]


@pytest.mark.parametrize("text", [" vuz();  # peephole: ignore\n", "  # peephole: ignore\n vuz();\n"])
def test_what_a_comment_hushes_is_not_marked(sure: Predictor, text: str) -> None:
    assert marked(sure, "\n vyz();\n" + text) == ["vyz"]
    assert marked(sure, "\n vyz();\n" + text.replace("ignore", "ignore-file")) == []
    assert set(marked(sure, "\n vyz();\n" + text.replace("peephole", ""))) >= {"vyz", "vuz"}


def test_marks_are_found_once_and_anew_when_the_text_is_another(sure: Predictor) -> None:
    asked = ask_about(sure, TEXT, settings=SURELY)
    first = diagnose(asked)
    assert diagnose(asked) is first
    longer = replace(asked, document=asked.document.changed([types.TextDocumentContentChangeWholeDocument(LONGER)], 2))
    longer.desk.lay(longer.document)
    assert list(diagnose(longer)) == list(diagnose(ask_about(sure, LONGER, settings=SURELY))) != list(first)
    louder = replace(longer, settings=Settings(diagnostics=DiagnosticSettings(max_items=49)))
    assert diagnose(louder) is not diagnose(longer)


@given(st.text("ab \t\n", max_size=20), st.text(" \t", max_size=5), st.text("ab \t\n", max_size=20))
def test_a_fingerprint_is_of_the_line_wherever_it_moves_and_however_it_is_spaced(
    above: str, indent: str, below: str
) -> None:
    line = f"{indent}x = foo(y)"
    text = f"{above}\n{line}\n{below}"
    start = len(above) + 1 + line.index("foo")
    assert fingerprint_of(text, start, start + 3) == fingerprint_of("x=foo(y)", 2, 5)
    others = [("x=foo(z)", 2, 5), ("x=fop(y)", 2, 5), ("x=foo(y)", 2, 6), ("foo(foo)", 0, 3), ("foo(foo)", 4, 7)]
    prints = {fingerprint_of(*other) for other in [*others, ("x=foo(y)", 2, 5)]}
    assert len(prints) == len(others) + 1


@given(st.data())
def test_a_mark_moves_with_its_text_or_is_gone(data: st.DataObject) -> None:
    old = data.draw(st.text("ab\n", min_size=1, max_size=12))
    start = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(start + 1, len(old)))
    comment_at = data.draw(st.none() | st.integers(end, len(old)))
    cut = sorted(data.draw(st.tuples(st.integers(0, len(old)), st.integers(0, len(old)))))
    new = old[: cut[0]] + data.draw(st.text("ab\n", max_size=4)) + old[cut[1] :]
    mark = make_mark(old, start, end, comment_at)
    for placed in relocate([mark], old, new):
        assert new[placed.start : placed.end] == old[start:end]
        assert placed.comment_at is None or placed.comment_at - placed.end == (comment_at or 0) - end
        assert placed.comment_at is None or comment_at is not None
    if new == old:
        assert [(p.start, p.end, p.comment_at) for p in relocate([mark], old, new)] == [(start, end, comment_at)]


def make_mark(text: str, start: int, end: int, comment_at: int | None) -> Mark:
    """A mark at a place."""
    return Mark(ImprobableSpan(start, end, 20.0, "x", 0.9, 20.0, "other"), fingerprint_of(text, start, end), comment_at)
