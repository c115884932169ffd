"""Nothing is asked that the host's robots.txt does not allow, and nothing faster than it asks for (RFC 9309)."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler

from tearsheet import urls
from tearsheet.middlewares.pace import CRAWL_DELAY
from tearsheet.spiders.errand import NoAnswer, errand_of
from tearsheet.spiders.press import crawl_of


class RobotsMiddleware:
    """Asks for robots.txt before the first request to an origin; its Crawl-delay is for ``Pace``."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["USER_AGENT"]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises NoAnswer: ``skipped.robots``, or ``pending.robots_unreachable`` where there were no rules to read."""
        errand = errand_of(request)
        if errand.robots:
            return
        robots = await crawl_of(self._crawler).robots.of(request.url, errand)
        if robots.closed:
            raise NoAnswer("pending.robots_unreachable", f"robots.txt of {urls.host(request.url)} could not be read")
        request.meta[CRAWL_DELAY] = robots.crawl_delay(self._agent)
        if not robots.allows(request.url, self._agent):
            raise NoAnswer("skipped.robots", f"robots.txt of {urls.host(request.url)} disallows it")
