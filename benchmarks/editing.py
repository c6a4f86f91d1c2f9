"""A typed character and the completion after it, at random places of long files, over the wire; beside a peer.

Nobody pauses: the next character is sent as soon as the list is there, wherever in the file it is. That is the worst
case; whoever goes to another place takes a second, and all of the file is read meanwhile.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from peephole.server.client import Client, OpenDocument

from .document import long_document
from .figure import Figure, percentiles
from .keystrokes import keystrokes
from .peer import PEER, peer_server
from .server import PAUSE_S, started_server, status, wait_until_read

KEYSTROKES = 1000
GROWTH = (1_000, 5_000, 20_000, 50_000)
GROWTH_KEYSTROKES = 300
PASTED_LINES = 500
SUFFIXES = {"java": "java", "python": "py"}
LARGEST = {"documents": {"largestCharacters": 8_000_000}}
"""50,000 lines are more than is read without being asked for."""


class Timed(NamedTuple):
    """Milliseconds of one keystroke, `didChange` sent to items received; and whether it was the first at its place."""

    ms: float
    first: bool


def measure(model: Path | None, lines: int, jedi: Path | None) -> list[Figure]:
    """Both percentiles in a Java and a Python file, and those of the peer on the same keystrokes in the Python file."""
    figures: list[Figure] = []
    medians: dict[str, float] = {}
    for language in SUFFIXES:
        with started_server(model) as client:
            document = open_document(client, language, lines)
            wait_until_read(client, document)
            times = list(type_at_random(document, KEYSTROKES))
            answered = status(client)["answered"]
        name = f"edit + completion at random places, {lines:,} lines of {language}"
        figures += percentiles(name, [each.ms for each in times], "<= 10", "<= 30")
        firsts = [each.ms for each in times if each.first]
        figures.append(Figure(f"{name}, first of {len(firsts)} places, p50", statistics.median(firsts), "ms"))
        provisional = answered.get("provisional", 0) / answered["completion"]
        figures.append(Figure(f"{name}, provisional", provisional * 100, "% of the answers"))
        medians[language] = statistics.median(each.ms for each in times)
    return [*figures, *_peer(lines, jedi, medians["python"])]


def _peer(lines: int, jedi: Path | None, median_ms: float) -> list[Figure]:
    name = f"the same keystrokes in {PEER}, {lines:,} lines of python"
    with peer_server(jedi) as client:
        if client is None:
            return [Figure(name, 0, "(not installed: left out)")]
        document = open_document(client, "python", lines)
        document.ask("completion", len(document.text))
        times = [each.ms for each in type_at_random(document, KEYSTROKES)]
    ratio = statistics.median(times) / median_ms
    return [*percentiles(name, times), Figure(f"{PEER}'s p50 to ours", ratio, "times")]


def measure_growth(model: Path | None) -> list[Figure]:
    """How the same grows with the length of the file: Java, read to its end; and the first completion before that."""
    figures: list[Figure] = []
    for lines in GROWTH:
        with started_server(model, LARGEST) as client:
            began = time.perf_counter()
            document = open_document(client, "java", lines)
            document.ask("completion", document.text.rindex("return"))
            first_ms = (time.perf_counter() - began) * 1e3
            wait_until_read(client, document)
            times = [each.ms for each in type_at_random(document, GROWTH_KEYSTROKES)]
        figures.append(Figure(f"first completion after open, {lines:,} lines", first_ms, "ms", "<= 100"))
        figures += percentiles(f"edit + completion at random places, {lines:,} lines", times)
    return figures


def measure_undo(model: Path | None, lines: int) -> list[Figure]:
    """A paste in the middle of a file, read to its end, and its undo: what is read again, and how long that takes."""
    with started_server(model) as client:
        document = open_document(client, "java", lines)
        wait_until_read(client, document)
        place = document.text.index("\n", len(document.text) // 2) + 1
        pasted = long_document("java", PASTED_LINES)
        document.insert(place, pasted)
        wait_until_read(client, document)
        before = status(client)["documents"][0]
        began = time.perf_counter()
        document.replace(place, place + len(pasted), "")
        wait_until_read(client, document, PAUSE_S)
        undone_ms = (time.perf_counter() - began) * 1e3
        after = status(client)["documents"][0]
    fed = after["charactersFed"] - before["charactersFed"]
    name = f"{PASTED_LINES} lines pasted into {lines:,} and undone"
    return [
        Figure(f"{name}: characters read anew", fed, "characters", "= 0"),
        Figure(f"{name}: until all is read", undone_ms, "ms"),
    ]


def open_document(client: Client, language: str, lines: int) -> OpenDocument:
    """A long file, open."""
    uri = f"file:///benchmark/Long.{SUFFIXES[language]}"
    return OpenDocument(client, uri, language, long_document(language, lines))


def type_at_random(document: OpenDocument, count: int) -> Iterator[Timed]:
    """Each keystroke as the client sees it."""
    for stroke in list(keystrokes(document.text, count)):
        began = time.perf_counter()
        document.insert(stroke.offset, stroke.character)
        document.ask("completion", stroke.offset + 1)
        yield Timed((time.perf_counter() - began) * 1e3, stroke.first)
