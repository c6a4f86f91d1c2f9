"""What the client shows of marks: those that are published, those that it asked for, and which a person found fine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from .answer import Asked
from .reader import Reader
from .session import Session, Shown

if TYPE_CHECKING:
    from .document import Document
    from .marks import Mark


class Display:
    """Chooses what is shown, and publishes it to a client that does not ask. For the loop."""

    def __init__(self, reader: Reader, publish: Callable[[types.PublishDiagnosticsParams], None]) -> None:
        self._reader, self._publish = reader, publish
        self._accepted: defaultdict[str, set[str]] = defaultdict(set)
        """Fingerprints by URI, kept to the session's end: a document that is closed may be opened again."""

    def accept(self, uri: str, fingerprint: str) -> None:
        """Shows a mark no more in that document, wherever it moves."""
        self._accepted[uri].add(fingerprint)

    def accepted(self, uri: str) -> frozenset[str]:
        """The fingerprints of what is fine in a document, as they are now."""
        return frozenset(self._accepted.get(uri, ()))

    def give(self, session: Session, document: Document, marks: Sequence[Mark]) -> list[types.Diagnostic]:
        """What of a document's marks the client is to show; they are remembered as shown."""
        from .diagnostics import make_diagnostics

        session.shown = Shown(document, marks)
        return make_diagnostics(self.chosen(session), document, self._reader.settings.diagnostics.severity)

    def chosen(self, session: Session) -> list[Mark]:
        """Those marks that the client shows of what it was given."""
        from .diagnostics import strongest

        if session.shown is None:
            return []
        most = self._reader.settings.diagnostics.max_items
        return strongest(session.shown.marks, self._accepted[session.uri], most)

    def publish(self, session: Session, document: Document, marks: Sequence[Mark]) -> None:
        """Shows a document's marks in place of those that the client shows now."""
        diagnostics = self.give(session, document, marks)
        session.marked = bool(diagnostics)
        self._publish(types.PublishDiagnosticsParams(session.uri, diagnostics, document.version))

    def clear(self, session: Session) -> None:
        """Takes all marks of a document away."""
        session.marked, session.shown = False, None
        self._publish(types.PublishDiagnosticsParams(session.uri, []))


def look_for_marks(asked: Asked) -> Sequence[Mark]:
    """In the worker, where importing the search is no matter: all the document's marks."""
    from .diagnostics import diagnose

    return diagnose(asked)
