"""How much memory one document's reading may take, and who gets what of it."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTES = 64
"""By default: 13,000 lines are remembered to their end, with every state of the grid."""

REMEMBERED_BYTES = 90
"""That remembering takes for each character: 48 in runs, 26 for the character and its contexts, as much spare room."""


@dataclass(frozen=True)
class Budget:
    """Bytes for all that is kept of one document, besides its text; and of them those for states.

    remembered: characters, from the text's beginning, that the memory holds. The network goes on alone behind.
    A document whose surprisals alone take more, 8 bytes a character, has them all the same.
    """

    bytes: int
    snapshot_bytes: int
    remembered: int

    @classmethod
    def of(cls, size: int) -> Budget:
        """A quarter for states and five eighths to remember; the rest for surprisals and what an undo needs.

        What one undo needs may take all that is left over; several steps back are kept as far as they fit.
        """
        return cls(size, size // 4, size * 5 // 8 // REMEMBERED_BYTES)

    @property
    def several_bytes(self) -> int:
        """For what more than one undo needs: whoever pauses after each edit in a long file leaves an offcut each."""
        return self.bytes // 8


DEFAULT = Budget.of(MEGABYTES << 20)
