"""Sites on loopback that answer what a test wants and remember what they were asked."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Page:
    """What a path answers; a string is a page with 200."""

    body: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Outlet:
    """A site on loopback. ``asked``: path, User-Agent and time of each request, ``most``: requests at the same time."""

    url: str
    pages: dict[str, Page | str] = field(default_factory=dict)
    asked: list[tuple[str, str, float]] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    @property
    def paths(self) -> list[str]:
        """The paths that were asked, in order."""
        return [path for path, _, _ in self.asked]


@contextmanager
def outlet(pages: dict[str, Page | str]) -> Iterator[Outlet]:
    """Serve pages, gzipped; ``{}`` in a body is the outlet's own address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.under_way += 1
            site.most = max(site.most, site.under_way)
            site.asked.append((self.path, self.headers["User-Agent"], time.monotonic()))
            answer = site.pages.get(self.path, Page("not here", 404))
            page = answer if isinstance(answer, Page) else Page(answer)
            body = gzip.compress(page.body.replace("{}", site.url).encode())
            self.send_response(page.status)
            for name, value in {"Content-Encoding": "gzip", "Content-Length": str(len(body)), **page.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            site.under_way -= 1

        def log_message(self, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Outlet(f"http://127.0.0.1:{server.server_port}", pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
