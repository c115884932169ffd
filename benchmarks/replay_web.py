#!/usr/bin/env python3
"""Replay real news sites on loopback: a forward proxy that answers from recorded pages (standard library only).

    PAGES_DIR=… replay_web.py [--port 8899] [--sets fundus,wcxb_article,daniel] [--nights 3] [--night 1] [--delay 0.0]
                              [--no-crawl-delay] [--log]

Point a crawler at it with http_proxy=http://127.0.0.1:8899 and crawl the sites by their real names over plain http:
    curl -x http://127.0.0.1:8899 http://www.abc.es/feed.xml
Each host answers with
    /robots.txt         allows all but /private/, names the sitemap; every seventh host asks for Crawl-delay: 1
    /sitemap.xml        an index of /news-sitemap.xml and /sitemap-YYYY.xml
    /news-sitemap.xml   Google News entries with title, language and publication date
    /feed.xml           RSS 2.0; the front page links to it with rel=alternate
    /                   a front page with links to the articles and to pages that are none
    the page's own path the real page as it was captured, with ETag and Last-Modified; 304 where they match
Everything is gzipped where the client accepts it, robots.txt, feeds and sitemaps too; a URL answers only with its exact
query. Pages are spread over N nights by a hash of the URL: on night k a site shows those of nights 1..k. The night is
changed while it runs with   curl -x http://127.0.0.1:8899 -X POST http://replay.invalid/night/2
http://replay.invalid/urls lists what is on show (JSON lines: url, set, id), http://replay.invalid/hits how often what
was fetched.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import sys
import threading
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

XML = '<?xml version="1.0" encoding="UTF-8"?>'
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
Page = dict[str, Any]


class Web:
    """The sites, by host; `night` decides which pages are on show."""

    def __init__(self, sets: list[str], nights: int, night: int, pages: Path) -> None:
        self.nights, self.night, self.hits = nights, night, Counter[str]()
        self.hosts: dict[str, dict[str, Page]] = defaultdict(dict)
        for name in sets:
            for line in (pages / name / "truth.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
                row = json.loads(line)
                if not row["url"] or not urlsplit(row["url"]).hostname:
                    continue
                split = urlsplit(row["url"])
                path = quote(split.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{split.query}" if split.query else "")
                if path == "/":
                    continue
                file = pages / name / "html" / f"{row['id']}.html.gz"
                self.hosts[split.hostname.lower()][path] = {
                    "path": path, "file": file, "set": name, "id": row["id"], "title": row["title"] or "",
                    "lang": row.get("lang") or "en",
                    "date": row.get("date_published") or row.get("captured") or "2024-01-01",
                    "night": int(hashlib.sha256(row["url"].encode()).hexdigest(), 16) % nights + 1,
                    "etag": f'"{hashlib.md5(str(file).encode()).hexdigest()}"',
                }  # fmt: skip

    def shown(self, host: str) -> list[Page]:
        """A host's pages on show, the newest first."""
        return sorted(
            (p for p in self.hosts[host].values() if p["night"] <= self.night), key=lambda p: p["date"], reverse=True
        )


def rfc822(day: str) -> str:
    """A day as a date of HTTP and RSS."""
    return format_datetime(datetime.fromisoformat(day[:10]).replace(hour=6, tzinfo=UTC))


def robots(host: str, crawl_delay: bool) -> str:
    """A host's robots.txt."""
    slow = "Crawl-delay: 1\n" if crawl_delay and int(hashlib.md5(host.encode()).hexdigest(), 16) % 7 == 0 else ""
    return f"User-agent: *\nDisallow: /private/\n{slow}\nSitemap: http://{host}/sitemap.xml\n"


