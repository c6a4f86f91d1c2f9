"""Ghost text: the rest of the line behind the cursor, or more lines (LSP 3.18, `textDocument/inlineCompletion`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from peephole.model.lexis import word_start
from peephole.model.offers import LEAST_INVOKED
from peephole.model.structure import window_start
from peephole.model.suggestion import Found, Ghost, Terms, suggest

from .answer import Answer, Asked, percent
from .scheduler import Stopped

if TYPE_CHECKING:
    from .settings import InlineCompletionSettings

GUESSED_FROM = 1024
"""Characters before the cursor that tell what stands open there, where the document has not been read yet."""

INVOKED = types.InlineCompletionTriggerKind.Invoked
TYPED = types.InlineCompletionContext(types.InlineCompletionTriggerKind.Automatic)
"""How clients ask after a keystroke where no popup is open."""


def complete_line(
    asked: Asked, offset: int, context: types.InlineCompletionContext
) -> Answer[types.InlineCompletionList]:
    """One item that goes on from the offset, or none.

    While the popup is open clients show only what extends its selected item, so the model reads that item's text as
    if it had been accepted, and goes on from there. What was suggested last is suggested again for as long as just that
    is typed or taken, by characters, words or lines: no model work is done for it.
    """
    document, selected = asked.document, context.selected_completion_info
    start = document.offset_at(selected.range.start) if selected else word_start(document.text, offset)
    written = selected.text if selected else document.text[start:offset]
    if "\n" in written or "\r" in written:
        return nothing("the selected item has more than one line")
    before, behind = document.text[:start] + written, document.text[offset:]
    terms = terms_of(asked.settings.inline_completion, invoked=context.trigger_kind == INVOKED)
    exact = asked.desk.is_near(start if selected else offset)
    source = asked.desk.tape.libraries, exact
    shown = asked.desk.ghost
    ghost = shown.rest(before, behind, terms, source) if shown is not None else ""
    if not ghost.strip():
        found, exact = look(asked, offset, start if selected else offset, written if selected else "", terms)
        ghost = found.text
        text = before + behind if selected else document.text
        asked.desk.ghost = Ghost(text, len(before), ghost, terms, source) if ghost else None
        if not ghost:
            return nothing(found.silence or f"no new text is {percent(terms.least)} sure here", exact)
    whole = written + ghost
    replaced = selected.range if selected else document.range_at(start, offset)
    item = types.InlineCompletionItem(insert_text=whole, filter_text=whole, range=replaced)
    return Answer(types.InlineCompletionList([item]), None, exact)


def look(asked: Asked, offset: int, place: int, written: str, terms: Terms) -> tuple[Found, bool]:
    """What the model suggests behind the text before a place and what is written there, and whether it is exact.

    offset: where the text behind begins.
    """
    text, language = asked.document.text, asked.document.language
    reading, exact = asked.desk.quick_reading_at(place, asked.should_stop)
    if written:
        _, reading = asked.predictor.read(reading, written)
    if exact:
        found = asked.desk.lexing.tokens_to(text, place, asked.should_stop)
        start = window_start(found, text, place)
    else:
        start = text.rfind("\n", 0, max(place - GUESSED_FROM, 0)) + 1
    suggested = suggest(
        asked.predictor,
        reading,
        text[:place] + written,
        text[offset:],
        language=language,
        start=start,
        terms=terms,
        should_stop=asked.should_stop,
    )
    if asked.should_stop():
        raise Stopped
    return suggested, exact


def terms_of(settings: InlineCompletionSettings, *, invoked: bool) -> Terms:
    """How sure and how long ghost text must be; less sure where somebody asked for it and there is no better."""
    return Terms(
        settings.least_probability,
        max(settings.least_probability, settings.least_probability_of_lines),
        min(settings.least_probability, LEAST_INVOKED) if invoked else 0.0,
        settings.longest,
        settings.max_lines,
    )


def nothing(silence: str, exact: bool = True) -> Answer[types.InlineCompletionList]:
    """No ghost text, and why."""
    return Answer(types.InlineCompletionList([]), silence, exact)
