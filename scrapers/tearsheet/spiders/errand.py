"""What a request is made for, and how it can end without an answer: shared by the crawl and the middlewares."""

from __future__ import annotations

from dataclasses import dataclass, field

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from tearsheet.archive.record import Record
from tearsheet.model import Candidate, Capture, Rights

META = "errand"
"""The key of ``Request.meta`` an errand travels under, through retries and redirects."""


class NoAnswer(IgnoreRequest):
    """A request gave no usable answer: ``outcome`` is what its candidate ends with, ``detail`` is for people.

    An ``IgnoreRequest``, so that Scrapy lets a middleware raise it; ``status`` is HTTP's where there was a response.
    """

    def __init__(self, outcome: str, detail: str, status: int | None = None) -> None:
        super().__init__(outcome, detail)
        self.outcome = outcome
        self.detail = detail
        self.status = status


@dataclass(slots=True)
class Tally:
    """One source's requests: ``pages`` those for candidates, ``requests`` all of them, ``bytes`` bodies as received."""

    pages: int = 0
    requests: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Errand:
    """Why a request is made, and what the archive made of its response.

    ``candidate`` is set for pages alone; ``base`` is the record of the page's last capture where it is asked again.
    ``robots``: it is for a robots.txt, which no robots.txt can forbid.
    ``rights``: what the site's tdmrep.json says of the page.
    The archive fills in ``capture``, or ``unchanged`` with the reason that a revisit record gives.
    """

    source: str
    tally: Tally = field(default_factory=Tally)
    candidate: Candidate | None = None
    base: Record | None = None
    robots: bool = False
    rights: tuple[Rights, ...] = ()
    capture: Capture | None = None
    unchanged: str | None = None


def errand_of(request: Request) -> Errand:
    """The errand a request was made for."""
    errand: Errand = request.meta[META]
    return errand
