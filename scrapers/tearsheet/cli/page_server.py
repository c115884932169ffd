"""One page, served once on loopback under an address that nobody can guess; then the server ends.

Only a request for the very address, with the very host, is answered: no other page in the browser can name it, and no
name of another machine that is pointed here reaches it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from tearsheet.pull.replay import HEADERS, Page

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Served:
    """A page that is being served: its address, and whether it has been asked for."""

    url: str
    _sent: Event

    def wait(self, seconds: float) -> bool:
        """Wait until the page was sent; whether it was."""
        return self._sent.wait(seconds)


@contextmanager
def serving(page: Page) -> Iterator[Served]:
    """Serve a page at a free port for the length of the block."""
    path, sent = f"/{secrets.token_urlsafe(16)}", Event()
    with ThreadingHTTPServer((LOOPBACK, 0), _handler(page, path, sent)) as server:
        host = f"{LOOPBACK}:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Served(f"http://{host}{path}", sent)
        finally:
            server.shutdown()
            thread.join()


def _handler(page: Page, path: str, sent: Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            port = self.connection.getsockname()[1]
            if self.path != path or self.headers.get("Host") != f"{LOOPBACK}:{port}" or sent.is_set():
                self.send_error(404)
                return
            self.send_response(200)
            for name, value in {**HEADERS, "Content-Type": page.content_type}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)
            sent.set()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's own name
            """Say nothing."""

    return Handler
