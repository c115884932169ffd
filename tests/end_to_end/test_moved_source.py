"""A source that moves to another collection takes its state along: what it owes is asked, what is had is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from tests.unit.spiders.press import Site

from tearsheet import state
from tearsheet.config.models import Collection, Configuration, FetchSettings, Limits, Settings, Source
from tearsheet.night import NightResult, night
from tearsheet.storage import Store

pytestmark = [pytest.mark.slow]

FIRST, OWED, LATER = "/2026/03/10/first", "/2026/03/10/owed", "/2026/03/11/later"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    site.publish(FIRST, OWED)
    yield site
    site.close()


def run(store: Store, site: Site, collection: str, day: str, zone: str) -> tuple[NightResult, Counter[str]]:
    """A night of the source in a collection, and how often each path was asked meanwhile."""
    source = Source(
        id="gazette",
        name="Gazette",
        homepage=site.url(),
        country="KZ",
        language="en",
        feeds=(site.url("/feed.xml"),),
        sitemaps=(),
        sections=(),
        limits=Limits(delay=0.0, lookback_days=None, revisit=()),
    )
    configuration = Configuration(
        settings=Settings(fetch=FetchSettings(retries=0)),
        collections={collection: Collection(id=collection, timezone=zone, sources=(source,))},
        topics={},
    )
    site.hits.clear()
    result, _ = night(store, configuration, collection, day)
    return result, Counter(hit.path for hit in site.hits)


def test_its_state_goes_with_it(store: Store, site: Site) -> None:
    owed = site.answers[OWED]
    site.on(OWED, status=503)
    result, _ = run(store, site, "old", "2026-03-10", "Asia/Almaty")
    assert result.outcomes == {"article": 1, "pending.http_5xx": 1}

    site.publish(FIRST, OWED, LATER)
    site.answers[OWED] = owed
    result, asked = run(store, site, "new", "2026-03-11", "Pacific/Honolulu")
    assert result.outcomes == {"article": 2, "skipped.seen": 1}
    assert (asked[FIRST], asked[OWED], asked[LATER]) == (0, 1, 1)

    result, asked = run(store, site, "old", "2026-03-12", "Asia/Almaty")
    assert set(result.outcomes) <= {"skipped.seen"}
    assert asked[FIRST] == asked[OWED] == asked[LATER] == 0
    known = state.load(store, "gazette")
    assert {seen.url.removeprefix(site.url("")) for seen in known.seen.values()} == {FIRST, OWED, LATER}
    assert known.pending == {}
