"""Messages out of bytes (LSP 3.17, "Base Protocol"), and out of whatever else comes between them.

A client counts wrong, ends the lines of its header with a bare newline, or prints something between two messages.
Taken at its word, such a stream is never in step again, and every later request stays unanswered. So a header is found
wherever it stands: no JSON text can hold one, for within its strings no line ends. A wrong length then costs the
message that it was told of and no other; one that was told too long not even that.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

NAME = b"Content-Length:"
LENGTH = re.compile(rb"Content-Length:[ \t]*(\d{1,12})[ \t]*\r?\n", re.IGNORECASE)
BEGUN = re.compile(rb"Content-Length:[ \t]*\d{0,12}[ \t]*\r?")
"""A header of which the end has not come yet."""
FIELD = re.compile(rb"(?!Content-Length)[\w-]+:[^\n]*\n", re.IGNORECASE)
"""Another line of a header, which is passed over as HTTP has it. In truth it is always `Content-Type`."""

LONGEST_BODY = 1 << 30
"""Bytes. The longest document that the settings allow has 50 million characters, which JSON may spell with 12 bytes
each; what claims to be longer is no message."""

LONGEST_LINE = 4096
"""Bytes within which a line between two messages has to end. Of a longer one only the last are kept: a header may
begin there."""


class Frames:
    """Takes bytes as they come, gives whole messages. Holds no more than the message that is coming in."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._length: int | None = None
        """Of the next body, once its header has told it."""
        self._in_body = self._in_waste = False
        self._looked = 0
        """Bytes of a body in which no header begins."""
        self._found: deque[bytes | None] = deque()

    def take(self, data: bytes) -> Iterator[bytes | None]:
        """The bodies that are complete with these bytes, and None for each stretch of bytes that is no message."""
        self._held += data
        while self._read_body(self._length) if self._in_body and self._length is not None else self._read_line():
            while self._found:
                yield self._found.popleft()
        yield from self._found
        self._found.clear()

    def _read_line(self) -> bool:
        """Takes one line of a header; false if none is complete."""
        end = self._held.find(b"\n") + 1
        if not end:
            if len(self._held) > LONGEST_LINE:
                self._waste()
                del self._held[: -2 * len(NAME)]
            return False
        line = self._taken(end)
        found = LENGTH.search(line)
        if found is not None:
            self._begin(int(found[1]), line[: found.start()])
        elif not line.strip():
            self._in_body, self._looked = self._length is not None, 0
        elif FIELD.match(line) is None:
            self._waste()
        return True

    def _begin(self, length: int, before: bytes) -> None:
        """A length is told, behind what else stood in its line. Of two in one header the first holds."""
        if before.strip():
            self._waste()
        if length > LONGEST_BODY:
            self._waste()
        elif self._length is None:
            self._length, self._in_waste = length, False

    def _waste(self) -> None:
        """What was just looked at belongs to no message. Told once of all that comes before the next header."""
        if not self._in_waste:
            self._found.append(None)
        self._in_waste, self._length = True, None

    def _read_body(self, length: int) -> bool:
        """Takes a body; false if it is not complete."""
        end = self._end_of_body(length)
        if end is None:
            return False
        self._found.append(self._taken(end))
        self._in_body, self._length = False, None
        return True

    def _end_of_body(self, length: int) -> int | None:
        """Where the body ends: after so many bytes, or sooner if another header begins there. None if neither came."""
        within = length + len(NAME) - 1
        while (place := self._held.find(NAME, self._looked, within)) >= 0:
            if LENGTH.match(self._held, place):
                return place
            if BEGUN.fullmatch(self._held, place):
                break  # all that has come of it; the rest will tell
            self._looked = place + 1
        else:
            self._looked = max(self._looked, min(len(self._held), within) - len(NAME))
        if len(self._held) < length:
            return None
        place = self._held.rfind(NAME[:1], max(length - LONGEST_LINE, 0), length)
        begun = place >= 0 and (NAME.startswith(self._held[place:length]) or BEGUN.fullmatch(self._held, place, length))
        return place if begun else length

    def _taken(self, end: int) -> bytes:
        data = bytes(self._held[:end])
        del self._held[:end]
        return data
