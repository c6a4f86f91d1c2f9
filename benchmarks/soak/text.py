"""The client's side of a document: its text, and the places in it as the protocol counts them (UTF-16)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

ENDING = re.compile("\r\n|\r|\n")
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
"""Two halves that came to stand side by side: one character to every client."""

SCHEME = "utf-16-le"


@dataclass
class Text:
    """One document as the client has it. `raw` is the truth that the server is held against."""

    uri: str
    language: str
    raw: str
    version: int = 1
    is_open: bool = True

    def place(self, offset: int) -> dict[str, int]:
        r"""The position of an offset, which must not lie within a `\r\n`."""
        if "\r" not in self.raw:
            line, start = self.raw.count("\n", 0, offset), self.raw.rfind("\n", 0, offset) + 1
        else:
            ends = [match.end() for match in ENDING.finditer(self.raw, 0, offset)]
            line, start = len(ends), ends[-1] if ends else 0
        return {"line": line, "character": units(self.raw[start:offset])}

    def whole(self, offset: int) -> int:
        r"""The offset, or the one before it if it lies within a `\r\n`."""
        return offset - (self.raw[max(offset - 1, 0) : offset + 1] == "\r\n")

    def replace(self, start: int, end: int, new: str) -> dict[str, Any]:
        """Replaces a part; the change as the server is told of it."""
        start, end = self.whole(start), self.whole(end)
        change = {"range": {"start": self.place(start), "end": self.place(end)}, "text": new}
        self.raw = joined(self.raw[:start] + new + self.raw[end:])
        return change

    def rewrite(self, new: str) -> dict[str, Any]:
        """Replaces all of it."""
        self.raw = joined(new)
        return {"text": new}

    def opening(self) -> dict[str, Any]:
        """Parameters of a `didOpen` of the text as it is."""
        item = {"uri": self.uri, "languageId": self.language, "version": self.version, "text": self.raw}
        return {"textDocument": item}

    @property
    def digest(self) -> str:
        """SHA-256 of the text as the server's status gives it: with `\\n` line ends."""
        return hashlib.sha256(ENDING.sub("\n", self.raw).encode("utf-8", "surrogatepass")).hexdigest()


def units(text: str) -> int:
    """UTF-16 units of a text."""
    return len(text) if text.isascii() else len(text.encode(SCHEME, "surrogatepass")) // 2


def joined(text: str) -> str:
    """The text with halves of characters put together where they meet."""
    if text.isascii() or not PAIR.search(text):
        return text
    return text.encode(SCHEME, "surrogatepass").decode(SCHEME, "surrogatepass")
