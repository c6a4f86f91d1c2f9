"""A person who types a known text beside suggestions, and what it costs her in keystrokes; whoever suggests.

After every keystroke a list and a ghost text may be shown. She types from the top to the bottom and nothing stands
behind the cursor; she makes no mistake, and never takes what she would have to mend. Of what is right she takes what
saves most: an item among the first five costs one press and an arrow press for each item above it, a ghost text one
press. What saves nothing she types. Between equals she takes the ghost text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from peephole.model.lexis import is_open, is_word_character, tokens, word_start
from peephole.model.structure import window_start

from .tokens import Ranks

LOOKED_AT = 5
"""Items of the list that she reads."""

TOKENS_BACK = 3
"""Where lexing begins before a place; `1e+` is two tokens until a digit follows."""

WORD = re.compile(r"\s*(?:[\w$]+|[^\w$\s]+)")
"""What an editor takes of a ghost text at once by its command for the next word."""

MANY_TYPED = 3
"""Characters of a word from which on it no longer matters how many there are."""


@dataclass(frozen=True)
class Offer:
    """What is shown at a place: what each item of the list would write behind the cursor, and the ghost text."""

    items: tuple[str, ...] = ()
    ghost: str = ""


class Truth:
    """The text as it shall be."""

    def __init__(self, text: str, language: str) -> None:
        self.text, self._language = text, language
        self._tokens = tokens(text, language)
        self._starts = [token.start for token in self._tokens]

    def agrees(self, at: int, written: str) -> bool:
        """Whether just this comes at the place, and ends where a token does, or in comments and strings a word."""
        return bool(written) and self.text.startswith(written, at) and self._ends(at + len(written))

    def _ends(self, at: int) -> bool:
        place = bisect_right(self._starts, at) - 1
        if at == len(self.text) or self._starts[place] == at:
            return True
        in_word = is_word_character(self.text[at - 1]) and is_word_character(self.text[at])
        return self._tokens[place].kind in ("comment", "string") and not in_word

    def goes_on(self, at: int) -> bool:
        """Whether a list can be right here: the word goes on, or a token follows on this line after at most a space."""
        if word_start(self.text, at) < at:
            return is_word_character(self.text[at])
        return not self.text[at : at + 2].removeprefix(" ")[:1].isspace() and self.text[at : at + 2] != " "

    def window_start(self, at: int) -> int:
        """Where looking for what stands open at the place begins."""
        return window_start(self._tokens, self.text, at)

    def ends_line(self, at: int) -> bool:
        """Whether the place is at the end of its line."""
        return self.text[at : at + 1] in ("", "\n")

    def word_length(self, at: int) -> int:
        """Characters of the word that ends at the place."""
        return at - word_start(self.text, at)

    def is_in_text(self, at: int) -> bool:
        """Whether what is typed at the place belongs to a string or comment, by what stands before it."""
        # The ends of the last tokens may depend on what follows, so a few are lexed anew.
        start = self._starts[max(bisect_right(self._starts, at - 1) - TOKENS_BACK, 0)]
        found = tokens(self.text[start:at], self._language)
        return bool(found) and is_open(self.text[start + found[-1].start : at], found[-1].kind)


@dataclass
class Taken:
    """What was accepted of one kind of suggestion."""

    times: int = 0
    presses: int = 0
    characters: int = 0

    def add(self, presses: int, written: str) -> None:
        """Add one."""
        self.times += 1
        self.presses += presses
        self.characters += len(written)

    def to_json(self) -> dict[str, int]:
        """How often, the presses for it, and the characters that they wrote."""
        return {"accepted": self.times, "presses": self.presses, "inserted_characters": self.characters}


@dataclass
class Lists:
    """The lists that were shown. ranks: of those that could be right, by characters typed of the word, too."""

    asked: int = 0
    shown: int = 0
    ranks: Ranks = field(default_factory=Ranks)
    typed: dict[int, Ranks] = field(default_factory=dict)
    taken: Taken = field(default_factory=Taken)

    def add(self, items: tuple[str, ...], rank: int | None, *, could_be_right: bool, typed: int) -> None:
        """Add a place; rank: of the right item, from 1 on."""
        self.asked += 1
        if items:
            self.shown += 1
            if could_be_right:
                self.ranks.add(rank)
                self.typed.setdefault(min(typed, MANY_TYPED), Ranks()).add(rank)

    def to_json(self) -> dict[str, object]:
        """Counts, and how high the right item stood."""
        names = {typed: f"{typed}{'+' if typed == MANY_TYPED else ''}" for typed in self.typed}
        return {
            "asked": self.asked,
            "shown": self.shown,
            "shown_where_none_can_be_right": self.shown - self.ranks.count,
            "where_one_can_be_right": self.ranks.to_json(),
            "typed": {names[typed]: ranks.to_json() for typed, ranks in sorted(self.typed.items())},
            **self.taken.to_json(),
        }


@dataclass
class Ghosts:
    """The ghost texts that were shown; one that stays while it is typed along is one."""

    asked: int = 0
    shown: int = 0
    right: int = 0
    whole_lines: int = 0
    several_lines: int = 0
    several_lines_right: int = 0
    characters: int = 0
    wrong_characters: int = 0
    taken: Taken = field(default_factory=Taken)

    def add(self, ghost: str, *, is_new: bool, right: bool, whole_line: bool) -> None:
        """Add a place. right: all of it is what comes; whole_line: and no more is on the line."""
        self.asked += 1
        if ghost and is_new:
            self.shown += 1
            self.right += right
            self.whole_lines += whole_line
            self.several_lines += "\n" in ghost
            self.several_lines_right += right and "\n" in ghost
            self.characters += len(ghost)
            self.wrong_characters += 0 if right else len(ghost)

    def to_json(self) -> dict[str, object]:
        """Counts, the shares that were right, and how much wrong text stood there for each character accepted."""
        some, accepted = max(self.shown, 1), self.taken.characters
        return {
            "asked": self.asked,
            "shown": self.shown,
            "right": self.right,
            "right_share": self.right / some,
            "whole_lines": self.whole_lines,
            "whole_lines_share": self.whole_lines / some,
            "several_lines": self.several_lines,
            "several_lines_right": self.several_lines_right,
            "characters": self.characters,
            "wrong_characters": self.wrong_characters,
            "wrong_characters_per_accepted": self.wrong_characters / accepted if accepted else None,
            **self.taken.to_json(),
        }


@dataclass
class Account:
    """Keystrokes and suggestions of all that was typed."""

    typed: int = 0
    lists: Lists = field(default_factory=Lists)
    ghosts: Ghosts = field(default_factory=Ghosts)

    @property
    def characters(self) -> int:
        """Of the text that came into being."""
        return self.typed + self.lists.taken.characters + self.ghosts.taken.characters

    @property
    def keystrokes(self) -> int:
        """Characters typed, and presses to accept."""
        return self.typed + self.lists.taken.presses + self.ghosts.taken.presses

    @property
    def saved(self) -> float:
        """Share of the keystrokes that the text would have cost without suggestions."""
        return 1 - self.keystrokes / self.characters if self.characters else 0.0

    def to_json(self) -> dict[str, object]:
        """All counts and shares."""
        return {
            "characters": self.characters,
            "typed_characters": self.typed,
            "keystrokes": self.keystrokes,
            "saved": self.saved,
            "popup": self.lists.to_json(),
            "ghost": self.ghosts.to_json(),
        }


def type_stretch(
    truth: Truth, start: int, end: int, offer: Callable[[int], Offer], account: Account, *, by_word: bool = False
) -> int:
    """Type a text from one offset to another; where it really ended, which is beyond if what was accepted is longer.

    by_word: she also takes the first words of a ghost text that goes wrong further on, at one press each.
    """
    at, expected = start, ""
    while at < end:
        offered = offer(at)
        rank = _rank(truth, at, offered.items)
        account.lists.add(offered.items, rank, could_be_right=truth.goes_on(at), typed=truth.word_length(at))
        right = truth.agrees(at, offered.ghost)
        whole = right and truth.ends_line(at + len(offered.ghost))
        account.ghosts.add(offered.ghost, is_new=offered.ghost != expected, right=right, whole_line=whole)
        beginning = () if right or not by_word else _first_words(truth, at, offered.ghost)
        written = _take(offered, rank, right, account, beginning)
        expected = "" if written else _typed_along(offered.ghost, truth.text[at])
        account.typed += not written
        at += len(written) or 1
    return at


def _rank(truth: Truth, at: int, items: tuple[str, ...]) -> int | None:
    return next((rank for rank, item in enumerate(items, 1) if truth.agrees(at, item)), None)


def _first_words(truth: Truth, at: int, ghost: str) -> tuple[str, ...]:
    """The words that a ghost text begins with, spaces before and signs between included, as long as they are right."""
    words: list[str] = []
    for match in WORD.finditer(ghost):
        if not truth.agrees(at, ghost[: match.end()]):
            break
        words.append(match.group())
    return tuple(words)


def _take(offered: Offer, rank: int | None, right: bool, account: Account, beginning: tuple[str, ...] = ()) -> str:
    """What is written by the suggestion that saves most; nothing if none saves a keystroke."""
    item = offered.items[rank - 1] if rank is not None and rank <= LOOKED_AT else ""
    ghost = offered.ghost if right else "".join(beginning)
    presses = 1 if right else len(beginning)
    by_list, by_ghost = len(item) - (rank or 0), len(ghost) - presses
    if max(by_list, by_ghost) <= 0:
        return ""
    if by_ghost >= by_list:
        account.ghosts.taken.add(presses, ghost)
        return ghost
    account.lists.taken.add(rank or 0, item)
    return item


def _typed_along(ghost: str, character: str) -> str:
    """What stays of a ghost text after the next character was typed."""
    return ghost[1:] if ghost.startswith(character) else ""
