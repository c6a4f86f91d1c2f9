"""What each character read so far cost, in two arrays that grow at their ends."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .predictor import Charge

Bits = npt.NDArray[np.float32]

SMALLEST_ROOM = 1024


class Charges:
    """Bits of the first `fed` characters, with the memories and without."""

    def __init__(self) -> None:
        self.fed = 0
        self._bits = np.empty((2, SMALLEST_ROOM), np.float32)

    @property
    def nbytes(self) -> int:
        """Memory that is held, spare room included."""
        return self._bits.nbytes

    @property
    def surprisal_bits(self) -> Bits:
        """(fed,), all taken together; a read-only view, good until the next change."""
        return self._view(0)

    @property
    def network_bits(self) -> Bits:
        """(fed,), by the network alone; a read-only view, good until the next change."""
        return self._view(1)

    def append(self, charge: Charge) -> None:
        """What the next characters cost."""
        end = self.fed + len(charge.surprisal_bits)
        if end > self._bits.shape[1]:
            self._make_room(end + end // 4)
        self._bits[0, self.fed : end], self._bits[1, self.fed : end] = charge.surprisal_bits, charge.network_bits
        self.fed = end

    def truncate(self, fed: int) -> None:
        """Forget all but the first so many."""
        self.fed = min(self.fed, fed)
        if self._bits.shape[1] > max(4 * self.fed, SMALLEST_ROOM):
            self._make_room(max(2 * self.fed, SMALLEST_ROOM))

    def trim(self) -> None:
        """Hold no spare room."""
        self._make_room(self.fed)

    def since(self, start: int) -> Charge:
        """A copy of what the characters from a place on cost."""
        charge = self._bits[:, start : self.fed].copy()
        return Charge(charge[0], charge[1])

    def _make_room(self, room: int) -> None:
        bits = np.empty((2, room), np.float32)
        bits[:, : self.fed] = self._bits[:, : self.fed]
        self._bits = bits

    def _view(self, kind: int) -> Bits:
        view = self._bits[kind, : self.fed]
        view.flags.writeable = False
        return view
