"""What is known of a document and was not learnt of it: by its grammar (`returns.py`), by its name (`title.py`)."""

from __future__ import annotations

import numpy as np

from .outline import Scene
from .return_places import returns_of
from .title import Symbols, title_of
from .vocabulary import Vocabulary
from .votes import Hints


class Hinting:
    """Both kinds of hints on one text's characters, which never speak of the same place."""

    def __init__(self, vocabulary: Vocabulary, language: str, path: str) -> None:
        self._returns = returns_of(vocabulary, language)
        self._title = title_of(vocabulary, language, path)

    @property
    def nbytes(self) -> int:
        """Memory that is held, about."""
        return 0 if self._returns is None else self._returns.nbytes

    def truncate(self, length: int) -> None:
        """Forget what stands behind the first characters."""
        if self._returns is not None:
            self._returns.truncate(length)

    def hints(self, symbols: Symbols, start: int, end: int) -> Hints | None:
        """Hints on the characters at start … end − 1, all given; None for nothing."""
        returns = None if self._returns is None else self._returns.hints(symbols, start, end)
        title = None if self._title is None else self._title.hints(symbols, start, end)
        return _both(returns, title)

    def hints_behind(self, symbols: Symbols, offset: int, tails: Symbols) -> Hints | None:
        """Hints on the next character of B texts: the first `offset` symbols, and a tail each, (B, t)."""
        returns = None if self._returns is None else self._returns.hints_behind(symbols, offset, tails)
        title = None if self._title is None else self._title.hints_behind(symbols, offset, tails)
        return _both(returns, title)

    def scene(self, symbols: Symbols, offset: int) -> Scene | None:
        """Where a `return` stands whose space ends at the offset; None in no method, or where no grammar is known."""
        return None if self._returns is None else self._returns.scene(symbols, offset)


def _both(one: Hints | None, other: Hints | None) -> Hints | None:
    if one is None or other is None:
        return one or other
    return Hints(
        np.concatenate([one.rows, other.rows]),
        np.concatenate([one.trust, other.trust]),
        np.concatenate([one.nats, other.nats]),
    )
