"""When a page was published and modified: htmldate says the day, the page's own stamps say the hour and the zone.

Nothing lies after the fetch. A stamp is believed only where it falls on htmldate's day, give or take a time zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from htmldate import find_date

from tearsheet.extract.linked_data import text
from tearsheet.extract.tree import Page

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


@dataclass(frozen=True, slots=True)
class Dates:
    """Aware UTC times; ``raw`` is the stamp or the day as the page writes it, ``has_time`` whether an hour is known."""

    published: datetime | None = None
    raw: str | None = None
    has_time: bool | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """One date as the page wrote it; a date without a zone is taken for UTC."""

    raw: str
    time: datetime
    has_time: bool


def dates(page: Page) -> Dates:
    """The page's dates, each ``None`` where nothing trustworthy is said."""
    published = _published(page)
    modified = _latest(_modified_stamps(page), page.fetched_at)
    if modified and published and modified.time < published.time:
        modified = None
    return Dates(
        published=published.time if published else None,
        raw=published.raw if published else None,
        has_time=published.has_time if published else None,
        modified=modified.time if modified else None,
    )


def _published(page: Page) -> Stamp | None:
    latest = page.fetched_at
    named = [
        Stamp(m.published.isoformat(), m.published, True)
        for m in page.mentions
        if m.published and m.published <= latest
    ]
    found = _day(page, latest, extensive=not named)
    if found is None:
        return next(iter(named), None)
    day = datetime.strptime(found, "%Y-%m-%d").replace(tzinfo=UTC)
    stamps = [*filter(None, map(parse_stamp, _published_raw(page))), *named]
    near = [stamp for stamp in stamps if stamp.has_time and stamp.time <= latest and abs(stamp.time - day) < SAME_DAY]
    exact = (stamp for stamp in near if stamp.raw[:10] == found)
    return next(exact, None) or (Stamp(found, near[0].time, True) if near else Stamp(found, day, False))


def _day(page: Page, latest: datetime, *, extensive: bool) -> str | None:
    """The day of publication; a search of the whole text only where no channel named one."""
    return find_date(
        page.root, extensive_search=extensive, original_date=True, url=page.url, max_date=latest.strftime("%Y-%m-%d")
    )


def _published_raw(page: Page) -> Iterator[str]:
    raw = [text(page.article.get("datePublished")), *(value for name in PUBLISHED for value in page.meta.get(name, ()))]
    yield from filter(None, (*raw, *(element.get("datetime") for element in page.root.iter("time"))))


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
