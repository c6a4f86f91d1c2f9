"""The places of one document where `returns.py` knows something, and what it knows there, as hints on characters.

A place costs a look at its last characters; one behind `return ` is looked up in the document's outline, which is read
on from where it was. All hints are a function of the text before their place, so the law of the tape covers them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .java_outline import JavaGrammar
from .outline import Grammar, Outline, Scene
from .python_outline import PythonGrammar
from .returns import REACH, Place, Returns, Weighed, place_of
from .vocabulary import Vocabulary
from .votes import Hints

Symbols = npt.NDArray[np.uint16]

GRAMMARS: dict[str, type[Grammar]] = {"java": JavaGrammar, "python": PythonGrammar}

MOST_KEPT = 16
"""Places whose tokens are kept: a search asks for the same ones, and a person types on at one."""


def returns_of(vocabulary: Vocabulary, language: str) -> ReturnPlaces | None:
    """What is known of `return` in a document of a language; None of languages whose grammar is not known."""
    return ReturnPlaces(vocabulary, language) if language in GRAMMARS else None


class ReturnPlaces:
    """The places of one text, which is the start of the symbols that it is asked about; for one thread at a time."""

    def __init__(self, vocabulary: Vocabulary, language: str) -> None:
        self._vocabulary = vocabulary
        self._returns = Returns(vocabulary, language)
        self._outline = Outline(language, GRAMMARS[language]())
        self._kept: dict[tuple[int, str], Weighed | None] = {}

    @property
    def nbytes(self) -> int:
        """Memory that is held, about."""
        return self._outline.nbytes

    def scene(self, symbols: Symbols, offset: int) -> Scene | None:
        """Where a `return` stands whose space ends at the offset, all before it read; None in no method."""
        if len(self._outline) < offset:
            self._outline.extend(self._vocabulary.decode_array(symbols[len(self._outline) : offset]))
        return self._outline.scene(offset)

    def _keep_up(self, symbols: Symbols, start: int, end: int) -> None:
        """Read the outline on along with a text that is read in order, so that no `return` has to wait for it."""
        if start <= len(self._outline) < end:
            self._outline.extend(self._vocabulary.decode_array(symbols[len(self._outline) : end]))
            self._outline.read()

    def truncate(self, length: int) -> None:
        """Forget what stands behind the first characters."""
        self._outline.truncate(length)
        self._kept = {key: weighed for key, weighed in self._kept.items() if key[0] <= length}

    def hints(self, symbols: Symbols, start: int, end: int) -> Hints | None:
        """Hints on the characters at start … end − 1; None for nothing."""
        self._keep_up(symbols, start, end)
        first = max(start - REACH, 0)
        text = self._vocabulary.decode_array(symbols[first:end])
        rows, trust, nats = [], [], []
        at = text.find("return ")
        while at >= 0:
            behind = at + len("return ")
            for offset in range(max(first + behind, start), end):
                place = place_of(text[max(offset - first - REACH, 0) : offset - first], offset)
                if place is None or place.offset != first + behind:
                    break
                known = self._known(symbols, place)
                if known is not None:
                    rows.append(offset - start)
                    trust.append(self._returns.trust(place))
                    nats.append(known)
            at = text.find("return ", behind)
        return _hints(rows, trust, nats)

    def hints_behind(self, symbols: Symbols, offset: int, tails: Symbols) -> Hints | None:
        """Hints on the next character of B texts: the first `offset` symbols, and a tail each, (B, t)."""
        count, length = tails.shape
        before = symbols[max(offset - max(REACH - length, 0), 0) : offset]
        ends = np.concatenate([np.tile(before, (count, 1)), tails[:, max(length - REACH, 0) :]], axis=1)
        text, width = self._vocabulary.decode_array(ends), ends.shape[1]
        if "return " not in text:
            return None
        rows, trust, nats = [], [], []
        for row in range(count):
            place = place_of(text[row * width : (row + 1) * width], offset + length)
            if place is not None:
                inside = place.offset > offset
                known = self._known_in(symbols[:offset], tails[row], place) if inside else self._known(symbols, place)
                if known is not None:
                    rows.append(row)
                    trust.append(self._returns.trust(place))
                    nats.append(known)
        return _hints(rows, trust, nats)

    def _known(self, symbols: Symbols, place: Place) -> npt.NDArray[np.float32] | None:
        key = place.offset, place.before
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            scene = self.scene(symbols, place.offset)
            self._kept[key] = None if scene is None else self._returns.weighed(scene, place.before)
        weighed = self._kept[key]
        return None if weighed is None else self._returns.nats(weighed, place.word)

    def _known_in(self, symbols: Symbols, tail: Symbols, place: Place) -> npt.NDArray[np.float32] | None:
        """`_known` of a `return` that stands in a tail: the outline takes that in, and forgets it again."""
        length = len(symbols)
        self._outline.truncate(length)
        behind = tail[: place.offset - length]
        self._outline.extend(self._vocabulary.decode_array(np.concatenate([symbols[len(self._outline) :], behind])))
        scene = self._outline.scene(place.offset)
        self._outline.truncate(length)
        return None if scene is None else self._returns.nats(self._returns.weighed(scene, place.before), place.word)


def _hints(rows: list[int], trust: list[float], nats: list[npt.NDArray[np.float32]]) -> Hints | None:
    return Hints(np.array(rows, np.intp), np.array(trust, np.float32), np.stack(nats)) if rows else None
