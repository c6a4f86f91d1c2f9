"""How bytes come and go: standard input and output, or one connection on the loopback interface."""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from .errors import UsageError
from .framing import Frames
from .lifetime import leave_at_once

if TYPE_CHECKING:
    from .app import PeepholeServer

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
"""The only interface that is ever listened on: whoever can connect can read what the client opens."""

PIECE = 1 << 16
"""Bytes that are taken at once: what a pipe holds."""

SWITCH_S = 0.0005
"""After how long Python lets another thread run. The loop has little to do and the worker much: with Python's own 5 ms
a message would wait for as long as an answer takes."""

Read = Callable[[], Awaitable[bytes]]


class Input:
    """A stream that a thread of its own waits for. It is a daemon, for the stream may stay open and silent when the
    server has to end; and it reads the descriptor itself, as a thread that ends within Python's stream keeps its lock.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._asked: queue.SimpleQueue[asyncio.Future[bytes]] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="peephole-stdin", daemon=True).start()

    async def read(self) -> bytes:
        """What has come, once there is something; nothing at the end."""
        coming: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked.put(coming)
        return await coming

    def _serve(self) -> None:
        while True:
            coming = self._asked.get()
            try:
                data = os.read(self._descriptor, PIECE)
            except OSError:
                data = b""
            with suppress(RuntimeError):  # the loop closed meanwhile
                coming.get_loop().call_soon_threadsafe(_hand_over, coming, data)


def _hand_over(coming: asyncio.Future[bytes], data: bytes) -> None:
    if not coming.done():
        coming.set_result(data)


class Output:
    """The stream to the client. One that nobody reads any more ends the server, whoever wrote and from wherever."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        """Writes a message."""
        try:
            self._stream.write(data)
            self._stream.flush()
        except OSError:
            leave_at_once()

    def close(self) -> None:
        """Nothing is written any more."""
        self._stream.close()


def serve_stdio(server: PeepholeServer) -> None:
    """Speaks over standard input and output until the client leaves."""
    server.protocol.set_writer(Output(take_stdout()))
    asyncio.run(converse(server, Input(sys.stdin.fileno()).read))


def take_stdout() -> BinaryIO:
    """The stream to the client. Whatever else is printed goes to standard error, where it breaks no message."""
    stream = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return stream


async def converse(server: PeepholeServer, read: Read) -> None:
    """Handles messages one by one until `exit`, or the end of what comes."""
    asyncio.get_running_loop().set_exception_handler(log_failure)
    sys.setswitchinterval(SWITCH_S)
    frames = Frames()
    while data := await read():
        for body in frames.take(data):
            server.protocol.handle_body(body)
            if server.leaving.is_set():
                return
            await asyncio.sleep(0)  # replies go out between two messages, however many came at once


def log_failure(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Logs what failed in a callback by its type and place: asyncio's own way shows results, and so the user's text."""
    logger.error("a callback failed", exc_info=context.get("exception"))


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
            with suppress(ConnectionError):  # reset by the other end, which comes to the same as closed
                await converse(server, lambda: reader.read(PIECE))
                await writer.drain()
        finally:
            writer.close()
            finished.set()

    listener = await asyncio.start_server(connected, LOOPBACK, port)
    async with listener:
        print(f"peephole listens on {LOOPBACK}:{listener.sockets[0].getsockname()[1]}", file=sys.stderr, flush=True)
        await finished.wait()
