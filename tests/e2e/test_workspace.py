"""The files around the open documents, over the wire: remembered while they are there, and no longer."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import Start
from e2e.wire import Wire, at, edited, replaced

from peephole.server.workspace.walk import language_of

CREATED, CHANGED, DELETED = 1, 2, 3
NAME = "zwq_gylfou"
"""A name in which no letter comes twice: the tests' model, which adds as much to all that any memory names, however
little agrees, then offers it as a whole."""

PECULIAR = f"\n{NAME}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with a file beside the one that will be open."""
    root = Path(os.path.realpath(tmp_path)) / "workspace"
    (root / "inner").mkdir(parents=True)
    (root / "main.py").write_text("")
    (root / "inner/names.py").write_text(PECULIAR)
    return root


def begin(wire: Wire, folder: Path, text: str = "\nzwq_g", **more: Any) -> str:
    """Initializes with the folder as workspace and opens its `main.py`; its URI."""
    uri = (folder / "main.py").as_uri()
    wire.initialize(rootUri=folder.as_uri(), **more)
    wire.open(uri, text)
    return uri


def settle(wire: Wire) -> Any:
    """The status once the workspace was looked at."""
    return wire.status(digest=True)


def items(wire: Wire, uri: str, line: int = 1, character: int = 5) -> Any:
    """The completion items at a place."""
    return wire.call("textDocument/completion", at(uri, line, character))["items"]


def labels(wire: Wire, uri: str, line: int = 1, character: int = 5) -> list[str]:
    """The words that are offered at a place."""
    return [item["label"] for item in items(wire, uri, line, character)]


def tell(wire: Wire, path: Path, kind: int) -> None:
    """Tells the server that a file came, went or changed."""
    wire.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": kind}]})


def digests(status: Any) -> Any:
    """What was read of each document, and what surprised in it."""
    return {document["uri"]: document["digest"] for document in status["documents"]}


def surprisals(status: Any) -> Any:
    """The same without the versions, which count edits."""
    return {uri: (each["text"], each["surprisals"]) for uri, each in digests(status).items()}


def test_a_name_of_another_file_is_completed_and_counted(start: Start, remembering: Path, folder: Path) -> None:
    wire = start("--model", remembering)
    uri = begin(wire, folder)
    workspace = settle(wire)["workspace"]
    assert labels(wire, uri)[0] == NAME
    assert (workspace["state"], workspace["reason"], workspace["percent"]) == ("ready", None, 100)
    assert (workspace["folders"], workspace["files"]) == (1, 1)
    assert workspace["megabytes"] == round(len(PECULIAR) / 1e6, 3)
    assert workspace["bytesHeld"] > len(PECULIAR)


@pytest.mark.parametrize("name", ["rootPath", "rootUri", "workspaceFolders"])
def test_a_client_may_name_its_folder_in_any_way(start: Start, remembering: Path, folder: Path, name: str) -> None:
    wire = start("--model", remembering)
    named: dict[str, Any] = {
        "rootPath": str(folder),
        "rootUri": folder.as_uri(),
        "workspaceFolders": [{"uri": folder.as_uri(), "name": "workspace"}],
    }
    wire.initialize(**{"rootUri": None, name: named[name]})
    wire.open((folder / "main.py").as_uri(), "\nzwq_g")
    assert settle(wire)["workspace"]["files"] == 1


def test_a_deleted_file_leaves_no_trace_in_any_answer(start: Start, remembering: Path, folder: Path) -> None:
    wire = start("--model", remembering)
    uri = begin(wire, folder)
    settle(wire)
    before = items(wire, uri)
    assert before[0]["label"] == NAME
    assert "inner/names.py:2" in str(before[0])
    (folder / "inner/names.py").unlink()
    tell(wire, folder / "inner/names.py", DELETED)
    status = settle(wire)
    never_seen = start("--model", remembering)
    assert begin(never_seen, folder) == uri
    expected = settle(never_seen)
    assert digests(status) == digests(expected)
    assert items(wire, uri) == items(never_seen, uri)
    assert NAME not in json.dumps(items(wire, uri))
    assert "names.py" not in json.dumps(items(wire, uri))
    hovers = [each.call("textDocument/hover", at(uri, 1, 3)) for each in (wire, never_seen)]
    assert hovers[0] == hovers[1]
    assert status["workspace"]["files"] == expected["workspace"]["files"] == 0


