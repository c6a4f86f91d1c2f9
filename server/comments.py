"""Comments by which a person hushes marks: `# peephole: ignore` in Python, `// peephole: ignore` in Java.

One that stands on a line with code speaks of that line, one that stands alone of the next line with code. With
`peephole: ignore-file`, anywhere, the whole file is left alone. Behind the word a reason may follow.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from peephole.model.lexis import Token, is_open

MARKER = "peephole:"
DIRECTIVE = re.compile(rf"(?<!\w){MARKER}[ \t]*ignore(?P<file>-file)?(?![-\w])")

COMMENTS = {"java": "// peephole: ignore", "python": "# peephole: ignore"}
"""What hushes a line, by language."""

NO_CODE = frozenset({"comment", "space", "newline"})

SLICE_TOKENS = 4096
"""Tokens between two looks at whether to stop: about a millisecond."""


@dataclass(frozen=True)
class Hushed:
    """What the comments of a text say. `everything`: the whole file; `lines`: of those, counted from 0."""

    everything: bool = False
    lines: frozenset[int] = frozenset()

    def covers(self, first: int, last: int) -> bool:
        """Whether something on these lines, both counted in, is not to be marked."""
        return self.everything or not self.lines.isdisjoint(range(first, last + 1))


def hushed_by_comments(text: str, found: Sequence[Token], should_stop: Callable[[], bool]) -> Hushed:
    """What the comments among a text's tokens hush. When stopped, of what was seen so far."""
    if MARKER not in text:
        return Hushed()
    directives: list[tuple[int, int]] = []
    coded: list[int] = []
    line = 0
    for number, token in enumerate(found):
        if number % SLICE_TOKENS == 0 and should_stop():
            break
        last = line + text.count("\n", token.start, token.end)
        if token.kind == "comment":
            said = DIRECTIVE.search(text, token.start, token.end)
            if said is not None and said["file"]:
                return Hushed(everything=True)
            directives += [(line, last)] if said is not None else []
        elif token.kind not in NO_CODE:
            coded += range(line, last + 1)
        line = last
    return Hushed(lines=_meant(directives, coded))


def hushes_all(text: str, found: Sequence[Token]) -> bool:
    """Whether a comment says that the whole file is left alone."""
    return hushed_by_comments(text, found, lambda: False).everything


def comment_place(text: str, found: Sequence[Token], offset: int) -> int | None:
    """The end of an offset's line, where a comment can be put behind what is there; None where it would not be one."""
    end = text.find("\n", offset)
    if end >= 0:
        place = bisect_right(found, end, key=lambda token: token.start) - 1
        within = found[place].kind != "newline"  # a text block or a comment goes on
        last = found[place - 1] if place else None
        within |= last is not None and last.kind == "string" and is_open(text[last.start : last.end], "string")
    else:
        end, place = len(text), len(found)
        within = bool(found) and is_open(text[found[-1].start :], found[-1].kind) and not _is_line_comment(text, found)
    continued = place > 0 and text[found[place - 1].start] == "\\"  # Python: nothing may stand behind it
    return None if within or continued else end


def _is_line_comment(text: str, found: Sequence[Token]) -> bool:
    return found[-1].kind == "comment" and not text.startswith("/*", found[-1].start)


def _meant(directives: Sequence[tuple[int, int]], coded: Sequence[int]) -> frozenset[int]:
    """The lines that comments on some lines speak of. coded: the lines with code, in order."""
    with_code = set(coded)
    meant: set[int] = set()
    for first, last in directives:
        own = with_code.intersection(range(first, last + 1))
        behind = bisect_right(coded, last)
        meant.update(own or coded[behind : behind + 1])
    return frozenset(meant)
