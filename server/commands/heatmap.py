"""A text with a number on every character, drawn in a terminal: in 24-bit colour, or as digits where there is none."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

Colour = tuple[int, int, int]

LEVELS = 24
"""Shades between nothing and the full colour. More cannot be told apart, fewer make shorter output."""

TAB_STOP = 4
"""Columns between tab stops; a tab is drawn as wide as an editor would."""

DARK: Colour = (24, 24, 24)
RED: Colour = (200, 45, 45)
BLUE: Colour = (50, 95, 225)
AMBER: Colour = (190, 105, 0)
"""Full colours dark enough for white letters; shades mix towards `DARK`, and zero draws no background at all."""

RESET = "\x1b[0m"
DIM = "\x1b[2m"


@dataclass(frozen=True)
class Scale:
    """What the colours mean. A diverging scale runs from -limit to limit, a sequential one from 0 to limit."""

    name: str
    limit: float
    diverging: bool
    unit: str = ""

    def share(self, value: float) -> float:
        """The value as a share of the limit: -1 to 1, or 0 to 1 on a sequential scale; what lies beyond is cut."""
        share = value / self.limit if self.limit > 0 else 0.0
        return max(-1.0 if self.diverging else 0.0, min(1.0, share))


def wants_colour(is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """Whether 24-bit colour will be seen: a terminal that says so, and no NO_COLOR (no-color.org) in the way."""
    if not is_terminal or environment.get("NO_COLOR"):
        return False
    term = environment.get("TERM", "")
    return environment.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith("-direct")


def draw(text: str, values: Sequence[float], scale: Scale, *, colour: bool, first_line: int = 1) -> Iterator[str]:
    """The lines of the picture, the scale last. `values` holds one number a code point of `text`."""
    offset = 0
    for number, line in enumerate(_lines(text), first_line):
        shares = [scale.share(value) for value in values[offset : offset + len(line)]]
        offset += len(line)
        yield from _coloured(number, line, shares, scale) if colour else _plain(number, line, shares, scale)
    yield ""
    yield _colour_legend(scale) if colour else _plain_legend(scale)


def _lines(text: str) -> Iterator[str]:
    """Lines with their newline; `str.splitlines` would also split at form feeds and others."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end + 1
        yield text[start:end]
        start = end


def _cells(line: str) -> Iterator[str]:
    """What is printed for each character: blanks made visible, and nothing that could steer the terminal."""
    column = 0
    for character in line:
        cell = _cell(character, column)
        column += _width(cell)
        yield cell


def _cell(character: str, column: int) -> str:
    if character == " ":
        return "·"
    if character == "\n":
        return "↵"
    if character == "\t":
        return "→" + " " * (TAB_STOP - 1 - column % TAB_STOP)
    return "\ufffd" if unicodedata.category(character).startswith("C") else character


def _width(cell: str) -> int:
    """Columns that a terminal gives to a cell: two for wide East Asian characters, none for combining marks."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in cell)


def _coloured(number: int, line: str, shares: Sequence[float], scale: Scale) -> Iterator[str]:
    painted = []
    levels = (round(share * LEVELS) for share in shares)
    for level, run in groupby(zip(levels, _cells(line), strict=True), key=lambda pair: pair[0]):
        painted.append(_paint("".join(cell for _, cell in run), level, scale))
    yield f"{DIM}{number:>5}{RESET} {''.join(painted)}"


def _paint(text: str, level: int, scale: Scale) -> str:
    if level == 0:
        return text
    red, green, blue = _mix(abs(level) / LEVELS, _full_colour(level, scale))
    return f"\x1b[48;2;{red};{green};{blue}m\x1b[38;2;255;255;255m{text}{RESET}"


def _full_colour(level: int, scale: Scale) -> Colour:
    if not scale.diverging:
        return AMBER
    return RED if level < 0 else BLUE


def _mix(share: float, full: Colour) -> Colour:
    red, green, blue = (round(dark + (bright - dark) * share) for dark, bright in zip(DARK, full, strict=True))
    return red, green, blue


def _plain(number: int, line: str, shares: Sequence[float], scale: Scale) -> Iterator[str]:
    cells = list(_cells(line))
    yield f"{number:>5} {''.join(cells)}"
    digits = (_digit(share, scale) * _width(cell) for share, cell in zip(shares, cells, strict=True))
    yield f"      {''.join(digits)}".rstrip()


def _digit(share: float, scale: Scale) -> str:
    """0 to 9 over the whole scale; a dot where a diverging scale is near its middle, or a sequential one near 0."""
    if abs(share) < 0.05:
        return "."
    place = (share + 1) / 2 if scale.diverging else share
    return str(min(9, int(place * 10)))


def _colour_legend(scale: Scale) -> str:
    first = -LEVELS if scale.diverging else 0
    bar = "".join(_paint(" ", level, scale) for level in range(first, LEVELS + 1, 2 if scale.diverging else 1))
    low, high = _ends(scale)
    return f"{scale.name}: {low} {bar} {high}"


def _plain_legend(scale: Scale) -> str:
    low, high = _ends(scale)
    return f"{scale.name}: 0 is {low}, 9 is {high}, a dot is near zero"


def _ends(scale: Scale) -> tuple[str, str]:
    unit = f" {scale.unit}" if scale.unit else ""
    return f"{-scale.limit if scale.diverging else 0.0:.2f}{unit}", f"{scale.limit:.2f}{unit}"
