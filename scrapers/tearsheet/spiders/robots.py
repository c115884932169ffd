"""robots.txt of each origin: asked once a crawl, its redirects followed, its body decoded (RFC 9309)."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from tearsheet.archive.coding import decode
from tearsheet.discover.robots import Robots, parse_robots
from tearsheet.errors import RecordError
from tearsheet.spiders.addresses import FORBIDDEN_ADDRESS
from tearsheet.spiders.asking import Asker, header
from tearsheet.spiders.errand import Errand, NoAnswer

MAX_REDIRECTS = 5
"""RFC 9309, section 2.3.1.2: at least as many are followed; what redirects on has no rules."""
CAP = 10_000_000
"""Bytes of a decoded robots.txt; one that unfolds to more is no answer."""


class RobotsFiles:
    """The rules of every origin (scheme, host and port) that is asked anything; many may wait for one request."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._files: dict[str, asyncio.Task[Robots]] = {}

    async def of(self, url: str, errand: Errand) -> Robots:
        """The rules of a URL's origin. The request counts for the errand's source.

        Raises:
            NoAnswer: ``failed.forbidden_address``, which is what the origin's pages end with as well.
        """
        split = urlsplit(url)
        origin = f"{split.scheme}://{split.netloc}"
        if origin not in self._files:
            own = Errand(errand.source, errand.tally, robots=True)
            self._files[origin] = asyncio.create_task(self._ask(f"{origin}/robots.txt", own))
        return await asyncio.shield(self._files[origin])  # who waits may be stopped without taking it from the others

    def cancel(self) -> None:
        """Give up what is still being asked."""
        for task in self._files.values():
            task.cancel()

    async def _ask(self, url: str, errand: Errand) -> Robots:
        try:
            response = await self._asker.follow(url, errand, limit=MAX_REDIRECTS)
            body = decode(response.body, header(response, "Content-Encoding") or "", CAP)
        except NoAnswer as failure:
            if failure.outcome == FORBIDDEN_ADDRESS:
                raise
            return _without_answer(failure)
        except RecordError:
            return parse_robots(None, None)
        return parse_robots(body, response.status)


def _without_answer(failure: NoAnswer) -> Robots:
    """Too many redirects are an answer of a kind, and allow all; silence allows nothing."""
    return parse_robots(None, failure.status if failure.outcome == "failed.redirect_loop" else None)
