"""What pygls 2.1 leaves open, closed: every request is answered, and no error or log line carries the user's text.

A request that is refused is no fault of the server's: that is a line at INFO. What should not happen is an ERROR, with
the place in the code.

A message goes: body -> JSON -> `structure_message` -> `handle_message` -> a handler -> `_send_response`. Handlers
are plain functions, run in the order of the messages. One that needs the model takes the document as it is at that
moment and returns a future; the reply follows when the future is done, or with −32800 as soon as it is cancelled.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError, JsonRpcMethodNotFound, JsonRpcRequestCancelled
from pygls.lsp.server import LanguageServer
from pygls.protocol import JsonRPCNotification, JsonRPCRequestMessage, LanguageServerProtocol

from .leniency import understood

logger = logging.getLogger(__name__)

OWN_SYNCHRONISATION = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)
"""Notifications whose pygls handlers are taken out: they would keep a second, wrongly split copy of every text."""


@dataclass(frozen=True)
class Refused:
    """A message that no handler may see. `identifier` is that of the request, None for one that has none."""

    error: types.ResponseError
    answer: bool = False
    identifier: int | str | None = None
    lost: object = None
    """The URI of the document that the message would have changed, as it came."""


def refuse(data: Any, code: int, message: str) -> Refused:
    """The refusal of a message as it came off the wire, whatever it is."""
    if not isinstance(data, dict):  # nobody knows which request it was to be: the id is null (JSON-RPC 2.0, section 5)
        return Refused(types.ResponseError(code, message), answer=True)
    calls = "id" in data and "method" in data
    identifier = data["id"] if calls and is_identifier(data["id"]) else None
    return Refused(types.ResponseError(code, message), calls, identifier)


def is_identifier(value: object) -> bool:
    """Whether a request may have this id: a whole number or a string (LSP 3.17, `RequestMessage`)."""
    return isinstance(value, int | str) and not isinstance(value, bool)


def document_changed_by(data: Mapping[str, Any]) -> object:
    """The URI of the document that a `didChange` names, whatever else is wrong with it; None for other messages."""
    found: object = data if data["method"] == types.TEXT_DOCUMENT_DID_CHANGE else None
    for name in ("params", "textDocument", "uri"):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def called(message: Any) -> dict[str, Any]:
    """The method and id of a message, of those that it has."""
    found = {name: getattr(message, name, None) for name in ("method", "id")}
    return {name: value for name, value in found.items() if value is not None}


def internal_error(error: BaseException) -> types.ResponseError:
    """The reply where something failed that should not: of the error only its type, for its words may be the user's."""
    message = f"internal error ({type(error).__name__}); the server's log says where"
    return types.ResponseError(JsonRpcInternalError.CODE, message)


def as_json(error: types.ResponseError) -> dict[str, Any]:
    """An error as it stands in a reply."""
    return {"code": error.code, "message": error.message}


def log_fault(what: str, error: BaseException) -> None:
    """Logs what should not happen, with the place in the code."""
    logger.error("%s", what, exc_info=error)


class RequestFailed(JsonRpcException):
    """An answer that cannot be given, in words that may be shown: LSP's RequestFailed."""

    CODE = types.LSPErrorCodes.RequestFailed
    MESSAGE = "the request failed"


