"""A hostile web on loopback: each behaviour is a site at an address of its own, all at one port.

``{}`` in a body or header is the site's own URL, ``{host}`` its host and port, ``{port}`` the port. What is asked of
127.0.0.1 or ::1 at that port, where no site is, is kept in ``Web.secret``: nobody may ever be led there.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Pieces = Callable[[], Iterable[bytes]]
ANY = "*"
"""The path of the answer to whatever has no answer of its own."""


@dataclass(frozen=True)
class Answer:
    """What a path answers: pieces that are made while they are sent, ``pause`` seconds before each.

    ``bare``: the pieces are the whole answer, its head too. ``length``: a Content-Length, right or wrong.
    """

    pieces: Pieces = lambda: ()
    status: str = "200 OK"
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None
    pause: float = 0.0
    bare: bool = False

    def head(self) -> bytes:
        fields = [("Content-Type", self.kind), ("Connection", "close"), *self.headers]
        if self.length is not None:
            fields.append(("Content-Length", str(self.length)))
        lines = [f"HTTP/1.1 {self.status}", *(f"{name}: {value}" for name, value in fields), "", ""]
        return "\r\n".join(lines).encode("latin-1")


@dataclass
class Web:
    """The running web. ``hits`` counts requests by site's number and path."""

    port: int
    hits: Counter[tuple[int, str]] = field(default_factory=Counter)
    secret: list[str] = field(default_factory=list)


def address(number: int) -> str:
    """The address of a site."""
    return f"127.9.{number // 200}.{number % 200 + 1}"


@contextmanager
def serve(sites: list[Mapping[str, Answer]]) -> Iterator[Web]:
    """The web, for the length of the block."""
    loop, web = asyncio.new_event_loop(), Web(0)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(_listen(sites, web), loop).result(10)
        yield web
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _listen(sites: list[Mapping[str, Answer]], web: Web) -> None:
    """One port for all; free on 127.0.0.1, it is taken to be free on its neighbours."""
    first = await asyncio.start_server(_secret(web), "127.0.0.1", 0)
    web.port = first.sockets[0].getsockname()[1]
    with suppress(OSError):  # a machine without IPv6 has no secret there
        await asyncio.start_server(_secret(web), "::1", web.port)
    for number, site in enumerate(sites):
        await asyncio.start_server(_site(number, site, web), address(number), web.port)


def _secret(web: Web) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        web.secret.append((await reader.readline()).decode("latin-1"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>secret</h1>")
        writer.close()

    return answer


def _site(
    number: int, site: Mapping[str, Answer], web: Web
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]:
    own, port = f"http://{address(number)}:{web.port}".encode(), str(web.port).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode("latin-1")
            web.hits[number, path] += 1
            found = site.get(path.partition("?")[0]) or site.get(ANY) or Answer(status="404 Not Found")
            pieces = found.pieces()
            for piece in pieces if found.bare else _with_head(found, pieces):
                if found.pause:
                    await asyncio.sleep(found.pause)
                writer.write(
                    piece.replace(b"{}", own).replace(b"{host}", own[7:]).replace(b"{port}", port)
                    if len(piece) < 1_000_000
                    else piece
                )
                await writer.drain()
        writer.close()

    return answer


def _with_head(answer: Answer, pieces: Iterable[bytes]) -> Iterator[bytes]:
    yield answer.head()
    yield from pieces
