r"""The text of one open document as the protocol means it: lines, positions, edits.

LSP 3.17, "Text Documents": lines end at `\n`, `\r\n` and `\r`, at nothing else (`str.splitlines` also cuts at form
feeds and U+2028, after which every later edit lands a line off). Three units of place, never mixed:

    Position      what the client counts: line, and UTF-8, UTF-16 or UTF-32 units from the line's start
    offset        code points of `Document.text`, the normalised text that the model reads
    raw offset    code points of `Document.raw`, private to this module: the text with the client's line endings

The raw text has to be kept: a `\n` typed after a lone `\r` makes one line ending of two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from lsprotocol import types

from peephole.model.vocabulary import normalise_newlines

Encoding = Literal["utf-8", "utf-16", "utf-32"]
Starts = npt.NDArray[np.int64]

LINE_FEED, CARRIAGE_RETURN = 0x0A, 0x0D
CODEC = {"utf-8": "utf-8", "utf-16": "utf-16-le"}
UNIT_BYTES = {"utf-8": 1, "utf-16": 2}
SURROGATE = re.compile("[\ud800-\udfff]")


class Lines(NamedTuple):
    """Where every line starts: `raw` in the raw text, `text` in the normalised one; both int64, both begin with 0."""

    raw: Starts
    text: Starts


def scan_lines(raw: str) -> Lines:
    r"""The line table of a whole text, in a few passes over its code points; `\r\n` counts once."""
    points = np.frombuffer(raw.encode("utf-32-le", "surrogatepass"), np.uint32)
    returns, feeds = points == CARRIAGE_RETURN, points == LINE_FEED
    feed_follows = np.zeros_like(feeds)
    feed_follows[:-1] = feeds[1:]
    pairs = returns & feed_follows
    ends = np.flatnonzero(feeds | (returns & ~pairs)).astype(np.int64) + 1
    starts = np.concatenate(([0], ends)).astype(np.int64)
    pairs_before = np.searchsorted(np.flatnonzero(pairs), starts)
    return Lines(starts, starts - pairs_before)


def join_surrogates(text: str) -> str:
    """The same text with every high surrogate and the low one after it made one character, as a fresh open has it."""
    if text.isascii() or not SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@dataclass(frozen=True)
class Document:
    """One version of one document. Immutable, so the worker may read it while the loop makes the next version."""

    uri: str
    language: str
    version: int
    encoding: Encoding
    raw: str = field(repr=False)
    text: str = field(repr=False)  # the same object as `raw` where no \r is in it: one copy in memory
    lines: Lines = field(repr=False)

    @classmethod
    def opened(cls, uri: str, language: str, version: int, raw: str, encoding: Encoding) -> Document:
        """A document as `textDocument/didOpen` brings it."""
        raw = join_surrogates(raw)
        return cls(uri, language, version, encoding, raw, normalise_newlines(raw), scan_lines(raw))

    def changed(self, changes: Sequence[types.TextDocumentContentChangeEvent], version: int) -> Document:
        """The document after the changes of one `didChange`; each refers to the text that the one before left."""
        document = self
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                document = document._spliced(change.range.start, change.range.end, change.text)
            else:
                document = Document.opened(self.uri, self.language, version, change.text, self.encoding)
        return replace(document, version=version)

    @property
    def line_count(self) -> int:
        """Lines as the protocol counts them: a text that ends in a newline has an empty last line."""
        return len(self.lines.raw)

    def line(self, number: int) -> str:
        """The text of one line without its ending; the number must be below `line_count`."""
        start, end = self._content(number)
        return self.text[start:end]

    def offset_at(self, position: types.Position) -> int:
        """Offset of a position; past the line's end is its end, past the last line is the text's end."""
        if position.line >= self.line_count:
            return len(self.text)
        start = int(self.lines.text[position.line])
        return start + column_of(self.line(position.line), position.character, self.encoding)

    def position_at(self, offset: int) -> types.Position:
        """Position of an offset; outside of the text is its nearer end."""
        offset = min(max(offset, 0), len(self.text))
        number = int(np.searchsorted(self.lines.text, offset, side="right")) - 1
        start = int(self.lines.text[number])
        return types.Position(number, units_of(self.text[start:offset], self.encoding))

    def range_at(self, start: int, end: int) -> types.Range:
        """The range between two offsets."""
        return types.Range(self.position_at(start), self.position_at(end))

    def _content(self, number: int) -> tuple[int, int]:
        """Offsets of a line's text without its ending, which is one character long in the normalised text."""
        start = int(self.lines.text[number])
        if number + 1 == self.line_count:
            return start, len(self.text)
        return start, int(self.lines.text[number + 1]) - 1

    def _place(self, position: types.Position) -> tuple[int, int]:
        """Line and raw offset of a position, clamped as `offset_at` clamps."""
        number = min(position.line, self.line_count - 1)
        line = self.line(number)
        beyond = position.line > number
        column = len(line) if beyond else column_of(line, position.character, self.encoding)
        return number, int(self.lines.raw[number]) + column

    def _spliced(self, start: types.Position, end: types.Position, new: str) -> Document:
        """The document with one range replaced; only the lines that the range touches are scanned again."""
        (first, raw_start), (last, raw_end) = sorted((self._place(start), self._place(end)))
        if first > 0 and raw_start == self.lines.raw[first]:
            first -= 1  # a lone \r before the edit may become \r\n with what is typed after it
        region_start, region_end = int(self.lines.raw[first]), self._raw_line_end(last)
        region = join_surrogates(self.raw[region_start:raw_start] + new + self.raw[raw_end:region_end])
        raw = self.raw[:region_start] + region + self.raw[region_end:]
        text = raw
        if self.raw is not self.text or "\r" in region:
            text_start, text_end = int(self.lines.text[first]), self._text_line_end(last)
            text = self.text[:text_start] + normalise_newlines(region) + self.text[text_end:]
        return replace(self, raw=raw, text=text, lines=self._lines_with(first, last, region))

    def _raw_line_end(self, number: int) -> int:
        """Raw offset behind a line's ending."""
        return len(self.raw) if number + 1 == self.line_count else int(self.lines.raw[number + 1])

    def _text_line_end(self, number: int) -> int:
        """Offset behind a line's ending."""
        return len(self.text) if number + 1 == self.line_count else int(self.lines.text[number + 1])

    def _lines_with(self, first: int, last: int, region: str) -> Lines:
        """The line table once `region` stands in place of the lines `first` to `last`, endings included."""
        inner = scan_lines(region)
        size_change = len(region) - (self._raw_line_end(last) - int(self.lines.raw[first]))
        normal_size = len(normalise_newlines(region))
        text_size_change = normal_size - (self._text_line_end(last) - int(self.lines.text[first]))
        return Lines(
            _joined(self.lines.raw, inner.raw, first, last, size_change),
            _joined(self.lines.text, inner.text, first, last, text_size_change),
        )


def _joined(starts: Starts, inner: Starts, first: int, last: int, size_change: int) -> Starts:
    """Line starts before `first`, those of the region, and those behind `last` moved by the region's growth."""
    behind = starts[last + 1 :] + size_change
    inside = inner + starts[first]
    if len(behind):
        inside = inside[:-1]  # the region ends in a line ending: its empty last line is the first one behind
    return np.concatenate((starts[:first], inside, behind))


def units_of(text: str, encoding: Encoding) -> int:
    """How many client units a piece of a line is long."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    return len(text.encode(CODEC[encoding], "surrogatepass")) // UNIT_BYTES[encoding]


def column_of(line: str, units: int, encoding: Encoding) -> int:
    """Code points before a column in client units; inside a character means its start, past the end the end."""
    if encoding == "utf-32" or line.isascii():
        return min(units, len(line))
    points = np.frombuffer(line.encode("utf-32-le", "surrogatepass"), np.uint32)
    widths = 1 + (points >= 0x10000).astype(np.int64)
    if encoding == "utf-8":
        widths += (points >= 0x80).astype(np.int64) + (points >= 0x800)
    return int(np.searchsorted(np.cumsum(widths), units, side="right"))
