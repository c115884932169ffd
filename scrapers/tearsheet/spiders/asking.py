"""Ask for one URL: follow its redirects, and say in the vocabulary of outcomes why there is no answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from w3lib.url import safe_url_string

from tearsheet import urls
from tearsheet.errors import RecordError, StorageError
from tearsheet.redaction import redacted
from tearsheet.spiders.errand import META, Errand, NoAnswer

log = logging.getLogger(__name__)

_REDIRECTS = {301, 302, 303, 307, 308}
_STATUSES = {
    401: "failed.forbidden",
    403: "failed.forbidden",
    404: "failed.not_found",
    408: "pending.timeout",
    410: "failed.gone",
    429: "pending.rate_limited",
    451: "failed.legal",
}
_ERRORS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((DownloadTimeoutError,), "pending.timeout"),
    ((CannotResolveHostError,), "pending.dns"),
    ((DownloadCancelledError,), "failed.too_large"),
    ((UnsupportedURLSchemeError, RecordError), "failed.bad_url"),
    ((DownloadConnectionRefusedError, DownloadFailedError, ResponseDataLossError), "pending.connection"),
    ((ConnectError, ConnectionDone, ConnectionLost, OSError), "pending.connection"),
)


class Asker:
    """Asks through Scrapy's downloader and its middlewares. ``max_redirects`` is for pages and channels."""

    def __init__(self, crawler: Crawler, max_redirects: int) -> None:
        self._crawler = crawler
        self._max_redirects = max_redirects

    async def ask(
        self,
        url: str,
        errand: Errand,
        *,
        headers: Mapping[str, str] | None = None,
        may_follow: Callable[[str], None] = lambda target: None,
    ) -> Response:
        """The final response: 2xx, or 304 where ``headers`` asked for it.

        ``may_follow`` is called with each redirect's target and refuses it by raising.

        Raises:
            NoAnswer: there is none that could be used.
            StorageError: there was one, and the local disk could not keep it.
        """
        response = await self.follow(url, errand, headers=headers, may_follow=may_follow, limit=self._max_redirects)
        if 200 <= response.status < 300 or (response.status == 304 and headers):
            return response
        raise NoAnswer(outcome_of(response.status), f"HTTP {response.status} from {response.url}", response.status)

    async def follow(
        self,
        url: str,
        errand: Errand,
        *,
        headers: Mapping[str, str] | None = None,
        may_follow: Callable[[str], None] = lambda target: None,
        limit: int,
    ) -> Response:
        """The response at the end of at most ``limit`` redirects, whatever its status. Raises NoAnswer: none came."""
        asked = {url}
        for _ in range(limit + 1):
            response = await self._download(url, errand, headers)
            try:
                target = redirect_target(response)
            except RecordError as error:
                raise NoAnswer("failed.bad_url", f"{url} redirects: {error}", response.status) from error
            if target is None:
                return response
            if target in asked:
                break
            may_follow(target)
            asked.add(url := target)
        raise NoAnswer("failed.redirect_loop", f"{len(asked)} redirects, the last to {target}", response.status)

    async def _download(self, url: str, errand: Errand, headers: Mapping[str, str] | None) -> Response:
        try:
            request = Request(urls.anonymous(url), headers=dict(headers or {}), meta={META: errand})
        except ValueError as error:
            raise NoAnswer("failed.bad_url", redacted(f"{url}: {error}")) from error
        try:
            return await self._crawler.engine.download_async(request)
        except (NoAnswer, StorageError):
            raise
        except Exception as error:  # whatever the network stack raises ends one request, not the night
            told = redacted(f"{url}: {str(error) or type(error).__name__}")
            raise NoAnswer(_outcome_of_error(error, url), told) from error


def outcome_of(status: int) -> str:
    """The outcome of a candidate whose final response has an unusable status."""
    return _STATUSES.get(status) or ("pending.http_5xx" if status >= 500 else f"failed.http_{status}")


def redirect_target(response: Response) -> str | None:
    """Where a response redirects to over http(s), without user info; None where it does not.

    Raises:
        RecordError: that is no URL.
    """
    location = response.headers.get("Location")
    if response.status not in _REDIRECTS or not location:
        return None
    try:
        target = urls.anonymous(urljoin(response.url, safe_url_string(location.strip())))
        is_web = urlsplit(target).scheme in ("http", "https")
    except ValueError as error:
        raise RecordError(f"{location[:200]!r} is no URL: {error}") from error
    if not is_web:
        return None
    urls.host(target)
    return target


def header(response: Response, name: str) -> str | None:
    """The first value of a response's field."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def _outcome_of_error(error: Exception, url: str) -> str:
    for kinds, outcome in _ERRORS:
        if isinstance(error, kinds):
            return outcome
    log.error("unexpected error while asking", exc_info=error, extra={"url": url})
    return "pending.error"
