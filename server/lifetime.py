"""The server ends when its client does, even if nobody closes the pipe (LSP 3.17, `InitializeParams.processId`)."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

logger = logging.getLogger(__name__)

ORPHANED = 1
"""Exit code when the client went without saying goodbye, as LSP asks of an exit without shutdown."""

POLL_S = 2.0
"""Seconds between two looks: an orphan may live that long; a look costs microseconds."""


def is_running(process_id: int) -> bool:
    """Whether a process exists. One that belongs to somebody else exists too; one that has ended does not, even if
    nobody asks how: whose parent is a container's first process often stays in the table for good."""
    if sys.platform == "win32":
        return _is_running_on_windows(process_id)
    if process_id <= 0:  # to the system these are groups of processes
        return False
    try:
        os.kill(process_id, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return not _has_ended(process_id)


def _has_ended(process_id: int) -> bool:
    """Whether a process in the table is a zombie, where that can be read: on Linux (`man 5 proc`, `stat`)."""
    try:
        fields = Path(f"/proc/{process_id}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return False
    return fields[:1] == [b"Z"]


def _is_running_on_windows(process_id: int) -> bool:
    """`os.kill(pid, 0)` would end the process there, so the system is asked for its exit code."""
    if sys.platform != "win32":
        raise NotImplementedError("only Windows has these calls")
    import ctypes

    query_limited_information, still_active = 0x1000, 259
    kernel = ctypes.windll.kernel32
    handle = kernel.OpenProcess(query_limited_information, False, process_id)
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == still_active


def watch_client(process_id: int | None, leave: Callable[[], None], poll_s: float = POLL_S) -> None:
    """Calls `leave` in the running loop once the client's process is gone.

    A client without an id is not watched, nor one whose process is not to be seen from here: its id may be one of
    another machine or container.
    """
    if process_id is None or not is_running(process_id):
        return
    loop = asyncio.get_running_loop()

    def look() -> None:
        if is_running(process_id):
            loop.call_later(poll_s, look)
        else:
            leave()

    loop.call_later(poll_s, look)


def leave_at_once() -> None:
    """Ends the process without waiting for whatever still works: nobody will read what comes of it."""
    logger.warning("the client is gone")
    logging.shutdown()
    os._exit(ORPHANED)
