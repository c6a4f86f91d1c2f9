"""Source files of any length, made from the shipped samples: copies of one class with other names in each."""

from __future__ import annotations

import re
from importlib import resources
from itertools import count

NOUNS = (
    "Anchor",
    "Basket",
    "Carrier",
    "Domain",
    "Engine",
    "Folder",
    "Garden",
    "Handle",
    "Island",
    "Journey",
    "Kernel",
    "Ledger",
    "Market",
    "Needle",
    "Orchard",
    "Packet",
)
"""New names: enough that neighbouring copies share none."""

RENAMED = {
    "java": ("Version", "major", "minor", "patch", "label", "result", "other"),
    "python": ("Journal", "Entry", "account", "amount", "entries", "balance", "note"),
}
"""What gets a new name in each copy; names that belong to the language's library stay."""

SAMPLES = {"java": "Version.java", "python": "journal.py"}


def sample(name: str) -> str:
    """The text of a shipped sample, by its path below `server/samples`."""
    return resources.files("peephole.server").joinpath("samples", name).read_text(encoding="utf-8")


def long_document(language: str, lines: int) -> str:
    """Exactly `lines` lines of ASCII source code."""
    original = sample(SAMPLES[language])
    result: list[str] = []
    for copy in count():
        result += _renamed(original, language, copy).splitlines()
        result.append("")
        if len(result) >= lines:
            return "\n".join(result[:lines]) + "\n"
    raise AssertionError("unreachable: count() does not end")


def _renamed(text: str, language: str, copy: int) -> str:
    names = {old: _in_style(NOUNS[(copy * 7 + place) % len(NOUNS)], old) for place, old in enumerate(RENAMED[language])}
    names = {old: f"{new}{copy}" for old, new in names.items()}
    pattern = re.compile(rf"\b({'|'.join(names)})\b")
    return pattern.sub(lambda match: names[match.group()], text)


def _in_style(noun: str, old: str) -> str:
    return noun if old[0].isupper() else noun.lower()
