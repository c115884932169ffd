"""A proxy on loopback before an S3 server, which counts what goes through: requests, and bytes of the answers.

Clients keep their connections, and each has one of its own to the server; nothing is changed on the way.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Counted:
    """Where the proxy listens, and what has passed since ``clear``: first lines of requests, bytes of answers."""

    endpoint: str = ""
    requests: list[str] = field(default_factory=list)
    bytes: int = 0

    def clear(self) -> None:
        """Count from nothing again."""
        self.requests.clear()
        self.bytes = 0


@contextmanager
def counting(endpoint: str) -> Iterator[Counted]:
    """The server of ``endpoint`` behind a proxy that counts, for the length of the block."""
    counted, behind = Counted(), urlsplit(endpoint)
    loop, ending, up = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, forth = await asyncio.open_connection(behind.hostname, behind.port)
        await asyncio.gather(_ask(reader, forth, counted), _answer(there, writer, counted))

    async def listen() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        counted.endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        up.set()
        await ending.wait()
        server.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(listen(),), daemon=True)
    thread.start()
    up.wait()
    try:
        yield counted
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join()


async def _ask(reader: asyncio.StreamReader, forth: asyncio.StreamWriter, counted: Counted) -> None:
    """Requests from a client to the server, one after the other."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            counted.requests.append(first)
            fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            forth.write(head + await reader.readexactly(int(fields.get("content-length", 0))))
            await forth.drain()
    forth.close()


async def _answer(there: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: Counted) -> None:
    """Whatever the server sends, until it or the client has had enough."""
    with suppress(ConnectionError):
        while data := await there.read(1 << 18):
            counted.bytes += len(data)
            writer.write(data)
            await writer.drain()
    writer.close()
