from __future__ import annotations

import pytest
from asking import ask_about
from lsprotocol import types

from peephole.model.predictor import Predictor
from peephole.server.answer import Asked
from peephole.server.diagnostics import diagnose, make_diagnostics, strongest
from peephole.server.scheduler import Stopped
from peephole.server.settings import DiagnosticSettings, Settings

TEXT = "\n get();\r\n set();\n é😀 xyz();\n get();\n"
"""In the third line something stands that the model never saw; `set` is rare but known."""


def marks(predictor: Predictor, **wanted: object) -> list[types.Diagnostic]:
    """The marks of `TEXT` under some settings."""
    settings = Settings(diagnostics=DiagnosticSettings(**wanted))  # type: ignore[arg-type]
    return shown(ask_about(predictor, TEXT, settings=settings))


def shown(asked: Asked) -> list[types.Diagnostic]:
    """What the client gets to see of a document's marks."""
    settings = asked.settings.diagnostics
    return make_diagnostics(strongest(diagnose(asked), (), settings.max_items), asked.document, settings.severity)


def test_a_mark_stands_at_the_clients_columns_with_its_numbers_beside_it(words: Predictor) -> None:
    mark = next(each for each in marks(words) if each.range.start == types.Position(3, 5))
    assert mark.range.end == types.Position(3, 8)
    assert (mark.source, mark.code, mark.severity) == ("peephole", "improbable", types.DiagnosticSeverity.Hint)
    assert isinstance(mark.data, dict)
    assert mark.data["alternative"] == "get"
    assert mark.data["bits"] > 15
    assert 0.5 < mark.data["alternativeProbability"] <= 1
    assert mark.message == f"Improbable here: {mark.data['bits']:.1f} bits; expected `get` (90 %)"


def test_ordinary_text_is_not_marked(words: Predictor) -> None:
    lines = {each.range.start.line for each in marks(words)}
    assert lines == {3}


def test_marks_come_in_the_order_of_the_text_and_the_most_surprising_stay(words: Predictor) -> None:
    many, one = marks(words, sensitivity=100), marks(words, sensitivity=100, max_items=1)
    places = [(each.range.start.line, each.range.start.character) for each in many]
    assert places == sorted(places)
    assert len(many) > 1
    assert [each.data for each in one] == [max((each.data for each in many), key=lambda data: data["evidenceBits"])]  # type: ignore[index]


def test_as_many_marks_as_are_wanted_can_be_had(words: Predictor) -> None:
    text = "\n get();\n" + "".join(f" x{number}y();\n" for number in range(100, 400))
    for most in (20, 3):
        settings = Settings(diagnostics=DiagnosticSettings(max_items=most))
        assert len(shown(ask_about(words, text, settings=settings))) == most


def test_the_severity_is_the_wanted_one(words: Predictor) -> None:
    assert marks(words, severity="information")[0].severity == types.DiagnosticSeverity.Information


def test_who_wants_no_marks_on_clean_code_gets_none(words: Predictor) -> None:
    assert marks(words, sensitivity=0) == []


def test_stopped_work_gives_no_half_answer(words: Predictor) -> None:
    with pytest.raises(Stopped):
        diagnose(ask_about(words, TEXT, stop=True))
