"""Whoever brings a workspace brings no model: the user names it, or says that the workspace is to be trusted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import Start
from e2e.wire import Message, Wire, at

from peephole.server.trust import HOW

URI = "file:///a.py"
NOT_FOLLOWED = "peephole.model.folder is not followed"


@pytest.fixture
def hostile(tmp_path: Path, words: Path) -> Path:
    """A workspace with a model in it."""
    shutil.copytree(words, tmp_path / "workspace" / "model")
    return tmp_path / "workspace"


def naming(folder: Path) -> dict[str, Any]:
    """A section that names the model."""
    return {"model": {"folder": str(folder / "model")}}


def begin(wire: Wire, workspace: Path, options: Any, **capabilities: Any) -> None:
    """Opens the workspace and a document in it."""
    folders = [{"uri": workspace.as_uri(), "name": "workspace"}]
    wire.initialize(workspaceFolders=folders, initializationOptions=options, capabilities={"workspace": capabilities})
    wire.open(URI, " ge")


def served(wire: Wire) -> str:
    """The folder of the model that is served, once it is loaded."""
    return str(wire.status(digest=True)["model"]["folder"])


def assert_withheld(wire: Wire, workspace: Path) -> None:
    """The workspace's model is not served, and both the status and a message say why and how to allow it."""
    assert not Path(served(wire)).is_relative_to(workspace)
    (problem,) = (each for each in wire.status()["problems"] if each.startswith(NOT_FOLLOWED))
    assert problem.endswith(HOW)
    assert wire.notification("window/showMessage")["message"] == problem


@pytest.mark.parametrize("wrap", [lambda section: section, lambda section: {"peephole": section}])
def test_a_workspaces_model_is_not_loaded_by_initialization_options(start: Start, hostile: Path, wrap: Any) -> None:
    wire = start()
    begin(wire, hostile, wrap(naming(hostile)))
    assert_withheld(wire, hostile)


def test_nor_by_settings_that_the_client_sends(start: Start, hostile: Path) -> None:
    wire = start()
    begin(wire, hostile, None)
    wire.notify("workspace/didChangeConfiguration", {"settings": {"peephole": naming(hostile), "trusted": True}})
    assert_withheld(wire, hostile)


def test_nor_by_settings_that_the_client_is_asked_for(start: Start, hostile: Path) -> None:
    wire = start()
    begin(wire, hostile, None, configuration=True)
    asked: Message = wire.wait(lambda message: message.get("method") == "workspace/configuration")
    wire.answer(asked["id"], [{**naming(hostile), "trusted": True}])
    assert_withheld(wire, hostile)


def test_a_word_of_trust_among_the_settings_is_none(start: Start, hostile: Path) -> None:
    wire = start()
    begin(wire, hostile, {"completion": {"maxItems": 3}, "peephole": naming(hostile), "trusted": True})
    assert_withheld(wire, hostile)


def test_where_the_client_says_that_the_user_trusts_it_the_model_is_served_and_may_be_changed(
    start: Start, hostile: Path, untrained: Path
) -> None:
    wire = start()
    begin(wire, hostile, {"peephole": naming(hostile), "trusted": True})
    assert served(wire) == str(hostile / "model")
    wire.notify("workspace/didChangeConfiguration", {"settings": {"peephole": {"model": {"folder": str(untrained)}}}})
    assert served(wire) == str(untrained)
    assert wire.status()["problems"] == []


def test_the_command_line_is_the_users(start: Start, hostile: Path, words: Path) -> None:
    wire = start("--model", words)
    begin(wire, hostile, naming(hostile))
    assert served(wire) == str(words)
    assert wire.status()["problems"] == []
    assert [item["label"] for item in wire.call("textDocument/completion", at(URI, 0, 3))["items"]] == ["get", "getn"]
