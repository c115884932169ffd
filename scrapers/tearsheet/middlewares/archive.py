"""Every response into WARC, innermost: redirect hops, robots.txt, feeds and what is retried as well as pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from tearsheet.archive.exchange import Exchange, media_type
from tearsheet.archive.fields import Fields
from tearsheet.archive.warc import digest
from tearsheet.spiders.errand import Errand, errand_of
from tearsheet.spiders.press import crawl_of
from tearsheet.spiders.segments import Segments

HTML = {"text/html", "application/xhtml+xml", "unk"}
"""Media types of pages; one that is not said may be one."""


class ArchiveMiddleware:
    """Counts requests and bytes for their source, and keeps each exchange.

    A candidate's 2xx page becomes a capture, or a revisit record where it is as it was at its last capture; the errand
    is told which.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveMiddleware:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Counts, once the store has room for what will come."""
        await crawl_of(self._crawler).segments.room()
        errand = errand_of(request)
        errand.tally.requests += 1
        errand.tally.pages += errand.candidate is not None

    def process_response(self, request: Request, response: Response) -> Response:
        """Keeps the exchange."""
        errand = errand_of(request)
        errand.tally.bytes += len(response.body)
        segments = crawl_of(self._crawler).segments
        _keep(exchange_of(request, response), errand, segments)
        segments.rotate()
        return response


def exchange_of(request: Request, response: Response) -> Exchange:
    """An exchange as Scrapy saw it: it re-cases names and drops the reason phrase."""
    return Exchange(
        url=response.url,
        method=request.method,
        request_headers=fields_of(request.headers),
        status=response.status,
        http_version=response.protocol or "HTTP/1.1",
        response_headers=fields_of(response.headers),
        body=response.body,
        fetched_at=datetime.now(UTC),
        ip_address=str(response.ip_address) if response.ip_address and not request.meta.get("proxy") else None,
    )


def fields_of(headers: Headers) -> Fields:
    """Scrapy's fields as names and values."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )


def _keep(exchange: Exchange, errand: Errand, segments: Segments) -> None:
    base, candidate = errand.base, errand.candidate and replace(errand.candidate, rights=errand.rights)
    is_page = candidate is not None and 200 <= exchange.status < 300 and media_type(exchange.response_headers) in HTML
    if base and exchange.status == 304:
        segments.write_revisit(exchange, base)
        errand.unchanged = "not_modified"
    elif base and is_page and digest(exchange.body) == base.digest:
        segments.write_revisit(exchange, base)
        errand.unchanged = "identical"
    else:
        errand.capture = segments.write(exchange, candidate if is_page else None).capture
