from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from tearsheet.model import Document, Rights
from tearsheet.web import facts
from tearsheet.web.facts import Fact


def named(listed: tuple[Fact, ...]) -> dict[str, tuple[tuple[str, ...], str]]:
    return {fact.name: (fact.values, fact.told) for fact in listed}


def test_each_fact_says_where_it_was_read(make_document: Callable[..., Document]) -> None:
    row = make_document(
        1,
        published_at=datetime(2026, 1, 4, tzinfo=UTC),
        published_raw="4. Januar 2026",
        published_has_time=False,
        published_from="visible",
        access="metered",
        access_evidence=("isAccessibleForFree: false", "class paywall"),
        rights=(
            Rights(signal="noai", value="", origin="meta"),
            Rights(signal="tdm-reservation", value="1", origin="header"),
        ),
    )
    told = named(facts.of_the_page(row))

    assert told["published"] == (("2026-01-04",), "“4. Januar 2026”, read from the visible text")
    assert told["access"] == (("metered",), "isAccessibleForFree: false, class paywall")
    assert told["rights signals"] == (("noai (meta)", "tdm-reservation = 1 (header)"), "")
    assert "authors" not in told


def test_what_captured_and_read_the_page_is_told(make_document: Callable[..., Document]) -> None:
    row = make_document(1, final_url="https://gazette.example/moved", channels=("https://gazette.example/feed",))
    told = named(facts.of_the_capture(row))

    assert told["answered by"] == (("https://gazette.example/moved",), "after redirects")
    assert told["named by"][0] == ("https://gazette.example/feed",)
    assert told["fetched"][0] == ("2026-01-05 03:00 UTC",)
    assert told["extractor"][0] == ("tearsheet/1 abc",)
    assert "learned" not in told
    assert named(facts.of_the_page(row))["rights signals"] == (("none was read",), "")
