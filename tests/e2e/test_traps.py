"""What pygls does by itself and this server must not: seen from inside the real process, which a spy watches."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import Start
from e2e.wire import Wire, at, edited, pack, replaced

SPY = """
import os, sys, threading

def note(*words):
    with open(os.environ["PEEPHOLE_SPY"], "a") as file:
        print(*words, file=file)

def look(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".py"):
        note("opened", arguments[0])

def watch_pygls():
    import pygls.workspace.position_codec as codec
    import pygls.workspace.text_document as text
    import peephole.server.transport as transport

    def noted(kind, name, word):
        whole = getattr(kind, name)
        def called(self, *arguments, **more):
            note(word(self))
            return whole(self, *arguments, **more)
        setattr(kind, name, called)

    for name in ("position_from_client_units", "position_to_client_units", "range_from_client_units"):
        noted(codec.PositionCodec, name, lambda _: "pygls converted")
    noted(text.TextDocument, "__init__", lambda _: "pygls kept a text")
    noted(threading.Thread, "start", lambda thread: f"thread {thread.name}")
    noted(transport.Output, "write", lambda _: f"wrote in {threading.current_thread().name}")

if "PEEPHOLE_SPY" in os.environ:
    sys.addaudithook(look)
    watch_pygls()
"""
"""Put into the server's process as `sitecustomize`."""

CONTEXT = {"context": {"triggerKind": 1}}


@pytest.fixture
def spied(start: Start, remembering: Path, tmp_path: Path) -> tuple[Wire, Path]:
    """A server, and the file that tells what went on in it."""
    (tmp_path / "spy").mkdir()
    (tmp_path / "spy/sitecustomize.py").write_text(SPY)
    seen = tmp_path / "seen.txt"
    environment = {"PYTHONPATH": str(tmp_path / "spy"), "PEEPHOLE_SPY": str(seen)}
    return start("--model", remembering, environment=environment), seen


def ask_everything(wire: Wire, uri: str) -> list[Any]:
    """The replies to all that can be asked about a document, without their ids."""
    document = {"textDocument": {"uri": uri}}
    range_ = {"start": {"line": 0, "character": 0}, "end": {"line": 2, "character": 0}}
    questions: list[tuple[str, Any]] = [
        ("textDocument/completion", at(uri, 1, 3)),
        ("textDocument/inlineCompletion", at(uri, 1, 3, **CONTEXT)),
        ("textDocument/hover", at(uri, 1, 2)),
        ("textDocument/diagnostic", document),
        ("textDocument/codeLens", document),
        ("textDocument/codeAction", {**document, "range": range_, "context": {"diagnostics": []}}),
    ]
    for command, more in (("explain", {"position": {"line": 1, "character": 3}}), ("heatMap", {}), ("introspect", {})):
        argument = {"uri": uri, "layer": 0, "neurons": [0], **more}
        questions.append(("workspace/executeCommand", {"command": f"peephole.{command}", "arguments": [argument]}))
    replies = [wire.reply(wire.ask(method, params)) for method, params in questions]
    return [{name: reply[name] for name in reply if name in ("result", "error")} for reply in replies]


def test_a_closed_document_is_not_read_from_the_disk(spied: tuple[Wire, Path], tmp_path: Path) -> None:
    """Trap 10: after `didClose` pygls's workspace would read the file and serve what stands there."""
    wire, seen = spied
    root = Path(os.path.realpath(tmp_path))
    (root / "inside").mkdir()
    (root / "inside/beside.py").write_text("\n set();\n")
    (root / "closed.py").write_text("\n get();\n ge")
    uri, kept = (root / "closed.py").as_uri(), (root / "inside/kept.py").as_uri()
    wire.initialize(rootUri=(root / "inside").as_uri())
    wire.open(kept, "")
    wire.open(uri, "\n set();\n se")
    wire.status(digest=True)
    never_opened = ask_everything(wire, "file:///never/opened.py")
    wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert ask_everything(wire, uri) == never_opened
    wire.notify("textDocument/didChange", edited(uri, 2, replaced((1, 0), (1, 0), " ")))
    assert ask_everything(wire, uri) == never_opened
    wire.status(digest=True)
    assert wire.leave() == 0
    opened = [line.split(" ", 1)[1] for line in seen.read_text().splitlines() if line.startswith("opened ")]
    assert str(root / "inside/beside.py") in opened, "the spy does notice a file that is read"
    assert str(root / "closed.py") not in opened


def test_no_text_is_held_or_converted_by_pygls(spied: tuple[Wire, Path]) -> None:
    """Traps 1, 2 and 4: its documents split lines where the protocol does not, and anew for every conversion."""
    wire, seen = spied
    uri = "file:///a.py"
    wire.initialize()
    wire.open(uri, "\n get();\n vuz();\n" * 20)
    assert "items" in str(ask_everything(wire, uri))
    wire.notify("textDocument/didChange", edited(uri, 2, replaced((1, 4), (1, 4), "n"), replaced((9, 9), (7, 0), "")))
    ask_everything(wire, uri)
    wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert wire.leave() == 0
    told = seen.read_text().splitlines()
    assert "wrote in MainThread" in told, "the spy does notice what is called"
    assert not {"pygls converted", "pygls kept a text"}.intersection(told)


def test_the_model_has_a_thread_of_its_own_and_every_reply_is_written_by_the_loop(spied: tuple[Wire, Path]) -> None:
    """Traps 5 and 6: pygls's pool reads the input, so that a model in it would hold up whatever comes."""
    wire, seen = spied
    uri = "file:///a.py"
    wire.initialize()
    wire.open(uri, "\n get();\n ge")
    ask_everything(wire, uri)
    wire.send(pack("textDocument/completion", at(uri, 2, 3), "x"), pack("$/cancelRequest", {"id": "x"}))
    wire.reply("x")
    wire.status(digest=True)
    assert wire.leave() == 0
    told = seen.read_text().splitlines()
    threads = {line.removeprefix("thread ") for line in told if line.startswith("thread ")}
    assert {"peephole-stdin", "peephole-model"} <= threads
    assert all(name.startswith("peephole-") for name in threads)
    assert {line for line in told if line.startswith("wrote in ")} == {"wrote in MainThread"}
