"""What the C library is told about keeping memory that is freed, or giving it back."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping


def tell_malloc(settings: Mapping[int, int]) -> bool:
    """Calls glibc's `mallopt` (malloc.h) for each name and value, for the whole process; False where there is none."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(mallopt(name, value) == 1 for name, value in settings.items())
