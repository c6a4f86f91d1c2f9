"""One typed character and the completion after it in a long file: over the wire, and in the model alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from peephole.model.lexis import word_start
from peephole.model.predictor import Predictor
from peephole.model.search import next_tokens
from peephole.model.tape import Tape
from peephole.server.client import OpenDocument

from .document import long_document
from .figure import Figure, percentiles
from .server import started_server, wait_until_read

TYPED = """
    public boolean isNewerThan(Version other) {
        if (other == null) {
            throw new IllegalArgumentException("nothing to compare with");
        }
        return compareTo(other) > 0;
    }
"""
"""What is typed, a character at a time, and then taken out again in one edit."""

ROUNDS = 3
"""Times it is typed at each place: about 600 keystrokes, so that six of them lie above the 99th percentile."""


def measure(predictor: Predictor, model: Path | None, lines: int) -> list[Figure]:
    """Both percentiles at the end and in the middle of the file, over the wire and in the model."""
    text = long_document("java", lines)
    places = {"at the end": _last_member(text, len(text)), "in the middle": _last_member(text, len(text) // 2)}
    figures: list[Figure] = []
    for place, offset in places.items():
        figures += percentiles(
            f"edit + completion {place}, in the model", list(_in_model(predictor, text, offset)), "<= 10", "<= 30"
        )
    with started_server(model) as client:
        document = OpenDocument(client, "file:///benchmark/Long.java", "java", text)
        wait_until_read(client, document)
        for place, offset in places.items():
            figures += percentiles(f"edit + completion {place}, over the wire", list(_over_wire(document, offset)))
    return figures


def _last_member(text: str, before: int) -> int:
    """The offset after the last blank line between two members of a class that ends before an offset."""
    return text.rindex("    }\n\n    public", 0, before) + len("    }\n")


def _in_model(predictor: Predictor, text: str, offset: int) -> Iterator[float]:
    """Milliseconds of each keystroke in this process: edit, reading, search."""
    tape = Tape(predictor, "java")
    tape.edit(text)
    tape.advance_to(len(text))
    for _ in range(ROUNDS):
        for typed in range(1, len(TYPED) + 1):
            edited = text[:offset] + TYPED[:typed] + text[offset:]
            began = time.perf_counter()
            tape.edit(edited)
            reading = tape.reading_at(offset + typed)
            assert reading is not None
            prefix = edited[word_start(edited, offset + typed) : offset + typed]
            next_tokens(predictor, reading, language="java", prefix=prefix)
            yield (time.perf_counter() - began) * 1e3
        tape.edit(text)


def _over_wire(document: OpenDocument, offset: int) -> Iterator[float]:
    """Milliseconds of each keystroke as the client sees it: `didChange` sent to items received.

    Typed without a pause, while the server reads the rest of the file in the background: the worst case.
    """
    for _ in range(ROUNDS):
        for typed, character in enumerate(TYPED):
            began = time.perf_counter()
            document.insert(offset + typed, character)
            document.ask("completion", offset + typed + 1)
            yield (time.perf_counter() - began) * 1e3
        document.replace(offset, offset + len(TYPED), "")
