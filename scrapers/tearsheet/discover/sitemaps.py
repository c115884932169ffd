"""Sitemaps (https://www.sitemaps.org/protocol.html): urlset, index, plain text, gzipped; Google News entries.

Of a mention of kind ``news_sitemap``, ``published`` is the publisher's ``publication_date``. Of kind ``sitemap`` it is
``lastmod``, when the page was last changed: the latest that it can have been published, good for saying that a page is
too old, not for dating an article. A feed in the place of a sitemap, which the protocol allows, is read as a feed.

Child sitemaps come with the newest first, by their ``lastmod`` or the day, month or year in their name, after those
with neither, so that a caller's limit cuts the past. Those whose name says that they list tags, categories or authors
are left out.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime

from lxml import etree

from tearsheet.discover import mentions
from tearsheet.discover.channel import ChannelPage, absolute, page_url
from tearsheet.discover.feeds import parse_feed
from tearsheet.errors import RecordError
from tearsheet.model import ChannelKind, Mention

MAX_SITEMAP_BYTES = 50_000_000
MAX_URLS = 50_000
"""The protocol's own limits; what is beyond is not read."""

_GZIP_MAGIC = b"\x1f\x8b"
_BLANK = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"
_FEED = re.compile(rb"(?:<[?!][^>]*>\s*)*<(?:rss|feed|(?:\w+:)?RDF)[\s>]")
_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[a-zA-Z]\w{0,31});)")
_DAY_IN_NAME = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?:\D{0,4}(?P<month>0[1-9]|1[0-2])(?:\D{0,4}(?P<day>[0-3]\d))?)?(?!\d)"
)
_TAXONOMY = re.compile(
    r"(?<![a-z])(?:post_tag|tags|categor(?:y|ies)|authors?|users|taxonomies)(?![a-z])[^/]*$", re.IGNORECASE
)


def parse_sitemap(body: bytes, url: str) -> ChannelPage:
    """Read a sitemap or an index of sitemaps, gunzipped if it is gzipped.

    Raises:
        RecordError: it is neither.
    """
    body, cut = _unpacked(body, url)
    start = body[:2000].lstrip(_BLANK)
    if _FEED.match(start):
        return parse_feed(body, url, "")
    return _read_xml(body, url, cut=cut) if start.startswith(b"<") else _read_lines(body, url, cut=cut)


def _unpacked(body: bytes, url: str) -> tuple[bytes, bool]:
    """At most MAX_SITEMAP_BYTES, gunzipped, and whether there was more."""
    if body.startswith(_GZIP_MAGIC):
        try:
            body = gzip.GzipFile(fileobj=io.BytesIO(body)).read(MAX_SITEMAP_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise RecordError(f"{url} is no valid gzip: {error}") from error
    return body[:MAX_SITEMAP_BYTES], len(body) > MAX_SITEMAP_BYTES


def _read_xml(body: bytes, url: str, *, cut: bool) -> ChannelPage:
    pages: dict[str, Mention] = {}
    children: dict[str, datetime | None] = {}
    for count, element in enumerate(_elements(body, url)):
        if count == MAX_URLS:
            cut = True
            break
        said = _children(element)
        location = _text(said, "loc")
        if _name(element) == "url":
            if page := page_url(url, location):
                pages.setdefault(page, _mention(said, url))
        elif (child := absolute(url, location)) and not _TAXONOMY.search(child):
            children.setdefault(child, mentions.date(_text(said, "lastmod")))
    return ChannelPage(entries=tuple(pages.items()), channels=_newest_first(children), truncated=cut)


def _elements(body: bytes, url: str) -> Iterator[etree._Element]:
    """The entries of a sitemap, one at a time and then forgotten; external entities are not read, none is unfolded."""
    parser = etree.iterparse(
        io.BytesIO(_with_ampersands(body)),
        tag=("{*}url", "{*}sitemap"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    try:
        for _, element in parser:
            yield element
            element.clear()
    except etree.XMLSyntaxError as error:
        raise RecordError(f"{url} is no sitemap: {error}") from error
    root = "nothing" if parser.root is None else _name(parser.root)
    if root not in ("urlset", "sitemapindex"):
        raise RecordError(f"{url} is no sitemap: its root is {root}, not urlset or sitemapindex")


def _with_ampersands(body: bytes) -> bytes:
    """Bare ampersands in locations, the commonest error in sitemaps, made good: a parser swallows what follows them."""
    text, *sections = body.split(b"<![CDATA[")
    parts = [_BARE_AMPERSAND.sub(b"&amp;", text)]
    for section in sections:
        verbatim, end, text = section.partition(b"]]>")
        parts += [b"<![CDATA[", verbatim, end, _BARE_AMPERSAND.sub(b"&amp;", text)]
    return b"".join(parts)


def _read_lines(body: bytes, url: str, *, cut: bool) -> ChannelPage:
    """A text sitemap: one URL a line."""
    lines = body.decode("utf-8-sig", errors="replace").split("\n", MAX_URLS)
    found = (page_url("", line) for line in lines[:MAX_URLS])
    pages = {page: Mention(channel=url, kind=ChannelKind.SITEMAP) for page in found if page}
    if not pages:
        raise RecordError(f"{url} is no sitemap: neither XML nor a URL a line")
    return ChannelPage(entries=tuple(pages.items()), truncated=cut or len(lines) > MAX_URLS)


def _mention(said: Mapping[str, etree._Element], channel: str) -> Mention:
    changed = mentions.date(_text(said, "lastmod"))
    if "news" not in said:
        return Mention(channel=channel, kind=ChannelKind.SITEMAP, published=changed)
    news = _children(said["news"])
    released = mentions.date(_text(news, "publication_date"))
    publication = _children(news["publication"]) if "publication" in news else {}
    return Mention(
        channel=channel,
        kind=ChannelKind.NEWS_SITEMAP if released else ChannelKind.SITEMAP,
        title=mentions.title(_text(news, "title")),
        published=released or changed,
        language=mentions.language(_text(publication, "language")),
        keywords=mentions.keywords(_text(news, "keywords").split(",", 2 * mentions.MAX_KEYWORDS)),
    )


def _children(element: etree._Element) -> dict[str, etree._Element]:
    """An element's children by name, whatever their namespace: many sitemaps get it wrong."""
    return {_name(child): child for child in element.iterchildren("*")}


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(elements: Mapping[str, etree._Element], name: str) -> str:
    return (elements[name].text or "").strip() if name in elements else ""


def _newest_first(children: Mapping[str, datetime | None]) -> tuple[tuple[str, ChannelKind], ...]:
    def age(child: str) -> tuple[int, ...]:
        if changed := children[child]:
            return 1, -changed.year, -changed.month, -changed.day
        if named := _DAY_IN_NAME.search(child.rpartition("/")[2]):
            return 1, -int(named["year"]), -int(named["month"] or 12), -int(named["day"] or 31)
        return (0,)

    return tuple((child, _kind(child)) for child in sorted(children, key=age))


def _kind(child: str) -> ChannelKind:
    return ChannelKind.NEWS_SITEMAP if "news" in child.rpartition("/")[2].lower() else ChannelKind.SITEMAP
