"""Scrapy's settings for every crawl, each with its reason. What a job decides stands in ``tearsheet.spiders.process``.

Manners and limits come from the operator's configuration: nothing here may weaken them.
"""

from __future__ import annotations

# The project. https://docs.scrapy.org/en/latest/topics/settings.html

BOT_NAME = "tearsheet"
SPIDER_MODULES = ["tearsheet.spiders.press"]

# asyncio, because a source's crawl is a coroutine that asks one URL after the other, and because cancelling it on
# SIGTERM ends what is in flight at once. https://docs.scrapy.org/en/latest/topics/asyncio.html
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

# Default: Scrapy's, which it stands on. What may be connected to is decided where names become addresses.
# https://docs.scrapy.org/en/latest/topics/settings.html#twisted-dns-resolver
TWISTED_DNS_RESOLVER = "tearsheet.spiders.resolver.Resolver"

# Manners. https://docs.scrapy.org/en/latest/topics/settings.html#download-slots
# Pace sets delay and concurrency of each site before its first request; these are what it falls back to.

DOWNLOAD_DELAY = 1.0
# Default: half the delay either way, which costs a quarter of the night; the delay asked for is the delay kept.
DOWNLOAD_DELAY_JITTER = 0.0
# Default: off, and Scrapy's own middleware ignores the status, Crawl-delay and compression: ours is used instead.
ROBOTSTXT_OBEY = False

# What is asked for. https://docs.scrapy.org/en/latest/topics/downloader-middleware.html

# One coding that every server knows and every WARC tool reads; no Accept-Language, so that a site shows its own.
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip",
}
# Default: on. Bodies go to the archive as received; who needs their text decodes them, once.
COMPRESSION_ENABLED = False
# Default: on. A session would make tonight's page depend on what was asked before.
COOKIES_ENABLED = False
# Default: on. Redirects are followed by ``tearsheet.spiders.asking``, which decides at each hop whether it may.
REDIRECT_ENABLED = False
# Default: on. It would parse every page as text, and a page that forwards its readers is what was published.
METAREFRESH_ENABLED = False
# Default: off; said aloud, because the RFC 2616 policy silently takes feeds for fresh.
HTTPCACHE_ENABLED = False
# Default: off; said aloud. Many outlets serve broken certificate chains, and a reader who clicks on sees the page.
DOWNLOAD_VERIFY_CERTIFICATES = False
# Default: 32 MB; a body near the limit is no news to anybody.
DOWNLOAD_WARNSIZE = 0

DOWNLOADER_MIDDLEWARES = {
    # From the engine …
    "tearsheet.middlewares.guard.ContactGuard": 50,
    "tearsheet.middlewares.robots.RobotsMiddleware": 100,
    "tearsheet.middlewares.rights.RightsMiddleware": 150,
    "tearsheet.middlewares.backoff.Backoff": 550,
    "tearsheet.middlewares.guard.AddressGuard": 600,
    "tearsheet.middlewares.proxy.Proxy": 750,
    "tearsheet.middlewares.pace.Pace": 800,
    "tearsheet.middlewares.archive.ArchiveMiddleware": 950,
    # … to the downloader. Of Scrapy's own those that set time-out and headers stay between.
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
}
# Default: the same; said aloud, because Backoff holds the site for each of them.
# https://docs.scrapy.org/en/latest/topics/downloader-middleware.html#retry-http-codes
RETRY_HTTP_CODES = [408, 429, 500, 502, 503, 504, 522, 524]
# Default: ERROR; the outcome and the channel's report say it with the reason.
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"

# What runs beside the crawl. https://docs.scrapy.org/en/latest/topics/extensions.html

# Default: on, both open a port. Taken off the list, they are not even imported, which takes longer than a small crawl.
EXTENSIONS = {
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
}
# Default: on; the operator's supervisor watches memory.
MEMUSAGE_ENABLED = False
# Numbers are in the fetch report and in the events; Scrapy's own would be logged in many lines.
STATS_CLASS = "scrapy.statscollectors.DummyStatsCollector"
STATS_DUMP = False
LOGSTATS_INTERVAL = 0

# The log: one JSON object a line, set up by ``tearsheet.spiders.logs``.
# https://docs.scrapy.org/en/latest/topics/logging.html
LOG_INSTALL_ROOT_HANDLER = False
LOG_VERSIONS: list[str] = []
