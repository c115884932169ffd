"""Whom a request may reach: without a contact only this machine; no address that is neither public nor opened."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError

from tearsheet.spiders.addresses import FORBIDDEN_ADDRESS, Reach, place
from tearsheet.spiders.errand import NoAnswer
from tearsheet.spiders.hosts import is_loopback
from tearsheet.spiders.resolver import GuardedResolver


class ContactGuard:
    """Refuses any host that is not loopback while ``fetch.contact`` is not set; redirects and robots.txt too.

    A crawler must say whom to turn to.
    """

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


class AddressGuard:
    """Says which requests lead to a forbidden address; that none of them is made is the resolver's work.

    What is written as an address or as localhost is refused before anything is asked, also where a proxy would resolve
    it. Other names a proxy resolves by itself.
    """

    def __init__(self, reach: Reach, resolver: GuardedResolver) -> None:
        self._reach = reach
        self._resolver = resolver

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressGuard:
        """As Scrapy makes it. Raises TypeError: names are not resolved by our resolver."""
        from twisted.internet import reactor

        resolver: object = reactor.nameResolver
        if not isinstance(resolver, GuardedResolver):
            raise TypeError("TWISTED_DNS_RESOLVER must be tearsheet.spiders.resolver.Resolver: see tearsheet.settings")
        return cls(crawler.settings["TEARSHEET_REACH"], resolver)

    def process_request(self, request: Request) -> None:
        """Raises NoAnswer: ``failed.forbidden_address``."""
        if address := self._reach.refuses_url(request.url):
            raise forbidden(request.url, address)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raises NoAnswer: ``failed.forbidden_address``, where that is why the name gave no address."""
        address = self._resolver.refused.get(place(request.url))
        if address and isinstance(exception, CannotResolveHostError):
            raise forbidden(request.url, address) from exception


def forbidden(url: str, address: str) -> NoAnswer:
    """That a URL leads to an address that may not be asked, and what would open it."""
    return NoAnswer(
        FORBIDDEN_ADDRESS, f"{url} leads to {address}, which is no public address; fetch.private_networks can open it"
    )
