"""How a suggestion fits the text behind the cursor: it may not say again what stands there, nor make it less likely."""

from __future__ import annotations

from .indentation import indentation_of, line_start
from .predictor import Predictor, Reading
from .structure import Structure

BRACKETS = (")", "]", "}")
QUOTES = ('"', "'", "`")

FOLLOWING = 60
"""Characters behind the cursor whose likelihood is compared with and without a suggestion."""


def without_overlap(ghost: str, behind: str, structure: Structure | None = None) -> str:
    """The ghost text without its end from where the text behind the cursor takes over.

    On the cursor's line that is where the ghost closes what it did not open, if just that stands behind the cursor, or
    where its last characters do, as a `;` may: no second `)` or quotation mark. Where only other lines follow, it is
    where the ghost closes what the next line closes, or says what the next line says. structure: of the text before.
    """
    line, _, below = behind.partition("\n")
    if line.strip():
        return _without_end(ghost, line.lstrip())
    return _without_lines(ghost, below, structure)


def _without_end(ghost: str, behind: str) -> str:
    cut = unopened(ghost, behind)
    if cut is not None:
        return ghost[:cut]
    if behind[0] in QUOTES and behind[0] in ghost:
        return ghost[: ghost.index(behind[0])]
    if behind[0] in BRACKETS:
        return ghost
    for length in range(min(len(ghost), len(behind)), 0, -1):
        if ghost.endswith(behind[:length]):
            return ghost[:-length]
    return ghost


def _without_lines(ghost: str, below: str, structure: Structure | None) -> str:
    following = next((line.rstrip() for line in below.split("\n") if line.strip()), "")
    if not following:
        return ghost
    cut = unopened(ghost, following.lstrip())
    frame = structure.frames[-1] if structure is not None and structure.frames else None
    # A brace that stands less deep than the innermost block closes one further out.
    same_depth = frame is None or frame.shape != "block" or indentation_of(following) == frame.indentation
    if cut is not None and same_depth:
        ghost = ghost[:cut].rstrip()
    if following.strip("\t )]};,"):
        before = structure.text if structure is not None else ""
        start = line_start(before, len(before))
        lines = (before[start:] + ghost).split("\n")
        same = next((number for number, line in enumerate(lines) if line.rstrip() == following), None)
        if same is not None:
            ghost = "\n".join(lines[:same])[len(before) - start :].rstrip()
    return ghost


def unopened(text: str, closing: str) -> int | None:
    """Where the text first closes a bracket that it did not open, by the character that `closing` begins with."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in BRACKETS)
        if depth < 0:
            if closing.startswith(character):
                return place
            depth = 0
    return None


class Following:
    """What stands behind the cursor, and what it costs there: the measure of what a suggestion does to it."""

    def __init__(self, predictor: Predictor, reading: Reading, behind: str) -> None:
        self._predictor, self._reading = predictor, reading
        self._text = behind[:FOLLOWING] if behind[:FOLLOWING].strip() else ""
        self._alone = self._bits(reading)

    def harm_bits(self, ghost: str) -> float:
        """Bits that it costs more once the ghost text stands before it; less than nothing if it only waited for that.

        0 if nothing follows.
        """
        if not self._text:
            return 0.0
        _, after = self._predictor.read(self._reading, ghost)
        return self._bits(after) - self._alone

    def _bits(self, reading: Reading) -> float:
        return float(self._predictor.read(reading, self._text)[0].sum())
