"""What can be done about a mark (LSP 3.17, `textDocument/codeAction`): take what belongs there, or say that it is fine.

Answered from the marks that the client was given, without the model: clients ask at every move of the cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from .comments import COMMENTS
from .display import Display
from .exclusion import switched_off
from .protocol import RequestFailed
from .pulling import Pulls
from .reader import Reader
from .session import Session, Sessions

if TYPE_CHECKING:
    from .document import Document
    from .marks import Mark

ACCEPT = "peephole.accept"
"""The command that shows a mark no more until the session ends. Its one argument is an object with the document's
`uri` and the mark's `fingerprint`, which stands in the `data` of its diagnostic."""

QUICK_FIX = types.CodeActionKind.QuickFix

LONGEST_SHOWN = 40
"""Characters of a token in a title."""


class Placed(NamedTuple):
    """A mark where it is in the document now: offsets, of a place for a comment too if there is one."""

    mark: Mark
    start: int
    end: int
    comment_at: int | None


class CodeActions:
    """Offers what can be done about marks, and remembers which of them are fine. For the loop."""

    def __init__(self, reader: Reader, sessions: Sessions, display: Display, pulls: Pulls) -> None:
        self._reader, self._sessions, self._display, self._pulls = reader, sessions, display, pulls

    def offer(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """The actions for the marks that a range touches, the strongest mark first."""
        session = self._sessions.get(params.text_document.uri)
        if session is None or session.document is None or session.shown is None or not self._applies(session, params):
            return []
        document = session.document
        start, end = document.offset_at(params.range.start), document.offset_at(params.range.end)
        touched = [
            placed
            for placed in relocate(self._display.chosen(session), session.shown.document.text, document.text)
            if placed.start <= end and start <= placed.end
        ]
        touched.sort(key=lambda placed: -placed.mark.span.evidence_bits)
        versioned = self._reader.support.document_changes
        return [
            action
            for placed in touched
            for action in actions_for(placed, document, params.context.diagnostics, versioned=versioned)
        ]

    def accept(self, arguments: Sequence[Any]) -> None:
        """Takes the arguments of the command `ACCEPT`."""
        wanted = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], dict) else {}
        uri, fingerprint = wanted.get("uri"), wanted.get("fingerprint")
        if not isinstance(uri, str) or not isinstance(fingerprint, str):
            raise RequestFailed(f"{ACCEPT} takes one object with the strings uri and fingerprint")
        self._display.accept(uri, fingerprint)
        session = self._sessions.get(uri)
        if session is not None and session.pulled:
            self._pulls.refresh()
        elif session is not None and session.shown is not None and session.shown.document is session.document:
            self._display.publish(session, *session.shown)

    def _applies(self, session: Session, params: types.CodeActionParams) -> bool:
        """Whether there are marks, and the client wants quick fixes."""
        only = params.context.only
        wanted = only is None or any(kind in ("", QUICK_FIX) for kind in only)
        off = switched_off("diagnostics", self._reader.settings.diagnostics, session.language)
        return wanted and off is None and self._reader.silence(session) is None


def relocate(marks: Sequence[Mark], old: str, new: str) -> Iterator[Placed]:
    """Marks of a text where they are in another, those left out that an edit may have touched."""
    from .marks import common_ends

    prefix, suffix = common_ends(old, new)
    for mark in marks:
        start, end = mark.span.start, mark.span.end
        if old == new or end < prefix:
            comments = mark.comment_at is not None and (old == new or mark.comment_at < prefix)
            yield Placed(mark, start, end, mark.comment_at if comments else None)
        elif start > len(old) - suffix:
            shift = len(new) - len(old)
            comment_at = None if mark.comment_at is None else mark.comment_at + shift
            yield Placed(mark, start + shift, end + shift, comment_at)


def actions_for(
    placed: Placed, document: Document, diagnostics: Sequence[types.Diagnostic], *, versioned: bool
) -> Iterator[types.CodeAction]:
    """What can be done about one mark. diagnostics: those of the request, of which the mark's are named."""
    span = placed.mark.span
    place = document.range_at(placed.start, placed.end)
    written = document.text[placed.start : placed.end]
    meant = [each for each in diagnostics if each.source == "peephole" and each.range == place]
    make = partial(types.CodeAction, kind=QUICK_FIX, diagnostics=meant)
    if span.alternative is not None:
        title = f"Replace by `{shorten(span.alternative)}`" if span.alternative else f"Remove `{shorten(written)}`"
        yield make(title, is_preferred=True, edit=edit_of(document, place, span.alternative, versioned=versioned))
    arguments = {"uri": document.uri, "fingerprint": placed.mark.fingerprint}
    fine = f"It is fine: `{shorten(written)}`"
    yield make(fine, command=types.Command(fine, ACCEPT, arguments=[arguments]))
    if placed.comment_at is not None and document.language in COMMENTS:
        end = document.range_at(placed.comment_at, placed.comment_at)
        comment = f"  {COMMENTS[document.language]}"
        yield make("Ignore in this line (comment)", edit=edit_of(document, end, comment, versioned=versioned))


def edit_of(document: Document, place: types.Range, text: str, *, versioned: bool) -> types.WorkspaceEdit:
    """The edit that puts a text in the place of what is there; of this version of the document, where that is known."""
    edits = [types.TextEdit(place, text)]
    if not versioned:
        return types.WorkspaceEdit(changes={document.uri: edits})
    identifier = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identifier, edits)])


def shorten(text: str) -> str:
    """A token for a title: on one line, and not too long."""
    shown = text.replace("\n", "↵")
    return shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 1] + "…"


def register(server: LanguageServer, actions: CodeActions) -> None:
    """Offers the actions, and the command that one of them runs."""
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([QUICK_FIX]))(partial(actions.offer))

    @server.command(ACCEPT)
    def accept(*arguments: Any) -> None:
        actions.accept(arguments)
