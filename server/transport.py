"""How bytes come and go: standard input and output, or one connection on the loopback interface."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, BinaryIO

from pygls.io_ import StdinAsyncReader, StdoutWriter, run_async

from .errors import UsageError

if TYPE_CHECKING:
    from .app import PeepholeServer

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
"""The only interface that is ever listened on: whoever can connect can read what the client opens."""


def serve_stdio(server: PeepholeServer) -> None:
    """Speaks over standard input and output until the client leaves."""
    server.protocol.set_writer(StdoutWriter(take_stdout()))
    with ThreadPoolExecutor(1, "peephole-stdin") as reading:
        asyncio.run(converse(server, StdinAsyncReader(sys.stdin.buffer, reading)))


def take_stdout() -> BinaryIO:
    """The stream to the client. Whatever else is printed goes to standard error, where it breaks no message."""
    stream = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return stream


async def converse(server: PeepholeServer, reader: Any) -> None:
    """Handles messages one by one until `exit`, or the end of what comes."""
    asyncio.get_running_loop().set_exception_handler(log_failure)
    await run_async(
        stop_event=server.leaving,
        reader=reader,
        protocol=server.protocol,
        logger=logging.getLogger("pygls.io"),
        error_handler=server.report_server_error,
    )


def log_failure(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Logs what failed in a callback by its type: asyncio's own way shows results, and so the user's text."""
    logger.error("a callback failed: %s", type(context.get("exception")).__name__)


def serve_loopback(server: PeepholeServer, port: int) -> None:
    """Speaks with the first who connects to the port, until it leaves; `UsageError` if the port is taken."""
    try:
        asyncio.run(_serve_one(server, port))
    except OSError as error:
        raise UsageError(f"port {port} cannot be listened on ({error.strerror}); choose another") from None


async def _serve_one(server: PeepholeServer, port: int) -> None:
    finished = asyncio.Event()
    taken = threading.Lock()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not taken.acquire(blocking=False):
            writer.close()
            return
        server.protocol.set_writer(writer)
        try:
            await converse(server, reader)
            await writer.drain()
        finally:
            writer.close()
            finished.set()

    listener = await asyncio.start_server(connected, LOOPBACK, port)
    async with listener:
        print(f"peephole listens on {LOOPBACK}:{listener.sockets[0].getsockname()[1]}", file=sys.stderr, flush=True)
        await finished.wait()
