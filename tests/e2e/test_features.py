"""What an ordinary client gets, spoken to through pygls's own client."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from e2e.wire import PATIENCE_S, serve_command
from lsprotocol import types
from pygls.lsp.client import LanguageClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

URI = "file:///project/Lines.java"
TEXT = "\n get();\n vuz();\n ge\n"
"""In the third line something stands that the model never saw."""

MARKING = {"debounceMs": 0}

CAPABILITIES = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(configuration=True),
    text_document=types.TextDocumentClientCapabilities(
        completion=types.CompletionClientCapabilities(
            completion_item=types.ClientCompletionItemOptions(label_details_support=True, insert_replace_support=True)
        ),
        hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
    ),
)


class Editor(LanguageClient):
    """A client that keeps what the server publishes, and answers with `settings` when it is asked for them."""

    def __init__(self) -> None:
        super().__init__("editor", "1")
        self.settings: dict[str, Any] = {}
        self.shown: list[str] = []
        self._published: list[types.PublishDiagnosticsParams] = []
        self._arrived = asyncio.Condition()

        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        async def publish(params: types.PublishDiagnosticsParams) -> None:
            async with self._arrived:
                self._published.append(params)
                self._arrived.notify_all()

        @self.feature(types.WINDOW_SHOW_MESSAGE)  # type: ignore[untyped-decorator]
        def show(params: types.ShowMessageParams) -> None:
            self.shown.append(params.message)

        @self.feature(types.WORKSPACE_CONFIGURATION)  # type: ignore[untyped-decorator]
        def configuration(params: types.ConfigurationParams) -> list[Any]:
            assert [item.section for item in params.items] == ["peephole"]
            return [self.settings]

    async def marks(self, accept: Callable[[types.PublishDiagnosticsParams], bool]) -> list[types.Diagnostic]:
        """The first marks that are accepted; they and all before them are forgotten."""
        async with asyncio.timeout(PATIENCE_S), self._arrived:
            while True:
                for place, params in enumerate(self._published):
                    if accept(params):
                        del self._published[: place + 1]
                        return list(params.diagnostics)
                await self._arrived.wait()

    async def command(self, name: str, *arguments: Any) -> Any:
        """The result of a command."""
        return await self.workspace_execute_command_async(types.ExecuteCommandParams(name, list(arguments)))

    def edit(self, version: int, line: int, start: int, end: int, text: str) -> None:
        """Replaces a part of a line of the document."""
        place = types.Range(types.Position(line, start), types.Position(line, end))
        self.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, URI),
                [types.TextDocumentContentChangePartial(place, text)],
            )
        )


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def editor(words: Path) -> AsyncIterator[Editor]:
    """An editor whose document is open."""
    editor = Editor()
    editor.settings = {"diagnostics": MARKING}
    program, *options = serve_command("--model", words)
    assert program == sys.executable
    await editor.start_io(program, *options)
    await editor.initialize_async(types.InitializeParams(CAPABILITIES))
    editor.initialized(types.InitializedParams())
    item = types.TextDocumentItem(URI, types.LanguageKind.Java, 1, TEXT)
    editor.text_document_did_open(types.DidOpenTextDocumentParams(item))
    yield editor
    await editor.shutdown_async(None)
    editor.exit(None)
    await editor.stop()  # type: ignore[no-untyped-call]


def document() -> types.TextDocumentIdentifier:
    """The open document."""
    return types.TextDocumentIdentifier(URI)


async def test_marks_come_by_themselves_and_go_when_the_text_is_mended(editor: Editor) -> None:
    (mark,) = await editor.marks(lambda params: params.version == 1 and bool(params.diagnostics))
    assert mark.range == types.Range(types.Position(2, 1), types.Position(2, 4))
    assert (mark.source, mark.code, mark.severity) == ("peephole", "improbable", types.DiagnosticSeverity.Hint)
    editor.edit(2, 2, 1, 4, "get")
    assert await editor.marks(lambda params: params.version == 2) == []
    editor.edit(3, 2, 1, 4, "vuz")
    assert len(await editor.marks(lambda params: params.version == 3)) == 1


async def test_the_popup_holds_whole_words_from_the_words_start(editor: Editor) -> None:
    found = await editor.text_document_completion_async(types.CompletionParams(document(), types.Position(3, 3)))
    assert isinstance(found, types.CompletionList)
    assert found.is_incomplete
    first, second = found.items
    assert [first.label, second.label] == ["get", "getn"]
    assert first.text_edit == types.TextEdit(types.Range(types.Position(3, 1), types.Position(3, 3)), "get")
    assert first.label_details == types.CompletionItemLabelDetails(description="80 %")


async def test_ghost_text_goes_on_from_the_selected_item(editor: Editor) -> None:
    place = types.Range(types.Position(3, 1), types.Position(3, 3))
    selected = types.SelectedCompletionInfo(place, "getn")
    trigger = types.InlineCompletionTriggerKind.Automatic
    for info, text in ((None, "get();"), (selected, "getn();")):
        context = types.InlineCompletionContext(trigger, info)
        params = types.InlineCompletionParams(context, document(), types.Position(3, 3))
        found = await editor.text_document_inline_completion_async(params)
        assert isinstance(found, types.InlineCompletionList)
        assert [(item.insert_text, item.range) for item in found.items] == [(text, place)]


async def test_a_hover_tells_what_was_expected(editor: Editor) -> None:
    found = await editor.text_document_hover_async(types.HoverParams(document(), types.Position(2, 2)))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "- `get` 72 %" in found.contents.value


async def test_the_status_tells_what_was_done_and_never_the_text(editor: Editor) -> None:
    status = await editor.command("peephole.status", {"digest": True})
    assert status["state"] in ("ready", "reading", "busy")
    assert status["problems"] == []
    (described,) = status["documents"]
    assert described["uri"] == URI
    assert described["fed"] == described["characters"] == len(TEXT)
    assert described["lines"] == 5
    assert len(described["digest"]["text"]) == 64
    assert status["answered"]["completion"] >= 1
    assert "vuz" not in str(status)


async def test_introspection_answers_through_the_command_alone(editor: Editor) -> None:
    question = {"uri": URI, "layer": 0, "neurons": [1], "signals": ["hidden", "forget"]}
    answer = await editor.command("peephole.introspect", question)
    assert answer["shape"] == [2, 1, len(TEXT)]
    assert answer["model"] == (await editor.command("peephole.status"))["model"]["hash"]


async def test_settings_change_live_and_what_is_wrong_with_them_is_told(editor: Editor) -> None:
    async def labels() -> list[str]:
        params = types.CompletionParams(document(), types.Position(3, 3))
        found = await editor.text_document_completion_async(params)
        assert isinstance(found, types.CompletionList)
        return [item.label for item in found.items]

    def configure(**sections: Any) -> None:
        """Settings as a client sends them that keeps them itself."""
        base = {"diagnostics": MARKING}
        params = types.DidChangeConfigurationParams({"peephole": {**base, **sections}})
        editor.workspace_did_change_configuration(params)

    configure(completion={"maxItems": 1})
    assert await labels() == ["get"]
    configure(completion={"enabled": False})
    assert await labels() == []
    (described,) = (await editor.command("peephole.status"))["documents"]
    assert described["silences"] == {"completion": "completion is switched off in the settings"}
    configure(completion={"maxItems": "many"}, colour={})
    assert await labels() == ["get", "getn"]
    assert ["maxItems" in each for each in editor.shown] == [True]
    assert len((await editor.command("peephole.status"))["problems"]) == 2
    configure(diagnostics={"enabled": False, "debounceMs": 0})
    assert await editor.marks(lambda params: not params.diagnostics) == []
    configure()
    assert len(await editor.marks(lambda params: bool(params.diagnostics))) == 1
    configure(documents={"languages": ["python"]})
    assert await editor.marks(lambda params: not params.diagnostics) == []
    assert await labels() == []
    # A client that wants to be asked sends nothing; its answer takes effect when it comes.
    editor.settings = {"diagnostics": MARKING}
    editor.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    assert len(await editor.marks(lambda params: bool(params.diagnostics))) == 1
    assert await labels() == ["get", "getn"]


async def test_another_model_is_loaded_when_the_settings_name_it_unless_the_command_line_did(
    editor: Editor, untrained: Path
) -> None:
    before = (await editor.command("peephole.status"))["model"]
    model = {"folder": str(untrained)}
    editor.workspace_did_change_configuration(types.DidChangeConfigurationParams({"peephole": {"model": model}}))
    assert (await editor.command("peephole.status", {"digest": True}))["model"] == before


async def test_closing_a_document_takes_its_marks_away(editor: Editor) -> None:
    editor.text_document_did_close(types.DidCloseTextDocumentParams(document()))
    assert await editor.marks(lambda params: not params.diagnostics and params.version is None) == []
    found = await editor.text_document_completion_async(types.CompletionParams(document(), types.Position(3, 3)))
    assert isinstance(found, types.CompletionList)
    assert (found.is_incomplete, list(found.items)) == (False, [])
