"""The way to the model: a document as it is now, its tape, and the worker's thread, brought together for one piece of
work. Whoever wants something read, scored or completed submits it here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from peephole.model.budget import Budget

from .answer import Asked, ClientSupport
from .engine import Condition, Engine
from .exclusion import reason_to_rest
from .parking import Parking
from .scheduler import Priority, Scheduler, ShouldStop
from .session import Session
from .settings import Settings

if TYPE_CHECKING:
    from .document import Document

T = TypeVar("T")

logger = logging.getLogger(__name__)

BACKGROUND = ("read", "diagnose", "consult")
"""Kinds of work on a document that nobody waits for; one of each at a time."""


class Reader:
    """Engine and worker of one server, and what their work depends on. For the loop, but for `_work` and `give_way`."""

    def __init__(self, model_folder: Path | None) -> None:
        self._model_folder = model_folder
        self._wanted: tuple[Path | None, int] | None = None
        self._engine, self._scheduler = Engine(), Scheduler()
        self._parking = Parking()
        self.settings, self.support = Settings(), ClientSupport()

    @property
    def condition(self) -> Condition:
        """How the model is."""
        return self._engine.condition

    def load(self, loaded: Callable[[Condition], None]) -> bool:
        """Loads the model that the settings name, before all other work, and tells how that went.

        False if it is the one that is there, or under way, already: nothing happens then. One that could not be
        loaded is tried again: what was wrong with it may have been put right.
        """
        named = self.settings.model.folder
        wanted = self._model_folder or (Path(named) if named else None), self.settings.model.threads
        if wanted == self._wanted and self.condition.state != "inactive":
            return False
        self._wanted = wanted
        ticket = self._engine.expect()
        loading = self._scheduler.post(Priority.LOAD, lambda _: self._engine.load(*wanted, ticket), key="model")
        loading.add_done_callback(lambda done: None if done.cancelled() else loaded(self.condition))
        return True

    def working(self) -> Priority | None:
        """What the worker is at, by its priority; None at rest."""
        return self._scheduler.working()

    def tell_changes(self, changed: Callable[[], None]) -> None:
        """Calls `changed` whenever work for the worker comes or goes."""
        self._scheduler.changed = changed

    async def loaded(self) -> None:
        """Returns once no model is being loaded."""
        if self.condition.state == "loading":
            await self._scheduler.submit(Priority.READ, lambda _: None)

    def give_way(self) -> None:
        """Returns when no request is worked on; for threads other than the worker and the loop."""
        self._scheduler.wait_while_asked()

    def silence(self, session: Session | None) -> str | None:
        """Why a document is not read; None if it is, or will be once the model is loaded."""
        if session is None:
            return "the document is not open"
        reason = session.skipped or reason_to_rest(session.language, self.settings.documents)
        if reason is None and self.condition.state == "inactive":
            return f"the model is inactive: {self.condition.reason}"
        predictor = self.condition.predictor
        if reason is None and predictor is not None and session.language not in predictor.vocabulary.languages:
            return unlearned(session.language, predictor.vocabulary.languages)
        return reason

    def submit(
        self, session: Session, priority: Priority, work: Callable[[Asked], T], otherwise: T, *, delay_s: float = 0.0
    ) -> asyncio.Future[T]:
        """Work on the document as it is now, for somebody who waits; `otherwise` if no model is there for it."""
        return self._scheduler.submit(priority, self._job(session, work, otherwise), delay_s=delay_s)

    def post(
        self,
        session: Session,
        priority: Priority,
        kind: str,
        work: Callable[[Asked], T],
        otherwise: T,
        *,
        delay_s: float = 0.0,
    ) -> asyncio.Future[T]:
        """Work on the document as it is now, in the background; it ends what is left of its kind for this document."""
        return self._scheduler.post(
            priority, self._job(session, work, otherwise), key=(kind, session.uri), delay_s=delay_s
        )

    def awaits(self, uri: str, kind: str) -> bool:
        """Whether something of this kind is done for a document in the background, or about to be."""
        return self._scheduler.awaits((kind, uri))

    def stop(self, uri: str, kinds: Sequence[str] = BACKGROUND) -> None:
        """Stops what is done for a document in the background."""
        for kind in kinds:
            self._scheduler.cancel((kind, uri))

    def tidy(self, session: Session) -> None:
        """Lets go of what was read of a document by another model or with other memory than is wanted now."""
        session.clear(self.condition.predictor, self._budget)

    @property
    def _budget(self) -> Budget:
        documents = self.settings.documents
        return Budget.of(min(documents.megabytes, documents.total_megabytes) << 20)

    def end(self) -> None:
        """Tells the worker to end, without waiting for it."""
        self._scheduler.end()

    def close(self) -> None:
        """Ends the worker."""
        self._scheduler.close()

    def _job(self, session: Session, work: Callable[[Asked], T], otherwise: T) -> Callable[[ShouldStop], T]:
        document = session.document
        assert document is not None, "a document that is not kept is not read"
        return partial(self._work, session, document, work, otherwise)

    def _work(
        self,
        session: Session,
        document: Document,
        work: Callable[[Asked], T],
        otherwise: T,
        should_stop: ShouldStop,
    ) -> T:
        """In the worker: lays the document on the session's tape and works on it; `otherwise` if it is forgotten."""
        predictor = self.condition.predictor
        if predictor is None or document.language not in predictor.vocabulary.languages:
            return otherwise
        desk = session.desk(predictor, self._budget)
        if desk is None:
            return otherwise
        desk.lay(document, session.libraries)

        def forgotten_or_stopped() -> bool:
            # Work on a document that is forgotten stops; it is run again then, and comes out above.
            return session.document is None or should_stop()

        try:
            return work(Asked(document, desk, predictor, self.settings, self.support, forgotten_or_stopped))
        finally:
            self._parking.used(desk, self.settings.documents.total_megabytes << 20)


def unlearned(language: str, known: Sequence[str]) -> str:
    """That a model has not learned a language, and what to do about it."""
    train = "`peephole-train` makes one that does, `model.folder` serves it"
    return f"this model knows {', '.join(known)}, not {language}; {train}"
