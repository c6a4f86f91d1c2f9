"""A model for another language serves documents of that language, and of no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import FOLLOWERS
from checkpoints import write_bigram_checkpoint
from e2e.wire import Wire, at

KOTLIN, JAVA = "file:///a.kt", "file:///A.java"


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    followers = {name: following for name, following in FOLLOWERS.items() if len(name) == 1} | {"kotlin": {"\n": 1}}
    folder: Path = tmp_path_factory.mktemp("kotlin") / "model"
    write_bigram_checkpoint(folder, followers, languages=["kotlin"])
    wire = Wire("--model", folder)
    wire.initialize(initializationOptions={"surprisal": {"codeLens": True}})
    wire.open(KOTLIN, "fun f(x: Int) {\n ge\n}\n// ge\n#ge\n", "kotlin")
    wire.open(JAVA, " ge", "java")
    yield wire
    wire.close()


def labels(wire: Wire, uri: str, line: int, character: int) -> list[str]:
    answer: Any = wire.call("textDocument/completion", at(uri, line, character))
    return [item["label"] for item in answer["items"]]


def test_its_documents_are_completed(wire: Wire) -> None:
    assert labels(wire, KOTLIN, 1, 3) == ["get", "getn"]
    described = wire.document(KOTLIN, digest=True)
    assert (described["state"], described["fed"]) == ("open", described["characters"])


def test_everything_else_answers_for_it_too(wire: Wire) -> None:
    assert wire.call("textDocument/hover", at(KOTLIN, 1, 2))["contents"]["value"]
    (lens,) = wire.call("textDocument/codeLens", {"textDocument": {"uri": KOTLIN}})
    assert wire.call("codeLens/resolve", lens)["command"]["title"].endswith("bits a character")
    question = {"command": "peephole.explain", "arguments": [at(KOTLIN, 1, 3) | {"uri": KOTLIN}]}
    assert wire.call("workspace/executeCommand", question)["completion"]["inStringOrComment"] is False


@pytest.mark.parametrize(("line", "column", "is_comment"), [(3, 5, True), (4, 3, False)])
def test_comments_of_the_usual_kinds_are_known_in_any_language(
    wire: Wire, line: int, column: int, is_comment: bool
) -> None:
    question = {"uri": KOTLIN, "position": {"line": line, "character": column}}
    found = wire.call("workspace/executeCommand", {"command": "peephole.explain", "arguments": [question]})
    assert found["completion"]["inStringOrComment"] is is_comment


def test_other_documents_are_left_alone_quietly_with_the_reason(wire: Wire) -> None:
    answer = wire.call("textDocument/completion", at(JAVA, 0, 3))
    assert answer == {"isIncomplete": False, "items": []}
    assert "this model knows kotlin, not java" in wire.document(JAVA)["reason"]
    assert wire.status()["state"] != "inactive"
    assert not [each for each in wire.received if each.get("method") == "window/showMessage"]


def test_the_settings_may_narrow_the_models_languages_to_none_of_the_open_ones(wire: Wire) -> None:
    wire.notify("workspace/didChangeConfiguration", {"settings": {"peephole": {"documents": {"languages": ["java"]}}}})
    assert labels(wire, KOTLIN, 1, 3) == []
    assert "documents.languages" in wire.document(KOTLIN)["reason"]
    wire.notify("workspace/didChangeConfiguration", {"settings": {"peephole": {"documents": {"languages": []}}}})
    assert labels(wire, KOTLIN, 1, 3) == ["get", "getn"]
