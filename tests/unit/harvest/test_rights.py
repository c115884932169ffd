"""A night under a rights policy: what has text, what is asked again, and that the plan keeps the policy."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.unit.harvest.conftest import page
from tests.unit.spiders.press import Site

from tearsheet import harvest
from tearsheet.archive.keys import index_key
from tearsheet.archive.reader import captures, segments
from tearsheet.config.models import Collection, Configuration, Limits, RightsPolicy, Settings, Source
from tearsheet.documents.pool import Pool
from tearsheet.harvest.outcomes import load_outcomes
from tearsheet.harvest.plan import plan_key
from tearsheet.night import harvest_night
from tearsheet.storage import Store
from tearsheet.tables import documents

FIRST, SECOND = "2026-01-12", "2026-01-13"
KEEP = RightsPolicy()
DROP = RightsPolicy.model_validate({"noai": {"action": "keep_without_text"}})
REFUSE = RightsPolicy.model_validate({"noai": {"action": "do_not_fetch"}})


@pytest.fixture
def site() -> Iterator[Site]:
    """Two articles, of which one says noai in its header: to us by name."""
    site = Site()
    site.publish("/free.html", "/kept.html")
    site.on("/free.html", page(1), headers={"X-Robots-Tag": "otherbot: noai"})
    site.on("/kept.html", page(2), headers={"X-Robots-Tag": "tearsheet: noai"})
    yield site
    site.close()


def configured(site: Site, policy: RightsPolicy) -> Configuration:
    limits = Limits(delay=0.0, lookback_days=None, revisit=(1,))
    source = Source(
        id="s",
        name="S",
        homepage=site.url(),
        country="KZ",
        language="en",
        feeds=(site.url("/feed.xml"),),
        sitemaps=(),
        sections=(),
        limits=limits,
    )
    collections = {"press": Collection(id="press", sources=(source,))}
    return Configuration(settings=Settings(rights=policy), collections=collections, topics={})


def ends(store: Store, night: str) -> dict[str, str]:
    return {each.url.rpartition("/")[2]: each.outcome for each in load_outcomes(store, "press", night)}


def test_a_refused_page_is_a_row_without_text_and_not_asked_again(store: Store, site: Site) -> None:
    harvest_night(store, configured(site, REFUSE), "press", FIRST)
    assert ends(store, FIRST) == {"free.html": "article", "kept.html": "drop.rights"}
    (row,) = documents.rows(store, "press", FIRST).filter(outcome="drop.rights").to_dicts()
    assert row["title"]
    assert [row[name] for name in ("text", "standfirst", "removed", "version_id", "content_hash", "near_hash")] == [
        *(None, None, []),
        *(None, None, None),
    ]
    assert [(each["signal"], each["origin"]) for each in row["rights"]] == [("noai", "header x-robots-tag")]

    harvest_night(store, configured(site, REFUSE), "press", SECOND)
    assert ends(store, SECOND)["kept.html"] == "skipped.rights"
    assert (site.asked("/free.html"), site.asked("/kept.html")) == (2, 1)


def test_a_page_kept_without_text_is_asked_again(store: Store, site: Site) -> None:
    for night in (FIRST, SECOND):
        harvest_night(store, configured(site, DROP), "press", night)
    assert ends(store, FIRST)["kept.html"] == "drop.rights"
    assert site.asked("/kept.html") == 2


def test_the_policy_of_the_plan_holds_until_the_night_is_planned_anew(store: Store, site: Site) -> None:
    first = harvest_night(store, configured(site, KEEP), "press", FIRST).report
    assert ends(store, FIRST) == {"free.html": "article", "kept.html": "article"}
    again = harvest_night(store, configured(site, REFUSE), "press", FIRST).report
    assert (again.fingerprint, ends(store, FIRST)["kept.html"]) == (first.fingerprint, "article")

    store.delete([plan_key("press", FIRST)])
    configuration = configured(site, REFUSE)
    plan = harvest.make_plan(store, configuration, "press", FIRST)
    with Pool(1) as pool:
        anew = harvest.publish(store, plan, pool, configuration).published
    assert anew.committed
    assert anew.fingerprint != first.fingerprint
    assert ends(store, FIRST) == {"free.html": "article", "kept.html": "drop.rights"}
    assert site.asked("/kept.html") == 1


def test_a_plan_from_before_there_was_a_policy_keeps_everything(store: Store, site: Site) -> None:
    plan = harvest.make_plan(store, configured(site, REFUSE), "press", FIRST)
    assert plan.rights == REFUSE
    told = json.loads(store.get(plan_key("press", FIRST)))
    store.put(plan_key("press", FIRST), json.dumps({k: told[k] for k in told.keys() - {"rights", "robot"}}).encode())
    old = harvest.make_plan(store, configured(site, REFUSE), "press", FIRST)
    assert (old.rights, old.robot) == (KEEP, "tearsheet")
    assert not harvest.context(store, old).withheld


WELL_KNOWN = "/.well-known/tdmrep.json"
RULES = json.dumps([{"location": "/kept", "tdm-reservation": 1, "tdm-policy": "https://x.example/p"}])


def test_what_tdmrep_json_says_stands_in_the_warc_and_in_the_row(store: Store, site: Site) -> None:
    site.on(WELL_KNOWN, RULES, kind="application/json", packed=True)
    harvest_night(store, configured(site, KEEP), "press", FIRST)
    assert site.asked(WELL_KNOWN) == 1
    rows = {row["url"].rpartition("/")[2]: row for row in documents.rows(store, "press", FIRST).to_dicts()}
    assert rows["free.html"]["rights"] == []
    said = [(each["signal"], each["value"]) for each in rows["kept.html"]["rights"] if each["origin"] == "tdmrep.json"]
    assert said == [("tdm-reservation", "1"), ("tdm-policy", "https://x.example/p")]

    told = captures(store, "press", FIRST)
    store.delete([index_key(key) for key in segments(store, "press", FIRST)])
    assert captures(store, "press", FIRST) == told, "an index that is made again from its WARC says the same"


def test_a_page_that_tdmrep_json_refuses_is_not_asked(store: Store, site: Site) -> None:
    site.on(WELL_KNOWN, RULES, kind="application/json")
    policy = RightsPolicy.model_validate({"tdm_reservation": {"action": "do_not_fetch"}})
    harvest_night(store, configured(site, policy), "press", FIRST)
    assert ends(store, FIRST) == {"free.html": "article", "kept.html": "skipped.rights"}
    assert site.asked("/kept.html") == 0


@pytest.mark.parametrize(
    "answer",
    ["no JSON", pytest.param("forbidden", marks=pytest.mark.long), pytest.param("broken", marks=pytest.mark.long)],
)
def test_a_site_without_a_readable_tdmrep_json_reserves_nothing_by_it(store: Store, site: Site, answer: str) -> None:
    site.on(WELL_KNOWN, "no list" if answer == "no JSON" else RULES, status=500 if answer == "broken" else 200)
    if answer == "forbidden":
        site.on("/robots.txt", "User-agent: *\nDisallow: /.well-known/\n", kind="text/plain")
    configuration = configured(site, KEEP)
    fetch = configuration.settings.fetch.model_copy(update={"retries": 0})
    settings = configuration.settings.model_copy(update={"fetch": fetch})
    harvest_night(store, configuration.model_copy(update={"settings": settings}), "press", FIRST)
    assert set(ends(store, FIRST).values()) == {"article"}
    assert site.asked(WELL_KNOWN) == (answer != "forbidden")
