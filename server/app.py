"""The language server put together: which message goes where. What happens then is told in `service` and `requests`."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from peephole.model.version import VERSION

from . import code_actions, code_lens, explanation, heat_map, introspection, pulling, status
from .allocation import give_freed_memory_back
from .errors import UsageError
from .leniency import lenient_converter
from .logs import start_logging
from .protocol import PeepholeProtocol
from .service import Service
from .transport import serve_loopback, serve_stdio

if TYPE_CHECKING:
    from pygls.server import ServerErrors

logger = logging.getLogger(__name__)

TRIGGER_CHARACTERS = [".", "@", ":"]
"""Typed characters after which a client asks by itself, besides those of words: a name follows, of a member, a
decorator or annotation, or a method (`::`, a single one is passed over). More would be too eager."""


class PeepholeServer(LanguageServer):
    """pygls's server, which stays quiet about errors that nobody at the editor can do anything about."""

    protocol: PeepholeProtocol

    def __init__(self, model_folder: Path | None = None) -> None:
        super().__init__("peephole", VERSION, protocol_cls=PeepholeProtocol, converter_factory=lenient_converter)
        self.leaving = threading.Event()
        """Set when the client sends `exit`: the conversation ends after that message."""
        self.service = Service(self, model_folder)

    def report_server_error(self, error: Exception, source: ServerErrors) -> None:  # noqa: ARG002
        """Logs it by its type; pygls would let a message pop up."""
        logger.error("handling a message failed: %s", type(error).__name__)


def create_server(model_folder: Path | None = None) -> PeepholeServer:
    """A server with everything registered, not yet listening."""
    server = PeepholeServer(model_folder)
    service, requests = server.service, server.service.requests
    handlers: dict[str, Callable[..., Any]] = {
        types.TEXT_DOCUMENT_DID_OPEN: service.open,
        types.TEXT_DOCUMENT_DID_CHANGE: service.change,
        types.TEXT_DOCUMENT_DID_CLOSE: service.close_document,
        types.TEXT_DOCUMENT_DID_SAVE: service.saved,
        types.WORKSPACE_DID_CHANGE_WATCHED_FILES: service.files_changed,
        types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: service.folders_changed,
        types.WORKSPACE_DID_CHANGE_CONFIGURATION: service.configuration_changed,
        types.TEXT_DOCUMENT_HOVER: requests.hover,
        status.METHOD: requests.status,
    }
    for method, handler in handlers.items():
        server.feature(method)(partial(handler))  # pygls marks what it registers: a bound method it cannot
    completion, inline = types.CompletionOptions(trigger_characters=TRIGGER_CHARACTERS), types.InlineCompletionOptions()
    server.feature(types.TEXT_DOCUMENT_COMPLETION, completion)(partial(requests.complete))
    server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, inline)(partial(requests.complete_line))
    server.protocol.lose = service.lose
    pulling.register(server, service.pulls)
    code_actions.register(server, service.actions)
    register_lifetime(server)
    for each in (heat_map, code_lens):
        each.register(server, requests)
    explanation.register(server, requests, service.display)
    register_commands(server)
    return server


def register_lifetime(server: PeepholeServer) -> None:
    """What begins and ends a session."""
    service = server.service

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        service.initialize(params)
        asyncio.get_running_loop().call_soon(service.begin)

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        service.initialized()

    @server.feature(types.SHUTDOWN)
    def shut_down(_: None) -> None:
        service.close()

    # Not pygls's own handler, which ends the process from within the message loop.
    server.protocol.fm.builtin_features[types.EXIT] = lambda _: server.leaving.set()


def register_commands(server: PeepholeServer) -> None:
    """The commands, which work in every client."""
    requests = server.service.requests

    @server.command(introspection.COMMAND)
    def introspect(*arguments: Any) -> asyncio.Future[dict[str, Any]]:
        return requests.introspect(arguments)

    @server.command(status.COMMAND)
    def describe(*arguments: Any) -> asyncio.Future[dict[str, Any]] | dict[str, Any]:
        return requests.status(arguments[0] if arguments else None)

    @server.command(status.DOCUMENTS)
    def list_documents(*_: Any) -> dict[str, Any]:
        return requests.documents()


def serve(*, tcp_port: int | None, model_folder: Path | None, log_file: Path | None, verbose: int) -> int:
    """Serves one client until it says goodbye; the exit code is 0 if it did, 1 if it just went.

    tcp_port: listen on this port of the loopback interface (0 for any free one), else speak over standard input and
    output. Raises `UsageError` for a log file that cannot be written or a port that is taken.
    """
    give_freed_memory_back()
    try:
        start_logging(log_file, int(verbose))
    except OSError as error:
        raise UsageError(f"{log_file}: the log cannot be written ({error.strerror})") from None
    server = create_server(model_folder)
    try:
        if tcp_port is None:
            serve_stdio(server)
        else:
            serve_loopback(server, tcp_port)
    finally:
        server.service.close()
    return 0 if server.protocol.was_shut_down else 1
