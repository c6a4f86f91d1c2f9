"""The libraries of all open documents, kept up to date while files and texts change.

A change starts a timer; when nothing has changed for a while, a pass looks at the files, in a thread of its own and
only while no request is worked on. What it gives depends on files and texts alone, not on the way to them.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from peephole.server.address import name_of, path_of
from peephole.server.progress import Display
from peephole.server.reader import Reader
from peephole.server.scheduler import Priority, Scheduler, ShouldStop, Stopped
from peephole.server.session import Session, Sessions

from .choice import OpenText
from .shelves import Shelves, Steps, Stock, Wanted

if TYPE_CHECKING:
    from peephole.model.recall import Libraries
    from peephole.model.vocabulary import Vocabulary

logger = logging.getLogger(__name__)

TITLE = "Reading the workspace"

REST_S = 1.0
"""Without a change before the libraries are made anew: not while somebody types, or git changes branches."""

MOST_DELAY_S = 10.0
"""However often something changes, the libraries are no older than this, and the time that making them takes."""


@dataclass(frozen=True)
class Look:
    """One pass. changed: paths that are to be read again, None where no file has changed; asked: changes until then."""

    wanted: Wanted
    changed: frozenset[str] | None
    asked: int


class Workspace:
    """The files around the open documents. For the loop, but for `_make`."""

    def __init__(self, reader: Reader, sessions: Sessions, delivered: Callable[[Session, bool], None]) -> None:
        """delivered: told of each document whose libraries are others now, and whether it had none before or has lost
        some: what was marked is to be marked anew then."""
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
        self._asked = self._looked = 0
        """How many changes came, and how many of them the libraries know of, or were in vain looked for."""
        self._making: asyncio.Future[Stock] | None = None
        self._look = Look(Wanted(), None, 0)
        """What is being made."""
        self._failure: str | None = None
        """Why the last look came to nothing."""
        self._closed = False
        self._percent = 0
        self.display: Display | None = None
        """Of the client, if it shows such things."""

    def add_folders(self, uris: Iterable[str]) -> None:
        """Takes folders of the client's workspace in; those that are no files are passed over."""
        self._folders |= {name_on_disk(path): path for uri in uris if (path := path_of(uri)) is not None}
        self.renew()

    def remove_folders(self, uris: Iterable[str]) -> None:
        """Lets go of folders."""
        for uri in uris:
            if (path := path_of(uri)) is not None:
                self._folders.pop(name_on_disk(path), None)
        self.renew()

    def files_changed(self, uris: Iterable[str]) -> None:
        """Files came, went or were written."""
        self.renew(changed=[path for uri in uris if (path := path_of(uri)) is not None])

    def renew(self, *, walk: bool = True, changed: Iterable[str] = ()) -> None:
        """Makes the libraries anew once things rest. walk: files may have changed, and not only open texts."""
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        self._asked += 1
        self._walk |= walk
        self._changed.update(changed)
        if self._due_since is None:
            self._due_since = loop.time()
        if self._timer is not None:
            self._timer.cancel()
        rest_s = REST_S if self._stock is not None and self._why_not() is None else 0.0
        self._timer = loop.call_at(min(loop.time() + rest_s, self._due_since + MOST_DELAY_S), self._start)
        self._give_up()

    async def settled(self) -> None:
        """Returns once the libraries are those of the files and texts as they are now; hurries what waits to rest.

        What changes meanwhile is not waited for: under somebody's typing that would have no end.
        """
        await self._reader.loaded()
        asked = self._asked
        while not self._closed and self._looked < asked:
            if self._making is None:
                self._start()
            if self._making is None:  # nothing is to be made
                return
            await asyncio.wait([self._making])

    def end(self) -> None:
        """Stops what goes on and begins nothing any more, without waiting for the thread."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._scheduler.end()

    def close(self) -> None:
        """Ends the thread."""
        self.end()
        self._scheduler.close()

    def describe(self) -> dict[str, Any]:
        """How the workspace is, for the status: counts, no paths."""
        stock = self._stock or Stock()
        off = self._why_not()
        state = "off" if off else self._state()
        return {
            "state": state,
            "reason": off or (self._failure if state == "failed" else None),
            "percent": self._percent if state == "indexing" else 100,
            "folders": len(self._folders),
            "files": stock.files,
            "megabytes": round(stock.characters / 1e6, 3),
            "bytesHeld": stock.nbytes,
        }

    def _state(self) -> str:
        """`waiting`: something has changed, and is looked at as soon as it rests. `failed`: until something changes."""
        if self._making is not None or self._reader.condition.state == "loading":
            return "indexing"
        if self._timer is not None:
            return "waiting"
        return "ready" if self._failure is None else "failed"

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
        if self._making is not None or self._due_since is None:
            return
        predictor = self._reader.condition.predictor
        if self._why_not() is not None or (predictor is not None and not self._opened()):
            self._withdraw()
        elif predictor is not None:  # else `renew` is called again when the model is loaded
            self._begin(predictor.vocabulary)

    def _begin(self, vocabulary: Vocabulary) -> None:
        if self._shelves is None or self._shelves.vocabulary is not vocabulary:
            self._shelves = Shelves(vocabulary)
        look = self._look = Look(self._wanted(), frozenset(self._changed) if self._walk else None, self._asked)
        self._walk, self._due_since = False, None
        self._changed.clear()
        self._percent = 0
        if self._stock is None and self.display is not None:
            self.display.begin(TITLE)
        make = partial(self._make, asyncio.get_running_loop(), self._shelves, look)
        self._making = self._scheduler.post(Priority.READ, make, key="workspace")
        self._making.add_done_callback(self._made)

    def _give_up(self) -> None:
        """Stops a pass that looks at what it should not look at any more, or at what is not needed."""
        if self._making is None:
            return
        wanted = self._look.wanted
        if self._why_not() is not None or (wanted.folders, wanted.excluded) != self._bounds():
            self._making.cancel()

    def _withdraw(self) -> None:
        """Lets go of all libraries, and of all that was to be looked at."""
        self._due_since, self._failure, self._looked = None, None, self._asked
        self._changed.clear()
        self._let_go()

    def _let_go(self) -> None:
        """Takes the libraries from all documents."""
        self._shelves, self._stock, self._walk = None, None, True
        for session in self._sessions:
            if session.libraries is not None:
                session.libraries = None
                self._delivered(session, True)

    def _opened(self) -> list[Session]:
        return [session for session in self._sessions if self._reader.silence(session) is None]

    def _wanted(self) -> Wanted:
        opened, (folders, excluded) = self._opened(), self._bounds()
        read = {session.uri for session in opened}
        unread = [path_of(session.uri) for session in self._sessions if session.uri not in read]
        return Wanted(
            folders,
            tuple(open_text(session) for session in opened),
            tuple(path for path in unread if path is not None),
            excluded,
            self._reader.settings.workspace.most_megabytes,
        )

    def _bounds(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Where files are looked for, and the patterns of those that are not looked at."""
        settings = self._reader.settings
        return tuple(self._folders.values()), (*settings.documents.excluded, *settings.workspace.excluded)

    def _make(self, loop: asyncio.AbstractEventLoop, shelves: Shelves, look: Look, should_stop: ShouldStop) -> Stock:
        """In the thread: the libraries."""

        def pause() -> None:
            self._reader.give_way()
            if should_stop():
                raise Stopped

        def tell(share: float) -> None:
            loop.call_soon_threadsafe(self._told, int(100 * share))

        if look.changed is not None:
            shelves.forget_walk(look.changed)
        return shelves.stock(look.wanted, Steps(pause, tell))

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
            self._walk |= self._look.changed is not None
            self._changed |= self._look.changed or frozenset()
        elif (error := making.exception()) is not None:  # `post` has logged it
            self._failure = f"looking at it failed: {type(error).__name__}"
            self._looked = self._look.asked
            self._let_go()
        else:
            self._failure, self._looked = None, self._look.asked
            self._take(making.result())
        if self._due_since is not None and self._timer is None and not self._closed:
            self._start()

    def _take(self, stock: Stock) -> None:
        """Hands new libraries out."""
        self._stock = stock
        held, source = stock.nbytes / 1e6, stock.characters / 1e6
        logger.info("workspace: %d files, %.1f MB of source, %.1f MB held", stock.files, source, held)
        for session in self._sessions:
            self._hand_out(session, stock)

    def _hand_out(self, session: Session, stock: Stock) -> None:
        before, libraries = session.libraries, stock.libraries.get(session.uri)
        if libraries != before:
            session.libraries = libraries
            self._delivered(session, before is None or bool(titles(before) - titles(libraries)))


def titles(libraries: Libraries | None) -> set[str]:
    """The files that libraries are made of, as they are shown."""
    held = () if libraries is None else (libraries.near, libraries.far)
    return {path for library in held if library is not None for path in library.paths}


def open_text(session: Session) -> OpenText:
    """The session's document as it is now."""
    document = session.document
    assert document is not None, "a document that is not kept is not read"
    return OpenText(document.uri, path_of(document.uri), name_of(document.uri), document.language, document.text)


def name_on_disk(path: str) -> str:
    """A path as it is told from others, however it was spelled; links stay as they are."""
    return os.path.normcase(os.path.normpath(path))
