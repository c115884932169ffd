"""Whatever the bytes: a parser names valid pages or raises RecordError, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearsheet.discover.channel import ChannelPage
from tearsheet.discover.feeds import parse_feed
from tearsheet.discover.pages import parse_page
from tearsheet.discover.robots import parse_robots
from tearsheet.discover.sitemaps import parse_sitemap
from tearsheet.errors import RecordError
from tearsheet.model import ChannelKind
from tearsheet.urls import document_id

URL = "https://example.com/channel"
PARSERS = [
    partial(parse_feed, url=URL, media_type="text/xml; charset=x-unknown"),
    partial(parse_sitemap, url=URL),
    partial(parse_page, url=URL, kind=ChannelKind.FRONT_PAGE),
]
PIECES = [
    *("<rss version='2.0'>", "<channel>", "<item>", "</item>", "<link>", "</link>", "<title>", "<pubDate>", "<guid>"),
    *(
        "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "<entry>",
        "<updated>",
        "<link href='",
        "'/>",
        "xml:base='http://[",
    ),
    *(
        "<urlset>",
        "<url>",
        "</url>",
        "<loc>",
        "</loc>",
        "<lastmod>",
        "<sitemapindex>",
        "<sitemap>",
        "<news>",
        "</news>",
    ),
    *(
        "<a href='",
        "'>",
        "</a>",
        "<nav>",
        "<base href='//'>",
        "<h2>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE x [",
        "]>",
    ),
    *(
        "https://example.com/2024/05/06/a-story-of-it",
        "http://[::1",
        "http://\u0430.\u3002/",
        "/x?\t",
        "&#xD800;",
        "&amp;",
        "&x;",
    ),
    *("2024-05-06", "Mon, 06 May 2024 10:00:00 GMT", "9999-99-99", "\0", "\ud800", "é", " ", "<?xml version='1.0'?>"),
]
bodies = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=25).map(lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(PIECES), max_size=25).map(
        lambda pieces: "".join(pieces).encode("utf-16", "surrogatepass")
    ),
)


@pytest.mark.parametrize("parse", PARSERS, ids=["feed", "sitemap", "page"])
@settings(deadline=None)
@given(body=bodies)
def test_channels(parse: Callable[[bytes], ChannelPage], body: bytes) -> None:
    with suppress(RecordError):
        page = parse(body)
        for url, _ in (*page.entries, *page.channels):
            try:
                document_id(url)
            except RecordError:
                pytest.fail(f"{url!r} is no valid URL")
        assert len(dict(page.entries)) == len(page.entries)
        assert len(dict(page.channels)) == len(page.channels)


@settings(deadline=None)
@given(st.one_of(st.none(), bodies), st.one_of(st.none(), st.integers(100, 599)))
def test_robots(body: bytes | None, status: int | None) -> None:
    robots = parse_robots(body, status)
    assert robots.allows("https://example.com/a?b", "tearsheet/1") is not robots.closed or robots.rules
