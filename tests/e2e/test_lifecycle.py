"""Beginning and ending: exit codes, order of messages, a client that is gone, a model that is not there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.conftest import Start
from e2e.wire import (
    CANCELLED,
    INVALID_PARAMS,
    INVALID_REQUEST,
    NOT_INITIALIZED,
    Wire,
    at,
    edited,
    frame,
    pack,
    serve_command,
)

URI = "file:///a.py"


def test_a_goodbye_as_the_protocol_asks_is_a_success(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize()
    assert wire.leave() == 0
    assert wire.errors() == ""


def test_an_exit_without_shutdown_is_a_failure(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize()
    wire.notify("exit")
    assert wire.wait_for_end() == 1


def test_the_end_of_the_input_ends_the_server(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize()
    assert wire.process.stdin is not None
    wire.process.stdin.close()
    assert wire.wait_for_end() == 1


def test_a_client_that_does_not_listen_any_more_is_gone(words: Path) -> None:
    command = serve_command("--model", words)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.close()
        server.communicate(frame(b"{"))
    assert server.returncode == 1


def test_a_server_whose_client_is_gone_ends_though_its_input_stays_open(start: Start, words: Path) -> None:
    """Trap 13: pygls does not watch the client's process."""
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    wire = start("--model", words)
    wire.initialize(processId=client.pid)
    client.communicate(b"\n")
    assert wire.wait_for_end() == 1
    assert "the client is gone" in wire.errors()


def test_requests_before_initialize_and_after_shutdown_are_refused(start: Start, words: Path) -> None:
    wire = start("--model", words)
    early = wire.ask("textDocument/hover", at(URI, 0, 0))
    assert wire.reply(early)["error"]["code"] == NOT_INITIALIZED
    wire.initialize()
    again = wire.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert wire.reply(again)["error"]["code"] == INVALID_REQUEST
    wire.call("shutdown")
    late = wire.ask("textDocument/hover", at(URI, 0, 0))
    assert wire.reply(late)["error"]["code"] == INVALID_REQUEST
    wire.notify("exit")
    assert wire.wait_for_end() == 0


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [
        (None, "utf-16"),
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-16"], "utf-16"),
        (["ucs-2", "utf-32", "utf-8"], "utf-32"),
        (["hunter2_in_the_capabilities"], "utf-16"),
    ],
    ids=["a client that says nothing", "Neovim", "VS Code", "others first", "none that is known"],
)
def test_columns_are_counted_in_the_first_unit_that_the_client_offers_and_the_server_knows(
    start: Start, words: Path, offered: list[str] | None, agreed: str
) -> None:
    wire = start("--model", words)
    answer = wire.initialize(capabilities={"general": {"positionEncodings": offered}})
    assert answer["capabilities"]["positionEncoding"] == wire.status()["positionEncoding"] == agreed
    assert wire.leave() == 0
    assert wire.errors() == ""


def test_what_a_client_of_tomorrow_says_of_itself_costs_no_more_than_what_is_not_understood(
    start: Start, words: Path
) -> None:
    wire = start("--model", words)
    capabilities = {
        "general": {"positionEncodings": ["utf-8"], "staleRequestSupport": {"cancel": "maybe"}},
        "textDocument": {
            "hover": {"contentFormat": ["html", "markdown"]},
            "publishDiagnostics": {"tagSupport": {"valueSet": [1, 2, 99]}},
            "completion": {
                "completionItem": {"labelDetailsSupport": True, "insertTextModeSupport": {"valueSet": [1, 7]}}
            },
            "semanticTokens": {"requests": {}, "tokenTypes": [], "tokenModifiers": [], "formats": ["absolute"]},
            "tomorrow": [1],
        },
        "workspace": {"symbol": {"symbolKind": {"valueSet": ["many"]}}, "workspaceEdit": {"failureHandling": "magic"}},
    }
    answer = wire.initialize(capabilities=capabilities, trace="compact")
    assert answer["capabilities"]["positionEncoding"] == "utf-8"
    wire.open(URI, "\n ge")
    items = wire.call("textDocument/completion", at(URI, 1, 3))["items"]
    assert items[0]["labelDetails"]["description"].endswith("%")
    assert wire.call("textDocument/hover", at(URI, 1, 2))["contents"]["kind"] == "markdown"
    assert wire.leave() == 0


