"""The day that readers see: the date close behind a page's headline, or else just above it, in the page's language.

Found by htmldate's own patterns where they do, else by dateparser in the page's language and English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

from htmldate.extractors import try_date_expr
from lxml.html import HtmlElement

from tearsheet.extract.date_parsers import parser
from tearsheet.extract.tree import Page

BEHIND, ABOVE, NEAR = 12, 6, 6
"""Pieces of text behind and above the headline that are looked at, and among which a date is close to it."""
SHORT = 90
LIKELY = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2}(?!\d)")
NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})[./-](\d{1,2})[./-]((?:19|20)\d\d)(?![\d./-])")
PHRASE = re.compile(
    r"(?<!\d)\d{1,2}(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+|del\s+)?(?:19|20)\d\d(?!\d)"
    r"|[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d(?!\d)"
)
"""A day, a month in words and a year, or the month first."""
CHANGED = re.compile(
    r"updat|modif|aktualis|actualiz|mis à jour|aggiorna|atualiz|aktualiz|обновл|оновл|更新|修改|geändert|stand:"
    r"|bijgewerkt|güncelle|ενημ[εέ]ρ|\blast\b|edited|reviewed",
    re.IGNORECASE,
)
ANNOUNCED = re.compile(
    r"\btermine?\b|veranstaltung|beginn\b|\bevents?\b|starts?\b|deadline|verfügbar bis"
    r"|available until|expires|valid until|\bgültig|jusqu'au|hasta el|fino al|до \d|\bdo dnia\b",
    re.IGNORECASE,
)
"""What is to be on that day, or to end."""
ELSEWHERE = re.compile(
    r"related|teaser|sidebar|widget|card|comment|recommend|popular|footer|copyright|event|nav|promo|trending|latest",
    re.IGNORECASE,
)
AROUND = 4
EARLIEST = date(1995, 1, 1)
MAX_DATE = 52
"""Characters of a piece of text that are read, as in htmldate."""


@dataclass(frozen=True, slots=True)
class Dateline:
    """A date by the headline as it is written, the days it may mean (the likelier first), whether it is close by."""

    raw: str
    days: tuple[date, ...]
    is_near: bool


def dateline(page: Page, title: str | None, locale: str, latest: date) -> Dateline | None:
    """The first date by the headline that is not said to be that of a change.

    ``locale`` is as the page declares it (BCP 47: ``de``, ``en-us``) and may be empty; ``latest`` is the last day that
    counts.
    """
    place = page.outline.heading(title) if title else None
    if place is None:
        return None
    before = ""
    for distance, (text, element) in enumerate(page.outline.near(place, ABOVE, BEHIND)):
        line = " ".join(text.split())
        if len(line) <= SHORT and LIKELY.search(line) and not _is_elsewhere(element):
            days = tuple(_days(line, locale, latest))
            if days and not any(why.search(text) for why in (CHANGED, ANNOUNCED) for text in (line, before)):
                return Dateline(line, days, distance <= NEAR)
        before = line if len(line) <= SHORT else ""
    return None


def _is_elsewhere(element: HtmlElement) -> bool:
    around = (element, *islice(element.iterancestors(), AROUND))
    names = " ".join(f"{e.get('class', '')} {e.get('id', '')}" for e in around if e.tag != "body")
    return element.tag in ("h1", "title") or bool(ELSEWHERE.search(names))


def _days(line: str, locale: str, latest: date) -> Iterator[date]:
    """The days that a line may mean; of two numbers that both may be a month, Americans name the month first."""
    numeric = NUMERIC.search(line)
    if numeric:
        one, other, year = map(int, numeric.groups())
        readings = [(year, other, one), (year, one, other)]
        for reading in reversed(readings) if locale in ("en", "en-us") else readings:
            try:
                found = date(*reading)
            except ValueError:
                continue
            if EARLIEST <= found <= latest:
                yield found
        return
    phrase = PHRASE.search(line)
    found_day = _read(phrase[0] if phrase else line[:MAX_DATE], locale.partition("-")[0], latest)
    if found_day:
        yield found_day


def _read(line: str, language: str, latest: date) -> date | None:
    bounds = datetime.combine(EARLIEST, time()), datetime.combine(latest, time())
    known = try_date_expr(line, "%Y-%m-%d", False, *bounds)
    if known:
        return date.fromisoformat(known)
    try:
        found = parser(language).get_date_data(line)["date_obj"]
    except (OverflowError, ValueError):  # it reads impossible dates, too
        return None
    return found.date() if found and EARLIEST <= found.date() <= latest else None
