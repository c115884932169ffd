"""Three small sites on loopback, whose pages depend on the night alone: asked twice, they answer twice the same.

Each night brings new articles to every site. Some are copies of another site's, some are reworded a night later, all
stand over the same box. So a night has captures, revisits, unchanged pages, versions, clusters, and something learned.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

COLLECTION, TOPIC = "tortured", "harbours"
NIGHTS = ("2026-02-02", "2026-02-03", "2026-02-04", "2026-02-05")
ORDER = ("2026-02-02", "2026-02-04", "2026-02-03", "2026-02-05")
"""The order in which they are run: the second is caught up with after the third."""
SITES = ("gazette", "herald", "courier")
FIRST, LATER = 7, 3
"""New articles of a site on its first night, enough to learn from, and on each later one."""
WORDS = (
    *("council", "harbour", "bridge", "market", "harvest", "school", "railway", "budget", "winter", "museum"),
    *("garden", "doctor", "engine", "border", "letter", "tenant", "library", "ferry", "orchard", "lantern", "surgeon"),
    *("valley", "tunnel", "ledger", "bakery", "festival", "mayor", "pilot", "river", "quarry"),
)
BOX = "Our reporters rely on readers such as you, and every small gift keeps this newsroom independent and free."


@dataclass
class Press:
    """The sites and the night that it is for them."""

    night: str = NIGHTS[0]
    answer_after: float = 0.02
    addresses: dict[str, str] = field(default_factory=dict)

    def page(self, site: str, path: str) -> tuple[str, str] | None:
        """Type and body of what stands at a path tonight."""
        if path == "/robots.txt":
            return "text/plain", "User-agent: *\nDisallow: /private/\n"
        if path == "/":
            return "text/html", f"<!doctype html><title>{site}</title><body>Welcome.</body>"
        if path == "/feed.xml":
            items = "".join(f"<item><link>{self.addresses[site]}/{n}.html</link></item>" for n in self._named())
            return "application/rss+xml", f'<rss version="2.0"><channel><title>{site}</title>{items}</channel></rss>'
        number = path.removeprefix("/").removesuffix(".html")
        if number.isdigit() and int(number) < self._count():
            return "text/html", self._article(site, int(number))
        return None

    def write(self, folder: Path) -> Path:
        """The configuration under which these sites are harvested."""
        sources = [
            {"id": site, "name": site.title(), "homepage": f"{home}/", "feeds": [f"{home}/feed.xml"]}
            for site, home in self.addresses.items()
        ]
        common = {"country": "GB", "language": "en", "sitemaps": [], "sections": []}
        files: dict[str, Any] = {
            f"collections/{COLLECTION}": {
                "defaults": {"delay": 0, "lookback_days": None, "revisit": [1]},
                "sources": [common | source for source in sources],
            },
            f"topics/{TOPIC}": {"title": "Harbours", "query": "harbour OR ferry", "collections": [COLLECTION]},
            "tearsheet": {"fetch": {"segment_captures": 4}, "extract": {"workers": 1}},
        }
        for name, content in files.items():
            file = folder / f"{name}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(yaml.safe_dump(content), "utf-8")
        return folder

    def _count(self) -> int:
        return FIRST + LATER * NIGHTS.index(self.night)

    def _named(self) -> list[int]:
        """The articles of the first night and of this one: what a night that is caught up with finds is its own."""
        return sorted({*range(FIRST), *range(self._count() - LATER, self._count())})

    def _article(self, site: str, number: int) -> str:
        """An article; every fourth is the wire's, the same at all sites, and every fifth is reworded a night later."""
        night = NIGHTS[max(0, -(-(number + 1 - FIRST) // LATER))]
        writer = random.Random(f"{'wire' if number % 4 == 1 else site} {number}")
        told = [f"The {' '.join(writer.choices(WORDS, k=35))}." for _ in range(5)]
        title = " ".join(writer.choices(WORDS, k=6)).capitalize()
        if number % 5 == 2 and self.night > night:
            told.append(f"Later the {' '.join(writer.choices(WORDS, k=30))}.")
        paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in [*told, BOX])
        return (
            f'<!doctype html><html lang="en"><head><title>{title}</title><meta property="og:type" content="article">'
            f'<meta property="article:published_time" content="{night}T06:{number:02d}:00Z"></head>'
            f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
        )


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Nothing: whoever asked was killed."""


@contextmanager
def served(press: Press) -> Iterator[Press]:
    """Serve the sites, each on an address of its own."""
    with ExitStack() as servers:
        for number, site in enumerate(SITES):
            server = _Server((f"127.0.0.{41 + number}", 0), _handler(press, site))
            servers.callback(server.server_close)
            servers.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            press.addresses[site] = f"http://127.0.0.{41 + number}:{server.server_port}"
        yield press


def _handler(press: Press, site: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            time.sleep(press.answer_after)
            kind, body = press.page(site, self.path) or ("text/plain", "")
            tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
            status = 404 if not body else 304 if self.headers["If-None-Match"] == tag else 200
            sent = body.encode() if status == 200 else b""
            self.send_response(status)
            for name, value in (("Content-Type", f"{kind}; charset=utf-8"), ("ETag", tag)):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler
