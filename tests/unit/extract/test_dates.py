"""When a page was published: as told by its own stamps and by channels, and never after it was fetched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.extract.press import FETCHED_AT, URL, extract, json_ld, page

from tearsheet.model import ChannelKind, Mention

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def _meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


@pytest.mark.parametrize(
    ("head", "published", "has_time"),
    [
        (_meta("article:published_time", "2026-03-02T09:30:00+03:00"), DAY.replace(hour=6, minute=30), True),
        (_meta("article:published_time", "2026-03-02T23:30:00-0500"), datetime(2026, 3, 3, 4, 30, tzinfo=UTC), True),
        (_meta("article:published_time", "2026-03-02T09:30:00Z"), DAY.replace(hour=9, minute=30), True),
        (json_ld(datePublished="2026-03-02T09:30:00.000+01:00"), DAY.replace(hour=8, minute=30), True),
        (json_ld(datePublished="2026-03-02"), DAY, False),
        ('<meta name="date" content="2026-03-02">', DAY, False),
    ],
)
def test_the_zone_of_a_stamp_is_heeded(head: str, published: datetime, has_time: bool) -> None:
    found = extract(page(head))
    assert (found.published_at, found.published_has_time) == (published, has_time)


def test_a_visible_date_is_a_day_without_a_time() -> None:
    found = extract(page(above='<p class="date">Published 2 March 2026</p>'))
    assert (found.published_at, found.published_has_time) == (DAY, False)


def test_a_page_without_any_date_has_none() -> None:
    found = extract(page())
    assert (found.published_at, found.published_raw, found.published_has_time) == (None, None, None)


def test_a_channel_dates_a_page_that_says_nothing() -> None:
    told = Mention(channel="https://x.example/feed", kind=ChannelKind.FEED, published=DAY.replace(hour=7))
    assert extract(page(), mentions=(told,)).published_at == DAY.replace(hour=7)


def test_what_was_modified_before_it_was_published_was_not_modified() -> None:
    published = _meta("article:published_time", "2026-03-02T09:00:00Z")
    later = extract(page(published + _meta("article:modified_time", "2026-03-03T09:00:00Z")))
    earlier = extract(page(published + _meta("article:modified_time", "2026-03-01T09:00:00Z")))
    assert later.modified_at == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert earlier.modified_at is None


@pytest.mark.parametrize("name", ["article:published_time", "article:modified_time", "og:updated_time", "date"])
@pytest.mark.parametrize("ahead", [timedelta(minutes=1), timedelta(hours=2), timedelta(days=2), timedelta(days=4000)])
def test_nothing_is_dated_after_its_fetch(name: str, ahead: timedelta) -> None:
    found = extract(page(_meta(name, (FETCHED_AT + ahead).isoformat())))
    assert all(day is None or day <= FETCHED_AT for day in (found.published_at, found.modified_at))


@settings(max_examples=25, deadline=None)
@given(st.integers(-10_000, 5_000), st.integers(-12, 14), st.sampled_from(["meta", "ld", "feed"]))
def test_no_stamp_is_believed_beyond_the_fetch(days: int, zone: int, where: str) -> None:
    moment = FETCHED_AT + timedelta(days=days, hours=2)
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}{zone:+03d}:00"
    told = Mention(channel="https://x.example/feed", kind=ChannelKind.FEED, published=datetime.fromisoformat(stamp))
    head = {"meta": _meta("article:published_time", stamp), "ld": json_ld(datePublished=stamp), "feed": ""}[where]
    found = extract(page(head), mentions=(told,) if where == "feed" else ())
    assert found.published_at is None or found.published_at <= FETCHED_AT


@pytest.mark.parametrize(
    ("html", "url", "origin"),
    [
        (page(json_ld(datePublished="2026-03-02T09:30:00Z")), URL, "json_ld"),
        (page(_meta("article:published_time", "2026-03-02T09:30:00Z")), URL, "meta"),
        (page(above='<time datetime="2026-03-02T09:30:00Z">2 March 2026</time>'), URL, "time"),
        (page(above='<p class="date">Published 2 March 2026</p>'), URL, "visible"),
        (page(), "https://www.tidewaterledger.example/2026/03/02/quay", "url"),
        (page(below="<p>The quay.</p>" * 20 + "<p>Printed on 2026-03-02</p>"), URL, "htmldate"),
        (page(), URL, None),
    ],
)
def test_a_date_tells_where_it_was_read(html: str, url: str, origin: str | None) -> None:
    found = extract(html, url=url)
    assert (found.published_at and found.published_at.date(), found.published_from) == (
        origin and DAY.date(),
        origin,
    )


@pytest.mark.parametrize("kind", [ChannelKind.FEED, ChannelKind.NEWS_SITEMAP])
def test_a_date_that_a_channel_gave_names_the_kind_of_channel(kind: ChannelKind) -> None:
    told = Mention(channel="https://x.example/feed", kind=kind, published=DAY.replace(hour=7))
    assert extract(page(), mentions=(told,)).published_from == kind.value


def test_a_day_against_its_stamp_names_who_said_the_day() -> None:
    stamp = _meta("article:published_time", "2026-03-03T00:30:00Z")
    found = extract(page(stamp, above='<p class="date">Published 2 March 2026</p>'))
    assert (found.published_raw, found.published_from) == ("2026-03-02", "visible")


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2. März 2026 , Odile Farrant", DAY),
        ("Published on March 2, 2026 by the desk", DAY),
        ("Termin: 2. März 2026, 19 Uhr", None),
        ("Updated March 2, 2026", None),
    ],
)
def test_the_date_at_the_headline_is_that_of_the_article(line: str, day: datetime | None) -> None:
    found = extract(page(above=f"<p><b>{line}</b></p>", attributes=' lang="de"'))
    assert (found.published_at if found.published_from == "visible" else None) == day
