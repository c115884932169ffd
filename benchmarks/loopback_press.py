"""Many small sites on loopback, each on an address of its own, that remember when they were asked what.

python benchmarks/loopback_press.py --sites 40 --pages 60 [--answer-after 0.02]

Prints its port when it is up. Each site has a robots.txt, a front page, a feed that names its pages, and the pages; all
with an ETag, and a 304 for who has it. http://127.0.0.1:PORT/log tells each request as a list of site, path, status,
and the monotonic seconds at which it began and ended.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress

WORDS = [
    "council",
    "river",
    "bridge",
    "market",
    "harvest",
    "school",
    "railway",
    "budget",
    "winter",
    "museum",
    "garden",
    "doctor",
    "engine",
    "border",
    "letter",
]
Request = tuple[str, str, int, float, float]


def address(number: int) -> str:
    """The loopback address of a site."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def article(site: str, number: str) -> str:
    """An article unlike any other."""
    rng = random.Random(f"{site}{number}")
    paragraphs = "".join(f"<p>The {' '.join(rng.choices(WORDS, k=40))}.</p>" for _ in range(4))
    title = f"{' '.join(rng.choices(WORDS, k=6))} {number}".capitalize()
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2026-01-12T06:00:00Z"></head>'
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )


class Press:
    """The sites' pages and what was asked of them."""

    def __init__(self, pages: int, answer_after: float) -> None:
        self.pages = pages
        self.answer_after = answer_after
        self.requests: list[Request] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept alive."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                began = time.monotonic()
                fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
                writer.write(await self._answer(head[0].split()[1], fields, began))
                await writer.drain()
        writer.close()

    async def _answer(self, path: str, fields: dict[str, str], began: float) -> bytes:
        if path == "/log":
            return response(200, json.dumps(self.requests), "application/json")
        site = fields["host"]
        kind, body = self._body(site, path)
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
        status = 404 if not body else 304 if fields.get("if-none-match") == tag else 200
        await asyncio.sleep(self.answer_after)
        self.requests.append((site, path, status, began, time.monotonic()))
        return response(status, body if status == 200 else "", kind, tag)

    def _body(self, site: str, path: str) -> tuple[str, str]:
        if path == "/robots.txt":
            return "text/plain", "User-agent: *\nDisallow: /private/\n"
        if path == "/feed.xml":
            items = "".join(f"<item><link>http://{site}/{n}.html</link></item>" for n in range(self.pages))
            return "application/rss+xml", f'<rss version="2.0"><channel><title>{site}</title>{items}</channel></rss>'
        if path == "/":
            return "text/html", f"<!doctype html><html><head><title>{site}</title></head><body>Welcome.</body></html>"
        number = path.removeprefix("/").removesuffix(".html")
        return "text/html", article(site, number) if number.isdigit() and int(number) < self.pages else ""


def response(status: int, body: str, kind: str, tag: str = "") -> bytes:
    """A response as it is sent."""
    fields = [f"Content-Type: {kind}; charset=utf-8", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join([f"HTTP/1.1 {status} Told", *fields, *([f"ETag: {tag}"] if tag else []), "", body]).encode()


def log(port: int) -> list[Request]:
    """What the sites were asked so far."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/log", timeout=60) as answer:
        return [tuple(request) for request in json.load(answer)]


async def listen(sites: int, press: Press) -> None:
    """All sites on one port that is free on 127.0.0.1, for ever."""
    first = await asyncio.start_server(press.serve, "127.0.0.1", 0)
    port = first.sockets[0].getsockname()[1]
    for each in map(address, range(sites)):
        await asyncio.start_server(press.serve, each, port, backlog=16)
    print(port, flush=True)
    await first.serve_forever()


def sources(sites: int, port: int) -> Iterator[dict[str, object]]:
    """The sites as they are declared."""
    for number in range(sites):
        home = f"http://{address(number)}:{port}"
        yield {
            "id": f"site-{number}",
            "name": f"Site {number}",
            "homepage": f"{home}/",
            "country": "US",
            "language": "en",
            "feeds": [f"{home}/feed.xml"],
            "sitemaps": [],
            "sections": [],
        }


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=40)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--answer-after", type=float, default=0.0, help="seconds before each answer")
    args = parser.parse_args()
    asyncio.run(listen(args.sites, Press(args.pages, args.answer_after)))


if __name__ == "__main__":
    main()
