"""What a tape keeps of the network to return to: an even grid over the text, and the places used last."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass

from .predictor import Snapshot

MOST_RECENT = 64
"""Places kept beside the grid: a word or two of backspacing, and some tens of places typed at before."""


@dataclass
class TapeCounters:
    """What a tape did since it was made, and what it holds now; public, for the status command.

    `characters_fed` counts first readings, `characters_refed` those on the way from a snapshot to a place, and
    `characters_restored` those that had been read before an edit, now undone. `bytes` are those of the snapshots,
    `memory_bytes` what remembering the text takes, `offcut_bytes` what is kept of former texts, `held_bytes` all.
    """

    characters_fed: int = 0
    characters_rolled_back: int = 0
    characters_refed: int = 0
    characters_restored: int = 0
    snapshots: int = 0
    bytes: int = 0
    memory_bytes: int = 0
    offcut_bytes: int = 0
    held_bytes: int = 0


class Snapshots:
    """Snapshots by offset, within a budget of bytes; that of the empty text is always there and free.

    Grid places are multiples of an interval that doubles when the budget is full and halves again, never below
    the first one, when three quarters of it are free. `most`: how many the budget is good for.
    """

    def __init__(self, start: Snapshot, interval: int, budget_bytes: int) -> None:
        self.start = start
        self._first_interval = self._interval = interval
        self.most = budget_bytes // start.nbytes
        self._kept: dict[int, Snapshot] = {}
        self._offsets: list[int] = []
        self._recent: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._offsets)

    @property
    def nbytes(self) -> int:
        """Memory of those that are kept; all are of one size."""
        return len(self._offsets) * self.start.nbytes

    def offsets(self) -> list[int]:
        """All offsets at which one is kept, ascending."""
        return list(self._offsets)

    def nearest(self, offset: int) -> tuple[int, Snapshot]:
        """The last kept place at or before an offset, with its snapshot."""
        place = bisect_right(self._offsets, offset)
        if not place:
            return 0, self.start
        found = self._offsets[place - 1]
        return found, self._kept[found]

    def next_place(self, offset: int) -> int:
        """Where a walk should pause next to pass by: the next multiple of the first interval."""
        return (offset // self._first_interval + 1) * self._first_interval

    def pass_by(self, offset: int, snapshot: Snapshot, *, towards: int, keep: bool = True) -> None:
        """Keep a place if it is on the grid or, with `keep`, the last fine step before the place walked to."""
        if offset % self._interval == 0:
            self._keep(offset, snapshot)
        elif keep and offset % self._first_interval == 0 and towards - offset < self._first_interval:
            self.keep_recent(offset, snapshot)

    def keep_recent(self, offset: int, snapshot: Snapshot) -> None:
        """Keep a place that is in use now; the one that was not used for longest may have to go."""
        self._recent.pop(offset, None)
        self._recent[offset] = None
        self._keep(offset, snapshot)
        while len(self._recent) > MOST_RECENT:
            self._forget_oldest()

    def truncate(self, offset: int) -> dict[int, Snapshot]:
        """Drop all that are of more text than the first `offset` code points; they are given back, in their order."""
        cut = bisect_right(self._offsets, offset)
        dropped = {place: self._kept.pop(place) for place in self._offsets[cut:]}
        for place in dropped:
            self._recent.pop(place, None)
        del self._offsets[cut:]
        while self._interval > self._first_interval and len(self) < self.most // 4:
            self._interval //= 2
        return dropped

    def put_back(self, dropped: Mapping[int, Snapshot], start: int, end: int) -> None:
        """Keep those of the places behind `start`, up to `end`, that an edit had dropped, as far as the grid has them.

        Places off the first grid are such as were in use, and are so again.
        """
        for place, snapshot in dropped.items():
            if not start < place <= end:
                continue
            if place % self._first_interval:
                self.keep_recent(place, snapshot)
            elif place % self._interval == 0:
                self._keep(place, snapshot)

    def shrink(self, most: int) -> None:
        """Drop all but `most` of them: first the places in use, then every second of the grid, as often as need be.

        The grid stays as fine as it was: what is read from here on fills it again.
        """
        interval = self._interval
        for place in list(self._recent) if len(self) > most else ():
            del self._recent[place]
            if place % self._interval:
                self._drop(place)
        while len(self) > most:
            self._thin()
        self._interval = interval

    def _keep(self, offset: int, snapshot: Snapshot) -> None:
        if not offset:
            return
        if offset not in self._kept:
            insort(self._offsets, offset)
        self._kept[offset] = snapshot
        while len(self) > self.most:
            self._thin()

    def _thin(self) -> None:
        """Drop every second grid place; once the grid is empty, the place not used for longest."""
        grid = [place for place in self._offsets if place not in self._recent]
        if grid:
            self._interval *= 2
            for place in grid:
                if place % self._interval:
                    self._drop(place)
        else:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        oldest = next(iter(self._recent))
        del self._recent[oldest]
        if oldest % self._interval and oldest in self._kept:
            self._drop(oldest)

    def _drop(self, place: int) -> None:
        del self._kept[place]
        self._offsets.remove(place)
