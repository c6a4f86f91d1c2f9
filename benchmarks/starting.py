"""From the start of the process to an answer, to a loaded model, and what the process then keeps in memory."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from peephole.server.client import Client, OpenDocument
from peephole.server.commands.machine import resident_bytes

from .document import long_document
from .figure import Figure
from .server import command, initialize, started_server, wait_until_loaded, wait_until_read

STARTS = 7
"""Starts of which the median is reported; the first reads the files into the system's cache."""

OPEN_FILES = 10
LINES_A_FILE = (500, 5_000)


def measure(model: Path | None, lines: int) -> list[Figure]:
    """Seconds to start, time to the first completion in a long file, and megabytes resident."""
    answered, loaded = zip(*(_start(model) for _ in range(STARTS)), strict=True)
    return [
        Figure("start to `initialize` answered", statistics.median(answered), "s", "<= 0.5"),
        Figure("start to model loaded", statistics.median(loaded), "s", "<= 1"),
        _first_completion(model, lines),
        *(figure for size in LINES_A_FILE for figure in _memory(model, size)),
    ]


def _start(model: Path | None) -> tuple[float, float]:
    began = time.perf_counter()
    with Client(command(model)) as client:
        initialize(client)
        answered = time.perf_counter() - began
        wait_until_loaded(client)
        return answered, time.perf_counter() - began


def _first_completion(model: Path | None, lines: int) -> Figure:
    text = long_document("java", lines)
    with started_server(model) as client:
        began = time.perf_counter()
        document = OpenDocument(client, "file:///benchmark/Long.java", "java", text)
        document.ask("completion", text.rindex("return"))
        elapsed_ms = (time.perf_counter() - began) * 1e3
    return Figure(f"open {lines:,} lines, first completion at the end", elapsed_ms, "ms", "<= 100")


def _memory(model: Path | None, lines: int) -> list[Figure]:
    """What the process holds once ten files were read, and the most that it ever held."""
    with started_server(model) as client:
        alone = resident_bytes(client.process.pid)
        for number in range(OPEN_FILES):
            language, suffix = ("java", "java") if number % 2 else ("python", "py")
            uri = f"file:///benchmark/file{number}.{suffix}"
            document = OpenDocument(client, uri, language, long_document(language, lines))
            wait_until_read(client, document)
        busy, peak = resident_bytes(client.process.pid), peak_bytes(client.process.pid)
    if alone is None or busy is None:
        return []
    files = f"{OPEN_FILES} files of {lines:,} lines"
    return [
        Figure("resident memory, model loaded", alone / 1e6, "MB"),
        Figure(f"resident memory, {files} open and read", busy / 1e6, "MB", "<= 250"),
        *([Figure(f"the same, most ever held, {files}", peak / 1e6, "MB", "<= 250")] if peak else []),
    ]


def peak_bytes(pid: int) -> int | None:
    """Most physical memory that a process ever held; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:")), None)
