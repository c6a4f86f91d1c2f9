"""The command `peephole.introspect`: what chosen neurons do over a document, small enough for the wire.

Asked: `[{"uri", "layer", "neurons": [...], "signals": [...] (default: all), "range": {...} (default: all)}]`.
Answered: `data`, base64 of int8 values (S, N, T) in C order, of which one is worth `scale[signal][neuron]`; value t
belongs to the character at offset `offset` + t of the text with `\\n` line ends, and is taken after reading it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from .answer import Asked

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

COMMAND = "peephole.introspect"

CHUNK = 512
"""Characters between two looks at whether to stop: 15 ms and 3 MB of hidden states for a 3x512 network."""

MOST_VALUES = 4 << 20
"""Values in one answer: 5.6 MB on the wire. One neuron's six signals over 10,000 characters are 60,000."""

LARGEST_INDEX = (1 << 31) - 1
"""LSP 3.17, `uinteger`."""


@dataclass(frozen=True)
class Wanted:
    """The question. `signals` is None for all that the cell has, `range` None for the whole document."""

    uri: str
    layer: int
    neurons: tuple[int, ...]
    signals: tuple[str, ...] | None
    range: types.Range | None


def read_question(arguments: Sequence[Any]) -> Wanted:
    """The command's arguments as a question; `JsonRpcInvalidParams` says what is wrong with them."""
    question = arguments[0] if len(arguments) == 1 else None
    if not isinstance(question, Mapping):
        raise JsonRpcInvalidParams(f"{COMMAND} takes one object, found {len(arguments)} arguments")
    uri, layer, names = question.get("uri"), question.get("layer", 0), question.get("signals")
    if not isinstance(uri, str):
        raise JsonRpcInvalidParams("`uri` must be the string of an open document")
    if not is_index(layer):
        raise JsonRpcInvalidParams("`layer` must be a whole number from 0")
    neurons = question.get("neurons")
    if not isinstance(neurons, list) or not neurons or not all(map(is_index, neurons)):
        raise JsonRpcInvalidParams("`neurons` must be a list of whole numbers from 0, one at least")
    if names is not None and not (isinstance(names, list) and names and all(isinstance(name, str) for name in names)):
        raise JsonRpcInvalidParams("`signals` must be a list of names, one at least")
    wanted_range = None if question.get("range") is None else read_range(question["range"])
    return Wanted(uri, layer, tuple(neurons), None if names is None else tuple(names), wanted_range)


def read_range(value: Any) -> types.Range:
    """An LSP range from plain JSON; `JsonRpcInvalidParams` if it is none."""
    if not isinstance(value, Mapping):
        raise JsonRpcInvalidParams("`range` must have a start and an end with line and character")
    return types.Range(*(read_position(value.get(end), f"the {end} of `range`") for end in ("start", "end")))


def read_position(value: Any, name: str) -> types.Position:
    """An LSP position from plain JSON; `JsonRpcInvalidParams` if it is none."""
    line, character = (value.get(each) if isinstance(value, Mapping) else None for each in ("line", "character"))
    if not isinstance(line, int) or not isinstance(character, int) or not is_index(line) or not is_index(character):
        raise JsonRpcInvalidParams(f"{name} must have a line and a character, whole numbers from 0")
    return types.Position(line, character)


def is_index(value: object) -> bool:
    """Whether a JSON value is a whole number from 0, no larger than the protocol allows."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_INDEX


class Study:
    """One question being worked on. What was found before an interruption is kept for when it goes on."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._parts: list[npt.NDArray[np.float32]] = []

    def __call__(self, asked: Asked) -> dict[str, Any]:
        """The answer for the wire; `ModelError` for a layer, neuron or signal that is not there."""
        from peephole.model.introspection import check_request, signal_names

        wanted, document, config = self._wanted, asked.document, asked.predictor.config
        names = wanted.signals or signal_names(config)
        check_request(config, wanted.layer, wanted.neurons, names)
        start, end = 0, len(document.text)
        if wanted.range is not None:
            start, end = sorted((document.offset_at(wanted.range.start), document.offset_at(wanted.range.end)))
        if len(names) * len(wanted.neurons) * (end - start) > MOST_VALUES:
            raise JsonRpcInvalidParams(
                f"that is more than {MOST_VALUES} values; ask for fewer neurons or a shorter range"
            )
        self._read(asked, names, start, end)
        data, scale = quantise(self._parts, (len(names), len(wanted.neurons)), names)
        return {
            "version": document.version,
            "model": asked.predictor.runtime.checkpoint.model_hash,
            "layer": wanted.layer,
            "neurons": list(wanted.neurons),
            "signals": list(names),
            "offset": start,
            "start": document.position_at(start),
            "end": document.position_at(end),
            "characters": end - start,
            "shape": [len(names), len(wanted.neurons), end - start],
            "scale": scale,
            "data": data,
        }

    def _read(self, asked: Asked, names: Sequence[str], start: int, end: int) -> None:
        """Fills the parts up to the end; raises `Stopped` between two of them if told to."""
        from peephole.model.introspection import signals

        wanted, text = self._wanted, asked.document.text
        for at in range(start + len(self._parts) * CHUNK, end, CHUNK):
            reading = asked.desk.reading_at(at, asked.should_stop, keep=False)
            indices = asked.predictor.vocabulary.encode(text[at : min(at + CHUNK, end)])
            self._parts.append(
                signals(
                    asked.predictor, indices, reading.state, layer=wanted.layer, neurons=wanted.neurons, names=names
                )
            )


def quantise(
    parts: Sequence[npt.NDArray[np.float32]], shape: tuple[int, int], names: Sequence[str]
) -> tuple[str, list[list[float]]]:
    """Base64 of the values as int8, and what one step is worth for each signal and neuron.

    Hidden state, candidate and gates lie within [−1, 1] and always have the same scale; the cell state is unbounded
    and is scaled by its largest value here.
    """
    import numpy as np

    values = np.concatenate([np.empty((*shape, 0), np.float32), *parts], axis=2)
    largest = np.ones(shape, np.float32)
    for row, name in enumerate(names):
        if name == "cell" and values.shape[2]:
            largest[row] = np.maximum(np.abs(values[row]).max(axis=1), np.finfo(np.float32).tiny * 127)
    scale = largest / np.float32(127)
    steps = np.rint(values / scale[:, :, None]).clip(-127, 127).astype(np.int8)
    return base64.b64encode(steps.tobytes()).decode("ascii"), [[float(each) for each in row] for row in scale]
