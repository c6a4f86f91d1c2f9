"""States that the network had in former texts, at places whose surroundings are still what they were.

An edit makes all states behind it void. But what an LSTM knows some hundred characters behind an edit is nearly what it
knew there before: an answer that may not wait for exact reading begins there, and so needs to read little.
Nothing of it enters a tape.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

from .predictor import Snapshot

SETTLING = 64
"""Characters behind an edit whose states are dropped: they would still be full of what is no longer there."""


class Traces:
    """States by offset in the text as it is now."""

    def __init__(self) -> None:
        self._offsets: list[int] = []
        self._states: list[Snapshot] = []

    def __len__(self) -> int:
        return len(self._offsets)

    @property
    def nbytes(self) -> int:
        """Memory of the states, which others may hold as well; all are of one size."""
        return len(self._states) * self._states[0].nbytes if self._states else 0

    def move(self, dropped: Mapping[int, Snapshot], changed: tuple[int, int], shift: int) -> None:
        """Take in what an edit made void, and move all that is behind the edit along.

        dropped: exact states by offset in the text before, ascending; changed: what the edit replaced in it, from and
        to; shift: by how many characters the text grew. States within what was replaced are dropped.
        """
        start, end = changed
        first = next(iter(dropped), None)
        # Exact states are newer than any trace at their places.
        until = bisect_left(self._offsets, max(dropped, default=0) + 1) if first is not None else 0
        since = bisect_left(self._offsets, first) if first is not None else 0
        self._offsets[since:until] = dropped
        self._states[since:until] = dropped.values()
        low, high = bisect_right(self._offsets, start), bisect_left(self._offsets, end + SETTLING)
        high = max(low, high)
        self._offsets[low:] = [offset + shift for offset in self._offsets[high:]]
        del self._states[low:high]

    def nearest(self, offset: int) -> tuple[int, Snapshot] | None:
        """The last place at or before an offset, with its state; None if there is none."""
        place = bisect_right(self._offsets, offset) - 1
        return (self._offsets[place], self._states[place]) if place >= 0 else None

    def overtaken(self, offset: int) -> None:
        """Drop what is no more needed: up to there all is read exactly."""
        if self._offsets and self._offsets[0] <= offset:
            place = bisect_right(self._offsets, offset)
            del self._offsets[:place], self._states[:place]

    def clear(self) -> None:
        """Drop all."""
        self._offsets, self._states = [], []

    def bound(self, most: int) -> None:
        """Drop every second until so many are enough."""
        while len(self._offsets) > max(most, 0):
            self._offsets, self._states = self._offsets[1::2], self._states[1::2]
