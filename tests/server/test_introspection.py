from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from asking import ask_about
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from peephole.model.errors import ModelError
from peephole.model.introspection import signal_names, signals
from peephole.model.predictor import Predictor
from peephole.server.answer import Asked
from peephole.server.introspection import CHUNK, MOST_VALUES, Study, read_question
from peephole.server.scheduler import Stopped

TEXT = "def f(x):\r\n    return x\r\n" * 200
QUESTION: dict[str, Any] = {"uri": "file:///a.py", "layer": 1, "neurons": [3, 0]}


def study(asked: Asked, **question: Any) -> dict[str, Any]:
    """The answer to a question."""
    return Study(read_question([QUESTION | question]))(asked)


def decode(answer: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The values, as a client computes them."""
    steps = np.frombuffer(base64.b64decode(answer["data"]), np.int8).reshape(answer["shape"])
    values: np.ndarray[Any, np.dtype[np.float32]] = (steps * np.array(answer["scale"])[:, :, None]).astype(np.float32)
    return values


def test_every_signal_comes_back_within_half_a_step(untrained: Predictor) -> None:
    asked = ask_about(untrained, TEXT)
    answer = study(asked)
    names = signal_names(untrained.config)
    assert len(asked.document.text) > 2 * CHUNK
    assert answer["signals"] == list(names)
    assert answer["shape"] == [len(names), 2, len(asked.document.text)]
    indices = untrained.vocabulary.encode(asked.document.text)
    state = untrained.start("python").state
    expected = signals(untrained, indices, state, layer=1, neurons=[3, 0], names=names)
    # Half a step of rounding, and what the cell state drifts when it starts anew from a chunk's snapshot.
    error = np.abs(decode(answer) - expected)
    assert (error <= 0.5 * np.array(answer["scale"])[:, :, None] + 0.02).all()


def test_a_range_gives_the_same_values_as_the_whole(untrained: Predictor) -> None:
    asked = ask_about(untrained, TEXT)
    whole = study(asked, signals=["hidden"])
    place = {"start": {"line": 10, "character": 2}, "end": {"line": 20, "character": 0}}
    part = study(asked, signals=["hidden"], range=place)
    start, end = asked.document.offset_at(types.Position(10, 2)), asked.document.offset_at(types.Position(20, 0))
    assert (part["offset"], part["characters"]) == (start, end - start)
    assert part["start"] == types.Position(10, 2)
    assert part["end"] == types.Position(20, 0)
    np.testing.assert_array_equal(decode(part), decode(whole)[:, :, start:end])


def test_an_interrupted_study_goes_on_where_it_was(untrained: Predictor) -> None:
    asked = ask_about(untrained, TEXT)
    chunks = iter([False] * 20 + [True] + [False] * 1_000)
    stubborn = Asked(asked.document, asked.desk, untrained, asked.settings, asked.support, lambda: next(chunks))
    work = Study(read_question([QUESTION]))
    with pytest.raises(Stopped):
        work(stubborn)
    assert work(stubborn) == study(asked)


def test_an_empty_document_has_no_values_and_still_a_shape(untrained: Predictor) -> None:
    answer = study(ask_about(untrained, ""), signals=["cell"])
    assert (answer["shape"], answer["data"]) == ([1, 2, 0], "")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"layer": 9}, "no layer 9"), ({"neurons": [24]}, "no neuron 24"), ({"signals": ["reset"]}, "choose from")],
)
def test_what_the_network_does_not_have_is_said(untrained: Predictor, changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        study(ask_about(untrained, "x"), **changed)


def test_too_much_at_once_is_refused_before_any_work(untrained: Predictor) -> None:
    asked = ask_about(untrained, "x = 1\n" * 40_000)
    with pytest.raises(JsonRpcInvalidParams, match=f"more than {MOST_VALUES} values"):
        study(asked, neurons=list(range(24)))
    assert asked.desk.tape.fed == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "takes one object"),
        ([1], "takes one object"),
        ([QUESTION, QUESTION], "takes one object"),
        ([QUESTION | {"uri": None}], "`uri`"),
        ([QUESTION | {"layer": -1}], "`layer`"),
        ([QUESTION | {"layer": True}], "`layer`"),
        ([QUESTION | {"neurons": []}], "`neurons`"),
        ([QUESTION | {"neurons": 3}], "`neurons`"),
        ([QUESTION | {"neurons": [1.5]}], "`neurons`"),
        ([QUESTION | {"signals": "hidden"}], "`signals`"),
        ([QUESTION | {"signals": []}], "`signals`"),
        ([QUESTION | {"range": 7}], "`range`"),
        ([QUESTION | {"range": {end: {"line": 0, "character": 1 << 31} for end in ("start", "end")}}], "`range`"),
        ([QUESTION | {"range": {"start": {"line": 0}, "end": {"line": 0, "character": 1}}}], "`range`"),
        ([QUESTION | {"range": {"start": {"line": 0, "character": "1"}, "end": {}}}], "`range`"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_what_is_wrong(arguments: list[Any], reason: str) -> None:
    with pytest.raises(JsonRpcInvalidParams, match=reason):
        read_question(arguments)
