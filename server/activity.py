"""What the server is doing, told to the client whenever that changes: the notification `peephole/status`.

    loading     the model is being loaded
    ready       whatever is asked is answered at once
    reading     a document is read; how many percent of it are
    busy        something else has taken longer than a moment: marks, a study of neurons
    inactive    there is no model; the reason says why

Work of less than `LOOK_S` is not worth a word, and words come no faster than that; at rest no timer runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .address import name_of
from .progress import Display
from .reader import Reader
from .scheduler import Priority
from .session import Session, Sessions

LOOK_S = 0.25
"""Between two looks at what is being worked on."""

LONG_READ = 50_000
"""Characters that are still to be read when the client is asked to show progress: about two seconds."""


@dataclass(frozen=True)
class Activity:
    """What the server is doing. uri: of the document that is read, `percent` of it so far."""

    state: Literal["loading", "ready", "reading", "busy", "inactive"]
    reason: str | None = None
    uri: str | None = None
    percent: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As the client gets it."""
        return {"state": self.state, "reason": self.reason, "uri": self.uri, "percent": self.percent}


class Watch:
    """Looks at the worker while it works. For the loop; `tell` sends what has changed to the client."""

    def __init__(self, reader: Reader, sessions: Sessions, tell: Callable[[Activity], None]) -> None:
        self._reader, self._sessions, self._tell = reader, sessions, tell
        self.activity = Activity("loading")
        """As the client was told."""
        self.display: Display | None = None
        """Of the client, if it shows how far work has come."""
        self._displayed: str | None = None
        """The document whose reading is shown there."""
        self._told = self._lasts = self._ended = False
        self._timer: asyncio.TimerHandle | None = None
        self._fed: dict[str, int] = {}
        """How much of each document was read at the last look."""

    def look(self) -> None:
        """Work came or went: tells what the server is doing, if that is news."""
        if self._ended:
            return
        working = self._reader.working()
        if working is None:
            self._rest()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOOK_S, self._look_again)
        self._take(self._now(working))

    def end(self) -> None:
        """Looks no more."""
        self._ended = True
        self._rest()

    def _look_again(self) -> None:
        self._timer, self._lasts = None, True
        self.look()

    def _rest(self) -> None:
        self._lasts = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _take(self, activity: Activity) -> None:
        if activity != self.activity or not self._told:
            self.activity, self._told = activity, True
            self._tell(activity)
        self._show(activity)

    def _now(self, working: Priority | None) -> Activity:
        condition = self._reader.condition
        if condition.state != "ready":
            return Activity(condition.state, condition.reason)
        if working is None or not self._lasts:
            return self.activity if working is not None and self.activity.state == "reading" else Activity("ready")
        read = self._session_being_read() if working > Priority.REQUEST else None
        if read is None:
            return Activity("busy")
        return Activity("reading", uri=read.uri, percent=percent_read(read))

    def _session_being_read(self) -> Session | None:
        """The document of which most was read since the last look; if none was, the one that lacks most."""
        unread = {
            session.uri: session
            for session in self._sessions
            if unread_characters(session) > 0 and self._reader.silence(session) is None
        }
        moved = {uri: fed_characters(session) - self._fed.get(uri, 0) for uri, session in unread.items()}
        self._fed = {uri: fed_characters(session) for uri, session in unread.items()}
        found = max(moved, key=lambda uri: (moved[uri], unread_characters(unread[uri])), default=None)
        return None if found is None else unread[found]

    def _show(self, activity: Activity) -> None:
        """Begins, goes on with or ends what the client shows of a long reading."""
        if self.display is None:
            return
        if self._displayed is not None and self._displayed != activity.uri:
            self.display.end()
            self._displayed = None
        session = self._sessions.get(activity.uri) if activity.uri is not None else None
        if self._displayed is not None:
            self.display.report(activity.percent or 0)
        elif session is not None and unread_characters(session) >= LONG_READ:
            self._displayed = session.uri
            self.display.begin(f"Reading {name_of(session.uri)}")


def fed_characters(session: Session) -> int:
    """How much of a document is read."""
    return session.tape.fed if session.tape is not None else 0


def unread_characters(session: Session) -> int:
    """How much of a document is still to be read; nothing of one that is not kept."""
    return len(session.document.text) - fed_characters(session) if session.document is not None else 0


def percent_read(session: Session) -> int:
    """How much of a document is read, in percent; 100 only if it is all."""
    length = len(session.document.text) if session.document is not None else 0
    return 100 * min(fed_characters(session), length) // length if length else 100
