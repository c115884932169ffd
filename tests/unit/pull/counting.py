"""A server in front of the store that notes every request of whatever client, and can let one of them hang for ever."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tearsheet.storage import Access

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")


class Counting:
    """Requests as ``GET /bucket/key``, in the order in which they came; ``access`` reaches the store through it."""

    def __init__(self, access: Access) -> None:
        self.requests: list[str] = []
        self._last: int | None = None
        self.hangs = threading.Event()
        self._target = urlsplit(access.endpoint)
        self._access = access
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    @property
    def access(self) -> Access:
        return Access(f"http://127.0.0.1:{self._port}", self._access.access_key, self._access.secret_key)

    def hang_after(self, requests: int | None) -> None:
        """Answer so many requests from now on, and leave every later one without an answer; None: answer all."""
        self.requests.clear()
        self.hangs.clear()
        self._last = requests

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_store, to_store = await asyncio.open_connection(self._target.hostname, self._target.port)
        await asyncio.gather(self._forth(reader, to_store), self._back(from_store, writer), return_exceptions=True)

    async def _forth(self, reader: asyncio.StreamReader, to_store: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(int(found[1])) if (found := _LENGTH.search(head)) else b""
                self.requests.append(head.split(b" HTTP", 1)[0].decode())
                if self._last is not None and len(self.requests) > self._last:
                    self.hangs.set()
                    continue
                to_store.write(head + body)
                await to_store.drain()
        finally:
            to_store.close()

    async def _back(self, from_store: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await from_store.read(1 << 16):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


@contextmanager
def counting(access: Access) -> Iterator[Counting]:
    """Such a server, for the length of the block."""
    server = Counting(access)
    server._thread.start()
    server._ready.wait()
    try:
        yield server
    finally:
        server._loop.call_soon_threadsafe(server._ended.set)
        server._thread.join()
