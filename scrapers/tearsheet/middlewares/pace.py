"""One request at a time a site, a delay between two, whatever source asks and whichever of its hosts is asked."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler

from tearsheet import urls

CRAWL_DELAY = "crawl_delay"
"""The key of ``Request.meta`` with the seconds that the origin's robots.txt asks for, None where it does not."""


class Pace:
    """Gives each site one download slot with its delay in seconds; a slot keeps the longest delay anybody asked for.

    Scrapy collects idle slots after a minute and makes them anew from ``per_slot_settings``, so both are kept.
    https://docs.scrapy.org/en/latest/topics/settings.html#download-slots
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Pace:
        """As Scrapy makes it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Puts the request into its site's slot; a redirect has carried over that of the site it came from."""
        site = request.meta["download_slot"] = urls.site(request.url)
        downloader = self._crawler.engine.downloader
        usual = {"concurrency": 1, "delay": self._crawler.settings.getfloat("DOWNLOAD_DELAY")}
        kept = downloader.per_slot_settings.setdefault(site, usual)
        kept["delay"] = max(kept["delay"], request.meta.get(CRAWL_DELAY) or 0.0)
        if slot := downloader.slots.get(site):
            slot.delay = kept["delay"]
