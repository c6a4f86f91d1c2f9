"""A run's log: one JSON object a step, or a warning; a kill may cut its last line short."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from .durable import write_durably

LOG = "log.jsonl"


def append_record(folder: Path, record: Mapping[str, float | int | str]) -> None:
    """One more line in the folder's log."""
    with (folder / LOG).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(record) + "\n")


def read_steps(folder: Path) -> Iterator[dict[str, float]]:
    """The records of steps, in order, a line cut short left out; nothing where there is no log."""
    path = folder / LOG
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        if _characters_of(line) < float("inf") and "bits_per_character" in (record := json.loads(line)):
            yield record


def truncate_log(folder: Path, characters: int) -> None:
    """Drops the lines after so many characters: a resumed run writes them again."""
    path = folder / LOG
    if path.exists():
        kept = [line for line in path.read_text("utf-8").splitlines() if _characters_of(line) <= characters]
        write_durably(path, "".join(line + "\n" for line in kept).encode())


def _characters_of(line: str) -> float:
    """The characters seen that a line speaks of; infinity for a line cut short by a kill."""
    try:
        return float(json.loads(line)["characters"])
    except (ValueError, KeyError, TypeError):
        return float("inf")
