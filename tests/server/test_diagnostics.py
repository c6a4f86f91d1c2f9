from __future__ import annotations

import pytest
from asking import ask_about
from lsprotocol import types

from peephole.model import spans
from peephole.model.predictor import Predictor
from peephole.server.answer import Asked
from peephole.server.diagnostics import diagnose, make_diagnostics, strongest
from peephole.server.scheduler import Stopped
from peephole.server.settings import DiagnosticSettings, Settings

TEXT = "\n get();\r\n set();\n é😀 xyz();\n get();\n"
"""In the third line something stands that the model never saw; `set` is rare but known."""


LENIENT = {"threshold_bits": 15.0, "least_alternative": 0.7}
"""The model is less sure of anything than the default asks for."""


def marks(predictor: Predictor, **wanted: object) -> list[types.Diagnostic]:
    """The marks of `TEXT` under some settings."""
    settings = Settings(diagnostics=DiagnosticSettings(**{**LENIENT, **wanted}))  # type: ignore[arg-type]
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
    assert mark.message == f"Improbable here: {mark.data['bits']:.1f} bits; expected `get` (72 %)"


def test_ordinary_text_is_not_marked(words: Predictor) -> None:
    lines = {each.range.start.line for each in marks(words)}
    assert lines == {3}


def test_marks_come_in_the_order_of_the_text_and_the_most_surprising_stay(words: Predictor) -> None:
    many, one = marks(words, threshold_bits=1.0), marks(words, threshold_bits=1.0, max_items=1)
    places = [(each.range.start.line, each.range.start.character) for each in many]
    assert places == sorted(places)
    assert len(many) > 1
    assert [each.data for each in one] == [max((each.data for each in many), key=lambda data: data["bits"])]  # type: ignore[index]


def test_as_many_marks_as_are_wanted_can_be_had(words: Predictor) -> None:
    text = "\n get();\n" + "".join(f" x{number}y();\n" for number in range(100, 200))
    wanted = max(spans.MOST_EXAMINED, DiagnosticSettings().max_items) + 10
    for most in (wanted, 3):
        settings = Settings(diagnostics=DiagnosticSettings(**LENIENT, max_items=most))
        assert len(shown(ask_about(words, text, settings=settings))) == most


def test_the_severity_is_the_wanted_one(words: Predictor) -> None:
    assert marks(words, severity="information")[0].severity == types.DiagnosticSeverity.Information


def test_where_no_alternative_is_sure_enough_nothing_is_marked(words: Predictor) -> None:
    assert marks(words, least_alternative=0.99) == []


def test_stopped_work_gives_no_half_answer(words: Predictor) -> None:
    with pytest.raises(Stopped):
        diagnose(ask_about(words, TEXT, stop=True))


def test_the_defaults_are_those_that_the_model_was_tuned_with() -> None:
    settings = Settings()
    assert settings.diagnostics.threshold_bits == spans.THRESHOLD_BITS
    assert settings.diagnostics.least_alternative == spans.LEAST_ALTERNATIVE
