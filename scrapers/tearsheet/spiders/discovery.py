"""Discovery of one source: its channels asked in turn, and what each of them named.

Declared feeds and sitemaps first, then robots' sitemaps, then the front page, then what these name, sections last. A
channel is asked with the validators of an earlier night; unchanged, it costs one 304, and what it named then is asked
all the same. A channel that fails is reported and ends nothing. Nothing is asked both as a channel and as a page: what
is declared is a channel, and a section that was only found is a page if anybody names it, or has named it, as one.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from scrapy.http import Response

from tearsheet import urls
from tearsheet.archive.coding import GZIP_MAGIC, decode
from tearsheet.config.models import Source
from tearsheet.discover.channel import ChannelPage
from tearsheet.discover.feeds import parse_feed
from tearsheet.discover.pages import parse_page
from tearsheet.discover.sitemaps import parse_sitemap
from tearsheet.errors import RecordError
from tearsheet.model import ChannelKind, Mention
from tearsheet.spiders.asking import Asker, header
from tearsheet.spiders.errand import Errand, NoAnswer, Tally
from tearsheet.spiders.job import ChannelReport
from tearsheet.spiders.robots import RobotsFiles
from tearsheet.state import ChannelState, SourceState

log = logging.getLogger(__name__)

MAX_CHANNELS = 200
"""Channels asked of a source in a night; large outlets have a sitemap for each month since they went online."""
MAX_SITEMAP_DEPTH = 3
CHANNEL_CAP = 50_000_000
"""Bytes of a channel's body once decoded: the sitemap protocol's own limit (https://www.sitemaps.org/protocol.html)."""

_SITEMAPS = {ChannelKind.SITEMAP, ChannelKind.NEWS_SITEMAP}
_PAGES = {ChannelKind.FRONT_PAGE, ChannelKind.SECTION}


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel to ask. ``kind`` is None where only a state of an earlier night names it; ``guessed``: by nobody."""

    url: str
    kind: ChannelKind | None
    depth: int = 0
    guessed: bool = False


@dataclass(slots=True)
class Found:
    """What was found so far: mentions by URL as discovered, reports, and validators by channel URL.

    ``asked`` are the document ids of all channels that answered.
    """

    mentions: dict[str, list[Mention]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    channels: list[ChannelReport] = field(default_factory=list)
    validators: dict[str, ChannelState] = field(default_factory=dict)


class Discovery:
    """One source's discovery for one night; ``found`` grows while ``run`` works, and stays if that is cut short."""

    def __init__(
        self, source: Source, night: str, known: SourceState, *, asker: Asker, robots: RobotsFiles, tally: Tally
    ) -> None:
        self.found = Found()
        self._source = source
        self._night = night
        self._known = known
        self._asker = asker
        self._robots = robots
        self._errand = Errand(source.id, tally)
        self._queue: deque[Channel] = deque()
        self._last: deque[Channel] = deque()
        self._queued: set[str] = set()

    async def run(self) -> None:
        """Ask every channel, at most MAX_CHANNELS."""
        for first in await self._first():
            self._enqueue(first, self._queue)
        for _ in range(MAX_CHANNELS):
            if (channel := self._next()) is None:
                return
            await self._ask(channel)
        if channel := self._next():
            more = len(self._queue) + len(self._last)
            limit = f"{MAX_CHANNELS} channels a source and night are the limit"
            self._report(channel, error=f"not asked, nor are {more} more: {limit}")

    async def _first(self) -> list[Channel]:
        """What is known before anything was asked, and robots' sitemaps; who names none may have the usual one."""
        source = self._source
        sitemaps = [Channel(url, ChannelKind.SITEMAP) for url in source.sitemaps or ()]
        if source.sitemaps is None:
            usual = Channel(urljoin(source.homepage, "/sitemap.xml"), ChannelKind.SITEMAP, guessed=True)
            sitemaps = [Channel(url, ChannelKind.SITEMAP) for url in await self._robots_sitemaps()] or [usual]
        return [
            *(Channel(url, ChannelKind.FEED) for url in source.feeds or ()),
            *sitemaps,
            Channel(source.homepage, ChannelKind.FRONT_PAGE),
            *(Channel(url, ChannelKind.SECTION) for url in source.sections or ()),
        ]

    async def _robots_sitemaps(self) -> tuple[str, ...]:
        """None where the homepage may not be asked at all, which its own request will tell."""
        try:
            return (await self._robots.of(self._source.homepage, self._errand)).sitemaps
        except NoAnswer:
            return ()

    def _enqueue(self, channel: Channel, queue: deque[Channel]) -> None:
        if channel.url not in self._queued:
            self._queued.add(channel.url)
            queue.append(channel)

    def _next(self) -> Channel | None:
        if self._queue:
            return self._queue.popleft()
        while self._last:
            if not self._is_page((channel := self._last.popleft()).url):
                return channel
        return None

    def _is_page(self, url: str) -> bool:
        document_id = urls.document_id(url)
        return url in self.found.mentions or document_id in self._known.seen or document_id in self._known.pending

    async def _ask(self, channel: Channel) -> None:
        last = self._known.channels.get(channel.url)
        try:
            response = await self._asker.ask(channel.url, self._errand, headers=self._validators(last))
            self.found.asked.add(urls.document_id(channel.url))
            if response.status == 304 and last:
                self._unchanged(channel, last)
            else:
                kind, page = await asyncio.to_thread(read_channel, channel.kind, response)
                self._read(replace(channel, kind=kind), response, page)
        except NoAnswer as failure:
            if not (channel.guessed and failure.outcome == "failed.not_found"):
                self._report(channel, status=failure.status, error=f"{failure.outcome}: {failure.detail}")
        except RecordError as error:
            self._report(channel, status=response.status, error=str(error))

    def _validators(self, last: ChannelState | None) -> dict[str, str]:
        """Those of an earlier night alone: a night that is run again must hear again what its channels name."""
        if last is None or last.night >= self._night:
            return {}
        return conditional(last.etag, last.last_modified)

    def _unchanged(self, channel: Channel, last: ChannelState) -> None:
        self.found.validators[channel.url] = replace(last, night=self._night)
        self._report(channel, status=304)
        for url in last.named:
            self._enqueue(Channel(url, None, channel.depth + 1), self._last)

    def _read(self, channel: Channel, response: Response, page: ChannelPage) -> None:
        for url, mention in page.entries:
            self.found.mentions.setdefault(url, []).append(mention)
        named = [Channel(url, kind, channel.depth + 1) for url, kind in page.channels if self._follows(channel, kind)]
        for child in named:
            self._enqueue(child, self._last if child.kind is ChannelKind.SECTION else self._queue)
        self.found.validators[channel.url] = ChannelState(
            night=self._night,
            etag=header(response, "ETag"),
            last_modified=header(response, "Last-Modified"),
            named=tuple(child.url for child in named[:MAX_CHANNELS]),
        )
        if page.truncated:
            told = {"source": self._source.id, "url": channel.url}
            log.warning("only its first %d pages are read: it names more", len(page.entries), extra=told)
        self._report(channel, status=response.status, named=len(page.entries))

    def _follows(self, parent: Channel, kind: ChannelKind) -> bool:
        """What was declared is not discovered; sections are followed to ``max_depth``, sitemaps to their own."""
        source = self._source
        if kind in _SITEMAPS:
            return parent.kind in _SITEMAPS and parent.depth < MAX_SITEMAP_DEPTH
        if kind is ChannelKind.FEED:
            return source.feeds is None
        return kind is ChannelKind.SECTION and source.sections is None and parent.depth < source.limits.max_depth

    def _report(self, channel: Channel, *, status: int | None = None, named: int = 0, error: str | None = None) -> None:
        kind = channel.kind or "unknown"
        self.found.channels.append(ChannelReport(url=channel.url, kind=kind, status=status, named=named, error=error))
        if error:
            log.warning("%s: %s", kind, error, extra={"source": self._source.id, "url": channel.url})


def read_channel(kind: ChannelKind | None, response: Response) -> tuple[ChannelKind, ChannelPage]:
    """A channel's kind, seen from its content where nobody said it, and what it names.

    Raises:
        RecordError: the body is not what it should be.
    """
    body = decode(response.body, header(response, "Content-Encoding") or "", CHANNEL_CAP)
    kind = kind or kind_of(body)
    if kind in _PAGES:
        return kind, parse_page(body, response.url, kind)
    if kind in _SITEMAPS:
        return kind, parse_sitemap(body, response.url)
    return kind, parse_feed(body, response.url, header(response, "Content-Type") or "")


def kind_of(body: bytes) -> ChannelKind:
    """What a body looks like: a sitemap by its root or its gzip magic, a section by its HTML, else a feed."""
    start = body[:1024].lower()
    if body.startswith(GZIP_MAGIC) or b"<urlset" in start or b"<sitemapindex" in start:
        return ChannelKind.SITEMAP
    return ChannelKind.SECTION if b"<html" in start or b"<!doctype html" in start else ChannelKind.FEED


def conditional(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """The fields of a conditional request (RFC 9110, section 13.1); empty without validators."""
    fields = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in fields.items() if value}
