"""What else may have been meant at a place: the texts that a suspicious token is weighed against.

Another token that the model expects there, an operator's or a number's nearest relations, a name that was used just
before; the name that is meant where one is misspelt; one token more, or one less; two arguments the other way round.
Which of them is likelier than what is written is for `evidence.py` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .lexis import Token, is_word_character, keywords_of
from .reasons import Reason
from .search import Candidate
from .slips import Names, is_slip

BLANK = ("space", "newline")

MOST_RECENT = 6
"""Names used before a place that are tried there."""

FARTHEST_BACK = 300
"""Tokens in which those names are looked for."""

LONGEST_ARGUMENT = 30
"""Characters of an argument that may have changed places with its neighbour."""

BRACKETS = {"(": ")", "[": "]"}
"""Pairs that are mistaken for each other."""

STRINGS = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
DECLARED = re.compile(r"\b(?!(?:new|not|in|is|and|or|if|else|for|await)\b)[\w\[\]<>]+ \w|\w: ")
"""A parameter with its type, strings apart: the order of a list of such is its writer's own."""

LONGEST_BRACKETS = 60
"""Characters from one to the other, both included."""

FAMILIES = (
    ("<", "<=", ">", ">=", "==", "!="),
    ("+", "-", "*", "/", "%"),
    ("&&", "||"),
    ("&", "|", "^"),
    ("++", "--"),
    ("=", "+=", "-=", "=="),
    (".", ","),
    ("(", "["),
    (")", "]"),
)
"""Operators that are mistaken for each other."""

WORDS = {"java": (("true", "false"),), "python": (("and", "or"), ("True", "False", "None"), ("is", "in"))}
"""Words that are."""

LARGEST_NUMBER = 1000
"""Numbers that may be off by one."""


@dataclass(frozen=True)
class Rewrite:
    """`text` in place of text[start:end]. What a person is shown is another stretch: `alternative` for text[shown]."""

    start: int
    end: int
    text: str
    reason: Reason
    shown: tuple[int, int]
    alternative: str


@dataclass(frozen=True)
class Place:
    """A token among those of a text, with the code before and behind it; blanks between are skipped.

    before, behind: numbers of tokens in `found`, −1 where there is none.
    """

    text: str
    found: Sequence[Token]
    number: int
    before: int
    behind: int
    language: str

    @property
    def token(self) -> Token:
        return self.found[self.number]

    @property
    def written(self) -> str:
        return self.text[self.token.start : self.token.end]

    @property
    def gap(self) -> int:
        """Where the blanks before the token begin; its start if there are none."""
        return self.found[self.before].end if self.before >= 0 else 0

    def written_at(self, number: int) -> str:
        """Another token's text, "" of none."""
        return self.text[self.found[number].start : self.found[number].end] if number >= 0 else ""


def place_of(text: str, found: Sequence[Token], number: int, language: str) -> Place:
    """The place of the token of that number."""
    before = number - 1
    while before >= 0 and found[before].kind in BLANK:
        before -= 1
    behind = number + 1
    while behind < len(found) and found[behind].kind in BLANK:
        behind += 1
    return Place(text, found, number, before, behind if behind < len(found) else -1, language)


def rewrites_at_token(place: Place, expected: Iterable[Candidate], names: Names) -> Iterator[Rewrite]:
    """What may stand in the token's place, or between the blanks and it. expected: candidates at its start."""
    expected = [candidate for candidate in expected if not candidate.text.startswith(" ")]
    yield from _others(place, expected, names)
    yield from _inserted_at_token(place, expected)
    yield from _left_out(place)
    yield from _swapped(place)
    yield from _other_brackets(place)


def rewrites_in_gap(place: Place, expected: Iterable[Candidate]) -> Iterator[Rewrite]:
    """What may be missing right behind the token before. expected: candidates at the gap's start."""
    before, gap = place.found[place.before], place.gap
    written_before = place.written_at(place.before)
    for candidate in expected:
        token = candidate.text.strip()
        joined = is_word_character(candidate.text[0]) and is_word_character(written_before[-1])
        if token == place.written or joined or before.kind == "comment":
            continue
        shown = before.start, before.end
        yield Rewrite(gap, gap, candidate.text, "missing", shown, written_before + candidate.text)
    if "\n" not in place.text[gap : place.token.start]:
        yield Rewrite(gap, place.token.end, "", _surplus(place), (gap, place.token.end), "")


def _others(place: Place, expected: Sequence[Candidate], names: Names) -> Iterator[Rewrite]:
    token, written = place.token, place.written
    seen = {written}
    meant = list(names.meant(written)) if token.kind == "identifier" else []
    likely = [candidate.text for candidate in expected if not token.kind == candidate.kind == "string"]
    for text in [*meant, *likely, *relatives(place), *recent_names(place)]:
        if text in seen or _joins(place, text):
            continue
        seen.add(text)
        reason: Reason = "slip" if text in meant or _misspells(written, text, token, names) else "other"
        yield Rewrite(token.start, token.end, text, reason, (token.start, token.end), text)


def _misspells(written: str, text: str, token: Token, names: Names) -> bool:
    return token.kind == "identifier" and len(written) > 3 and names.uses(written) == 1 and is_slip(written, text)


def _joins(place: Place, text: str) -> bool:
    """Whether the text would run together with what stands right before or behind the token."""
    start, end = place.token.start, place.token.end
    before, behind = place.text[start - 1 : start] if start else "", place.text[end : end + 1]
    left = bool(before) and is_word_character(before) and is_word_character(text[0])
    return left or (bool(behind) and is_word_character(behind) and is_word_character(text[-1]))


