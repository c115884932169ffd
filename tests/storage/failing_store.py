"""A store that fails as told: an HTTP proxy on loopback in front of a real S3 server, and a list of faults.

``with failing_store(server.access, Fault("SlowDown", method="PUT", key="/raw/", times=2)) as failing:`` starts it;
whoever opens a store by ``failing.access`` meets the faults, ``failing.injected`` counts them. The first fault that
fits a request is injected, every other request passes unchanged. One request a connection, whole in memory.
"""

from __future__ import annotations

import asyncio
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urlsplit

from tearsheet.config.models import StoreSettings
from tearsheet.storage import Access, Store

ANSWERS = {
    "InternalError": 500,
    "NotImplemented": 501,
    "SlowDown": 503,
    "QuotaExceeded": 507,
    "XMinioStorageFull": 507,
    "AccessDenied": 403,
    "InvalidAccessKeyId": 403,
    "RequestTimeTooSkewed": 403,
    "ExpiredToken": 400,
    "ConditionalRequestConflict": 409,
    "PreconditionFailed": 412,
}
"""Faults that are an answer of the store's, and their status."""
RESETS = ("reset before", "reset after")
"""The connection is reset before the request reached the store, or after: the answer is lost, the deed is done."""
BODIES = ("truncated", "corrupted")
"""What comes of a GET ends half-way, or has other bytes in its midst."""
WAITS = ("silence", "slow")
"""No answer at all, or one that takes its ``seconds``."""
UNCONDITIONAL = "unconditional"
"""If-None-Match is ignored: what stands at the key is replaced."""
FAULTS = (*ANSWERS, *RESETS, *BODIES, *WAITS, UNCONDITIONAL)


@dataclass(kw_only=True)
class Fault:
    """What goes wrong with requests of a method (a pattern) whose path and query have a pattern.

    ``times``: with how many of them (None: all), after the first ``skip``, each with a ``chance``; ``conditional``:
    only with those that have If-None-Match.
    """

    kind: str = field(kw_only=False)
    method: str = ".*"
    key: str = ""
    times: int | None = None
    skip: int = 0
    chance: float = 1.0
    conditional: bool = False
    seconds: float = 0.5

    def fits(self, request: Request, dice: random.Random) -> bool:
        """Whether this request is to fail; counts down."""
        if self.times == 0 or not re.fullmatch(self.method, request.method) or not re.search(self.key, request.target):
            return False
        if (self.conditional or self.kind == UNCONDITIONAL) and "if-none-match" not in request.fields:
            return False
        if dice.random() >= self.chance:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times = None if self.times is None else self.times - 1
        return True


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came: ``target`` is path and query, decoded; ``fields`` have lower-case names."""

    method: str
    target: str
    head: bytes
    fields: dict[str, str]
    body: bytes


class FailingStore:
    """The running proxy: ``access`` reaches the store through it, ``faults`` may be changed at any time."""

    def __init__(self, access: Access, faults: tuple[Fault, ...], seed: int) -> None:
        self.access = access
        self.faults = list(faults)
        self.injected: Counter[str] = Counter()
        self.requests: list[tuple[str, str]] = []
        self._behind = access
        self._dice = random.Random(seed)

    def fail(self, *faults: Fault) -> None:
        """Other faults from now on, and nothing counted yet."""
        self.faults = list(faults)
        self.injected.clear()
        self.requests.clear()

    def roll(self, seed: int) -> None:
        """Chance begins anew."""
        self._dice = random.Random(seed)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await _read(reader, writer)
            self.requests.append((request.method, request.target))
            fault = next((fault for fault in self.faults if fault.fits(request, self._dice)), None)
            if fault:
                self.injected[fault.kind] += 1
            await self._answer(request, fault, reader, writer)
        writer.close()

    async def _answer(
        self, request: Request, fault: Fault | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        kind = fault.kind if fault else None
        if kind in ANSWERS:
            writer.write(_refusal(request, kind))
        elif kind == "silence":
            await reader.read()  # until the client has had enough
        elif kind == "reset before":
            writer.transport.abort()
        else:
            if fault and kind == "slow":
                await asyncio.sleep(fault.seconds)
            if kind == UNCONDITIONAL:
                await asyncio.to_thread(self._make_way, request)
            answer = await self._forward(request)
            if kind == "reset after":
                writer.transport.abort()
            else:
                writer.write(_damaged(answer, kind, self._dice) if kind in BODIES else answer)
        await writer.drain()

    async def _forward(self, request: Request) -> bytes:
        behind = urlsplit(self._behind.endpoint)
        reader, writer = await asyncio.open_connection(behind.hostname, behind.port)
        writer.write(request.head + request.body)
        answer = await reader.read()
        writer.close()
        return answer

    def _make_way(self, request: Request) -> None:
        _, bucket, key = urlsplit(request.target).path.split("/", 2)
        with Store(f"s3://{bucket}", settings=StoreSettings(), access=self._behind) as behind:
            behind.delete([key])


@contextmanager
def failing_store(access: Access, *faults: Fault, seed: int = 0) -> Iterator[FailingStore]:
    """The store of ``access`` behind faults, for the length of the block."""
    failing = FailingStore(access, faults, seed)
    loop, up = asyncio.new_event_loop(), threading.Event()

    async def listen() -> None:
        server = await asyncio.start_server(failing.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        failing.access = replace(access, endpoint=f"http://127.0.0.1:{port}")
        up.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.create_task(listen())
        loop.run_forever()
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert up.wait(10)
    try:
        yield failing
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request:
    """A whole request, made one that ends its connection; who waits to be told to send its body is told."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    if "expect" in fields:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await reader.readexactly(int(fields.get("content-length", 0)))
    assert "transfer-encoding" not in fields, "no client of ours sends a body of unknown length"
    kept = [line for line in lines if not line.lower().startswith(("expect:", "connection:"))]
    head = "\r\n".join([first, *kept, "Connection: close", "", ""]).encode("latin-1")
    method, target, _ = first.split(" ")
    return Request(method, unquote(target), head, fields, body)


def _refusal(request: Request, code: str) -> bytes:
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>as told</Message></Error>'.encode()
    fields = f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\nConnection: close"
    return f"HTTP/1.1 {ANSWERS[code]} Told\r\n{fields}\r\n\r\n".encode() + (b"" if request.method == "HEAD" else body)


def _damaged(answer: bytes, kind: str, dice: random.Random) -> bytes:
    head, _, body = answer.partition(b"\r\n\r\n")
    if kind == "truncated":
        return head + b"\r\n\r\n" + body[: len(body) // 2]
    damaged = bytearray(body)
    for place in {dice.randrange(len(body)) for _ in range(3)} if body else ():
        damaged[place] ^= 0x20
    return head + b"\r\n\r\n" + bytes(damaged)
