from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from asking import ask_about
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from peephole.model.predictor import Predictor
from peephole.server import heat_map
from peephole.server.answer import Asked
from peephole.server.heat_map import MOST_BITS, STEPS, draw, read_question
from peephole.server.scheduler import Stopped

TEXT = ' get();\n vé𝒳();\n"""a\nb"""\n'


def drawn(asked: Asked, **question: Any) -> dict[str, Any]:
    return draw(asked, read_question([{"uri": asked.document.uri, **question}]))


def bits_of(asked: Asked) -> Any:
    asked.desk.read_to(len(asked.document.text), bool)
    return asked.desk.tape.surprisal_bits


def test_each_characters_bits_come_in_steps_of_the_printed_scale(words: Predictor) -> None:
    asked = ask_about(words, TEXT)
    answer = drawn(asked, unit="character")
    steps = np.frombuffer(base64.b64decode(answer["data"]), np.int8)
    assert (answer["characters"], len(steps), steps.max(), steps.min() >= 0) == (len(TEXT), len(TEXT), STEPS, True)
    assert answer["largest"] == pytest.approx(bits_of(asked).max(), rel=1e-5)
    assert np.abs(steps * answer["scale"] - bits_of(asked).clip(max=MOST_BITS)).max() <= answer["scale"] * 0.501


def test_each_tokens_bits_come_with_its_place_in_the_clients_columns(words: Predictor) -> None:
    asked = ask_about(words, TEXT)
    answer = drawn(asked)
    line = column = 0
    shown = {}
    numbers = answer["tokens"]
    for lines, columns, width, steps in zip(*(numbers[k::4] for k in range(4)), strict=True):
        line, column = line + lines, columns + (0 if lines else column)
        shown[line, column] = width, steps * answer["scale"]
    widths = {place: width for place, (width, _) in shown.items()}
    assert widths[0, 1] == 3
    assert widths[1, 1] == 4  # UTF-16 has two units for the last of its three characters
    assert (widths[2, 0], widths[3, 0]) == (1, 4)  # a piece a line, the first with its line's end
    assert shown[0, 1][1] == pytest.approx(float(bits_of(asked)[1:4].sum()), abs=answer["scale"])
    start = TEXT.index("vé")
    assert bits_of(asked)[start : start + 3].sum() > MOST_BITS
    assert shown[1, 1][1] == pytest.approx(MOST_BITS), "what costs more takes no colour from the others"
    assert answer["largest"] > MOST_BITS


@pytest.mark.parametrize("unit", ["token", "character"])
def test_a_range_has_the_same_bits_as_in_the_whole(words: Predictor, unit: str) -> None:
    asked = ask_about(words, TEXT)
    place = {"start": {"line": 1, "character": 1}, "end": {"line": 1, "character": 5}}
    answer = drawn(asked, range=place, unit=unit)
    assert (answer["offset"], answer["characters"]) == (9, 3)
    assert (answer["start"], answer["end"]) == (types.Position(1, 1), types.Position(1, 5))
    if unit == "token":
        assert answer["tokens"][:3] == [1, 1, 4]
        assert answer["largest"] == pytest.approx(float(bits_of(asked)[9:12].sum()), rel=1e-5)
    else:
        assert answer["largest"] == pytest.approx(float(bits_of(asked)[9:12].max()), rel=1e-5)


def test_without_memory_the_bits_are_the_networks_alone(remembering: Predictor) -> None:
    asked = ask_about(remembering, " vuz();\n" * 3)
    both = [drawn(asked, unit="character", memory=memory)["data"] for memory in (True, False)]
    assert both[0] != both[1]
    steps = np.frombuffer(base64.b64decode(both[1]), np.int8)
    assert (steps[8:16] == steps[16:24]).all()


def test_nothing_is_drawn_of_an_empty_document(words: Predictor) -> None:
    assert drawn(ask_about(words, ""))["tokens"] == []
    assert drawn(ask_about(words, ""), unit="character")["data"] == ""


def test_an_answer_is_bounded(words: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask_about(words, TEXT)
    monkeypatch.setattr(heat_map, "MOST_TOKENS", 3)
    with pytest.raises(JsonRpcInvalidParams, match="more than 3 tokens"):
        drawn(asked)
    monkeypatch.setattr(heat_map, "MOST_CHARACTERS", 3)
    with pytest.raises(JsonRpcInvalidParams, match="more than 3 characters"):
        drawn(asked, unit="character")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ([], "takes one object"),
        ([{}], "takes one object"),
        ([{"uri": 3}], "takes one object"),
        ([{"uri": "x", "unit": "line"}], "`unit`"),
        ([{"uri": "x", "unit": ["token"]}], "`unit`"),
        ([{"uri": "x", "memory": 1}], "`memory`"),
        ([{"uri": "x", "range": []}], "`range`"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_what_is_wrong(question: list[Any], reason: str) -> None:
    with pytest.raises(JsonRpcInvalidParams, match=reason):
        read_question(question)


def test_stopped_work_gives_no_half_answer(words: Predictor) -> None:
    with pytest.raises(Stopped):
        drawn(ask_about(words, TEXT, stop=True))
