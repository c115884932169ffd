"""The one spider: its start is a whole crawl, since each source asks one URL at a time and hears before it asks again.

Requests are handed to the downloader one a source (``engine.download_async``), so that no scheduler queue is
ever longer than nothing. https://docs.scrapy.org/en/latest/topics/coroutines.html#inline-requests
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

from scrapy import Spider
from scrapy.crawler import Crawler

from tearsheet.spiders.crawl import Crawl


class PressSpider(Spider):
    """Runs a crawl inside Scrapy's engine."""

    name = "press"

    def __init__(self, crawl: Crawl, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.crawl = crawl

    async def start(self) -> AsyncIterator[Any]:
        """Yields nothing: what was fetched is in the archive and the report."""
        await self.crawl.run(self.crawler)
        return
        yield  # which makes it the asynchronous generator that Scrapy asks for


def crawl_of(crawler: Crawler) -> Crawl:
    """The crawl that a crawler's spider runs, for its middlewares."""
    return cast(PressSpider, crawler.spider).crawl
