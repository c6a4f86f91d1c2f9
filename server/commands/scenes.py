"""What the tour does in the samples: where it types, what it types, and which neuron it looks at."""

from __future__ import annotations

import base64
import math
import operator
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from peephole.server.client import Client, ClientError, OpenDocument
from peephole.server.workspace.walk import LANGUAGES

Json = Any

POLL_S = 0.01
"""Between two looks at the status while the model loads, which takes tens of times as long."""


@dataclass(frozen=True)
class Scene:
    """Text that is typed into a sample, after the first occurrence of `anchor`."""

    file: str
    language: str
    anchor: str
    typed: str


METHODS_END = {"Version.java": "return label == null;\n    }\n", "journal.py": "return dict(result)\n"}
"""Where in a sample a new method is written: behind one that is there."""

TYPED = (
    ("Version.java", "public static List<Version> all() {\n        List<Version> result = new Arr"),
    ("Version.java", "public void rename(String label) {\n        if (label == null) {\n            throw new Ill"),
    ("journal.py", "def last(self):\n        if not self._entries:\n            raise V"),
    ("journal.py", "@property\n    def accounts(s"),
)

SCENES = tuple(Scene(file, LANGUAGES[Path(file).suffix], METHODS_END[file], f"\n    {typed}") for file, typed in TYPED)


@dataclass(frozen=True)
class Planted:
    """A sample with one wrong return, below `server/samples/planted`."""

    language: str
    wrong: str
    consequence: str


PLANTED = {
    "Version.java": Planted("java", "label;", "where a `return` is missing"),
    "journal.py": Planted("python", "return len[self._entries]", "so `len(journal)` raises a TypeError"),
}


@dataclass
class Typist:
    """Types into documents as a person would, one key at a time, asks for completions after each, and keeps time."""

    client: Client
    times_ms: list[float] = field(default_factory=list)

    def play(self, scene: Scene) -> tuple[str, list[Json], list[Json]]:
        """The lines that were typed, the completion items at their end, and the ghost text there."""
        text = sample(scene.file)
        document = OpenDocument(self.client, sample_uri(scene.file), scene.language, text)
        offset = text.index(scene.anchor) + len(scene.anchor)
        items: list[Json] = []
        for character in scene.typed:
            began = time.perf_counter()
            offset = document.insert(offset, character)
            items = items_of(document.ask("completion", offset))
            self.times_ms.append((time.perf_counter() - began) * 1e3)
        ghosts = items_of(document.ask("inlineCompletion", offset, context={"triggerKind": 2}))
        document.close()
        return scene.typed.strip("\n"), items, ghosts


def sample(name: str) -> str:
    """The text of a sample, by its path below `server/samples`."""
    return resources.files("peephole.server").joinpath("samples", name).read_text(encoding="utf-8")


def sample_uri(name: str) -> str:
    """The URI under which a sample is opened. Nothing is written there, or read."""
    return f"file:///peephole-tour/{name}"


def items_of(result: Json) -> list[Json]:
    """The items of a completion list, an inline completion list, or a bare array."""
    return list(result["items"] if isinstance(result, dict) else result or [])


def execute(client: Client, command: str, argument: Json) -> Json:
    """What one of the server's commands answers."""
    return client.request("workspace/executeCommand", {"command": command, "arguments": [argument]})


def loaded_status(client: Client) -> Json:
    """The server's status once its model is loaded; `ClientError` with the reason if it gets none."""
    while (status := execute(client, "peephole.status", {}))["state"] == "loading":
        time.sleep(POLL_S)
    if status["state"] == "inactive":
        raise ClientError(f"the server has no model: {status['reason']}")
    return status


def hidden_states(client: Client, uri: str, layer: int, neurons: Sequence[int]) -> list[list[float]]:
    """The hidden state of some neurons after every character of an open document."""
    question = {"uri": uri, "layer": layer, "neurons": list(neurons), "signals": ["hidden"]}
    answer = execute(client, "peephole.introspect", question)
    data, characters = base64.b64decode(answer["data"]), answer["characters"]
    rows = (struct.unpack_from(f"{characters}b", data, row * characters) for row in range(len(neurons)))
    return [[value * scale for value in row] for row, scale in zip(rows, answer["scale"][0], strict=True)]


def correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Pearson's r of two equally long series; 0 where one of them never changes."""
    mean_first, mean_second = sum(first) / len(first), sum(second) / len(second)
    first = [value - mean_first for value in first]
    second = [value - mean_second for value in second]
    spread = math.sqrt(_product(first, first) * _product(second, second))
    return _product(first, second) / spread if spread else 0.0


def _product(first: Sequence[float], second: Sequence[float]) -> float:
    return math.fsum(map(operator.mul, first, second))
