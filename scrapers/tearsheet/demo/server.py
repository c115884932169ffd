"""The press on loopback: each outlet answers at its own address 127.0.0.x, all of them at one port.

``with serve(night=…, port=…) as press:`` starts it; ``press.night`` may be set while it runs, ``press.hits`` says what
was asked. Bodies are gzipped for who accepts that, and unchanged ones cost a 304. ``python -m tearsheet.demo.server``
serves it until Ctrl-C, for people.
"""

from __future__ import annotations

import gzip
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated

import typer

from tearsheet.demo.outlets import NIGHTS, Outlet, outlets
from tearsheet.demo.site import Page, pages
from tearsheet.errors import ConfigError

PORT = 8765
_PORT_TRIES = 20


@dataclass(slots=True)
class Hits:
    """What was asked: requests by URL, and by outlet how many it had to answer at once, at most."""

    by_url: Counter[str] = field(default_factory=Counter)
    at_once: dict[str, int] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget all."""
        self.by_url.clear()
        self.at_once.clear()

    def total(self) -> int:
        """Requests so far."""
        return self.by_url.total()


class Press:
    """The running press."""

    def __init__(self, night: str, port: int) -> None:
        self.port = port
        self.hits = Hits()
        self.night = night

    @property
    def night(self) -> str:
        """The night that the outlets show."""
        return self._night

    @night.setter
    def night(self, night: str) -> None:
        if night not in NIGHTS:
            raise ConfigError(f"the demo's press has no night {night!r}; it has: {', '.join(NIGHTS)}")
        number = NIGHTS.index(night) + 1
        self._pages = {outlet.id: pages(outlet, number, self.port) for outlet in outlets()}
        self._night = night

    def page(self, outlet: Outlet, path: str) -> Page | None:
        """What an outlet shows at a path tonight."""
        return self._pages[outlet.id].get(path)

    def url(self, outlet: str, path: str = "/") -> str:
        """The address of an outlet's page."""
        host = next(each.host for each in outlets() if each.id == outlet)
        return f"http://{host}:{self.port}{path}"

    def config(self, folder: Path, shipped: Path = Path("config")) -> Path:
        """A copy of the ``shipped`` configuration in ``folder``, whose demo collection asks this press."""
        shutil.copytree(shipped, folder, dirs_exist_ok=True)
        demo = folder / "collections" / "demo.yaml"
        demo.write_text(demo.read_text("utf-8").replace(f":{PORT}/", f":{self.port}/"), "utf-8")
        return folder


@contextmanager
def serve(night: str = NIGHTS[0], port: int = PORT) -> Iterator[Press]:
    """The press, for the length of the block; port 0 takes a free one.

    Raises:
        ConfigError: the port is taken, or there is no such night.
    """
    with ExitStack() as stack:
        press = Press(night, port)
        servers = _listen(press)
        if press.port != port:
            press.port = port = servers[0].server_port
            press.night = night
        for server in servers:
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield press


def _listen(press: Press) -> list[_Server]:
    """A socket an outlet, all at one port, none at any other address than the outlet's."""
    wanted = press.port
    for _ in range(_PORT_TRIES if wanted == 0 else 1):
        servers: list[_Server] = []
        try:
            for outlet in outlets():
                servers.append(_Server(press, outlet, servers[0].server_port if servers else wanted))
        except OSError as error:
            for server in servers:
                server.server_close()
            refused, host = error, outlet.host
        else:
            press.port = servers[0].server_port
            return servers
    raise ConfigError(
        f"the demo's press cannot listen at {host}:{wanted} ({refused.strerror}): is it running already? "
        "End what listens there, or take another port: `make demo PORT=9765`"
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, press: Press, outlet: Outlet, port: int) -> None:
        self.press, self.outlet = press, outlet
        self._lock = threading.Lock()
        self._at_once = 0
        self._busy = outlet.busy
        super().__init__((outlet.host, port), _Handler)

    @contextmanager
    def hit(self, path: str) -> Iterator[None]:
        """One request, counted while it is answered."""
        hits, outlet = self.press.hits, self.outlet.id
        with self._lock:
            self._at_once += 1
            hits.by_url[f"http://{self.outlet.host}:{self.server_port}{path}"] += 1
            hits.at_once[outlet] = max(hits.at_once.get(outlet, 0), self._at_once)
        try:
            time.sleep(self.outlet.delay)
            yield
        finally:
            with self._lock:
                self._at_once -= 1

    def is_busy(self, path: str) -> bool:
        """Whether this page is to be asked again later: true the first time."""
        with self._lock:
            busy, self._busy = self._busy == path, None if self._busy == path else self._busy
        return busy


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: object) -> None:
        """The hits are the log."""

    def do_GET(self) -> None:
        """Answer."""
        with self.server.hit(self.path):
            self._answer(self.path.partition("?")[0])

    def _answer(self, path: str) -> None:
        page = self.server.press.page(self.server.outlet, path)
        if path in self.server.outlet.broken:
            self._send(500, b"<h1>500 Internal Server Error</h1>", {})
        elif self.server.is_busy(path):
            self._send(503, b"<h1>503 Service Unavailable</h1>", {"Retry-After": "1"})
        elif page is None:
            self._send(404, b"<h1>404 Not Found</h1>", {})
        else:
            self._show(page)

    def _show(self, page: Page) -> None:
        dated = format_datetime(page.modified.astimezone(UTC), usegmt=True)
        headers = {"ETag": page.etag, "Last-Modified": dated, "Vary": "Accept-Encoding"}
        if self._has(page.etag, dated):
            self._send(304, b"", headers)
        else:
            self._send(200, page.body, headers | {"Content-Type": page.media_type})

    def _has(self, etag: str, dated: str) -> bool:
        """Whether the client's copy is this page (RFC 9110, section 13.2.2)."""
        if known := self.headers.get("If-None-Match"):
            return etag in known
        return self.headers.get("If-Modified-Since") == dated

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        if body and "gzip" in self.headers.get("Accept-Encoding", ""):
            body, headers = gzip.compress(body, mtime=0), headers | {"Content-Encoding": "gzip"}
        self.send_response(status)
        for name, value in ({"Content-Type": "text/html; charset=utf-8"} | headers).items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(
    night: Annotated[str, typer.Option(help=f"One of {', '.join(NIGHTS)}.")] = NIGHTS[-1],
    port: Annotated[int, typer.Option(help="The port of all outlets.")] = PORT,
) -> None:
    """Serve the demo's press until Ctrl-C."""
    try:
        with serve(night, port) as press:
            for outlet in outlets():
                typer.echo(f"open {press.url(outlet.id):28} {outlet.name}")
            typer.echo(f"the press of {press.night}; Ctrl-C ends it", err=True)
            threading.Event().wait()
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        typer.echo("closed", err=True)


if __name__ == "__main__":
    typer.run(main)
