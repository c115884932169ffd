"""What a site's tdmrep.json says of a page goes with its errand into the archive; what is refused is not asked."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler

from tearsheet import urls
from tearsheet.discover.reservations import ORIGIN
from tearsheet.rights import in_force
from tearsheet.spiders.errand import NoAnswer, errand_of
from tearsheet.spiders.press import crawl_of


class RightsMiddleware:
    """Behind the one for robots.txt, which may forbid the page and the file."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RightsMiddleware:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises NoAnswer: ``skipped.rights``, where the policy says so."""
        errand, crawl = errand_of(request), crawl_of(self._crawler)
        if errand.candidate is None:
            return
        errand.rights = (await crawl.reservations.of(request.url, errand)).of(request.url)
        if signals := in_force(errand.rights) & crawl.refused:
            raise NoAnswer("skipped.rights", f"{ORIGIN} of {urls.host(request.url)} says {', '.join(sorted(signals))}")
