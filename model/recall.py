"""What all memories say behind some text: the document's own, and the libraries of files near and far.

A recall is a place in a memory and, behind it, a *tail* of characters that the memory does not hold: those that a
search is trying out. It is never changed; a beam of hypotheses is one recall with a row for each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .contexts import CONTEXTS, Alphabet, Context, Keys, Symbols
from .memory import LONGEST_TEXT, NEVER, Chain, Memory, Places, count_votes
from .votes import EVIDENCE, LIBRARY_EVIDENCE, LIBRARY_SLOTS, SLOTS, Votes, join, silent, stack

if TYPE_CHECKING:  # it loads a suffix sorter, of no use without a workspace
    from .library import Library

LONGEST_TAIL = 64
"""Characters to which a tail may grow by reading; a longer text gets a memory of its own."""

LONGEST_TAIL_OF_ALL = 1024
"""The same where the text before is so long that to remember it anew takes longer: a tail's character takes as long as
some 128 that are remembered at once."""


@dataclass(frozen=True)
class Libraries:
    """The other files that a document's reader may look into; None for none."""

    near: Library | None = None
    far: Library | None = None

    def votes(self, rows: int, windows: Callable[[], npt.NDArray[np.uint8]]) -> list[Votes]:
        """Votes of both, (rows, …) each. windows: gives (rows, WINDOW), if it has to."""
        shelves = (self.near, self.far)
        seen = np.empty((rows, 0), np.uint8) if shelves == (None, None) else windows()
        return [
            silent(rows, LIBRARY_SLOTS, LIBRARY_EVIDENCE) if library is None else library.votes(seen)
            for library in shelves
        ]


NO_LIBRARIES = Libraries()


@dataclass(frozen=True, eq=False)
class Tails:
    """B texts behind one place of a memory. symbols: (B, t); keys, latest: (B, t, CONTEXTS), of the place before."""

    symbols: Symbols
    keys: Keys
    latest: Places

    @classmethod
    def none(cls) -> Tails:
        """One text of no characters."""
        shape = (1, 0, CONTEXTS)
        return cls(np.empty((1, 0), np.uint16), np.empty(shape, np.uint64), np.empty(shape, np.int32))


