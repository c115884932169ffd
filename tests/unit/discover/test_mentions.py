"""Dates, titles, languages and keywords as channels write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearsheet.discover import mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-06T10:00:00+02:00", datetime(2024, 5, 6, 8, tzinfo=UTC)),
        ("2024-05-06T10:00Z", datetime(2024, 5, 6, 10, tzinfo=UTC)),
        ("2024-05-06T10:00:00.123Z", datetime(2024, 5, 6, 10, 0, 0, 123000, tzinfo=UTC)),
        ("2024-05-06 10:00:00 +0200", datetime(2024, 5, 6, 8, tzinfo=UTC)),
        (" 2024-05-06 ", datetime(2024, 5, 6, tzinfo=UTC)),
        ("2024-05", datetime(2024, 5, 1, tzinfo=UTC)),
        ("2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("1951-09-18", datetime(1951, 9, 18, tzinfo=UTC)),
        ("Mon, 06 May 2024 10:00:00 -0500", datetime(2024, 5, 6, 15, tzinfo=UTC)),
    ],
)
def test_dates(text: str, expected: datetime) -> None:
    assert mentions.date(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "soon", "0001-01-01T00:00:00Z", "1970-01-01", "1970-01-01T00:00:00+00:00", "9999-12-31", "2024-13-40", "0000"],
)
def test_no_dates(text: str) -> None:
    assert mentions.date(text) is None


def test_a_date_may_lie_two_days_ahead_and_no_more() -> None:
    now = datetime.now(UTC)
    tomorrow = now + timedelta(days=1)
    assert mentions.plausible(tomorrow) == tomorrow
    assert mentions.plausible(now + timedelta(days=3)) is None


@settings(deadline=None)
@given(st.one_of(st.text(max_size=30), st.datetimes(timezones=st.just(UTC)).map(str), st.datetimes().map(str)))
def test_any_text_is_a_plausible_date_or_none(text: str) -> None:
    moment = mentions.date(text)
    assert moment is None or (moment.tzinfo is UTC and datetime(1899, 12, 31, tzinfo=UTC) < moment)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" A\n <b>bold</b>  title ", "A bold title"),
        ("Q&amp;A &#8211; x", "Q&A – x"),
        ("", None),
        (None, None),
        ("<img src='x'>", None),
        ("a" * 1000, "a" * mentions.MAX_CHARACTERS),
    ],
)
def test_titles(text: str | None, expected: str | None) -> None:
    assert mentions.title(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("de-AT", "de"), ("EN_us", "en"), (" kk ", "kk"), ("rus", "rus"), ("english", None), ("", None), (None, None)],
)
def test_languages(text: str | None, expected: str | None) -> None:
    assert mentions.language(text) == expected


def test_keywords_come_once_and_in_order() -> None:
    assert mentions.keywords(["b", " a ", None, "b", ""]) == ("b", "a")
    assert len(mentions.keywords(map(str, range(1000)))) == mentions.MAX_KEYWORDS
