"""A press on loopback: sites that answer what a test tells them to, and remember who asked what and when."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tearsheet.config.models import FetchSettings, Limits, Settings, Source, StoreSettings
from tearsheet.spiders.job import EVENT, JOB, Event, FetchReport, Job, report_key, unpack
from tearsheet.storage import Store

NIGHT = "2026-03-10"
COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{tempfile.gettempdir()}/tearsheet-bytecode"}
"""Saves half a second a process where bytecode is not kept beside the sources."""


@dataclass(frozen=True)
class Answer:
    """What a path answers; ``body`` is gzipped on the way where ``packed``."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    packed: bool = False
    delay: float = 0.0


@dataclass(frozen=True)
class Hit:
    """One request as it came in."""

    path: str
    at: float
    headers: dict[str, str]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *args: object) -> None:
        """Clients that hang up are part of the tests."""


class Site:
    """One outlet on a port of its own. ``answers[path]`` is an answer, or a list of which each request takes one."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | list[Answer]] = {"/robots.txt": Answer(b"User-agent: *\n", kind="text/plain")}
        self.hits: list[Hit] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self, path: str) -> int:
        return sum(hit.path == path for hit in self.hits)

    def on(self, path: str, body: bytes | str = b"", **answer: Any) -> None:
        """Answer a path with this body from now on."""
        self.answers[path] = Answer(body.encode() if isinstance(body, str) else body, **answer)

    def publish(self, *paths: str, front: bool = True) -> None:
        """Articles at these paths, and a front page and a feed that name them."""
        for path in paths:
            self.on(path, article(path), headers={"ETag": f'"{path}"'})
        if front:
            links = "".join(f'<li><a href="{path}">{title(path)}</a></li>' for path in paths)
            self.on("/", f"<!doctype html><html><body><main><ul>{links}</ul></main></body></html>")
        self.on(
            "/feed.xml",
            feed(*(self.url(path) for path in paths)),
            kind="application/rss+xml",
            headers={"ETag": '"feed"'},
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None: ...

            def do_GET(self) -> None:
                with site._lock:
                    site._at_once += 1
                    site.most_at_once = max(site.most_at_once, site._at_once)
                    site.hits.append(Hit(self.path, time.monotonic(), dict(self.headers)))
                    answer = site._next(self.path)
                try:
                    time.sleep(answer.delay)
                    self.reply(answer)
                finally:
                    with site._lock:
                        site._at_once -= 1

            def reply(self, answer: Answer) -> None:
                etag = answer.headers.get("ETag")
                if etag and self.headers.get("If-None-Match") == etag:
                    answer = Answer(status=304, headers=answer.headers)
                body = gzip.compress(answer.body, mtime=0) if answer.packed else answer.body
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.packed:
                    self.send_header("Content-Encoding", "gzip")
                if answer.status != 304:
                    self.send_header("Content-Type", answer.kind)
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler

    def _next(self, path: str) -> Answer:
        answer = self.answers.get(path, Answer(b"<html>Not found</html>", 404))
        if isinstance(answer, list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer


def title(path: str) -> str:
    return f"The long and telling headline of the story {path.strip('/')} as it was printed that day"


def article(path: str) -> str:
    text = "word " * 200
    return f"<!doctype html><html><head><title>{title(path)}</title></head><body><p>{path} {text}</p></body></html>"


def feed(*urls: str) -> str:
    items = "".join(f"<item><title>{title(url)}</title><link>{url}</link><guid>{url}</guid></item>" for url in urls)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title><link>/</link>{items}</channel></rss>'


def sitemap(*urls: str) -> str:
    entries = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'


def sitemap_index(*urls: str) -> str:
    entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'


@dataclass(frozen=True)
class Run:
    """What a crawling process said."""

    code: int
    events: list[Event]
    log: list[dict[str, str]]
    report: FetchReport | None

    def outcomes(self) -> dict[str, str]:
        """Outcome by path."""
        assert self.report is not None, self.log
        return {outcome.url.split("/", 3)[3]: outcome.outcome for outcome in self.report.outcomes}

    def channels(self) -> dict[str, str | None]:
        """Error by path of each channel."""
        assert self.report is not None
        return {c.url.split("/", 3)[3]: c.error for source in self.report.sources for c in source.channels}


class Desk:
    """Sites and crawls of one test."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sites: list[Site] = []
        self.attempt = 0

    def site(self, *paths: str) -> Site:
        """A new site with these articles."""
        site = Site()
        self.sites.append(site)
        if paths:
            site.publish(*paths)
        return site

    def source(self, site: Site, **values: Any) -> Source:
        """A declaration of a site: its feed alone, unless told, and no delay."""
        limits = Limits(**({"delay": 0.0, "lookback_days": None} | values.pop("limits", {})))
        declared: dict[str, Any] = {"feeds": (site.url("/feed.xml"),), "sitemaps": (), "sections": ()} | values
        name = declared.pop("id", f"site-{self.sites.index(site)}")
        return Source(id=name, name=name, homepage=site.url(), country="KZ", language="en", limits=limits, **declared)

    def job(self, *sources: Source, night: str = NIGHT, fetch: dict[str, Any] | None = None, **values: Any) -> Job:
        """The next attempt at a batch of these sources."""
        self.attempt += 1
        settings = Settings(
            store=StoreSettings(url=self.store.url()), fetch=FetchSettings(**({"timeout": 5.0} | (fetch or {})))
        )
        return Job(
            collection="press",
            night=night,
            batch="b000",
            attempt=self.attempt,
            store=self.store.url(),
            settings=settings,
            sources=sources,
            **values,
        )

    def start(self, job: Job, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """A crawling process that has its job."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tearsheet.spiders"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | COMPILED_ONCE | self.store.environment() | (environment or {}),
        )
        assert process.stdin is not None
        process.stdin.write(JOB.dump_json(job))
        process.stdin.close()
        process.stdin = None
        return process

    def finish(self, job: Job, process: subprocess.Popen[bytes]) -> Run:
        """Wait for a process and read all it said."""
        out, err = process.communicate(timeout=120)
        key = report_key(job.collection, job.night, job.batch, job.attempt)
        return Run(
            code=process.returncode,
            events=[EVENT.validate_json(line) for line in out.splitlines()],
            log=[json.loads(line) if line.startswith(b"{") else {"raw": line.decode()} for line in err.splitlines()],
            report=unpack(self.store.get(key)) if self.store.exists(key) else None,
        )

    def crawl(self, *sources: Source, environment: dict[str, str] | None = None, **values: Any) -> Run:
        """A whole crawl."""
        job = self.job(*sources, **values)
        return self.finish(job, self.start(job, environment))


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float = 30.0) -> None:
    """Until something is true; fails where it does not come true, or the process ends before."""
    until = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, f"the process ended: {process.stderr and process.stderr.read().decode()}"
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
