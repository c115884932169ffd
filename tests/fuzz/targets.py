"""What reads bytes that strangers wrote, each as a function of bytes that may raise our errors and no others."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from tearsheet.archive import cdxj
from tearsheet.archive.coding import decode
from tearsheet.archive.indexing import index
from tearsheet.archive.record import parse_member
from tearsheet.discover.feeds import parse_feed
from tearsheet.discover.robots import parse_robots
from tearsheet.discover.sitemaps import parse_sitemap
from tearsheet.documents.loose import read_loose
from tearsheet.errors import TearsheetError
from tearsheet.select import parse

URL = "http://press.example/2026/01/05/a-story"
KEY = "raw/press/2026-01-05/b000-001-00001.warc.gz"
CAP = 1_000_000


@dataclass(frozen=True)
class Target:
    """``read`` is what is fuzzed; ``seeds`` are whole inputs, ``pieces`` what inputs of its kind are made of."""

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    pieces: tuple[bytes, ...] = field(default=())


def attempt(target: Target, data: bytes) -> None:
    """Read bytes; whatever is raised but our errors is a finding."""
    with suppress(TearsheetError):
        target.read(data)


def _warc(data: bytes) -> None:
    entries = index(io.BytesIO(data), KEY).entries
    for entry in cdxj.load(cdxj.dump(entries)):
        with suppress(TearsheetError):
            parse_member(data[entry.offset : entry.offset + entry.length], cap=CAP)


def _codings(data: bytes) -> None:
    for coding in ("gzip", "deflate", "br", "zstd"):
        with suppress(TearsheetError):
            decode(data, coding, CAP)


def _query(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    parse(text).match({"title": text, "text": text})


def _robots(data: bytes) -> None:
    parse_robots(data, 200).allows(URL, "tearsheet/1")
    parse_robots(data, 200).crawl_delay("tearsheet/1")


def _record(kind: str, block: bytes, *fields: str) -> bytes:
    head = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:0-{kind}>",
        "WARC-Date: 2026-01-05T02:00:00Z",
        *fields,
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + block + b"\r\n\r\n"


def _segment(*, packed: bool) -> bytes:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(
        _PAGE, mtime=0
    )
    candidate = b'{"document_id":"0123456789abcdef0123","url":"http://press.example/a","source":"one","mentions":[]}'
    to_page = ("WARC-Concurrent-To: <urn:uuid:0-response>", "Content-Type: application/json")
    records = [
        _record("warcinfo", b"software: tearsheet/0.1.0\r\n", "Content-Type: application/warc-fields"),
        _record("response", page, f"WARC-Target-URI: {URL}", "Content-Type: application/http;msgtype=response"),
        _record("metadata", candidate, *to_page),
    ]
    return b"".join(gzip.compress(record, mtime=0) if packed else record for record in records)


_PARAGRAPH = "<p>The council agreed on Monday to widen the eastern quay by {0} metres, with {0} votes against two.</p>"
_PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>The quay is to be widened | Press</title>"
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"The quay","datePublished":"2026-01-04",'
    '"author":[{"name":"Ann Lee"}],"isAccessibleForFree":false}</script>'
    "<meta property=og:url content=http://press.example/a><link rel=canonical href=/a></head><body>"
    "<nav><a href=/>Home</a></nav><article><h1>The quay is to be widened</h1><time datetime=2026-01-04>4 January</time>"
    f"{''.join(map(_PARAGRAPH.format, range(9)))}<aside>Sign up to our newsletter</aside></article></body></html>"
).encode()
_FEED = b"""<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Press</title>
<item><title>A &amp; b</title><link>http://press.example/a</link><guid isPermaLink="true">http://press.example/a</guid>
<pubDate>Mon, 05 Jan 2026 02:00:00 GMT</pubDate><category>x</category></item></channel></rss>"""
_ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://press.example/" xml:lang="en"><entry>
<title>A</title><link rel="alternate" href="/a"/><updated>2026-01-05T02:00:00Z</updated></entry></feed>"""
_SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>http://press.example/a</loc><lastmod>2026-01-05
</lastmod><news:news><news:publication_date>2026-01-05</news:publication_date><news:title>A</news:title></news:news></url>
</urlset>"""
_INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>http://press.example/s.xml.gz
</loc></sitemap></sitemapindex>"""

TARGETS: Mapping[str, Target] = {
    "page": Target(
        read_loose,
        (_PAGE, b"By Ann Lee\n\nA headline\n\nA text of some words.\n"),
        (
            b"<p>",
            b"</p>",
            b"<!--",
            b"<table><tr><td>",
            b'"@graph":[',
            b"&#xD800;",
            b"<base href='//'>",
            b"\xff\xfe",
            b"\0",
        ),
    ),
    "feed": Target(
        lambda data: parse_feed(data, URL, "text/xml"),
        (_FEED, _ATOM),
        (
            b"<item>",
            b"<link>",
            b"<![CDATA[",
            b"<!DOCTYPE x [<!ENTITY a '&a;'>]>",
            b"&a;",
            b"xml:base='http://['",
            b"9999-99-99",
        ),
    ),
    "sitemap": Target(
        lambda data: parse_sitemap(data, URL),
        (_SITEMAP, _INDEX, gzip.compress(_SITEMAP, mtime=0), b"http://press.example/a\nhttp://press.example/b\n"),
        (b"<url>", b"<loc>", b"http://[::1", b"<lastmod>0000-00-00", b"\x1f\x8b\x08", b"</urlset>"),
    ),
    "robots": Target(
        _robots,
        (b"User-agent: *\nDisallow: /a*$\nAllow: /\nCrawl-delay: 1.5\nSitemap: http://press.example/s.xml\n",),
        (
            b"User-agent:",
            b"Disallow: *",
            b"Crawl-delay: 1e999",
            b"Crawl-delay: nan",
            b"Request-rate: 1/",
            b"%",
            b"\r",
            b"$",
        ),
    ),
    "warc": Target(
        _warc,
        (_segment(packed=True), _segment(packed=False)),
        (
            b"WARC/1.1\r\n",
            b"Content-Length: -1",
            b"Content-Length: 99999999999999999999",
            b"WARC-Date: 9999-12-31T23:59:59-23:59",
        ),
    ),
    "index": Target(
        cdxj.load,
        (cdxj.dump(index(io.BytesIO(_segment(packed=True)), KEY).entries),),
        (b'"offset":"-1"', b'"fetched_at":"2026-01-05"', b"null", b"1e400", b"\\ud800"),
    ),
    "coding": Target(
        _codings, (gzip.compress(_PAGE, mtime=0), b"\x28\xb5\x2f\xfd\x04\x58\x09\x00\x00abc", b"\x0b\x02\x80abc\x03")
    ),
    "query": Target(
        _query,
        (b'(kazakh* OR "collective security"~3) AND NOT title:football', "暴動 OR é".encode()),
        (b"(", b")", b'"', b"~", b"^", b"[a TO b]", b"title:", b"/", b"\\", b"&&", b"NOT ", b"*", b"?", b"{", b"+-!"),
    ),
}
