"""The libraries of all open documents, kept up to date while files and texts change.

A change starts a timer; when nothing has changed for a while, a pass looks at the files, in a thread of its own and
only while no request is worked on. What it gives depends on files and texts alone, not on the way to them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from pygls.uris import to_fs_path

from peephole.server.reader import Reader
from peephole.server.scheduler import Priority, Scheduler, ShouldStop, Stopped
from peephole.server.session import Session, Sessions

from .choice import OpenText
from .shelves import Shelves, Steps, Stock, Wanted

if TYPE_CHECKING:
    from peephole.model.vocabulary import Vocabulary

logger = logging.getLogger(__name__)

REST_S = 1.0
"""Without a change before the libraries are made anew: not while somebody types, or git changes branches."""

MOST_DELAY_S = 10.0
"""However often something changes, the libraries are no older than this, and the time that making them takes."""


class Display(Protocol):
    """What shows how far a long piece of work has come."""

    def begin(self) -> None:
        """It begins."""

    def report(self, percent: int) -> None:
        """So much is done."""

    def end(self) -> None:
        """It is done."""


class Workspace:
    """The files around the open documents. For the loop, but for `_make`."""

    def __init__(self, reader: Reader, sessions: Sessions, delivered: Callable[[Session, bool], None]) -> None:
        """delivered: told of each document whose libraries are others now, and whether it had none before."""
        self._reader, self._sessions, self._delivered = reader, sessions, delivered
        self._scheduler = Scheduler("peephole-workspace")
        self._folders: dict[str, str] = {}
        self._shelves: Shelves | None = None
        self._stock: Stock | None = None
        self._walk = True
        self._changed: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._due_since: float | None = None
        """When the first change came that no pass has begun to look at."""
        self._making: asyncio.Future[Stock] | None = None
        self._percent = 0
        self.display: Display | None = None
        """Of the client, if it shows such things."""

    def add_folders(self, uris: Iterable[str]) -> None:
        """Takes folders of the client's workspace in; those that are no files are passed over."""
        self._folders |= {uri: path for uri in uris if (path := path_of(uri)) is not None}
        self.renew()

    def remove_folders(self, uris: Iterable[str]) -> None:
        """Lets go of folders."""
        for uri in uris:
            self._folders.pop(uri, None)
        self.renew()

    def files_changed(self, uris: Iterable[str]) -> None:
        """Files came, went or were written."""
        self.renew(changed=[path for uri in uris if (path := path_of(uri)) is not None])

    def renew(self, *, walk: bool = True, changed: Iterable[str] = ()) -> None:
        """Makes the libraries anew once things rest. walk: files may have changed, and not only open texts."""
        loop = asyncio.get_running_loop()
        self._walk |= walk
        self._changed.update(changed)
        if self._due_since is None:
            self._due_since = loop.time()
        if self._timer is not None:
            self._timer.cancel()
        rest_s = REST_S if self._stock is not None else 0.0
        self._timer = loop.call_at(min(loop.time() + rest_s, self._due_since + MOST_DELAY_S), self._start)

    async def settled(self) -> None:
        """Returns once the libraries are those of the files and texts as they are now; hurries what waits to rest."""
        await self._reader.loaded()
        while self._timer is not None or self._making is not None:
            if self._making is None:
                self._start()
            if self._making is not None:
                await asyncio.wait([self._making])

    def close(self) -> None:
        """Ends the thread."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._scheduler.close()

    def describe(self) -> dict[str, Any]:
        """How the workspace is, for the status: counts, no paths."""
        stock = self._stock or Stock()
        reason = self._why_not()
        state = "off" if reason else self._state()
        return {
            "state": state,
            "reason": reason,
            "percent": self._percent if state == "indexing" else 100,
            "folders": len(self._folders),
            "files": stock.files,
            "megabytes": round(stock.characters / 1e6, 3),
            "bytesHeld": stock.nbytes,
        }

    def _state(self) -> str:
        """`waiting`: something has changed, and is looked at as soon as it rests."""
        if self._making is not None or self._reader.condition.state == "loading":
            return "indexing"
        return "waiting" if self._timer is not None else "ready"

    def _why_not(self) -> str | None:
        """Why nothing is remembered of the workspace; None if it is, or will be once the model is loaded."""
        if not self._reader.settings.workspace.enabled:
            return "the workspace is switched off in the settings"
        condition = self._reader.condition
        if condition.state == "inactive":
            return f"the model is inactive: {condition.reason}"
        if condition.predictor is not None and condition.predictor.gate is None:
            return "this model has no memory"
        return None

    def _start(self) -> None:
        """Begins a pass, unless one is under way: it is followed by another then."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        predictor = self._reader.condition.predictor
        if self._making is not None or self._due_since is None:
            return
        if self._why_not() is not None or (predictor is not None and not self._opened()):
            self._withdraw()
        elif predictor is not None:  # else `renew` is called again when the model is loaded
            changed = frozenset(self._changed) if self._walk else None
            self._walk, self._due_since = False, None
            self._changed.clear()
            make = partial(self._make, asyncio.get_running_loop(), predictor.vocabulary, self._wanted(), changed)
            self._percent = 0
            if self._stock is None and self.display is not None:
                self.display.begin()
            self._making = self._scheduler.post(Priority.READ, make, key="workspace")
            self._making.add_done_callback(self._made)

    def _withdraw(self) -> None:
        """Lets go of all libraries."""
        self._due_since, self._shelves, self._stock, self._walk = None, None, None, True
        for session in self._sessions:
            if session.libraries is not None:
                session.libraries = None
                self._delivered(session, False)

    def _opened(self) -> list[Session]:
        return [session for session in self._sessions if self._reader.silence(session) is None]

    def _wanted(self) -> Wanted:
        settings, opened = self._reader.settings, self._opened()
        read = {session.uri for session in opened}
        unread = [path_of(session.uri) for session in self._sessions if session.uri not in read]
        return Wanted(
            tuple(self._folders.values()),
            tuple(open_text(session) for session in opened),
            tuple(path for path in unread if path is not None),
            (*settings.documents.excluded, *settings.workspace.excluded),
            settings.workspace.most_megabytes,
        )

    def _make(
        self,
        loop: asyncio.AbstractEventLoop,
        vocabulary: Vocabulary,
        wanted: Wanted,
        changed: frozenset[str] | None,
        should_stop: ShouldStop,
    ) -> Stock:
        """In the thread: the libraries. changed: paths that are to be read again; None where no file has changed."""

        def pause() -> None:
            self._reader.give_way()
            if should_stop():
                raise Stopped

        def tell(share: float) -> None:
            loop.call_soon_threadsafe(self._told, int(100 * share))

        if self._shelves is None or self._shelves.vocabulary is not vocabulary:
            self._shelves = Shelves(vocabulary)
        if changed is not None:
            self._shelves.forget_walk(changed)
        return self._shelves.stock(wanted, Steps(pause, tell))

    def _told(self, percent: int) -> None:
        self._percent = percent
        if self.display is not None:
            self.display.report(percent)

    def _made(self, making: asyncio.Future[Stock]) -> None:
        """Hands the libraries out, and goes on if something has changed meanwhile."""
        self._making = None
        if self.display is not None:
            self.display.end()
        if making.cancelled():
            return
        if making.exception() is not None:  # `post` has logged it
            self._walk = True
        else:
            stock = self._stock = making.result()
            held, source = stock.nbytes / 1e6, stock.characters / 1e6
            logger.info("workspace: %d files, %.1f MB of source, %.1f MB held", stock.files, source, held)
            for session in self._sessions:
                self._hand_out(session, stock)
        if self._due_since is not None and self._timer is None:
            self._start()

    def _hand_out(self, session: Session, stock: Stock) -> None:
        before, libraries = session.libraries, stock.libraries.get(session.uri)
        if libraries != before:
            session.libraries = libraries
            self._delivered(session, before is None)


def open_text(session: Session) -> OpenText:
    """The session's document as it is now."""
    document = session.document
    assert document is not None, "a document that is not kept is not read"
    return OpenText(document.uri, path_of(document.uri), name_of(document.uri), document.language, document.text)


def path_of(uri: str) -> str | None:
    """The path of a `file` URI; None for any other, or one that cannot be a path."""
    try:
        path = to_fs_path(uri)
    except ValueError:
        return None
    return path if path and "\0" not in path else None


def name_of(uri: str) -> str:
    """What a document that lies in no folder is called."""
    return (path_of(uri) or uri).replace("\\", "/").rpartition("/")[2]