def relatives(place: Place) -> Iterator[str]:
    """Operators, words and numbers that the token is easily mistaken for."""
    written = place.written
    for family in (*FAMILIES, *WORDS.get(place.language, ())):
        if written in family:
            yield from (each for each in family if each != written)
    if place.token.kind == "number" and written.isdecimal() and written.isascii() and int(written) <= LARGEST_NUMBER:
        yield str(int(written) + 1)
        if int(written):
            yield str(int(written) - 1)


def recent_names(place: Place) -> Iterator[str]:
    """Names used last before the place in the same role: behind a dot or not, called or not."""
    if place.token.kind != "identifier" or place.written in keywords_of(place.language):
        return
    role, given = _role(place.text, place.token), set[str]()
    for number in range(place.number - 1, max(place.number - FARTHEST_BACK, -1), -1):
        token = place.found[number]
        if token.kind == "identifier" and _role(place.text, token) == role:
            name = place.text[token.start : token.end]
            if name not in given and name not in keywords_of(place.language) and name != place.written:
                given.add(name)
                yield name
                if len(given) == MOST_RECENT:
                    return


def _role(text: str, token: Token) -> tuple[bool, bool]:
    return text[token.start - 1 : token.start] == ".", text[token.end : token.end + 1] == "("


def _inserted_at_token(place: Place, expected: Sequence[Candidate]) -> Iterator[Rewrite]:
    start, written = place.token.start, place.written
    for candidate in expected:
        text = candidate.text
        if text == written or (start and is_word_character(text[0]) and is_word_character(place.text[start - 1])):
            continue
        both = is_word_character(text[-1]) and is_word_character(written[0])
        for separator in (" ",) if both else ("", " ") if place.gap < start else ("",):
            added = text + separator
            yield Rewrite(start, start, added, "missing", (start, place.token.end), added + written)


def _left_out(place: Place) -> Iterator[Rewrite]:
    """The token left out, with the blanks behind it if some stand before it, too."""
    token = place.token
    end = token.end
    if place.behind >= 0 and (place.gap < token.start or not token.start):
        behind = place.found[place.behind].start
        end = end if "\n" in place.text[end:behind] else behind
    around = place.text[token.start - 1 : token.start] + place.text[end : end + 1]
    if len(around) < 2 or not all(map(is_word_character, around)):
        yield Rewrite(token.start, end, "", _surplus(place), (token.start, end), "")


def _surplus(place: Place) -> Reason:
    twice = place.written in (place.written_at(place.before), place.written_at(place.behind))
    return "doubled" if twice else "surplus"


def _swapped(place: Place) -> Iterator[Rewrite]:
    """The argument that begins with the token and the next one, the other way round."""
    if place.before < 0 or place.written_at(place.before) not in ("(", ","):
        return
    comma = _argument_end(place.text, place.found, place.number, place.token.start)
    if comma is None or place.text[place.found[comma].start] != ",":
        return
    second = comma + 1
    while second < len(place.found) and place.found[second].kind in BLANK:
        second += 1
    end = _argument_end(place.text, place.found, second, place.token.start) if second < len(place.found) else None
    if end is None:
        return
    start, stop, middle = place.token.start, place.found[end].start, place.found[second].start
    first = place.text[start : place.found[comma].start]
    between = place.text[place.found[comma].start : middle]
    text = place.text[middle:stop].rstrip() + between + first
    if text != place.text[start:stop] and not DECLARED.search(STRINGS.sub("", text)):
        yield Rewrite(start, stop, text, "swapped", (start, stop), text)


def _other_brackets(place: Place) -> Iterator[Rewrite]:
    """The bracket and the one that closes it on this line, both of another kind: either alone would be as wrong.

    A wrong bracket often surprises less than the name before it, so that is looked at from there, too.
    """
    text, found, number = place.text, place.found, place.number
    if place.token.kind == "identifier" and number + 1 < len(found):
        number += 1
    opening = text[found[number].start : found[number].end]
    end = _closing(text, found, number) if opening in BRACKETS else None
    if end is None:
        return
    start, stop = found[number].start, found[end].end
    for other, closing in BRACKETS.items():
        if other != opening:
            changed = other + text[start + 1 : stop - 1] + closing
            first = place.token.start
            yield Rewrite(first, stop, text[first:start] + changed, "brackets", (start, stop), changed)


def _closing(text: str, found: Sequence[Token], number: int) -> int | None:
    """The number of the token that closes the bracket at a token; None if that is another line's or too far."""
    depth, opening = 0, text[found[number].start : found[number].end]
    for each in range(number, len(found)):
        token = found[each]
        if token.end - found[number].start > LONGEST_BRACKETS or token.kind in ("newline", "comment"):
            return None
        sign = text[token.start : token.end] if token.kind == "operator" else ""
        depth += (sign in BRACKETS) - (sign in BRACKETS.values())
        if not depth:
            return each if sign == BRACKETS[opening] else None
    return None


def _argument_end(text: str, found: Sequence[Token], number: int, start: int) -> int | None:
    """The number of the comma or bracket that ends the argument which begins with a token; None if it is too long."""
    depth = 0
    for each in range(number, len(found)):
        token = found[each]
        if token.end - start > 2 * LONGEST_ARGUMENT + 2 or token.kind in ("newline", "comment"):
            return None
        sign = text[token.start : token.end] if token.kind == "operator" else ""
        if not depth and (sign == "," or sign == ")"):
            return each if each > number else None
        depth += (sign in ("(", "[", "{")) - (sign in (")", "]", "}"))
        if depth < 0 or sign in (";", "="):
            return None
    return None
