"""Git's patterns, cut back to those that take no long time to hold against any path.

A pattern is matched by trying. Each `**` can be tried at every folder, and in a name each star but the last at every
character: for some names the time grows with their length to the power of how many there are. A pattern that has more
is cut off where the limit is reached, and what follows may be anything: it shuts out more then, never less.
"""

from __future__ import annotations

import re

ANY = "**"

MOST_ANY = 2
"""Of `**` that something follows."""

MOST_STARS = 2
"""Of a name, and that of one name in a pattern; the others have one, and so have all beside the most of `**`: with
more, one rule could take 0.1 s for one path."""

LONGEST = 1_000
"""Characters of a pattern. Sets of characters are looked for in time that grows with the square."""

PIECE = re.compile(r"\\.|\[[!^]?\]?[^\]]*\]|\*+|.", re.DOTALL)
"""An escaped character, a set of characters, a run of stars, or any other character."""


def bounded(line: str) -> str | None:
    """A line of a `.gitignore` file as a pattern that is quick to match: the same, if it is. A rule that takes back
    may not take back more: if it would be cut, it is None, and so are empty lines and notes."""
    if not line.strip() or line.startswith("#"):
        return None
    taken_back = line.startswith("!")
    pattern = line[1:] if taken_back else line
    if len(pattern) > LONGEST:
        return None if taken_back else ANY
    names = [_one_star_a_run(name) for name in pattern.split("/")]
    cut = _cut(names)
    if taken_back:
        return "!" + "/".join(names) if cut == names else None
    return "/".join(cut)


def _cut(names: list[str]) -> list[str]:
    """The parts of a pattern up to the limits."""
    found: list[str] = []
    anywhere, stars = 0, MOST_STARS if names[:-1].count(ANY) < MOST_ANY else 1
    for name in names:
        if name == ANY:
            anywhere += 1
            if anywhere > MOST_ANY:
                return [*found, ANY]
        else:
            name, runs = _cut_name(name, stars)
            stars = 1 if runs > 1 else stars
        found.append(name)
    return found


def _cut_name(name: str, most: int) -> tuple[str, int]:
    """A part of a pattern that ends with the star beyond which there would be too many, and how many it has."""
    found: list[str] = []
    pieces = PIECE.findall(name)
    runs = pieces.count("*")
    for piece in pieces:
        found.append(piece)
        if runs > most and piece == "*" and found.count("*") == most:
            break
    return "".join(found), min(runs, most)


def _one_star_a_run(name: str) -> str:
    """The same name with runs of stars shortened: in a name, git takes several for one."""
    return name if name == ANY else "".join("*" if piece[0] == "*" else piece for piece in PIECE.findall(name))