@dataclass(frozen=True, eq=False)
class Recall:
    """B texts: the first `place` characters of a memory, and a tail each.

    Good for as long as the memory keeps those characters: until the next edit of the document that it belongs to.
    `private`: the memory is that of this recall and what came of it, so that reading on may lengthen it.
    """

    memory: Memory
    place: int
    contexts: Context
    libraries: Libraries = NO_LIBRARIES
    tails: Tails = field(default_factory=Tails.none)
    private: bool = False

    @classmethod
    def empty(
        cls, alphabet: Alphabet, libraries: Libraries = NO_LIBRARIES, language: str = "", path: str = ""
    ) -> Recall:
        """Of no text at all, ready to be read on."""
        return cls(Memory(alphabet, language, path), 0, Context.empty(alphabet), libraries, private=True)

    @classmethod
    def at(cls, memory: Memory, place: int, libraries: Libraries = NO_LIBRARIES) -> Recall:
        """Of a memory's first characters; the memory stays its owner's."""
        return cls(memory, place, memory.context_at(place), libraries)

    @property
    def rows(self) -> int:
        """How many texts there are (B)."""
        return len(self.tails.symbols)

    @property
    def length(self) -> int:
        """Characters of each text."""
        return self.place + int(self.tails.symbols.shape[1])

    def votes(self) -> Votes:
        """Votes on the next character of each text, (B, …)."""
        own = count_votes(self._chain(), np.full(self.rows, self.length))
        hints = self.memory.hints_behind(self.place, self.tails.symbols)
        return join([own, *self.libraries.votes(self.rows, self.windows)], hints)

    def push(self, rows: Sequence[int], symbols: npt.NDArray[np.integer]) -> Recall:
        """New texts: the k-th continues the text `rows[k]` with `symbols[k]`."""
        picked = np.asarray(rows, np.intp)
        new = np.asarray(symbols, np.uint16)
        tails = Tails(
            np.concatenate([self.tails.symbols[picked], new[:, None]], axis=1),
            np.concatenate([self.tails.keys[picked], self._keys[picked, None]], axis=1),
            np.concatenate([self.tails.latest[picked], self._latest[picked, None]], axis=1),
        )
        return replace(self, contexts=self.contexts.take(picked).push(new), tails=tails, private=False)

    def read(self, symbols: Symbols) -> tuple[Votes | None, Recall | None]:
        """Votes on each of some characters before it comes, (T, …), and the recall behind them; B must be 1.

        None and None where the text becomes longer than what can be remembered: the network goes on alone.
        """
        if self.length + len(symbols) > LONGEST_TEXT:
            return None, None
        return self._read(symbols)

    def _read(self, symbols: Symbols) -> tuple[Votes, Recall]:
        if not len(symbols):
            return silent(0, SLOTS, EVIDENCE), self
        if self.private and self.place == len(self.memory):
            return self._read_on(symbols)
        longest = min(max(LONGEST_TAIL, self.place // 128), LONGEST_TAIL_OF_ALL)
        if self.tails.symbols.shape[1] + len(symbols) > longest:
            return self._own()._read_on(symbols)
        votes, recall = [], self
        for symbol in symbols:
            votes.append(recall.votes())
            recall = recall.push([0], np.array([symbol]))
        return stack(votes), recall

    def _own(self) -> Recall:
        """The same text in a memory of its own."""
        memory = Memory(self.memory.alphabet, self.memory.language, self.memory.path)
        memory.extend(self.text())
        return Recall(memory, len(memory), memory.context_at(len(memory)), self.libraries, private=True)

    def _read_on(self, symbols: Symbols) -> tuple[Votes, Recall]:
        self.memory.extend(symbols)
        end = self.place + len(symbols)
        recall = replace(self, place=end, contexts=self.memory.context_at(end))
        return read_votes(self.memory, self.place, end, self.libraries), recall

    def text(self, row: int = 0) -> Symbols:
        """All characters of one text, as vocabulary indices."""
        return np.concatenate([self.memory.symbols[: self.place], self.tails.symbols[row]])

    @cached_property
    def _keys(self) -> Keys:
        return self.contexts.keys()

    def occurrences(self) -> npt.NDArray[np.int32]:
        """(B, 3, CONTEXTS): the last three occurrences of each context, NEVER where there are fewer."""
        second = self._before(self._latest)
        return np.stack([self._latest, second, self._before(second)], axis=1)

    @cached_property
    def _latest(self) -> Places:
        """(B, CONTEXTS): the last occurrence of each context, in the tail or else in the memory."""
        found = self.memory.last_before(self._keys, self.place)
        length = self.tails.symbols.shape[1]
        if length:
            same = self.tails.keys == self._keys[:, None]
            same &= self._keys[:, None] != 0
            last = length - 1 - same[:, ::-1].argmax(axis=1)
            found = np.where(same.any(axis=1), (self.place + last).astype(np.int32), found)
        return found

    def _chain(self) -> Chain:
        if not self.tails.symbols.shape[1]:
            return self.memory.recall(self._latest)
        followers = tuple(self._symbol_at(places) for places in self.occurrences().swapaxes(0, 1))
        return Chain(self._latest, followers)

    def _symbol_at(self, places: Places) -> Symbols:
        """The characters at places of the texts, NOTHING for NEVER; places: (B, CONTEXTS)."""
        inside = places >= self.place
        found = self.memory.symbol_at(np.where(inside, np.int32(NEVER), places))
        rows, columns = np.nonzero(inside)
        found[rows, columns] = self.tails.symbols[rows, places[rows, columns] - self.place]
        return found

    def _before(self, places: Places) -> Places:
        """The occurrence before each of some occurrences, of the context in its column."""
        inside = places >= self.place
        found = self.memory.before(np.where(inside, np.int32(NEVER), places))
        rows, columns = np.nonzero(inside)
        found[rows, columns] = self.tails.latest[rows, places[rows, columns] - self.place, columns]
        return found

    def windows(self) -> npt.NDArray[np.uint8]:
        """(B, WINDOW) the last characters of each text, the latest first."""
        from .library import WINDOW, windows_of

        start = max(self.place - WINDOW, 0)
        last = self.memory.symbols[start : self.place]
        texts = [np.concatenate([last, tail[-WINDOW:]]) for tail in self.tails.symbols]
        return np.concatenate([windows_of(text, len(text), len(text) + 1) for text in texts])


def read_votes(memory: Memory, start: int, end: int, libraries: Libraries) -> Votes:
    """What all memories say of the characters at start … end − 1 of a text that a memory has read, (end − start, …)."""

    def windows() -> npt.NDArray[np.uint8]:
        from .library import windows_of

        found: npt.NDArray[np.uint8] = windows_of(memory.symbols, start, end)
        return found

    others = libraries.votes(end - start, windows)
    return join([memory.votes(start, end), *others], memory.hints(start, end))