def test_whatever_happened_the_answers_are_those_of_a_fresh_server(
    start: Start, remembering: Path, folder: Path
) -> None:
    wire = start("--model", remembering)
    uri = begin(wire, folder, "x = 1\n")
    beside, names = folder / "beside.py", folder / "inner/names.py"
    settle(wire)
    beside.write_text("def walrus():\n    pass\n")
    tell(wire, beside, CREATED)
    wire.open(names.as_uri(), "zebra_typed = 1\n")
    settle(wire)
    wire.notify("textDocument/didChange", edited(names.as_uri(), 2, replaced((0, 6), (0, 11), "lion")))
    wire.notify("textDocument/didChange", edited(uri, 2, replaced((1, 0), (1, 0), "import beside\nzebra_l")))
    settle(wire)
    names.write_text("zebra_lion = 1\n")
    wire.notify("textDocument/didSave", {"textDocument": {"uri": names.as_uri()}})
    wire.notify("textDocument/didClose", {"textDocument": {"uri": names.as_uri()}})
    (folder / ".gitignore").write_text("beside.py\n")
    tell(wire, folder / ".gitignore", CREATED)
    status = settle(wire)
    fresh = start("--model", remembering)
    begin(fresh, folder, "x = 1\nimport beside\nzebra_l")
    expected = settle(fresh)
    assert surprisals(status) == surprisals(expected)
    assert items(wire, uri, 2, 7) == items(fresh, uri, 2, 7)
    assert labels(wire, uri, 2, 7)[0] == "zebra_lion"
    assert status["workspace"] == expected["workspace"]


@pytest.mark.parametrize("seed", range(3))
def test_after_any_sequence_of_events_the_answers_are_those_of_a_fresh_server(
    start: Start, remembering: Path, folder: Path, seed: int
) -> None:
    chance, documents = random.Random(seed), dict[Path, str]()
    paths = [folder / name for name in ("main.py", "a.py", "inner/b.py", "inner/names.py", "C.java", "inner/D.java")]
    texts = ["", "import a\nzwq_g", f"from inner import b\n{NAME}\n", "class D {}\n", "\nzwq_hijkuv\n"]
    wire = start("--model", remembering)
    wire.initialize(rootUri=folder.as_uri())
    for version in range(2, 40):
        path, text = chance.choice(paths), chance.choice(texts)
        act = chance.choice(["write", "delete", "open", "edit", "edit", "save", "close", "look"])
        if act == "write":
            path.write_text(text)
            tell(wire, path, CHANGED)
        elif act == "delete":
            path.unlink(missing_ok=True)
            tell(wire, path, DELETED)
        elif act == "open" and path not in documents:
            documents[path] = text
            wire.open(path.as_uri(), text, language_of(path.name) or "")
        elif act == "edit" and path in documents:
            documents[path] = text
            wire.notify("textDocument/didChange", edited(path.as_uri(), version, {"text": text}))
        elif act == "save" and path in documents:
            path.write_text(documents[path])
            wire.notify("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})
        elif act == "close" and documents.pop(path, None) is not None:
            wire.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
        elif act == "look":
            settle(wire)
    fresh = start("--model", remembering)
    fresh.initialize(rootUri=folder.as_uri())
    for path, text in documents.items():
        fresh.open(path.as_uri(), text, language_of(path.name) or "")
    status, expected = settle(wire), settle(fresh)
    assert documents
    assert surprisals(status) == surprisals(expected)
    assert status["workspace"] == expected["workspace"]


def test_an_open_document_is_remembered_as_it_stands_and_not_as_it_was_saved(
    start: Start, remembering: Path, folder: Path
) -> None:
    wire = start("--model", remembering)
    uri = begin(wire, folder)
    wire.open((folder / "inner/names.py").as_uri(), "\nzwq_ghijkv\n")
    settle(wire)
    assert labels(wire, uri)[0] == "zwq_ghijkv"
    assert NAME not in labels(wire, uri)


def test_a_document_does_not_look_into_its_own_saved_file(start: Start, remembering: Path, folder: Path) -> None:
    (folder / "main.py").write_text("\nzwq_ghijkv\n")
    (folder / "inner/names.py").unlink()
    wire = start("--model", remembering)
    uri = begin(wire, folder)
    assert settle(wire)["workspace"]["files"] == 0
    assert "zwq_ghijkv" not in labels(wire, uri)


def test_folders_of_the_workspace_come_and_go(start: Start, remembering: Path, folder: Path) -> None:
    wire = start("--model", remembering)
    uri = (folder / "main.py").as_uri()
    inner = {"uri": (folder / "inner").as_uri(), "name": "inner"}
    answer = wire.initialize(workspaceFolders=[], rootUri=folder.as_uri())
    assert answer["capabilities"]["workspace"]["workspaceFolders"]["supported"]
    wire.open(uri, "\nzwq_g")
    assert settle(wire)["workspace"]["folders"] == 0
    assert NAME not in labels(wire, uri)
    wire.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [inner], "removed": []}})
    assert settle(wire)["workspace"]["files"] == 1
    assert labels(wire, uri)[0] == NAME
    wire.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [inner]}})
    assert settle(wire)["workspace"]["files"] == 0
    assert NAME not in labels(wire, uri)


