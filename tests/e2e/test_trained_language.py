"""From files of a language that the shipped model does not know to a server that completes and marks them."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.wire import Wire, at, place

from peephole.training.cli import main

KOTLIN, JAVA = "file:///project/a.kt", "file:///project/A.java"
PUBLISHED = "textDocument/publishDiagnostics"
NAMES = ["basket", "price", "total", "count", "index", "value"]
TEXT = "fun total(x: Int): Int {\n    ret\n}\nfun price(x: Int): Int {\n    return @@@\n}\n"
RUN = """
[network]
embedding_size = 8
hidden_size = 32
layers = 1
[data]
corpus = {corpus}
shares = {{ kotlin = 1.0 }}
[fit]
characters = 60_000
streams = 32
bptt_length = 32
optimizer = "adamw"
learning_rate = 0.03
compiled = false
precision = "float32"
warmup_steps = 10
threads = 1
development_every = 0
"""
DIAGNOSTICS = {"debounceMs": 0, "sensitivity": 100}


def write_package(folder: Path, seed: int) -> None:
    """Files that are all alike but for some names and numbers."""
    folder.mkdir(parents=True)
    rng = random.Random(seed)
    for number in range(12):
        lines = [
            f"fun {rng.choice(NAMES)}(x: Int): Int {{\n    return x + {rng.randint(0, 9)}\n}}\n" for _ in range(20)
        ]
        (folder / f"f{number}.kt").write_text("".join(lines))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which somebody trains."""
    return Path(os.path.realpath(tmp_path_factory.mktemp("kotlin")))


@pytest.fixture(scope="module")
def trained(project: Path) -> Path:
    """A model that was made by the commands alone."""
    for number, name in enumerate(("one", "two")):
        write_package(project / "packages" / name, number)
    sources = [str(project / "packages" / name) for name in ("one", "two")]
    corpus, run, model = (str(project / name) for name in ("corpus", "run", "model"))
    (project / "run.toml").write_text(RUN.format(corpus=f'"{corpus}"'))
    assert main(["corpus", "build", *sources, "--language", "kotlin", "--out", corpus, "--processes", "1"]) == 0
    assert main(["fit", str(project / "run.toml"), "--out", run]) == 0
    assert main(["export", run, "--out", model]) == 0
    return project / "model"


@pytest.fixture(scope="module")
def wire(trained: Path, project: Path) -> Iterator[Wire]:
    wire = Wire("--model", trained)
    watching = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    wire.initialize(rootUri=(project / "packages").as_uri(), capabilities=watching)
    wire.open(KOTLIN, TEXT, "kotlin")
    wire.open(JAVA, "class A {\n    ret", "java")
    yield wire
    wire.close()


def configure(wire: Wire, **diagnostics: Any) -> None:
    settings = {"diagnostics": DIAGNOSTICS | diagnostics}
    wire.notify("workspace/didChangeConfiguration", {"settings": {"peephole": settings}})


def explained(wire: Wire, uri: str, line: int, character: int) -> Any:
    question = {"uri": uri, "position": place(line, character)}
    return wire.call("workspace/executeCommand", {"command": "peephole.explain", "arguments": [question]})


def test_what_it_was_trained_for_is_completed_and_nothing_else(wire: Wire) -> None:
    items = wire.call("textDocument/completion", at(KOTLIN, 1, 7))["items"]
    assert items  # how well it learns in a few seconds is no matter here
    assert all(item["label"].startswith("ret") for item in items)
    assert wire.call("textDocument/completion", at(JAVA, 1, 7)) == {"isIncomplete": False, "items": []}
    status = wire.status(digest=True)
    assert status["model"]["languages"] == ["kotlin"]
    assert [(each["state"], each["reason"] is None) for each in status["documents"]] == [
        ("open", True),
        ("skipped", False),
    ]
    assert "this model knows kotlin, not java" in status["documents"][1]["reason"]


def test_it_is_explained(wire: Wire) -> None:
    found = explained(wire, KOTLIN, 1, 7)
    assert found["completion"]["shown"]
    assert found["hover"]["shown"] or found["hover"]["silence"]
    assert "not java" in explained(wire, JAVA, 1, 7)["completion"]["silence"]


def test_its_files_are_watched(wire: Wire) -> None:
    asked = wire.wait(lambda message: message.get("method") == "client/registerCapability")
    (registration,) = asked["params"]["registrations"]
    globs = [watcher["globPattern"] for watcher in registration["registerOptions"]["watchers"]]
    assert globs == ["**/*.kt", "**/*.kts", "**/.gitignore"]


def test_marks_are_switched_on_and_off_by_language(wire: Wire) -> None:
    configure(wire, languages=["kotlin"])
    marks = wire.notification(PUBLISHED, lambda params: params["uri"] == KOTLIN and bool(params["diagnostics"]))
    assert 4 in {mark["range"]["start"]["line"] for mark in marks["diagnostics"]}
    configure(wire, languages=["java"])
    wire.notification(PUBLISHED, lambda params: params["uri"] == KOTLIN and not params["diagnostics"])
    silence = explained(wire, KOTLIN, 4, 12)["diagnostics"]["silence"]
    assert silence == "the language 'kotlin' is not one of diagnostics.languages (java)"
    report = wire.call("textDocument/diagnostic", {"textDocument": {"uri": KOTLIN}})
    assert report["items"] == []
    assert wire.document(KOTLIN)["silences"]["diagnostics"] == silence
    configure(wire)
    assert wire.call("textDocument/diagnostic", {"textDocument": {"uri": KOTLIN}})["items"]
