"""The popup list: the next word, or the end of the half-typed one (LSP 3.17, `textDocument/completion`).

An item replaces from the word's start with the whole word: the client may go on filtering while the person types.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from peephole.model.lexis import is_word_character, word_start
from peephole.model.offers import LEAST_SIGN, worth_showing
from peephole.model.search import next_tokens

from .answer import Answer, Asked, percent
from .origin import describe, origin_of
from .place import guess_in_text
from .scheduler import Stopped
from .session import MOST_UNREAD

if TYPE_CHECKING:
    from peephole.model.citation import Source
    from peephole.model.predictor import Reading
    from peephole.model.search import Candidate

LEAST_CALL = 0.5
"""How probable a parenthesis behind a name must be for it to be shown as a function."""

KINDS = {
    "keyword": types.CompletionItemKind.Keyword,
    "number": types.CompletionItemKind.Value,
    "string": types.CompletionItemKind.Text,
    "operator": types.CompletionItemKind.Operator,
}


@dataclass(frozen=True)
class Look:
    """What was found at a place: behind the half-typed word `prefix`, which starts at `start`.

    in_text: inside a string or comment; exact: false where only a window before the place was read; after_dot: the word
    is a member of something.
    """

    reading: Reading
    exact: bool
    in_text: bool
    start: int
    prefix: str
    found: list[Candidate]
    least_probability: float
    after_dot: bool

    def why_not(self, candidate: Candidate, labels: Sequence[str]) -> str | None:
        """Why a candidate is not in the list; None if it is. labels: of the items of the list."""
        if (self.prefix + candidate.text).strip() in labels:
            return None
        if candidate.new and candidate.probability < LEAST_SIGN:
            return f"an operator behind a whole word, less probable than {percent(LEAST_SIGN)}"
        if candidate.probability < self.least_probability:
            return f"less probable than {percent(self.least_probability)}, completion.leastProbability"
        return "more than one line" if "\n" in candidate.text else "nothing new: it stands behind the cursor already"


def look(asked: Asked, offset: int, least: float = 0.0) -> Look:
    """The most probable tokens at an offset, the most probable first; raises `Stopped` if told to.

    least: how probable they must be at least. To find what is less so takes a quarter to a third of the time.
    """
    settings, text = asked.settings.completion, asked.document.text
    start = word_start(text, offset)
    prefix = text[start:offset]
    reading, exact = asked.desk.quick_reading_at(offset, asked.should_stop)
    in_text = is_in_text(asked, offset, exact)
    found = next_tokens(
        asked.predictor,
        reading,
        language=asked.document.language,
        prefix=prefix,
        width=settings.beam_width,
        top=settings.max_items,
        longest=settings.longest,
        quotes=not in_text,
        signs=not in_text,
        least=least,
        should_stop=asked.should_stop,
    )
    if asked.should_stop():
        raise Stopped
    after_dot = text.endswith(".", 0, start)
    return Look(reading, exact, in_text, start, prefix, found, settings.least_probability, after_dot)


def complete(asked: Asked, offset: int, trigger: str | None = None) -> Answer[types.CompletionList]:
    """The popup list at an offset. trigger: the character after which the client asked by itself, if it did."""
    uncalled = why_uncalled(asked, offset, trigger)
    if uncalled is not None:
        return Answer(types.CompletionList(True, []), uncalled)
    seen = look(asked, offset, asked.settings.completion.least_probability)
    kept = worth_showing(seen.found, seen.least_probability, rest_of_line(asked.document.text, offset))
    edits = Edits(asked, seen.start, offset)
    items = [
        make_item(rank, seen, candidate, edits, origin_of(candidate, seen.reading, exact=seen.exact))
        for rank, candidate in enumerate(kept)
    ]
    # The next character typed changes what is probable, also where nothing is now: the client has to ask again. The
    # list is complete, and empty, only where the document is not read at all.
    silence = None if items else why_empty(seen.found, seen.least_probability)
    return Answer(types.CompletionList(True, items), silence, seen.exact)


def why_uncalled(asked: Asked, offset: int, trigger: str | None) -> str | None:
    """Why a character that was typed calls for no list that nobody asked for; None if it does."""
    text = asked.document.text
    if trigger is None or not text.endswith(trigger, 0, offset):
        return None
    if is_in_text(asked, offset, asked.desk.tape.unread_before(offset) <= MOST_UNREAD):
        return f"{trigger!r} in a string or comment asks for nothing"
    if trigger == ":" and not (asked.document.language != "python" and text.endswith("::", 0, offset)):
        return "a single ':' asks for nothing"
    before = text[word_start(text, offset - 1) : offset - 1]
    return "a '.' in a number asks for nothing" if trigger == "." and before[:1].isdigit() else None


def is_in_text(asked: Asked, offset: int, exact: bool) -> bool:
    """Whether the offset is inside a string or comment; where the answer is provisional anyway, at a guess."""
    document = asked.document
    if exact:
        return asked.desk.lexing.is_in_text(document.text, offset, asked.should_stop)
    return guess_in_text(document.text, offset, document.language)


def rest_of_line(text: str, offset: int) -> str:
    """What stands between the offset and the end of its line."""
    end = text.find("\n", offset)
    return text[offset:] if end < 0 else text[offset:end]


def why_empty(found: Sequence[Candidate], least_probability: float) -> str:
    """Why no candidate became an item."""
    if not found:
        return f"no continuation has the {percent(least_probability)} that completion.leastProbability asks for"
    best = max(candidate.probability for candidate in found)
    return f"the best of {len(found)} continuations has {percent(best)}; {percent(least_probability)} are asked for"


class Edits:
    """How the items of one list change the document: all of them over the same range."""

    def __init__(self, asked: Asked, start: int, offset: int) -> None:
        document = asked.document
        self.label_details = asked.support.label_details
        self._insert = document.range_at(start, offset)
        end = offset
        while end < len(document.text) and is_word_character(document.text[end]):
            end += 1
        in_word = start < offset < end and asked.support.insert_replace
        self._replace = document.range_at(start, end) if in_word else None

    def edit(self, text: str) -> types.TextEdit | types.InsertReplaceEdit:
        """The edit that writes `text` in place of the half-typed word; or of the whole one, if the person prefers."""
        if self._replace is not None:
            return types.InsertReplaceEdit(new_text=text, insert=self._insert, replace=self._replace)
        return types.TextEdit(self._insert, text)


def make_item(
    rank: int, seen: Look, candidate: Candidate, edits: Edits, source: Source | None = None
) -> types.CompletionItem:
    """One item. `sortText` keeps the model's order, which a client would else replace by the alphabet's.

    source: where it was read before. That takes 0.2 ms to find, and is told at once: by the time that a client would
    ask for it (`completionItem/resolve`) the document may be another.
    """
    word = seen.prefix + candidate.text
    shown = percent(candidate.probability)
    where = None if source is None else describe(source)
    return types.CompletionItem(
        label=word.strip(),
        label_details=types.CompletionItemLabelDetails(description=shown) if edits.label_details else None,
        detail=None if edits.label_details else ", ".join(filter(None, [shown, where])),
        documentation=where if edits.label_details else None,
        kind=kind_of(word.strip(), candidate, after_dot=seen.after_dot),
        sort_text=f"{rank:03}",
        filter_text=word,
        text_edit=edits.edit(word),
        insert_text_format=types.InsertTextFormat.PlainText,
    )


def kind_of(word: str, candidate: Candidate, *, after_dot: bool = False) -> types.CompletionItemKind:
    """The icon. The model knows no types: for an identifier naming conventions and what follows it have to do."""
    if candidate.kind != "identifier":
        return KINDS.get(candidate.kind, types.CompletionItemKind.Text)
    if word.isupper() and len(word) > 1:
        return types.CompletionItemKind.Constant
    if word[:1].isupper():
        return types.CompletionItemKind.Class
    if candidate.calls > LEAST_CALL:
        return types.CompletionItemKind.Method if after_dot else types.CompletionItemKind.Function
    return types.CompletionItemKind.Field if after_dot else types.CompletionItemKind.Variable