def test_the_settings_switch_it_off_and_exclude_and_limit_live(start: Start, remembering: Path, folder: Path) -> None:
    wire = start("--model", remembering)
    uri = begin(wire, folder)

    def files(**settings: Any) -> int | str:
        wire.notify("workspace/didChangeConfiguration", {"settings": {"peephole": {"workspace": settings}}})
        workspace = settle(wire)["workspace"]
        assert (NAME in labels(wire, uri)) == (workspace["files"] == 1)
        return workspace["reason"] or workspace["files"]

    assert files() == 1
    assert files(enabled=False) == "the workspace is switched off in the settings"
    assert files(excluded=["names.*"]) == 0
    assert files(mostMegabytes=0) == 0
    assert files(mostMegabytes=1) == 1


def test_secrets_are_not_remembered(start: Start, remembering: Path, folder: Path) -> None:
    (folder / "inner/names.py").rename(folder / "inner/secrets.py")
    wire = start("--model", remembering)
    uri = begin(wire, folder)
    assert settle(wire)["workspace"]["files"] == 0
    assert NAME not in json.dumps(items(wire, uri))


def test_a_model_without_memory_looks_at_no_files(start: Start, words: Path, folder: Path) -> None:
    wire = start("--model", words)
    begin(wire, folder)
    workspace = settle(wire)["workspace"]
    assert (workspace["state"], workspace["reason"]) == ("off", "this model has no memory")
    assert (workspace["files"], workspace["bytesHeld"]) == (0, 0)


def test_a_client_that_can_is_asked_to_watch_files_and_shown_how_the_first_look_goes(
    start: Start, remembering: Path, folder: Path
) -> None:
    wire = start("--model", remembering)
    watching = {"didChangeWatchedFiles": {"dynamicRegistration": True}}
    begin(wire, folder, capabilities={"workspace": watching, "window": {"workDoneProgress": True}})
    asked = wire.wait(lambda message: message.get("method") == "client/registerCapability")
    (registration,) = asked["params"]["registrations"]
    assert registration["method"] == "workspace/didChangeWatchedFiles"
    globs = [watcher["globPattern"] for watcher in registration["registerOptions"]["watchers"]]
    assert globs == ["**/*.java", "**/*.py", "**/.gitignore"]
    create = wire.wait(lambda message: message.get("method") == "window/workDoneProgress/create")
    wire.answer(create["id"])
    settle(wire)
    shown = [message["params"] for message in wire.received if message.get("method") == "$/progress"]
    assert {each["token"] for each in shown} <= {create["params"]["token"]}
    assert [each["value"]["kind"] for each in shown if each["value"]["kind"] != "report"] in ([], ["begin", "end"])
    assert str(folder) not in str(shown)


def test_no_path_and_no_text_of_the_workspace_is_logged(
    start: Start, remembering: Path, folder: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log.txt"
    wire = start("--model", remembering, "--log-file", log, "-vv")
    uri = begin(wire, folder)
    settle(wire)
    assert labels(wire, uri)
    tell(wire, folder / "inner/names.py", CHANGED)
    settle(wire)
    assert wire.leave() == 0
    logged = log.read_text()
    assert "workspace: 1 files" in logged
    assert not any(each in logged + wire.errors() for each in ("names", NAME, "inner", folder.name + "/"))


@pytest.mark.parametrize("uri", ["file:///no/such/folder", "untitled:folder", "file://%00", "http://x/y", "", "x"])
def test_a_folder_that_cannot_be_read_is_an_empty_workspace(start: Start, remembering: Path, uri: str) -> None:
    wire = start("--model", remembering)
    wire.initialize(workspaceFolders=[{"uri": uri, "name": "x"}])
    wire.open("file:///a.py", "x")
    tell_of = {"changes": [{"uri": uri, "type": CHANGED}]}
    wire.notify("workspace/didChangeWatchedFiles", tell_of)
    assert settle(wire)["workspace"]["files"] == 0
    assert wire.leave() == 0
