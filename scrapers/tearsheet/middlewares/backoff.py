"""Retries that end, after a wait: what Retry-After asks for, else twice as long each time, with jitter."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response
from scrapy.settings import BaseSettings

from tearsheet import urls
from tearsheet.spiders.errand import NoAnswer

FIRST_WAIT = 1.0
"""Seconds before the first retry of a request whose server named no time."""


class Backoff(RetryMiddleware):
    """Scrapy's retries (RETRY_TIMES, RETRY_HTTP_CODES, RETRY_EXCEPTIONS), and a site left alone until they are due.

    A site that asks for more than ``fetch.max_retry_after`` seconds is left alone for that time: what is to be asked
    of it meanwhile is ``pending.retry_later``.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self._longest = settings.getfloat("TEARSHEET_MAX_RETRY_AFTER")
        self._not_before: dict[str, float] = {}

    async def process_request(self, request: Request) -> None:
        """Waits until the request's site may be asked again. Raises NoAnswer: ``pending.retry_later``."""
        wait = self._not_before.get(urls.site(request.url), 0.0) - monotonic()
        if wait > self._longest:
            raise NoAnswer("pending.retry_later", f"the site asked to be left alone for another {wait:.0f} s")
        if wait > 0:
            await asyncio.sleep(wait)

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The request again, where its status is one to retry and it has retries left."""
        if response.status in self.retry_http_codes:
            self._hold(request, retry_after(response))
        return super().process_response(request, response)

    def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:  # type: ignore[override]
        """The request again, where the connection failed and it has retries left."""
        again = super().process_exception(request, exception)
        if again is not None:
            self._hold(request, None)
        return again

    def _hold(self, request: Request, asked: float | None) -> None:
        attempt = request.meta.get("retry_times", 0)
        wait = asked if asked is not None else FIRST_WAIT * 2**attempt * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        site = urls.site(request.url)
        self._not_before[site] = max(self._not_before.get(site, 0.0), monotonic() + wait)


def retry_after(response: Response) -> float | None:
    """Seconds a response asks to wait (RFC 9110, section 10.2.3: seconds or an HTTP date), None if it does not say."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp())
