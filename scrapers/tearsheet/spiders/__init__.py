"""Fetch: discover what a batch of sources names tonight, ask for it politely, archive every exchange.

``process`` is the process around a crawl, ``press`` the Scrapy spider it runs in, ``crawl`` one batch, ``source`` one
source: ``discovery`` first, then its ``pages`` one by one. ``asking`` makes one request, ``segments`` keeps what came.
"""
