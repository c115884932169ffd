"""When a page was published and modified.

The day is the one for which most is said: by the date that readers see at the headline, linked data, meta elements,
channels, the address, and htmldate. The page's own stamps say the hour and the zone. Nothing lies after the fetch. A
stamp is believed only where it falls on that day, give or take a time zone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from heapq import nlargest
from itertools import islice

from htmldate import find_date

from tearsheet.extract import date_parsers
from tearsheet.extract.dateline import dateline
from tearsheet.extract.language import locale
from tearsheet.extract.linked_data import text
from tearsheet.extract.tree import Page

date_parsers.install()

PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dcterms.created",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "publish-date",
    "dc.date.issued",
    "article:published",
    "cxenseparse:recs:publishtime",
)
MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified", "lastmod")
STAMP = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.IGNORECASE,
)
SAME_DAY = timedelta(hours=38)
SEEN, SEEN_NEAR, LINKED, META, NAMED, ADDRESS, BASE = 2.0, 1.0, 1.5, 1.5, 2.0, 2.5, 1.5
"""What each witness weighs: the date readers see and that it is close to the headline, linked data, meta elements, what
a channel said, the address, htmldate."""
IN_ADDRESS = re.compile(r"(?<!\d)((?:19|20)\d\d)([/-]?)([01]?\d)\2([0-3]?\d)(?!\d)")


Saying = tuple[date, float, str]
"""A day, what it weighs, and who says it."""


@dataclass(frozen=True, slots=True)
class Dates:
    """Aware UTC times; ``raw`` is the stamp or the day as the page writes it, ``has_time`` whether an hour is known.

    ``origin`` says where ``raw`` was read, else what the day rests on: ``json_ld``, ``meta``, ``time`` (a time
    element), ``visible`` (the date that readers see), ``url``, the kind of the channel (``feed``, ``sitemap`` …),
    ``htmldate``.
    """

    published: datetime | None = None
    raw: str | None = None
    origin: str | None = None
    has_time: bool | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """One date as the page wrote it; a date without a zone is taken for UTC."""

    raw: str
    time: datetime
    has_time: bool
    origin: str = ""

    @property
    def day(self) -> date:
        """The day as the page writes it, in its own zone."""
        return date.fromisoformat(self.raw[:10])


def dates(page: Page, title: str | None) -> Dates:
    """The page's dates, each ``None`` where nothing trustworthy is said; ``title`` is its headline."""
    published = _published(page, title)
    modified = _latest(_modified_stamps(page), page.fetched_at)
    if modified and published and modified.time < published.time:
        modified = None
    return Dates(
        published=published.time if published else None,
        raw=published.raw if published else None,
        origin=published.origin if published else None,
        has_time=published.has_time if published else None,
        modified=modified.time if modified else None,
    )


def _published(page: Page, title: str | None) -> Stamp | None:
    latest = page.fetched_at
    named = [
        Stamp(m.published.isoformat(), m.published, True, m.kind.value)
        for m in page.mentions
        if m.published and m.published <= latest
    ]
    stamps = [*_published_stamps(page), *named]
    found, origin = _day(page, title, stamps, named)
    if found is None:
        return None
    day = datetime.combine(found, time(), UTC)
    near = [stamp for stamp in stamps if stamp.has_time and stamp.time <= latest and abs(stamp.time - day) < SAME_DAY]
    exact = (stamp for stamp in near if stamp.day == found)
    time_of_day = near[0].time if near else day
    return next(exact, None) or Stamp(str(found), time_of_day, bool(near), origin)


def _day(page: Page, title: str | None, stamps: list[Stamp], named: list[Stamp]) -> tuple[date | None, str]:
    """The day for which most is said, and by whom first; htmldate is asked where it could change that."""
    latest = page.fetched_at.date()
    seen = dateline(page, title, locale(page), latest)
    said: list[Saying] = []
    if seen:
        said += [(day, SEEN + (SEEN_NEAR if seen.is_near else 0.0), "visible") for day in seen.days]
    said += [(stamp.day, weight, stamp.origin) for stamp, weight in _declared(page) if stamp.time <= page.fetched_at]
    said += [(stamp.day, NAMED, stamp.origin) for stamp in named[:1]]
    said += [(day, ADDRESS, "url") for day in _days_in(page.url) if day <= latest]
    day, lead = _weighed(said)
    if lead < BASE and (base := _htmldate(page, extensive=day is None)):
        said.append((base, BASE, "htmldate"))
        day, _ = _weighed(said)
    return day, next((origin for found, _, origin in said if found == day), "")


def _weighed(said: list[Saying]) -> tuple[date | None, float]:
    """The day that weighs most, the first of equals, and what it weighs more than the next."""
    weights: defaultdict[date, float] = defaultdict(float)
    for day, weight, _ in said:
        weights[day] += weight
    first, second = nlargest(2, [*weights.values(), 0.0, 0.0])
    return next((day for day, weight in weights.items() if weight == first), None), first - second


def _declared(page: Page) -> Iterator[tuple[Stamp, float]]:
    """The stamps of linked data and of the meta elements, one of each."""
    yield from ((stamp, LINKED) for stamp in _stamps("json_ld", [text(page.article.get("datePublished"))]))
    meta = (value for name in PUBLISHED for value in page.meta.get(name, ()))
    yield from ((stamp, META) for stamp in islice(_stamps("meta", meta), 1))


def _days_in(url: str) -> Iterator[date]:
    """The day that an address names in full."""
    if match := IN_ADDRESS.search(url):
        with suppress(ValueError):  # 2026/13/45 is no day
            yield date(int(match[1]), int(match[3]), int(match[4]))


def _htmldate(page: Page, *, extensive: bool) -> date | None:
    found = find_date(
        page.root,
        extensive_search=extensive,
        original_date=True,
        url=page.url,
        max_date=page.fetched_at.strftime("%Y-%m-%d"),
    )
    return date.fromisoformat(found) if found else None


def _published_stamps(page: Page) -> Iterator[Stamp]:
    yield from _stamps("json_ld", [text(page.article.get("datePublished"))])
    yield from _stamps("meta", (value for name in PUBLISHED for value in page.meta.get(name, ())))
    yield from _stamps("time", (element.get("datetime") for element in page.root.iter("time")))


def _stamps(origin: str, values: Iterable[str | None]) -> Iterator[Stamp]:
    for stamp in map(parse_stamp, filter(None, values)):
        if stamp:
            yield replace(stamp, origin=origin)


def _modified_stamps(page: Page) -> Iterator[Stamp]:
    raw = [text(page.article.get("dateModified")), *(value for name in MODIFIED for value in page.meta.get(name, ()))]
    yield from filter(None, map(parse_stamp, filter(None, raw)))


def _latest(stamps: Iterator[Stamp], fetched_at: datetime) -> Stamp | None:
    return next((stamp for stamp in stamps if stamp.time <= fetched_at), None)


def parse_stamp(raw: str) -> Stamp | None:
    """An ISO 8601 date or date-time (RFC 3339 with common liberties), else ``None``."""
    match = STAMP.match(raw.strip())
    if not match:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        time = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
        return Stamp(match[0], time - _offset(zone), hour is not None)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta:
    if not zone or zone[0] not in "+-":
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (1 if zone[0] == "+" else -1) * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
