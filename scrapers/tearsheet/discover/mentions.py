"""What channels say of a page, brought to one form: dates, titles, languages, keywords.

What cannot be right is dropped, not guessed: a mention without a date costs a request, a wrong date an article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from w3lib.html import remove_tags, replace_entities

MAX_CHARACTERS = 500
"""What is kept of a title or of a keyword."""
MAX_KEYWORDS = 50
AHEAD = timedelta(days=2)
"""How far a date may lie ahead of the clock: forgotten time zones, papers dated to the day on which they are sold."""

_FIRST_YEAR = 1900
_NULL_DATE = datetime(1970, 1, 1, tzinfo=UTC).date()


def date(text: str) -> datetime | None:
    """A date as sitemaps write it (W3C note-datetime, by mistake also RFC 5322) in aware UTC, or None.

    A day is its midnight, a month or a year its first day; what has no zone is UTC.
    """
    text = text.strip()
    if re.fullmatch(r"\d{4}(-\d\d)?", text):
        text = f"{text}-01-01"[:10]
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return plausible(read(text))
        except (ValueError, OverflowError):
            continue
    return None


def plausible(moment: datetime) -> datetime | None:
    """A moment in aware UTC, or None: before 1900, the null date of many systems, or ahead of the clock."""
    if not _FIRST_YEAR <= moment.year <= datetime.now(UTC).year + 1:
        return None
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return moment if moment.date() != _NULL_DATE and moment <= datetime.now(UTC) + AHEAD else None


def title(text: str | None) -> str | None:
    """Plain text on one line: tags and entities resolved, white space folded."""
    plain = " ".join(replace_entities(remove_tags(text[: 10 * MAX_CHARACTERS])).split()) if text else ""
    return plain[:MAX_CHARACTERS] or None


def language(text: str | None) -> str | None:
    """The primary subtag of a language tag (RFC 5646): ``de`` of ``de-AT``."""
    match = re.match(r"([a-z]{2,3})(?![a-z0-9])", (text or "").strip().lower())
    return match[1] if match else None


def keywords(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(plain for text in texts if (plain := title(text))))[:MAX_KEYWORDS]
