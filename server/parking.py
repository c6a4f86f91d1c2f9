"""One bound for what was read of all open documents: those that were not used for longest are parked.

A parked document keeps its surprisals and a few states, or nothing but its text. It is read on from there, exactly,
when it is used again. For the worker.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .session import Desk

PARKED_BYTES = 2 << 20
"""Of a parked document at first: the surprisals of 5,000 lines, and some states. In use such a file takes 18 MB."""


class Parking:
    """Knows the desks in the order of their use, and keeps none of them alive."""

    def __init__(self) -> None:
        self._desks: dict[int, weakref.ref[Desk]] = {}
        self._bytes: dict[int, int] = {}

    @property
    def nbytes(self) -> int:
        """Memory that all desks hold."""
        return sum(self._bytes.values())

    def used(self, desk: Desk, budget_bytes: int) -> None:
        """Notes that a desk was used just now, and makes room for it where the others hold too much."""
        name = id(desk)
        known = self._desks.pop(name, None)
        self._desks[name] = known or weakref.ref(desk, lambda _: self._leave(name))
        self._bytes[name] = desk.nbytes
        if self.nbytes > budget_bytes:
            for least in (PARKED_BYTES, 0):
                self._park(desk, budget_bytes, least)

    def _park(self, used: Desk, budget_bytes: int, least: int) -> None:
        """Parks other desks down to so many bytes each, those not used for longest first, until there is room."""
        for name, reference in list(self._desks.items()):
            if self.nbytes <= budget_bytes:
                break
            desk = reference()
            if desk is not None and desk is not used and self._bytes[name] > least:
                desk.park(least)
                self._bytes[name] = desk.nbytes

    def _leave(self, name: int) -> None:
        self._desks.pop(name, None)
        self._bytes.pop(name, None)
