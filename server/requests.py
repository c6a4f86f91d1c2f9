"""What the client asks for, and what it gets: each question goes to the worker with the document as it is now.

Every method gives the result itself or its future. An empty result leaves its reason in the session, for the status.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from lsprotocol import types

from peephole.model.errors import ModelError

from .activity import Watch
from .answer import Answer, Asked
from .background import Background
from .exclusion import Switch, switched_off
from .explanation import describe_silent
from .introspection import Study, read_question
from .protocol import RequestFailed
from .reader import Reader
from .scheduler import Priority
from .session import Session, Sessions
from .settings import Settings
from .status import Record, describe_document, describe_server, digest
from .workspace.indexing import Workspace

T = TypeVar("T")
Ask = Callable[[Asked], Answer[T]]


class Requests:
    """Answers from the model. For the loop, but for the functions that `Ask` names."""

    def __init__(
        self,
        reader: Reader,
        sessions: Sessions,
        background: Background,
        workspace: Workspace,
        record: Record,
        watch: Watch,
    ) -> None:
        self._reader, self._sessions, self._background, self._record = reader, sessions, background, record
        self._workspace, self._watch = workspace, watch

    def complete(self, params: types.CompletionParams) -> asyncio.Future[types.CompletionList] | types.CompletionList:
        """The popup list at a position."""
        nothing = types.CompletionList(False, [])
        trigger = params.context.trigger_character if params.context is not None else None
        ask = partial(_complete, position=params.position, trigger=trigger)
        return self.answer("completion", params.text_document.uri, self.settings.completion, ask, nothing)

    def complete_line(
        self, params: types.InlineCompletionParams
    ) -> asyncio.Future[types.InlineCompletionList] | types.InlineCompletionList:
        """Ghost text at a position."""
        settings, nothing = self.settings.inline_completion, types.InlineCompletionList([])
        ask = partial(_complete_line, position=params.position, context=params.context)
        uri, delay_s = params.text_document.uri, settings.delay_ms / 1e3
        return self.answer("inlineCompletion", uri, settings, ask, nothing, delay_s=delay_s)

    def hover(self, params: types.HoverParams) -> asyncio.Future[types.Hover | None] | types.Hover | None:
        """What was expected at a position."""
        ask = partial(_hover, position=params.position)
        uri, settings = params.text_document.uri, self.settings.hover
        # It may have to read far, so that a completion has to be able to pass it.
        return self.answer("hover", uri, settings, ask, None, priority=Priority.STUDY)

    def introspect(self, arguments: Sequence[Any]) -> asyncio.Future[dict[str, Any]]:
        """What neurons do over a document; raises for a question that cannot be answered, with the reason."""
        wanted = read_question(arguments)
        return self.study("introspect", wanted.uri, Study(wanted))

    def study(self, kind: str, uri: str, work: Callable[[Asked], dict[str, Any]]) -> asyncio.Future[dict[str, Any]]:
        """The future of what a command finds in a document; raises `RequestFailed` where there can be nothing."""
        session = self._sessions.get(uri)
        silence = self._reader.silence(session)
        if session is None or silence is not None:
            raise RequestFailed(silence)
        answer = self.answer(kind, uri, None, lambda asked: Answer(work(asked)), None, priority=Priority.STUDY)
        return asyncio.ensure_future(self._or_reason(session, answer))

    def explain(
        self, uri: str, work: Callable[[Asked], dict[str, Any]]
    ) -> asyncio.Future[dict[str, Any]] | dict[str, Any]:
        """Why something or nothing is shown at a place; of a document that is not read, why that is so."""
        session = self._sessions.get(uri)
        if session is None or self._reader.silence(session) is not None:
            return self._explained(session, None)
        return asyncio.ensure_future(self._explain(session, work))

    async def _explain(self, session: Session, work: Callable[[Asked], dict[str, Any]]) -> dict[str, Any]:
        return self._explained(session, await self._reader.submit(session, Priority.STUDY, work, None))

    def _explained(self, session: Session | None, found: dict[str, Any] | None) -> dict[str, Any]:
        silence = self._reader.silence(session)
        document = None if session is None else describe_document(session, silence)
        found = describe_silent(self.settings, silence) if found is None else found
        return {"server": self._watch.activity.to_json(), "document": document, **found}

    def status(self, options: object) -> asyncio.Future[dict[str, Any]] | dict[str, Any]:
        """What the server says of itself; with `{"digest": true}` after everything is read."""
        if not isinstance(options, dict) or options.get("digest") is not True:
            return self._describe()
        return asyncio.ensure_future(self._describe_with_digests())

    @property
    def settings(self) -> Settings:
        """As they are now."""
        return self._reader.settings

    def _describe(self) -> dict[str, Any]:
        self._watch.look()
        return describe_server(
            self._watch.activity, self._reader.condition, self._record, self._documents(), self._workspace.describe()
        )

    def _documents(self) -> list[dict[str, Any]]:
        return [describe_document(session, self._reader.silence(session)) for session in self._sessions]

    def documents(self) -> dict[str, Any]:
        """The open documents: how much of each is read, what that took, and what is held for it."""
        return {"documents": self._documents()}

    async def _or_reason(self, session: Session, answer: Any) -> dict[str, Any]:
        """The answer, or the reason why there is none: a model that could not be loaded while the request waited."""
        found: dict[str, Any] | None = await answer
        if found is None:
            raise RequestFailed(self._reader.silence(session))
        return found

    async def _describe_with_digests(self) -> dict[str, Any]:
        await self._workspace.settled()
        digests = {
            session.uri: self._reader.submit(session, Priority.READ, digest, None)
            for session in self._sessions
            if self._reader.silence(session) is None
        }
        found = dict(zip(digests, await asyncio.gather(*digests.values()), strict=True))
        described = self._describe()
        for document in described["documents"]:
            document["digest"] = found.get(document["uri"])
        return described

    def answer(
        self,
        kind: str,
        uri: str,
        settings: Switch | None,
        ask: Ask[T],
        nothing: T,
        *,
        priority: Priority = Priority.REQUEST,
        delay_s: float = 0.0,
    ) -> asyncio.Future[T] | T:
        """The future of an answer; `nothing` at once where there can be none. settings: None if always on."""
        session = self._sessions.get(uri)
        silence = switched_off(kind, settings, session.language if session else "") if settings else None
        silence = silence or self._reader.silence(session)
        if session is None or silence is not None:
            self._note(session, kind, Answer(nothing, silence))
            return nothing
        told: list[Answer[T]] = []
        future = self._reader.submit(session, priority, partial(_tell, ask, told), nothing, delay_s=delay_s)
        future.add_done_callback(partial(self._settled, session, kind, told))
        return future

    def _settled(self, session: Session, kind: str, told: list[Answer[T]], future: asyncio.Future[T]) -> None:
        """Counts what became of a request, and reads on where the answer was only provisional."""
        if future.cancelled():
            self._record.answered["cancelled"] += 1
        elif future.exception() is not None:
            self._record.answered["failed"] += 1
        elif not told:  # the model could not be loaded while the request waited for it
            self._note(session, kind, Answer(None, self._reader.silence(session)))
        else:
            self._note(session, kind, told[0])

    def _note(self, session: Session | None, kind: str, answer: Answer[Any]) -> None:
        self._record.answered[kind] += 1
        if session is None:
            return
        session.silences.pop(kind, None)
        if answer.silence is not None:
            session.silences[kind] = answer.silence
        if not answer.exact:
            self._record.answered["provisional"] += 1
            self._background.read_on(session)


# What follows runs in the worker: importing the search, and with it ONNX Runtime, is no matter there.


def _tell(ask: Ask[T], told: list[Answer[T]], asked: Asked) -> T:
    """The answer's value for the client, the rest of it for whoever holds `told`."""
    try:
        answer = ask(asked)
    except ModelError as error:
        raise RequestFailed(str(error)) from None
    told.append(answer)
    return answer.value


def _complete(asked: Asked, position: types.Position, trigger: str | None) -> Answer[types.CompletionList]:
    from .completion import complete

    return complete(asked, asked.document.offset_at(position), trigger)


def _complete_line(
    asked: Asked, position: types.Position, context: types.InlineCompletionContext
) -> Answer[types.InlineCompletionList]:
    from .inline_completion import complete_line

    return complete_line(asked, asked.document.offset_at(position), context)


def _hover(asked: Asked, position: types.Position) -> Answer[types.Hover | None]:
    from .hover import hover

    return hover(asked, asked.document.offset_at(position))
