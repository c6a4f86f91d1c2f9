"""The one door to libdivsufsort (Mori 2006), which sorts the suffixes of a text in time linear in practice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from .errors import LibraryError

LONGEST_TEXT = (1 << 31) - 256
"""Symbols that 32-bit places can name, with room for a few beside the text."""


def sort_suffixes(symbols: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """(n,) where the suffixes of n symbols begin, in lexicographic order, a shorter one before what it begins.

    Lets go of the interpreter's lock. `LibraryError` if the text is too long or the sorter cannot be used.
    """
    if len(symbols) > LONGEST_TEXT:
        raise LibraryError(f"{len(symbols)} characters cannot be ordered, {LONGEST_TEXT} at most; exclude some folders")
    if not len(symbols):
        return np.empty(0, np.int32)
    sort = _sorter()
    try:
        places = np.asarray(sort(np.require(symbols, np.uint8, ["C", "W"])))
    except Exception as error:  # the package raises bare `Exception`, with the C library's code
        raise LibraryError(f"{len(symbols)} characters were not sorted: {type(error).__name__}") from None
    if places.dtype != np.int32 or places.shape != symbols.shape:
        raise LibraryError(f"pydivsufsort gave {places.dtype} {places.shape} for {len(symbols)} characters")
    return places


def _sorter() -> Callable[[npt.NDArray[np.uint8]], object]:
    """Imported when it is first needed: a server without a workspace never pays for it."""
    try:
        from pydivsufsort import divsufsort
    except Exception as error:  # ImportError, OSError of a shared library, StopIteration of one that is missing
        raise LibraryError(f"pydivsufsort cannot be imported ({type(error).__name__}); reinstall Peephole") from None
    found: Callable[[npt.NDArray[np.uint8]], object] = divsufsort
    return found