@pytest.mark.parametrize("params", [None, [], 7, "x"])
def test_an_initialize_that_says_nothing_is_refused_and_may_be_tried_again(
    start: Start, words: Path, params: object
) -> None:
    wire = start("--model", words)
    assert wire.reply(wire.ask("initialize", params))["error"]["code"] == INVALID_PARAMS
    wire.initialize()
    assert wire.leave() == 0


def test_a_shutdown_answers_what_is_still_being_worked_on(start: Start, untrained: Path) -> None:
    wire = start("--model", untrained)
    wire.initialize()
    wire.open(URI, "x = 1\n" * 100_000)
    question = {"uri": URI, "layer": 0, "neurons": [0]}
    study = wire.ask("workspace/executeCommand", {"command": "peephole.introspect", "arguments": [question]})
    digest = wire.ask("peephole/status", {"digest": True})
    assert wire.leave() == 0
    assert [wire.reply(each)["error"]["code"] for each in (study, digest)] == [CANCELLED, CANCELLED]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: shutil.rmtree(folder), "is no folder"),
        (lambda folder: (folder / "model.onnx").unlink(), "is not there"),
        (lambda folder: (folder / "model.json").write_text("{"), "is no JSON"),
        (lambda folder: (folder / "weights.safetensors").write_bytes(b""), "has 0 bytes"),
    ],
    ids=["no folder", "no graph", "no description", "empty weights"],
)
def test_without_a_sound_model_the_server_is_up_and_says_why_it_is_idle(
    start: Start,
    words: Path,
    tmp_path: Path,
    spoil: object,
    reason: str,
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(words, folder)
    assert callable(spoil)
    spoil(folder)
    wire = start("--model", folder)
    wire.initialize()
    wire.open(URI, " g")
    assert wire.call("textDocument/completion", at(URI, 0, 2)) == {"isIncomplete": False, "items": []}
    status = wire.status()
    assert status["state"] == "inactive"
    assert reason in status["reason"]
    assert reason in status["documents"][0]["reason"]
    assert reason in wire.notification("window/showMessage")["message"]
    assert wire.leave() == 0


def ordered_burst(wire: Wire) -> None:
    """Sends in one go what an editor sends while somebody types, and checks that each reply is of its own moment."""
    item = {"uri": URI, "languageId": "python", "version": 1, "text": "g"}
    wire.send(
        pack("textDocument/didOpen", {"textDocument": item}),
        pack("textDocument/completion", at(URI, 0, 1), "first"),
        pack("textDocument/didChange", edited(URI, 2, {"text": "\n se"})),
        pack("textDocument/completion", at(URI, 1, 3), "second"),
        pack("textDocument/didClose", {"textDocument": {"uri": URI}}),
        pack("textDocument/completion", at(URI, 1, 3), "third"),
    )
    first, second, third = (wire.reply(name)["result"]["items"] for name in ("first", "second", "third"))
    assert {item["textEdit"]["newText"] for item in first} >= {"get"}
    assert {item["textEdit"]["newText"] for item in second} >= {"set"}
    assert third == []


def test_a_request_sees_the_document_as_it_was_when_it_was_sent(start: Start, words: Path) -> None:
    wire = start("--model", words)
    wire.initialize()
    ordered_burst(wire)


def test_the_answer_to_initialize_waits_for_neither_numpy_nor_the_model() -> None:
    code = "import sys, peephole.server.app; print([m for m in sys.modules if m in {'numpy', 'onnxruntime', 'torch'}])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
