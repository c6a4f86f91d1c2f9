"""What the tour does in the samples: where it types, what it types, and which neuron it looks at."""

from __future__ import annotations

import base64
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from peephole.server.client import Client, OpenDocument

Json = Any


@dataclass(frozen=True)
class Scene:
    """Text that is typed into a sample, after the first occurrence of `anchor`."""

    file: str
    language: str
    anchor: str
    typed: str


SCENES = (
    Scene("Version.java", "java", "return label == null;\n    }\n", "\n    public boolean isStable() {\n        ret"),
    Scene(
        "Version.java", "java", "Objects.hash(major, minor, patch, label);\n    }\n", "\n    @Override\n    public S"
    ),
    Scene("journal.py", "python", "raise JournalError(", "st"),
    Scene("journal.py", "python", "return dict(result)\n", "\n    def accounts(self):\n        return sorted(se"),
)

PLANTED = {
    "Version.java": ("java", "return false;", "`equals` says that an object does not equal itself"),
    "journal.py": ("python", "return None", "`__enter__` gives None, so `with ... as` has nothing"),
}
"""Samples with one wrong return: language, the wrong statement, and what is wrong with it."""


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
        ghosts = items_of(document.ask("inlineCompletion", offset, context={"triggerKind": 1}))
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


def signal_of(client: Client, uri: str, layer: int, neurons: Sequence[int], signal: str) -> list[list[float]]:
    """One signal of some neurons after every character of an open document, as the introspect command sends it."""
    arguments = [{"uri": uri, "layer": layer, "neurons": list(neurons), "signals": [signal]}]
    answer = client.request("workspace/executeCommand", {"command": "peephole.introspect", "arguments": arguments})
    return list(_decode(answer))


def _decode(answer: Json) -> Iterator[list[float]]:
    _, neurons, characters = answer["shape"]
    data = base64.b64decode(answer["data"])
    for neuron in range(neurons):
        row = struct.unpack_from(f"{characters}b", data, neuron * characters)
        scale = answer["scale"][0][neuron]
        yield [value * scale for value in row]


def correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Pearson's r of two equally long series; 0 where one of them never changes."""
    count = len(first)
    mean_first, mean_second = sum(first) / count, sum(second) / count
    first = [value - mean_first for value in first]
    second = [value - mean_second for value in second]
    size = (sum(value * value for value in first) * sum(value * value for value in second)) ** 0.5
    return sum(a * b for a, b in zip(first, second, strict=True)) / size if size else 0.0
