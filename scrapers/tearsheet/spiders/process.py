"""The crawling process: a job on stdin, events on stdout, the log on stderr, the report in the store, an exit code."""

from __future__ import annotations

import ctypes
import logging
import signal
import sys
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from tearsheet import urls
from tearsheet.collector import collect_rarely
from tearsheet.config.models import Source
from tearsheet.errors import ConfigError, FetchError, TearsheetError
from tearsheet.spiders import logs
from tearsheet.spiders.addresses import declared_urls, reach_of
from tearsheet.spiders.crawl import Crawl
from tearsheet.spiders.hosts import refuse_without_contact
from tearsheet.spiders.job import JOB, Job
from tearsheet.spiders.press import PressSpider
from tearsheet.storage import Store

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1


def main() -> int:
    """Crawl what stdin asks for; 0, or the exit code of the error that the last line of the log tells of."""
    collect_rarely()
    logs.set_up()
    die_with_parent()
    try:
        crawl_job(read_job(sys.stdin.buffer.read()))
    except TearsheetError as error:
        log.error("%s: %s", type(error).__name__, error)  # noqa: TRY400 - the message says it all
        return error.exit_code
    return 0


def read_job(text: bytes) -> Job:
    """The job of a JSON document. Raises ConfigError: it is none."""
    try:
        return JOB.validate_json(text)
    except ValidationError as error:
        raise ConfigError(f"stdin holds no job: {error}") from error


def crawl_job(job: Job) -> None:
    """Crawl a job to its end and store its report.

    Raises:
        ConfigError: strangers would be asked without a contact.
        StorageError: the store cannot be read, or what was fetched could not be kept.
        FetchError: Scrapy did not start.
    """
    refuse_without_contact(job)
    with Store(job.store, settings=job.settings.store) as store, Crawl(job, store) as crawl:
        process = AsyncCrawlerProcess(scrapy_settings(job))
        logs.quiet_scrapy()
        process.crawl(PressSpider, crawl=crawl)
        process.start(install_signal_handlers=False)  # the crawl has its own, which keep what was fetched
        if crawl.failure:
            raise crawl.failure
        if not crawl.ended:
            raise FetchError(f"Scrapy ended before the crawl of batch {job.batch} did; the log above says why")


def scrapy_settings(job: Job) -> Settings:
    """The project's settings with what the job decides."""
    fetch = job.settings.fetch
    settings = Settings()
    settings.setmodule("tearsheet.settings", priority="project")
    settings.update(
        {
            "USER_AGENT": fetch.agent,
            "TEARSHEET_CONTACT": fetch.contact,
            "TEARSHEET_PROXY": fetch.proxy,
            "TEARSHEET_REACH": reach_of(fetch, declared_urls(job.sources)),
            "TEARSHEET_MAX_RETRY_AFTER": fetch.max_retry_after,
            "DOWNLOAD_TIMEOUT": fetch.timeout,
            "DOWNLOAD_MAXSIZE": fetch.max_bytes,
            "RETRY_TIMES": fetch.retries,
            # One request at a time a source, so never more than sources; a proxy counts as one host for all of them.
            "CONCURRENT_REQUESTS": len(job.sources),
            "CONCURRENT_REQUESTS_PER_DOMAIN": len(job.sources),
            "DOWNLOAD_DELAY": max(source.limits.delay for source in job.sources),
            "DOWNLOAD_SLOTS": slots(job.sources),
        },
        priority="cmdline",
    )
    return settings


def slots(sources: Iterable[Source]) -> dict[str, dict[str, Any]]:
    """Each homepage's site with its delay in seconds; where sources share a site, the longest."""
    settled: dict[str, dict[str, Any]] = {}
    for source in sources:
        slot = settled.setdefault(urls.site(source.homepage), {"concurrency": 1, "delay": 0.0})
        slot["delay"] = max(slot["delay"], source.limits.delay)
    return settled


def die_with_parent() -> None:
    """SIGTERM when the thread that started this process ends, however it ends (Linux, prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
