from __future__ import annotations

from typing import Any

import pytest
from asking import ask_about
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from peephole.model.predictor import Predictor
from peephole.server.diagnostics import diagnose, marks_found, strongest
from peephole.server.explanation import KINDS, describe_silent, explain, explain_marks, read_question
from peephole.server.settings import CompletionSettings, DiagnosticSettings, HoverSettings, Settings


def explained(model: Predictor, text: str, column: int, **settings: Any) -> dict[str, Any]:
    return explain(ask_about(model, text, settings=Settings(**settings)), types.Position(0, column))


def test_every_candidate_has_its_probabilities_and_why_it_is_not_shown(words: Predictor) -> None:
    found = explained(words, " ge", 3, completion=CompletionSettings(least_probability=0.5))
    told = found["completion"]
    assert (told["shown"], told["prefix"], told["exact"], told["silence"]) == (["get"], "ge", True, None)
    first, second = told["candidates"]
    assert (first["text"], first["notShown"]) == ("get", None)
    assert first["probability"] == pytest.approx(first["networkProbability"]) == pytest.approx(0.8, abs=0.01)
    assert (second["text"], second["notShown"]) == ("getn", "less probable than 50 %, completion.leastProbability")
    assert told["settings"]["leastProbability"] == 0.5
    assert told["memory"] is None


def test_the_memories_say_what_they_add(remembering: Predictor) -> None:
    found = explained(remembering, " vuz(); vuz(); v", 16)["completion"]
    assert found["memory"]["document"] > 1
    assert found["memory"]["near"] == found["memory"]["far"] == 0
    (best, *_) = found["candidates"]
    assert best["text"] == "vuz"
    assert best["probability"] > 10 * best["networkProbability"]


def test_a_silence_has_its_reason(words: Predictor) -> None:
    found = explained(words, " ge", 3, completion=CompletionSettings(least_probability=0.95))
    assert found["completion"]["shown"] == []
    assert found["completion"]["silence"] == "no continuation has the 95 % that completion.leastProbability asks for"
    assert found["hover"]["silence"] == "there is no token under the pointer"
    assert "bits" in found["diagnostics"]["silence"]


def test_what_is_switched_off_says_so_though_it_would_show_something(words: Predictor) -> None:
    off = {"completion": CompletionSettings(languages=("java",)), "hover": HoverSettings(enabled=False)}
    found = explained(words, " get", 2, **off)
    assert found["completion"]["silence"] == "the language 'python' is not one of completion.languages (java)"
    assert (found["completion"]["shown"], found["hover"]["shown"]) == ([], [])
    assert found["hover"]["silence"] == "hover is switched off in the settings"


def test_a_mark_at_the_place_is_told_with_the_bits(words: Predictor) -> None:
    marking = DiagnosticSettings(sensitivity=100)
    found = explained(words, " get(); vuz();\n get();\n", 9, diagnostics=marking)["diagnostics"]
    assert found["bits"] > 30
    assert found["silence"] is None
    assert [mark.startswith("Improbable here") for mark in found["shown"]] == [True]


def test_marks_are_those_of_the_whole_document_though_only_the_place_is_weighed(words: Predictor) -> None:
    text = " get();\n vuz();\n" * 4 + " get();\n sxt();\n xyz(get);\n get();\n"
    asked = ask_about(words, text, settings=Settings(diagnostics=DiagnosticSettings(sensitivity=100)))
    here = {offset: explain_marks(asked, offset) for offset in range(len(text))}
    assert marks_found(asked) is None
    assert asked.desk.weighed is not None
    marks = diagnose(asked)
    assert len(marks) >= 5
    assert here == {offset: explain_marks(asked, offset) for offset in range(len(text))}
    assert {offset for offset, told in here.items() if told["shown"]} == {
        offset for mark in marks for offset in range(mark.span.start, mark.span.end + 1)
    }


def test_before_all_is_read_there_are_no_marks_and_that_is_the_answer(words: Predictor) -> None:
    found = explained(words, " vuz();" + " get();\n" * 200, 2, diagnostics=DiagnosticSettings(sensitivity=100))
    assert found["diagnostics"]["shown"] == []
    assert found["diagnostics"]["silence"] == "marks come when all of the document is read: 0 % is"
    assert found["diagnostics"]["bits"] > 5


def test_a_mark_that_is_fine_or_one_too_many_is_not_said_to_be_shown(words: Predictor) -> None:
    text = " vuz();\n get();\n xyz();\n"
    asked = ask_about(words, text, settings=Settings(diagnostics=DiagnosticSettings(sensitivity=100, max_items=1)))
    marks = diagnose(asked)
    (shown,) = strongest(marks, (), 1)
    other = next(mark for mark in marks if mark != shown)
    assert "diagnostics.maxItems" in explain_marks(asked, other.span.start)["silence"]
    assert explain_marks(asked, shown.span.start)["shown"]
    fine = explain_marks(asked, shown.span.start, {shown.fingerprint})
    assert (fine["shown"], fine["silence"]) == ([], "somebody said that it is fine here")


def test_far_from_what_was_read_the_answer_says_that_it_is_provisional(untrained: Predictor) -> None:
    found = explained(untrained, "x " * 2000, 3_999)
    assert (found["unread"], found["completion"]["exact"]) == (3_999, False)


def test_of_a_document_that_is_not_read_everything_has_the_same_reason() -> None:
    found = describe_silent(Settings(), "it is so")
    assert tuple(found) == KINDS
    assert {told["silence"] for told in found.values()} == {"it is so"}


@pytest.mark.parametrize(
    "arguments",
    [[], ["x"], [{"uri": "x"}], [{"position": {"line": 0, "character": 0}}], [{"uri": "x", "position": {"line": -1}}]],
)
def test_a_question_that_makes_no_sense_is_refused(arguments: list[Any]) -> None:
    with pytest.raises(JsonRpcInvalidParams):
        read_question(arguments)