class PeepholeProtocol(LanguageServerProtocol):
    """pygls's protocol with a reply for every request."""

    def __init__(self, server: LanguageServer, converter: Any) -> None:
        super().__init__(server, converter)
        self._initialized = False
        self._asked: set[int | str] = set()
        """Ids of our own requests that the client has not answered."""
        self.lose: Callable[[object], None] = lambda _: None
        """Told of the document, if one is named, of which an edit could not be read."""
        for method in OWN_SYNCHRONISATION:
            self.fm.builtin_features.pop(method, None)

    @property
    def was_shut_down(self) -> bool:
        """Whether the client asked for a shutdown: only then is an exit a success."""
        return self._shutdown

    def handle_body(self, body: bytes | None) -> None:
        """Handles one message as it came off the wire; None for bytes that were none. Never raises."""
        try:
            data = None if body is None else json.loads(body)
        except (ValueError, RecursionError):  # no JSON, no UTF-8, too deep, or a number of thousands of digits
            body = None
        if body is None:
            self.answer_unreadable()
            return
        try:
            self.handle_message(self.structure_message(data) if isinstance(data, dict) else data)
        except Exception as error:
            log_fault("a message could not be handled", error)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """The typed message of a JSON object, or its refusal."""
        if "jsonrpc" not in data:
            return data
        if "method" not in data:
            return self._structure_reply(data)
        try:
            message = self._structure_call(data)
        except Exception as error:  # cattrs raises what it likes
            logger.info("the parameters of a message do not parse: %s", type(error).__name__)
            refused = refuse(data, types.ErrorCodes.InvalidParams, "the parameters do not have the method's type")
            return replace(refused, lost=document_changed_by(data))
        if "id" in data and not is_identifier(data["id"]):
            return refuse(data, types.ErrorCodes.InvalidRequest, "the id of a request is a whole number or a string")
        if "id" in data and not hasattr(message, "id"):
            return refuse(data, types.ErrorCodes.InvalidRequest, "this method is a notification: send it without an id")
        return message

    def _structure_reply(self, data: dict[str, Any]) -> Any:
        """The client's reply to a request of ours. One that does not parse counts as an error: it came, after all."""
        identifier = data.get("id")
        if not is_identifier(identifier) or identifier not in self._asked:
            return refuse(data, types.ErrorCodes.InvalidRequest, "nobody asked for this reply")
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            return types.ResponseErrorMessage(id=identifier, error=error.to_response_error())

    def send_request(
        self,
        method: str,
        params: Any | None = None,
        callback: Callable[[Any], None] | None = None,
        msg_id: int | str | None = None,
    ) -> Future[Any]:
        """Asks the client. Its reply is known by the id, which no reply to anything else may have."""
        identifier = msg_id or str(uuid.uuid4())
        self._asked.add(identifier)
        return super().send_request(method, params, callback, identifier)

    def _handle_response(
        self, msg_id: int | str, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        """Hands a reply to whoever asked."""
        self._asked.discard(msg_id)
        super()._handle_response(msg_id, result, error)

    def _structure_call(self, data: dict[str, Any]) -> Any:
        if not isinstance(data["method"], str):
            raise TypeError("a method is named by a string")
        kind = self.get_message_type(data["method"])
        if kind is types.InitializeRequest:
            return self._structure_initialize(data)
        if kind is not None:
            return self._converter.structure(data, kind)
        # Methods of our own keep their parameters as plain JSON, and may leave them out.
        method, version, params = data["method"], data["jsonrpc"], data.get("params")
        if "id" in data:
            return JsonRPCRequestMessage(id=data["id"], method=method, jsonrpc=version, params=params)
        return JsonRPCNotification(method=method, jsonrpc=version, params=params)

    def _structure_initialize(self, data: dict[str, Any]) -> Any:
        """The first request; without what of it is not understood, if that leaves anything."""

        def parse(params: Any) -> Any:
            return self._converter.structure(data | {"params": params}, types.InitializeRequest)

        try:
            return parse(data.get("params"))
        except Exception:  # cattrs raises what it likes
            if not isinstance(data.get("params"), dict):
                raise
            logger.info("parts of what the client says of itself are not understood, and passed over")
            return parse(understood(data["params"], parse))

    def handle_message(self, message: Any) -> None:
        """Hands a message to its handler, or answers why none may have it."""
        refused = self._refusal(message)
        if refused is None:
            super().handle_message(message)
        elif refused.answer:
            self._send_refusal(refused)
        else:
            logger.info("ignored a message: %s", refused.error.message)
            self.lose(refused.lost)

    def answer_unreadable(self) -> None:
        """The reply to what is no JSON."""
        error = types.ResponseError(types.ErrorCodes.ParseError, "the message is not JSON in UTF-8")
        self._send_refusal(Refused(error))

    def _send_refusal(self, refused: Refused) -> None:
        """The reply to a request; with the id null if nobody knows which it was. lsprotocol would leave a null out,
        which JSON-RPC 2.0 (section 5) forbids."""
        logger.info("refused a message: %s", refused.error.message)
        if refused.identifier is not None:
            self._send_response(refused.identifier, error=refused.error)
        else:
            self._send_data({"jsonrpc": self.VERSION, "id": None, "error": refused.error})

    def _refusal(self, message: Any) -> Refused | None:
        """Why a message may not be handled, by its form and by where the session stands (LSP 3.17, "Lifecycle")."""
        if isinstance(message, Refused):
            return message
        data = called(message) if hasattr(message, "jsonrpc") else message
        if getattr(message, "jsonrpc", None) != self.VERSION:
            return refuse(data, types.ErrorCodes.InvalidRequest, "a message is an object with jsonrpc 2.0")
        method = data.get("method")
        if method is None or method == types.EXIT:
            return None
        if self._shutdown:
            return refuse(data, types.ErrorCodes.InvalidRequest, "the server was shut down; only exit may follow")
        if not self._initialized and method != types.INITIALIZE:
            return refuse(data, types.ErrorCodes.ServerNotInitialized, "initialize comes first")
        if self._initialized and method == types.INITIALIZE:
            return refuse(data, types.ErrorCodes.InvalidRequest, "the server is initialized already")
        return None

    def _handle_request(self, msg_id: int | str, method_name: str, params: Any) -> None:
        """Hands a request to its handler, if there is one."""
        if self._knows(method_name):
            super()._handle_request(msg_id, method_name, params)
        else:
            self._refuse(msg_id, JsonRpcMethodNotFound.of(method_name))

    def _handle_notification(self, method_name: str, params: Any) -> None:
        """Hands a notification to its handler, if there is one."""
        if method_name == types.CANCEL_REQUEST or self._knows(method_name):
            super()._handle_notification(method_name, params)
        else:
            logger.info("ignored a notification of a method that is not known")

    def _knows(self, method: str) -> bool:
        return method in self.fm.builtin_features or method in self.fm.features

    def _check_handler_result(self, future: Future[Any]) -> None:
        """What becomes of a notification: there is nobody to tell but the log."""
        error = None if future.cancelled() else future.exception()
        if isinstance(error, Exception):
            log_fault("handling a notification failed", error)

    def _send_handler_result(self, future: Future[Any], *, msg_id: int | str) -> None:
        """Sends what a handler returned; if that is a future, as soon as that one is done or cancelled."""
        done = not future.cancelled() and future.exception() is None
        promised = future.result() if done else None
        self._initialized |= isinstance(promised, types.InitializeResult)  # one that failed may be tried again
        if isinstance(promised, asyncio.Future):
            self._request_futures[msg_id] = cast("Future[Any]", promised)  # where a cancellation looks for it
            promised.add_done_callback(partial(self._send_outcome, msg_id=msg_id))
        else:
            self._send_outcome(future, msg_id=msg_id)

    def _send_outcome(self, future: Future[Any] | asyncio.Future[Any], *, msg_id: int | str) -> None:
        """Sends a result, or why there is none."""
        self._request_futures.pop(msg_id, None)
        if future.cancelled():
            self._send_response(msg_id, error=JsonRpcRequestCancelled().to_response_error())
        elif (error := future.exception()) is None:
            self._send_response(msg_id, result=future.result())
        elif isinstance(error, JsonRpcException) and error.code != JsonRpcInternalError.CODE:
            self._refuse(msg_id, error)
        else:
            log_fault("a request failed", error)
            self._send_response(msg_id, error=internal_error(error))

    def _refuse(self, msg_id: int | str, error: JsonRpcException) -> None:
        """Sends why a request gets no result. The words are for the client alone: it may have sent them itself."""
        logger.info("refused a request: %s", type(error).__name__)
        self._send_response(msg_id, error=error.to_response_error())

    def _send_data(self, data: Any) -> None:
        """The one way out. What cannot be written as JSON is a fault of ours: who asked for it is told so."""
        try:
            body = json.dumps(data, default=self._serialize_message, allow_nan=False)
        except Exception as error:
            log_fault("a message could not be written", error)
            if not hasattr(data, "result"):  # no reply: nobody waits for it
                return
            body = json.dumps({"jsonrpc": self.VERSION, "id": data.id, "error": as_json(internal_error(error))})
        writer = self.writer
        if writer is not None:
            writer.write(f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
