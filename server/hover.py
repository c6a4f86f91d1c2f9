"""What stands under the pointer: how probable it was, and what the model expected (LSP 3.17, `textDocument/hover`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types

from peephole.model.surprisal import explain_offset

from .answer import Answer, Asked, percent
from .origin import describe as describe_source
from .origin import origin_of
from .scheduler import Stopped

if TYPE_CHECKING:
    from peephole.model.predictor import Reading
    from peephole.model.search import Candidate
    from peephole.model.surprisal import Explanation

MUTE = ("space", "newline")
"""Tokens that are not spoken of: the pointer rests on nothing."""


def hover(asked: Asked, offset: int) -> Answer[types.Hover | None]:
    """The bits of the token at an offset and what was expected at its start."""
    top = asked.settings.hover.max_items
    lexed = asked.desk.lexing.tokens_to(asked.document.text, offset + 1, asked.should_stop)
    asked.desk.remember_to(lexed[-1].end if lexed else offset, asked.should_stop)
    found = explain_offset(asked.desk.tape, offset, top=top, lexed=lexed, should_stop=asked.should_stop)
    if asked.should_stop():
        raise Stopped
    if found is None or found.token.kind in MUTE or offset >= found.token.end:
        return Answer(None, "there is no token under the pointer")
    place = asked.document.range_at(found.token.start, found.token.end)
    return Answer(types.Hover(describe(found, markdown=asked.support.markdown_hover), place))


def describe(found: Explanation, *, markdown: bool) -> types.MarkupContent:
    """The text of the hover. Of a comment, which is prose, only the bits are told."""
    length = found.token.end - found.token.start
    cost = f"{found.bits:.1f} bits, {found.bits / length:.2f} a character; probability {percent(found.probability)}"
    if found.reading.recall is not None:
        cost += f" (without memory {found.network_bits:.1f} bits)"
    before = found.token.start
    lines = [cost, "", f"Read behind {before:,} character{'' if before == 1 else 's'} of context."]
    expected = [] if found.token.kind == "comment" else found.expected
    if expected:
        lines += ["", "Expected here:", ""]
        lines += [f"- {describe_expected(each, found.reading, markdown)}" for each in expected]
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    return types.MarkupContent(kind, "\n".join(lines))


def describe_expected(candidate: Candidate, reading: Reading, markdown: bool) -> str:
    """A token, its probability, and where it was read before if the network alone would not have expected it."""
    line = f"{quote(candidate.text.strip(), markdown)} {percent(candidate.probability)}"
    source = origin_of(candidate, reading)
    return line if source is None else f"{line}, {escape(describe_source(source), markdown)}"


def escape(text: str, markdown: bool) -> str:
    """A text that Markdown shows as it stands: a file's name may hold stars, underscores and brackets."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~&])", r"\\\1", text) if markdown else text


def quote(word: str, markdown: bool) -> str:
    """A word as code; in Markdown between more backticks than it has itself."""
    if not markdown:
        return word
    runs = re.findall("`+", word)
    fence = "`" * (1 + max(map(len, runs), default=0))
    return f"{fence} {word} {fence}" if runs else f"`{word}`"
