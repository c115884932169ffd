"""RSS (0.9 to 2.0, RDF too) and Atom, read by feedparser, which is never given anything to fetch.

A link is, in this order: FeedBurner's ``origLink`` (the publisher's own URL behind its redirect), the entry's link, its
``guid`` if that is a URL. Its date is the published one, else the updated one. Relative URLs are resolved by
``xml:base`` and the feed's own URL. Broken XML is read as far as it goes, by feedparser's second parser.
"""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import feedparser

from tearsheet.discover import mentions
from tearsheet.discover.channel import ChannelPage, page_url
from tearsheet.errors import RecordError
from tearsheet.model import ChannelKind, Mention

MAX_FEED_BYTES = 10_000_000
MAX_ENTRIES = 5_000
"""Both bound the work that one feed can make: feedparser takes some 0.3 ms an entry and 4 s a megabyte of garbage."""

_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_ROOT = re.compile(rb"<[A-Za-z]")


def parse_feed(body: bytes, url: str, media_type: str) -> ChannelPage:
    """Read a feed.

    Args:
        body: without content coding.
        url: where it was read, the base of relative URLs.
        media_type: the Content-Type field's value, for its charset.

    Raises:
        RecordError: too large, no feed, or its document type declares entities.
    """
    _refuse_bombs(body, url)
    body, truncated = _cut(body)
    feed = _parsed(body, url, media_type)
    if not feed.get("version") and not feed.entries:
        raise RecordError(f"{url} is no RSS or Atom feed: {feed.get('bozo_exception', 'it is empty')}")
    language = mentions.language(feed.feed.get("language"))
    named: dict[str, Mention] = {}
    for entry in feed.entries[:MAX_ENTRIES]:
        link = next((found for text in _links(entry) if (found := page_url(url, text))), None)
        if link:
            named.setdefault(link, _mention(entry, url, language))
    return ChannelPage(entries=tuple(named.items()), truncated=truncated or len(feed.entries) > MAX_ENTRIES)


def _parsed(body: bytes, url: str, media_type: str) -> Any:
    try:
        return feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": media_type, "content-location": url},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # its second parser fails on garbage in many ways, and documents none
        raise RecordError(f"{url} is no RSS or Atom feed: {error!r}") from error


def _refuse_bombs(body: bytes, url: str) -> None:
    if len(body) > MAX_FEED_BYTES:
        raise RecordError(f"{url} is longer than the {MAX_FEED_BYTES:,} bytes that are read of a feed")
    plain = body.replace(b"\0", b"")  # so that UTF-16 hides nothing
    root = _ROOT.search(plain)
    if b"<!ENTITY" in plain[: root.start() if root else None]:
        raise RecordError(f"{url} declares entities, which no feed needs and which can unfold without end")


def _cut(body: bytes) -> tuple[bytes, bool]:
    """A feed before its first entry too many, and whether there was one."""
    surplus = next(islice(_ENTRY.finditer(body), MAX_ENTRIES, None), None)
    return (body[: surplus.start()], True) if surplus else (body, False)


def _links(entry: Any) -> Iterator[str]:
    yield entry.get("feedburner_origlink") or ""
    yield entry.get("link") or ""
    yield from (link.get("href") or "" for link in entry.get("links", ()) if link.get("rel") == "alternate")
    identifier = entry.get("id") or ""
    if re.match("https?://", identifier):
        yield identifier


def _mention(entry: Any, channel: str, language: str | None) -> Mention:
    moments = (dict.get(entry, key) for key in ("published_parsed", "updated_parsed"))  # its own get() mixes them up
    moment = next(filter(None, moments), None)
    own_language = entry.get("language") or entry.get("title_detail", {}).get("language")
    return Mention(
        channel=channel,
        kind=ChannelKind.FEED,
        title=mentions.title(entry.get("title")),
        published=_date(moment) if moment else None,
        language=mentions.language(own_language) or language,
        keywords=mentions.keywords(tag.get("label") or tag.get("term") for tag in entry.get("tags", ())),
    )


def _date(moment: Any) -> datetime | None:
    """The moment that a nine-tuple in UTC means."""
    try:
        return mentions.plausible(datetime.fromtimestamp(timegm(moment), UTC))
    except (ValueError, OverflowError, OSError):
        return None
