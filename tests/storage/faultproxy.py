"""A bad line to a good store: it stands between us and the server, and breaks what it is told to break."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Final

CHUNK: Final = 16 * 1024
HALF: Final = 20_000
"""Bytes of a body that pass before the line is cut."""


class Fault(Enum):
    """What is wrong with the line."""

    NONE = "none"
    STOPPED = "stopped"
    SILENT = "silent"
    SLOW = "slow"
    FAILING = "failing"
    CUT_PUT = "cut in the middle of what is sent"
    CUT_GET = "cut in the middle of what is fetched"
    SHORT = "answers that end early, politely"


class Proxy:
    """Passes requests on, one a connection, under the fault of the moment; counts them."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.fault = Fault.NONE
        self.until: Callable[[], bool] | None = None
        self.port = 0
        self.requests: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._going: set[asyncio.Task[None] | None] = set()  # a loop alone does not keep its tasks alive

    def puts(self) -> int:
        """How many requests to put an object were passed on."""
        return sum(line.startswith("PUT ") for line in self.requests)

    def start(self) -> None:
        """Listen; the port is known afterwards."""
        self._thread.start()
        self._ready.wait(10)

    def stop(self) -> None:
        """Hang up on everybody."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._hang_up())
        self._loop.close()

    async def _hang_up(self) -> None:
        """Nothing is left of what was going on, however often somebody was about to be answered."""
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=1)
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._going.add(task)
        try:
            await self._served(reader, writer)
        finally:
            self._going.discard(task)

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._one(reader, writer)
        with contextlib.suppress(OSError):
            writer.transport.abort() if self.fault in {Fault.CUT_PUT, Fault.CUT_GET} else writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.until and self.until():
            self.fault = Fault.STOPPED
        if self.fault is Fault.STOPPED:
            return
        head = await reader.readuntil(b"\r\n\r\n")
        if self.fault is Fault.SILENT:
            await asyncio.sleep(3600)
        if self.fault is Fault.FAILING:
            writer.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 5\r\nConnection: close\r\n\r\nsorry")
            await writer.drain()
            return
        line, _, rest = head.partition(b"\r\n")
        self.requests.append(line.decode())
        there, back = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            back.write(line + b"\r\nConnection: close\r\n" + rest)
            sent = length(head)
            if self.fault is Fault.CUT_PUT and line.startswith(b"PUT") and sent > HALF:
                await pump(reader, back, HALF)
                return
            await pump(reader, back, sent)
            await self._answer(there, writer, line)
        finally:
            back.close()
            with contextlib.suppress(OSError):
                await back.wait_closed()

    async def _answer(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes) -> None:
        head = await there.readuntil(b"\r\n\r\n")
        body = 0 if line.startswith(b"HEAD") else length(head)
        if self.fault is Fault.SHORT and body > HALF:
            writer.write(head)
            await pump(there, writer, HALF)
            return
        writer.write(head)
        if self.fault is Fault.CUT_GET and body > HALF:
            await pump(there, writer, HALF)
            return
        if self.fault is Fault.SLOW:
            await trickle(there, writer)
            return
        while chunk := await there.read(CHUNK):
            writer.write(chunk)
            await writer.drain()


def length(head: bytes) -> int:
    """The length of the body that follows this head."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter, count: int) -> None:
    """Pass on so many bytes."""
    while count > 0:
        chunk = await source.read(min(CHUNK, count))
        if not chunk:
            return
        target.write(chunk)
        await target.drain()
        count -= len(chunk)


async def trickle(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass on a few bytes a second, for ever if need be."""
    while chunk := await source.read(200):
        target.write(chunk)
        await target.drain()
        await asyncio.sleep(0.2)


@contextmanager
def proxied(upstream: int) -> Iterator[Proxy]:
    """A proxy before the server at this port, gone after the block."""
    proxy = Proxy(upstream)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
