"""The surest continuation of a text: to the end of its line, and over more lines where the structure asks for them.

Each character is the most probable one. New lines are indented as the file is: where the model would do it otherwise
it is put right, and goes on from there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .boundary import Boundary, boundary_of
from .indentation import fits, indentation_of, line_start
from .offers import LEAST_LINE, LEAST_LINES, LONGEST_GHOST, MOST_LINES
from .predictor import Predictor, Reading
from .softmax import sum_in_logs
from .structure import Frame, Structure, asked_from, wants_more

ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class Stop:
    """Where a continuation may end: behind so many characters. nats: log-probability of those and of an end there."""

    length: int
    nats: float
    line: int
    ends_line: bool = False


@dataclass(frozen=True)
class Continuation:
    """What comes next. stops: all places at which it may end, in order."""

    text: str = ""
    stops: tuple[Stop, ...] = ()

    def endings(self, least_probability: float, least_lines: float, most_lines: int) -> Iterator[tuple[str, float]]:
        """The parts that are sure enough, the longest first, and the probability of each; none of space alone.

        least_probability: of all of it if it ends in the first line, at any token; least_lines: if it has more lines,
        which it has as a whole or not at all.
        """
        for stop in reversed(self.stops):
            least = least_lines if stop.line else least_probability
            text = self.text[: stop.length].rstrip()
            if stop.line < most_lines and stop.nats >= math.log(least) and text and (stop.ends_line or not stop.line):
                yield text, math.exp(stop.nats)

    def sure(self, least_probability: float, least_lines: float, most_lines: int) -> tuple[str, float]:
        """The longest of the endings; ("", 0.0) if there is none."""
        return next(self.endings(least_probability, least_lines, most_lines), ("", 0.0))


def continue_text(
    predictor: Predictor,
    reading: Reading,
    structure: Structure,
    *,
    language: str,
    unit: str,
    least_probability: float = LEAST_LINE,
    least_lines: float = LEAST_LINES,
    longest: int = LONGEST_GHOST,
    most_lines: int = MOST_LINES,
    should_stop: ShouldStop | None = None,
) -> Continuation:
    """What most probably follows a reading, for as long as it is sure enough.

    structure: of the text that was read, or its end (see `structure.window_start`); unit: the file's indentation of
    one level. `longest` characters, `most_lines` lines at most. When stopped, what there is.
    """
    writer = Writer(predictor, reading, structure, language, unit)
    least_nats = math.log(least_probability), math.log(least_lines)
    while writer.nats >= least_nats[writer.line > 0] and len(writer.text) < longest:
        if (should_stop is not None and should_stop()) or not writer.write(most_lines):
            break
    return Continuation(writer.text, tuple(writer.stops))


class Writer:
    """One continuation on its way. nats: log-probability of the text so far; line: how many line ends are in it."""

    def __init__(self, predictor: Predictor, reading: Reading, structure: Structure, language: str, unit: str) -> None:
        self._predictor, self._language, self._unit = predictor, language, unit
        self._before = structure.text
        self._since = asked_from(structure)
        self._beam = predictor.branch([reading])
        self._boundary = self._boundary_of(structure)
        self._newline = predictor.vocabulary.index("\n")
        self._token = ""
        self.text, self.nats, self.line = "", 0.0, 0
        self.stops: list[Stop] = []

    def write(self, most_lines: int) -> bool:
        """Write the next character, or a newline and what the next line is indented by; false where all ends."""
        index = int(self._beam.log_probabilities[0].argmax())
        self._end_token(index)
        character = self._predictor.vocabulary.decode([index])
        if character == "\ufffd":
            return False
        if character == "\n":
            return self._write_newline(most_lines)
        self.nats += float(self._beam.log_probabilities[0, index])
        self._append(character, index)
        self._token = (self._token + character).lstrip()
        return True

    def _append(self, character: str, index: int) -> None:
        self.text += character
        self._beam = self._predictor.step(self._beam, [0], [index])

    def _end_token(self, index: int) -> None:
        """Note that the text may end here if a token does, and begin another if this one does not go on."""
        if not self._token:
            return
        nats = self._beam.log_probabilities[0]
        continues = self._boundary.continuing(self._token)
        if not self._boundary.is_open_string(self._token):
            ends = index == self._newline
            self.stops.append(Stop(len(self.text), self.nats + sum_in_logs(nats[~continues]), self.line, ends))
        if not continues[index]:
            if self._boundary.kind(self._token) == "comment":
                self._boundary = boundary_of(self._predictor.vocabulary, self._language, quotes=False)
            self._token = ""

    def _write_newline(self, most_lines: int) -> bool:
        """Go on in the next line, if the structure asks for it."""
        now = Structure(self._before + self.text, self._language)
        if wants_more(now, self._since) is None or self.line + 1 >= most_lines:
            return False
        self.nats += float(self._beam.log_probabilities[0, self._newline])
        self._append("\n", self._newline)
        self.line += 1
        self._token = ""
        self._boundary = self._boundary_of(now)
        return self._indent(now)

    def _indent(self, now: Structure) -> bool:
        """Write what the line is indented by; false if the line is no longer one of those that were asked for."""
        text, beam = self.text, self._beam
        indentation, following = "", ""
        while len(indentation) < 80:
            index = int(self._beam.log_probabilities[0].argmax())
            following = self._predictor.vocabulary.decode([index])
            if following not in (" ", "\t"):
                break
            self.nats += float(self._beam.log_probabilities[0, index])
            self._append(following, index)
            indentation += following
        if following == "\n":
            self.text, self._beam = text, beam
            return True
        inner = enclosing(now, indentation)
        if inner is None or (inner.opener < self._since and inner.shape != "bracket"):
            return False
        wanted = put_right(indentation, following, now, inner, self._unit)
        if wanted != indentation:
            self.text, self._beam = text, beam
            for character in wanted:
                self._append(character, self._predictor.vocabulary.index(character))
        return True

    def _boundary_of(self, structure: Structure) -> Boundary:
        return boundary_of(self._predictor.vocabulary, self._language, quotes=not structure.in_text)


def enclosing(now: Structure, indentation: str) -> Frame | None:
    """The frame that a new line with this indentation is in: a Python block ends before a line that is not deeper."""
    for frame in reversed(now.frames):
        just_opened = frame.opener == now.last_significant
        if frame.closer or just_opened or len(indentation) > len(frame.indentation):
            return frame
    return None


def put_right(indentation: str, following: str, now: Structure, frame: Frame, unit: str) -> str:
    """How a new line inside a frame is really indented, where the model would do it by `indentation`.

    following: the character after it; now: the text up to the line before.
    """
    last = indentation_of(now.text[line_start(now.text, len(now.text.rstrip())) :])
    if frame.shape == "comment":
        return frame.indentation + (" " if following == "*" else indentation.removeprefix(frame.indentation))
    if frame.shape == "docstring":
        return indentation if indentation.startswith(frame.indentation) and fits(indentation, unit) else last
    if following and following in frame.closer:
        return indentation if frame.shape == "bracket" and fits(indentation, unit) else frame.indentation
    if frame.content is None and frame.shape == "block":
        return frame.indentation + unit
    content = frame.content if frame.content is not None else frame.indentation
    if fits(indentation, unit) and indentation.startswith(content if frame.shape == "block" else frame.indentation):
        return indentation
    return frame.content if frame.content is not None else frame.indentation + unit
