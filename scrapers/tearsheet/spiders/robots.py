"""robots.txt of each origin: asked once a crawl, its redirects followed, its body decoded (RFC 9309)."""

from __future__ import annotations

from tearsheet.archive.coding import decode
from tearsheet.discover.robots import Robots, parse_robots
from tearsheet.errors import RecordError
from tearsheet.spiders.addresses import FORBIDDEN_ADDRESS
from tearsheet.spiders.asking import Asker, header
from tearsheet.spiders.errand import Errand, NoAnswer
from tearsheet.spiders.origins import OriginFiles

MAX_REDIRECTS = 5
"""RFC 9309, section 2.3.1.2: at least as many are followed; what redirects on has no rules."""
CAP = 10_000_000
"""Bytes of a decoded robots.txt; one that unfolds to more is no answer."""


class RobotsFiles(OriginFiles[Robots]):
    """The rules of every origin that is asked anything.

    An address that may not be asked is no answer: ``of`` raises ``failed.forbidden_address``, as its pages end.
    """

    def __init__(self, asker: Asker) -> None:
        super().__init__()
        self._asker = asker

    async def _ask(self, origin: str, errand: Errand) -> Robots:
        own = Errand(errand.source, errand.tally, robots=True)
        try:
            response = await self._asker.follow(f"{origin}/robots.txt", own, limit=MAX_REDIRECTS)
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
