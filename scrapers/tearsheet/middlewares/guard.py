"""Without a contact in the settings, nobody but this machine is asked: a crawler must say whom to turn to."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler

from tearsheet.spiders.errand import NoAnswer
from tearsheet.spiders.hosts import is_loopback


class ContactGuard:
    """Refuses any host that is not loopback while ``fetch.contact`` is not set; redirects and robots.txt too."""

    def __init__(self, *, allow_all: bool) -> None:
        self._allow_all = allow_all

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ContactGuard:
        """As Scrapy makes it."""
        return cls(allow_all=bool(crawler.settings["TEARSHEET_CONTACT"]))

    def process_request(self, request: Request) -> None:
        """Raises NoAnswer: ``skipped.no_contact``."""
        if not self._allow_all and not is_loopback(request.url):
            raise NoAnswer("skipped.no_contact", f"{request.url} is not on this machine; set fetch.contact to ask it")
