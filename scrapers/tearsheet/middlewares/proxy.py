"""Fetching goes through ``fetch.proxy``, else through the environment's proxies, but for the hosts of ``no_proxy``."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware


class Proxy(HttpProxyMiddleware):
    """Scrapy's, with a proxy of the settings; it reads the environment once a site, not once a request."""

    def __init__(self, proxy: str | None) -> None:
        super().__init__()
        found = {"http": proxy, "https": proxy} if proxy else getproxies()
        self._proxy_of = lru_cache(maxsize=4096)(lambda scheme, host: None if proxy_bypass(host) else found.get(scheme))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Proxy:
        """As Scrapy makes it."""
        return cls(crawler.settings["TEARSHEET_PROXY"])

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Sets the proxy and, apart from its URL, the credentials that it asks for."""
        split = urlsplit(request.url)
        request.meta["proxy"] = self._proxy_of(split.scheme, split.hostname or "")
        super().process_request(request)
