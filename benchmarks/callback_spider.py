"""What Tearsheet is measured against: Scrapy with Trafilatura in its callback, which writes nothing. Prints JSON.

python benchmarks/callback_spider.py SITES URLS_FILE    (the proxy comes from the environment)

Scrapy's own default settings, but for as many requests at once as there are sites, one a site, as Tearsheet asks; and
it asks for no robots.txt, of which Tearsheet asks one a site.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from trafilatura import bare_extraction


class CallbackSpider(Spider):
    """Fetches a list and extracts each page where it arrives."""

    name = "callback"

    def __init__(self, urls: list[str], counts: dict[str, int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls, self.counts = urls, counts

    async def start(self) -> AsyncIterator[Request]:
        """Every URL once."""
        for url in self.urls:
            yield Request(url)

    def parse(self, response: Response) -> None:
        """Extract, count and forget."""
        self.counts["pages"] += 1
        self.counts["texts"] += bool(
            bare_extraction(response.body, url=response.url, include_comments=False, with_metadata=True)
        )


def main() -> None:
    """Crawl what the file lists."""
    sites, urls = int(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8").split()
    counts = {"pages": 0, "texts": 0}
    settings = {
        "CONCURRENT_REQUESTS": sites,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "ROBOTSTXT_OBEY": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "ERROR",
    }
    process = AsyncCrawlerProcess(settings)
    process.crawl(CallbackSpider, urls=urls, counts=counts)
    process.start()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps(counts | {"cpu": usage.ru_utime + usage.ru_stime}))


if __name__ == "__main__":
    main()
