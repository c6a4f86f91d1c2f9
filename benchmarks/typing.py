"""Somebody types known files at drawn places beside a real server, with its list and ghost text after each keystroke.

The file is open with some lines taken out, and everything behind them stands; she types them anew, as
`training.evaluation.typist` tells. Nothing is known of other files.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peephole.model.errors import PeepholeError
from peephole.server.client import Client, OpenDocument
from peephole.training.evaluation.tokens import Ranks
from peephole.training.evaluation.typist import Account, Offer, Truth, type_stretch

from .figure import Figure, percentiles
from .server import command, initialize, wait_until_loaded, wait_until_read

SUFFIXES = {"java": ".java", "python": ".py"}

SEED = 1

SHORTEST, LONGEST = 1_500, 30_000
"""Characters of a file that is typed in."""

MOST_LINES = 5
"""Lines that are taken out at a place, at most."""

AUTOMATIC = {"context": {"triggerKind": 2}}
"""How an editor asks for ghost text after a keystroke (LSP 3.18, `InlineCompletionTriggerKind`)."""


class NothingToType(PeepholeError):
    """No file of a language is in the folder."""


@dataclass(frozen=True)
class Place:
    """What is taken out of a file and typed anew: text[start:end]."""

    path: Path
    text: str
    start: int
    end: int


@dataclass
class Typed:
    """What it cost, and how long each request took (milliseconds)."""

    account: Account = field(default_factory=Account)
    list_ms: list[float] = field(default_factory=list)
    ghost_ms: list[float] = field(default_factory=list)


def draw_places(folder: Path, language: str, count: int) -> list[Place]:
    """So many places in a folder's ASCII files, one to some lines each, the same each time."""
    generator = random.Random(SEED)
    paths = sorted(folder.rglob(f"*{SUFFIXES[language]}"))
    generator.shuffle(paths)
    places: list[Place] = []
    for path in paths:
        text = path.read_text(encoding="utf-8", errors="replace").replace("\r", "")
        if SHORTEST <= len(text) <= LONGEST and text.isascii() and len(places) < count:
            places += _within(path, text, generator)
    return places[:count]


def _within(path: Path, text: str, generator: random.Random) -> Iterator[Place]:
    """A few places of one file: each from a line's first character that is no space to some line's end."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    full = [number for number, line in enumerate(lines) if line.strip() and number > len(lines) // 10]
    for number in sorted(generator.sample(full, min(2, len(full)))):
        last = min(number + generator.randrange(MOST_LINES), len(lines) - 1)
        start = starts[number] + len(lines[number]) - len(lines[number].lstrip())
        end = starts[last] + len(lines[last])
        if start < end:
            yield Place(path, text, start, end)


class Typist:
    """Types one place in an open document, and asks after each keystroke."""

    def __init__(self, document: OpenDocument, place: Place, typed: Typed) -> None:
        self._document, self._place, self._typed = document, place, typed
        self._at = place.start

    def offer(self, at: int) -> Offer:
        """What the server shows once everything up to the place is typed."""
        began = time.perf_counter()
        if at > self._at:
            self._document.insert(self._at, self._place.text[self._at : at])
            self._at = at
        found = self._document.ask("completion", at)
        asked = time.perf_counter()
        ghosts = self._document.ask("inlineCompletion", at, **AUTOMATIC)
        self._typed.list_ms.append((asked - began) * 1e3)
        self._typed.ghost_ms.append((time.perf_counter() - asked) * 1e3)
        items = [self._behind(item["textEdit"]["newText"], item["textEdit"], at) for item in found["items"]]
        ghost = [self._behind(item["insertText"], item, at) for item in ghosts["items"]]
        return Offer(tuple(items), ghost[0] if ghost else "")

    def _behind(self, text: str, edit: Mapping[str, Any], at: int) -> str:
        """What of an edit comes behind the cursor."""
        start = (edit.get("range") or edit["insert"])["start"]["character"]
        return text[at - (self._document.text.rfind("\n", 0, at) + 1) - start :]


def type_places(client: Client, places: Sequence[Place], language: str) -> Typed:
    """Types all places, one after the other, each in its file as it is otherwise."""
    typed = Typed()
    for number, place in enumerate(places):
        text = place.text[: place.start] + place.text[place.end :]
        document = OpenDocument(client, f"file:///typing/{number}/{place.path.name}", language, text)
        wait_until_read(client, document)
        typist = Typist(document, place, typed)
        type_stretch(Truth(place.text, language), place.start, place.end, typist.offer, typed.account, by_word=True)
        document.close()
    return typed


def measure(model: Path | None, folder: Path, count: int, ghost: Mapping[str, Any] | None = None) -> list[Figure]:
    """What typing in a folder's files costs in each language of which there are any.

    ghost: settings of `peephole.inlineCompletion` other than the defaults.
    """
    figures: list[Figure] = []
    for language in SUFFIXES:
        places = draw_places(folder, language, count)
        if places:
            with Client(command(model), settings={"inlineCompletion": dict(ghost or {})}) as client:
                initialize(client)
                wait_until_loaded(client)
                client.notify("workspace/didChangeConfiguration", {"settings": {"peephole": dict(client.settings)}})
                figures += summary(language, len(places), type_places(client, places, language))
    if not figures:
        raise NothingToType(f"no Java or Python file of {SHORTEST} to {LONGEST} characters is in {folder}")
    return figures


def summary(language: str, places: int, typed: Typed) -> list[Figure]:
    """The figures of one language.

    Lists are counted as she sees them: what a ghost text wrote was asked for by no list, and a long word that nothing
    foresees is a list at each of its characters. Ranks of all tokens are `peephole-train evaluate --tokens`.
    """
    account = typed.account
    ghosts, lists = account.ghosts, account.lists
    ranks, untyped = lists.ranks, lists.typed.get(0, Ranks())
    counted = [
        ("places", places, ""),
        ("characters", account.characters, ""),
        ("keystrokes saved", 100 * account.saved, "%"),
        ("lists before a word is begun", untyped.count, ""),
        ("of these right item first", 100 * _share(untyped.first, untyped.count), "%"),
        ("of these right item among five", 100 * _share(untyped.in_five, untyped.count), "%"),
        ("lists after any keystroke", ranks.count, ""),
        ("of these right item first", 100 * _share(ranks.first, ranks.count), "%"),
        ("of these right item among five", 100 * _share(ranks.in_five, ranks.count), "%"),
        ("ghost texts shown", ghosts.shown, ""),
        ("of these right to the last character", 100 * _share(ghosts.right, ghosts.shown), "%"),
        ("of these right to the line's end", 100 * _share(ghosts.whole_lines, ghosts.shown), "%"),
        ("ghost texts of several lines shown", ghosts.several_lines, ""),
        ("of these right to the last character", 100 * _share(ghosts.several_lines_right, ghosts.several_lines), "%"),
        ("ghost characters accepted", ghosts.taken.characters, ""),
        ("wrong ghost characters for each", _share(ghosts.wrong_characters, ghosts.taken.characters), ""),
    ]
    figures = [Figure(f"typing {language}: {name}", float(value), unit) for name, value, unit in counted]
    figures += percentiles(f"typing {language}: keystroke + list", typed.list_ms)
    return figures + percentiles(f"typing {language}: ghost text", typed.ghost_ms)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
