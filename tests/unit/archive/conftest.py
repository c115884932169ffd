"""Exchanges to archive, and a segment with everything that a night brings."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tearsheet.archive.exchange import Exchange
from tearsheet.archive.keys import SegmentName
from tearsheet.archive.record import parse_member
from tearsheet.archive.writer import SegmentWriter
from tearsheet.model import Candidate, ChannelKind, Mention

NAME = SegmentName("press", "2026-01-05", "b000", 1, 0)
PAGE = "<!doctype html><title>Ä headline</title>" + "<p>A paragraph of the article.</p>" * 60


def _page(url: str = "http://news.example/a") -> Exchange:
    body = gzip.compress(f"{PAGE}<p>{url}".encode(), mtime=0)
    return Exchange(
        url=url,
        request_headers=(("User-Agent", "Tearsheet/test (+mailto:desk@example.org)"), ("Accept-Encoding", "gzip")),
        status=200,
        reason="OK",
        response_headers=(
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(body))),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
        ),
        body=body,
        fetched_at=datetime(2026, 1, 5, 2, 0, 0, 123456, tzinfo=UTC),
        ip_address="192.0.2.7",
    )


def _candidate(url: str = "http://news.example/a") -> Candidate:
    mention = Mention(
        channel="http://news.example/feed",
        kind=ChannelKind.FEED,
        title="Überschrift – 速報\n“quoted” \u2028",
        published=datetime(2026, 1, 4, 23, 0, tzinfo=UTC),
        keywords=("politics", "κόσμος"),
    )
    return Candidate(document_id="0123456789abcdef0123", url=url, source="example", mentions=(mention,) * 60)


def _segment(folder: Path, name: SegmentName = NAME) -> SegmentWriter:
    return SegmentWriter(name, folder, contact="mailto:desk@example.org", user_agent="Tearsheet/test")


@pytest.fixture(scope="session")
def make_page() -> Callable[..., Exchange]:
    """``make_page(url)``: a page as most servers send it, gzipped."""
    return _page


@pytest.fixture(scope="session")
def make_candidate() -> Callable[..., Candidate]:
    """``make_candidate(url)``: what a feed said of a page."""
    return _candidate


@pytest.fixture(scope="session")
def make_segment() -> Callable[..., SegmentWriter]:
    """``make_segment(folder, name)``: an open segment."""
    return _segment


@pytest.fixture
def nights(tmp_path: Path) -> tuple[SegmentWriter, SegmentWriter]:
    """Two closed segments: one of robots, a redirect with its page, a plain page and a failure; one of two revisits."""
    text = (("Content-Type", "text/plain"),)
    first = _segment(tmp_path)
    first.write_exchange(replace(_page("http://news.example/robots.txt"), response_headers=text, body=b"User-agent: *"))
    asked = _candidate("http://news.example/old")
    moved = replace(_page(asked.url), status=301, reason="Moved", response_headers=(("Location", "/a"),), body=b"")
    first.write_exchange(moved, asked)
    page = first.write_exchange(_page(), asked)
    html = (("content-type", "Text/HTML;x"),)
    plain = replace(_page("http://news.example/b?x=1"), reason="", response_headers=html, body=PAGE.encode())
    first.write_exchange(plain, _candidate(plain.url))
    first.write_exchange(
        replace(_page("http://news.example/c"), status=503, body=b"later"), _candidate("http://news.example/c")
    )
    first.close()

    base = parse_member(first.path.read_bytes()[page.offset : page.offset + page.length])
    second = _segment(tmp_path, SegmentName("press", "2026-01-06", "b001", 1, 0))
    unchanged = replace(_page(), fetched_at=base.fetched_at + timedelta(days=1))
    second.write_revisit(replace(unchanged, status=304, reason="", response_headers=(("ETag", "x"),), body=b""), base)
    second.write_revisit(replace(unchanged, fetched_at=base.fetched_at + timedelta(days=1, hours=1)), base)
    second.close()
    return first, second
