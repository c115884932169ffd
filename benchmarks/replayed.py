"""Replayed sites for the benchmarks: the proxy as a process of its own, and the configuration of its sites."""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workplace import server, write_config


def pages_dir() -> Path:
    """The folder of real pages; the benchmarks that need it end here without it."""
    folder = os.environ.get("PAGES_DIR")
    if not folder:
        sys.exit("skipped: set PAGES_DIR to the folder of real pages")
    return Path(folder)


@dataclass(frozen=True)
class Replay:
    """The running proxy."""

    port: int
    pid: int

    @property
    def proxy(self) -> str:
        """What http_proxy is set to."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, *, post: bool = False) -> bytes:
        """The proxy's own pages: /urls, /hits, and POST /night/N."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": self.proxy}))
        request = urllib.request.Request(f"http://replay.invalid{path}", method="POST" if post else "GET")
        with opener.open(request, timeout=60) as answer:
            return bytes(answer.read())

    def urls(self) -> list[str]:
        """The pages on show."""
        return [json.loads(line)["url"] for line in self.ask("/urls").splitlines()]

    def hits(self) -> dict[str, int]:
        """How often each URL, without its scheme, was asked."""
        return dict(json.loads(self.ask("/hits")))

    def night(self, number: int) -> None:
        """Show the pages of nights 1 to ``number``."""
        self.ask(f"/night/{number}", post=True)


@contextmanager
def replay(*options: str) -> Iterator[Replay]:
    """The proxy on a free port, ended at the end of the block."""
    with server("replay_web.py", "--port", "0", "--pages", str(pages_dir()), *options) as running:
        print(running.told, flush=True)
        yield Replay(int(running.told.split()[0].rpartition(":")[2]), running.pid)


def write_replayed(folder: Path, urls: list[str], *, fetch: dict[str, Any] | None = None) -> int:
    """A collection of all the sites, one source a host; how many there are."""
    hosts = sorted({urlsplit(url).hostname or "" for url in urls})
    sources = [
        {"id": source_id(host), "name": host, "homepage": f"http://{host}/", "country": "US", "language": "en"}
        for host in hosts
    ]
    limits = {"lookback_days": None, "max_pages": 5000, "delay": 0, "revisit": []}
    write_config(folder, sources, limits=limits, fetch={"sources_per_batch": 300, **(fetch or {})})
    return len(sources)


def source_id(host: str) -> str:
    """A host as a source id."""
    return re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:60]
