"""Ghost text: the rest of the line behind the cursor (LSP 3.18, `textDocument/inlineCompletion`)."""

from __future__ import annotations

from lsprotocol import types

from peephole.model.lexis import word_start
from peephole.model.search import rest_of_line as search_line

from .answer import Answer, Asked, percent
from .completion import is_in_text, rest_of_line
from .scheduler import Stopped

CLOSERS = frozenset(")]}>\"'`;,: \t")
"""What may stand behind the cursor where ghost text is still wanted: closing marks that the editor put there."""

BRACKETS = (")", "]", "}")
QUOTES = ('"', "'", "`")

Selected = types.SelectedCompletionInfo


def complete_line(asked: Asked, offset: int, selected: Selected | None) -> Answer[types.InlineCompletionList]:
    """One item that continues the line, or none.

    While the popup is open clients show only what extends its selected item, so the model reads that item's text as
    if it had been accepted, and goes on from there.
    """
    document = asked.document
    behind = rest_of_line(document.text, offset)
    if not CLOSERS.issuperset(behind):
        return nothing("there is more than closing brackets behind the cursor")
    start = document.offset_at(selected.range.start) if selected else word_start(document.text, offset)
    written = selected.text if selected else document.text[start:offset]
    if "\n" in written or "\r" in written:
        return nothing("the selected item has more than one line")
    place = start if selected else offset
    reading, exact = asked.desk.quick_reading_at(place, asked.should_stop)
    if selected:
        _, reading = asked.predictor.read(reading, written)
    settings = asked.settings.inline_completion
    ghost, _ = search_line(
        asked.predictor,
        reading,
        language=document.language,
        quotes=not is_in_text(asked, place, exact),
        least_probability=settings.least_probability,
        longest=settings.longest,
        should_stop=asked.should_stop,
    )
    if asked.should_stop():
        raise Stopped
    ghost = without_overlap(ghost, behind)
    if not ghost.strip():
        return nothing(f"no new text is {percent(settings.least_probability)} sure here", exact)
    whole = written + ghost
    replaced = selected.range if selected else document.range_at(start, offset)
    item = types.InlineCompletionItem(insert_text=whole, filter_text=whole, range=replaced)
    return Answer(types.InlineCompletionList([item]), None, exact)


def nothing(silence: str, exact: bool = True) -> Answer[types.InlineCompletionList]:
    """No ghost text, and why."""
    return Answer(types.InlineCompletionList([]), silence, exact)


def without_overlap(ghost: str, behind: str) -> str:
    """The ghost text without its end from where the text behind the cursor takes over: no second `)` or quotation mark.

    That is where the ghost closes what it did not open, if just that stands behind the cursor; or where its last
    characters do, as a `;` may.
    """
    behind = behind.lstrip()
    cut = first_unopened(ghost)
    if cut is not None and behind.startswith(ghost[cut]):
        return ghost[:cut]
    if behind[:1] in QUOTES and behind[0] in ghost:
        return ghost[: ghost.index(behind[0])]
    if behind[:1] in BRACKETS:
        return ghost
    for length in range(min(len(ghost), len(behind)), 0, -1):
        if ghost.endswith(behind[:length]):
            return ghost[:-length]
    return ghost


def first_unopened(text: str) -> int | None:
    """Where the text first closes a bracket that it did not open."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in BRACKETS)
        if depth < 0:
            return place
    return None