def feed(host: str, pages: list[Page]) -> str:
    """RSS 2.0 of the newest fifty."""
    items = "".join(
        f"<item><title>{escape(p['title'])}</title><link>http://{host}{escape(p['path'])}</link>"
        f'<guid isPermaLink="true">http://{host}{escape(p["path"])}</guid><pubDate>{rfc822(p["date"])}</pubDate></item>'
        for p in pages[:50]
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{host}</title><link>http://{host}/</link>{items}</channel></rss>'


def news_sitemap(host: str, pages: list[Page]) -> str:
    """Google News entries of all pages."""
    urls = "".join(
        f"<url><loc>http://{host}{escape(p['path'])}</loc><news:news><news:publication><news:name>{host}</news:name>"
        f"<news:language>{p['lang'][:2]}</news:language></news:publication><news:publication_date>{p['date'][:10]}</news:publication_date>"
        f"<news:title>{escape(p['title'])}</news:title></news:news></url>"
        for p in pages
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )


def year_sitemap(host: str, pages: list[Page], year: str) -> str:
    """The pages of one year."""
    urls = "".join(
        f"<url><loc>http://{host}{escape(p['path'])}</loc><lastmod>{p['date'][:10]}</lastmod></url>"
        for p in pages
        if p["date"][:4] == year
    )
    return f'{XML}<urlset xmlns="{SITEMAPS}">{urls}</urlset>'


def sitemap_index(host: str, pages: list[Page]) -> str:
    """The index of a host's sitemaps."""
    parts = ["news-sitemap.xml", *(f"sitemap-{y}.xml" for y in sorted({p["date"][:4] for p in pages}))]
    maps = "".join(f"<sitemap><loc>http://{host}/{name}</loc></sitemap>" for name in parts)
    return f'{XML}<sitemapindex xmlns="{SITEMAPS}">{maps}</sitemapindex>'


def front(host: str, pages: list[Page]) -> str:
    """The front page."""
    links = "".join(f'<li><a href="{escape(p["path"])}">{escape(p["title"] or p["path"])}</a></li>' for p in pages[:80])
    return (
        f"<!doctype html><html><head><title>{host}</title>"
        f'<link rel="alternate" type="application/rss+xml" href="/feed.xml"></head>'
        f'<body><nav><a href="/about">About</a> <a href="/private/login">Log in</a> '
        f'<a href="/tag/news?page=2">More</a></nav><ul>{links}</ul></body></html>'
    )


def packed_text(body: bytes) -> bytes:
    """A text body as it is sent to who takes gzip."""
    return gzip.compress(body, 1, mtime=0)


class Handler(BaseHTTPRequestHandler):
    """Answers for every site."""

    protocol_version = "HTTP/1.1"
    web: Web
    delay = 0.0
    crawl_delay = True
    log = False

    def log_message(self, *args: object) -> None:
        """Only where it was asked for."""
        if self.log:
            super().log_message(*args)

    def reply(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        """Send a response."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_POST(self) -> None:
        """The night is changed."""
        split = urlsplit(self.path)
        if split.hostname == "replay.invalid" and split.path.startswith("/night/"):
            self.web.night = int(split.path.rsplit("/", 1)[1])
            return self.reply(200, f"night {self.web.night}\n".encode(), "text/plain")
        return self.reply(405, b"", "text/plain")

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self.do_GET()

    def do_GET(self) -> None:
        """A site's page, or one of the proxy's own."""
        split = urlsplit(self.path)
        host = (split.hostname or self.headers.get("Host", "").partition(":")[0]).lower()
        path = (split.path or "/") + (f"?{split.query}" if split.query else "")
        if host == "replay.invalid":
            return self.about(path)
        if host not in self.web.hosts:
            return self.reply(502, f"no such host here: {host}\n".encode(), "text/plain")
        time.sleep(self.delay)
        self.web.hits[f"{host}{path}"] += 1
        pages, xml = self.web.shown(host), "application/xml; charset=utf-8"
        made = {
            "/": (lambda: front(host, pages), "text/html; charset=utf-8"),
            "/robots.txt": (lambda: robots(host, self.crawl_delay), "text/plain; charset=utf-8"),
            "/feed.xml": (lambda: feed(host, pages), "application/rss+xml; charset=utf-8"),
            "/sitemap.xml": (lambda: sitemap_index(host, pages), xml),
            "/news-sitemap.xml": (lambda: news_sitemap(host, pages), xml),
        }
        if path in made:
            make, kind = made[path]
            return self.conditional(make().encode(), kind)
        if path.startswith("/sitemap-") and path.endswith(".xml"):
            return self.conditional(year_sitemap(host, pages, path[9:13]).encode(), xml)
        found = self.web.hosts[host].get(path)
        if not found or found["night"] > self.web.night:
            return self.reply(404, b"<html><body>Not found</body></html>", "text/html; charset=utf-8")
        return self.conditional(
            found["file"].read_bytes(), "text/html", found["etag"], rfc822(found["date"]), packed=True
        )

    def conditional(
        self, body: bytes, kind: str, etag: str | None = None, modified: str | None = None, *, packed: bool = False
    ) -> None:
        """A 304 for who has it, else the body, gzipped where that is taken; ``packed``: it is gzip already."""
        etag = etag or f'"{hashlib.md5(body).hexdigest()}"'
        if self.headers.get("If-None-Match") == etag or (
            modified and self.headers.get("If-Modified-Since") == modified
        ):
            return self.reply(304, b"", kind, ETag=etag)
        headers = {"ETag": etag} | ({"Last_Modified": modified} if modified else {})
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            headers["Content_Encoding"] = "gzip"
            body = body if packed else packed_text(body)
        elif packed:
            body = gzip.decompress(body)
        return self.reply(200, body, kind, **headers)

    def about(self, path: str) -> None:
        """The proxy's own pages."""
        if path == "/urls":
            rows = (
                {"url": f"http://{h}{p['path']}", "set": p["set"], "id": p["id"]}
                for h in self.web.hosts
                for p in self.web.shown(h)
            )
            return self.reply(200, "".join(json.dumps(r) + "\n" for r in rows).encode(), "application/jsonl")
        if path == "/hits":
            return self.reply(200, json.dumps(self.web.hits, indent=1).encode(), "application/json")
        return self.reply(404, b"", "text/plain")


class Server(ThreadingHTTPServer):
    """A thread a connection; they end with the process."""

    daemon_threads = True
    request_queue_size = 512


def serve(
    pages: Path,
    port: int = 0,
    sets: tuple[str, ...] = ("fundus", "wcxb_article", "daniel"),
    nights: int = 3,
    night: int = 1,
    delay: float = 0.0,
    log: bool = False,
    crawl_delay: bool = True,
) -> Server:
    """Start in a thread; port 0 takes a free one (server.server_address[1])."""
    handler = type(
        "ReplayHandler",
        (Handler,),
        {"web": Web(list(sets), nights, night, pages), "delay": delay, "log": log, "crawl_delay": crawl_delay},
    )
    server = Server(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8899)
    parser.add_argument("--sets", default="fundus,wcxb_article,daniel")
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--night", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument(
        "--pages", type=Path, default=os.environ.get("PAGES_DIR") or None, help="the folder of recorded pages"
    )
    parser.add_argument("--no-crawl-delay", action="store_true")
    parser.add_argument("--log", action="store_true")
    args = parser.parse_args()
    if not args.pages:
        sys.exit("skipped: set PAGES_DIR to the folder of recorded pages")
    sets = tuple(args.sets.split(","))
    server = serve(args.pages, args.port, sets, args.nights, args.night, args.delay, args.log, not args.no_crawl_delay)
    web = server.RequestHandlerClass.web
    shown = sum(len(web.shown(h)) for h in web.hosts)
    print(
        f"http_proxy=http://127.0.0.1:{server.server_address[1]}  {len(web.hosts)} sites, {shown} pages on show "
        f"(night {web.night} of {web.nights})",
        flush=True,
    )
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
