"""Discovery: what is asked before any page is, what of it is asked the next night, and what its failures cost."""

from __future__ import annotations

import gzip
from collections import Counter

from tests.unit.spiders.press import Desk, Run, feed, sitemap, sitemap_index, title

from tearsheet import state
from tearsheet.spiders.discovery import MAX_CHANNELS, kind_of
from tearsheet.state import SourceState

XML = {"kind": "application/xml", "packed": True}


def remember(desk: Desk, run: Run) -> None:
    """Keep a night's validators, as a published night does."""
    assert run.report is not None
    for source in run.report.sources:
        known = state.load(desk.store, source.source)
        night = SourceState(source=source.source, night=run.report.night, channels=source.validators)
        state.save(desk.store, known.merged(night))


def test_a_site_is_discovered_from_its_homepage_alone(desk: Desk) -> None:
    site = desk.site()
    site.on(
        "/robots.txt", f"User-agent: *\nDisallow:\nSitemap: {site.url('/index.xml')}\n", kind="text/plain", packed=True
    )
    nested = gzip.compress(sitemap_index(site.url("/deep.xml")).encode())
    site.on("/index.xml", sitemap_index(site.url("/nested.xml.gz"), site.url("/dead.xml")), **XML)
    site.on("/nested.xml.gz", nested, kind="application/gzip")
    site.on("/deep.xml", sitemap(site.url("/by-sitemap.html")), **XML)
    site.on("/rss", feed(site.url("/by-feed.html")), **XML)
    site.on(
        "/politics/", f'<html><body><ul><li><a href="/by-section.html">{title("section")}</a></li></ul></body></html>'
    )
    site.on(
        "/",
        '<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>'
        '<nav><a href="/politics/">Politics</a></nav>'
        f'<ul><li><a href="/by-front-page.html">{title("front")}</a></li></ul></body></html>',
    )
    paths = ["by-sitemap.html", "by-feed.html", "by-section.html", "by-front-page.html"]
    site.publish(*(f"/{path}" for path in paths), front=False)

    run = desk.crawl(desk.source(site, feeds=None, sitemaps=None, sections=None))

    assert {path for path, outcome in run.outcomes().items() if outcome == "captured"} == set(paths)
    assert run.channels()["dead.xml"] == "failed.not_found: HTTP 404 from " + site.url("/dead.xml")
    assert [path for path, error in run.channels().items() if error] == ["dead.xml"]
    assert site.most_at_once == 1


def test_the_next_night_costs_one_304_a_channel_and_still_asks_what_the_front_page_named(desk: Desk) -> None:
    site = desk.site("/old.html")
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    site.on("/", f"<html><head>{link}</head><body></body></html>", headers={"ETag": '"front"'})
    source = desk.source(site, feeds=None)
    remember(desk, desk.crawl(source))
    first = len(site.hits)

    same = desk.crawl(source)
    assert same.outcomes() == {"old.html": "captured"}, "the same night hears its feed again"
    assert same.report is not None
    assert {channel.status for channel in same.report.sources[0].channels} == {200}
    later = desk.crawl(source, night="2026-03-11")

    assert later.report is not None
    assert [channel.status for channel in later.report.sources[0].channels] == [304, 304]
    assert later.report.sources[0].validators.keys() == {site.url(), site.url("/feed.xml")}
    assert site.asked("/old.html") == 1, "adopted by the second attempt, not named on the second night"
    assert len(site.hits) - first == 6, "robots, front page, feed: twice"

    site.publish("/old.html", "/new.html", front=False)
    site.on("/feed.xml", feed(site.url("/new.html")), headers={"ETag": '"changed"'})
    assert desk.crawl(source, night="2026-03-12").outcomes() == {"new.html": "captured"}


def test_nothing_is_asked_both_as_a_channel_and_as_a_page(desk: Desk) -> None:
    """The sitemap names the front page, and a page that the front page has in its menu."""
    site = desk.site("/about/", "/one.html")
    menu = '<html><body><nav><a href="/about/">About us</a><a href="/politics/">Politics</a></nav></body></html>'
    site.on("/", menu)
    site.on("/politics/", menu)
    site.on("/sitemap.xml", sitemap(site.url(), site.url("/about/"), site.url("/one.html")), **XML)

    run = desk.crawl(desk.source(site, feeds=(), sitemaps=None, sections=None))

    assert run.outcomes() == {"about/": "captured", "one.html": "captured"}
    assert run.channels().keys() == {"", "sitemap.xml", "politics/"}
    assert max(Counter(hit.path for hit in site.hits).values()) == 1


def test_dead_channels_and_a_dead_site_stop_nobody(desk: Desk) -> None:
    alive, dead, gone = desk.site("/one.html"), desk.site("/two.html"), desk.site()
    alive.on("/sitemap.xml", "<html>no sitemap</html>")
    dead.on("/robots.txt", "sorry", status=503)
    gone.close()

    run = desk.crawl(
        desk.source(
            alive, feeds=(alive.url("/feed.xml"), alive.url("/nothing.xml")), sitemaps=(alive.url("/sitemap.xml"),)
        ),
        desk.source(dead),
        desk.source(gone),
        fetch={"retries": 0},
    )

    assert run.code == 0
    assert run.outcomes() == {"one.html": "captured"}
    assert run.report is not None
    reports = {source.source: source for source in run.report.sources}
    errors = {channel.url.removeprefix(alive.url()): channel.error for channel in reports["site-0"].channels}
    assert errors["feed.xml"] is None
    assert "404" in (errors["nothing.xml"] or "")
    assert errors["sitemap.xml"]
    for name in ("site-1", "site-2"):
        assert reports[name].channels
        assert all("robots_unreachable" in (channel.error or "") for channel in reports[name].channels)
    assert [hit.path for hit in dead.hits] == ["/robots.txt"]


def test_a_broken_state_ends_its_source_alone(desk: Desk) -> None:
    good, bad = desk.site("/one.html"), desk.site("/two.html")
    desk.store.put(state.key("site-1"), b"no state")

    run = desk.crawl(desk.source(good), desk.source(bad))

    assert run.outcomes() == {"one.html": "captured"}
    assert run.report is not None
    assert [bool(source.error) for source in run.report.sources] == [False, True]
    assert any(line.get("source") == "site-1" and line["level"] == "error" for line in run.log)


def test_a_site_that_goes_silent_is_left_alone(desk: Desk) -> None:
    paths = [f"/story-{n}.html" for n in range(9)]
    site = desk.site(*paths)
    for path in paths:
        site.on(path, "<html></html>", status=500)

    run = desk.crawl(desk.source(site), fetch={"retries": 0})

    assert set(run.outcomes().values()) == {"pending.http_5xx"}
    assert len(run.outcomes()) == 9
    assert sum(site.asked(path) for path in paths) == 5


def test_what_nobody_named_the_kind_of_is_seen_from_its_content() -> None:
    assert kind_of(gzip.compress(b"<urlset/>")) == "sitemap"
    assert kind_of(sitemap("http://a.example/").encode()) == "sitemap"
    assert kind_of(b"<!DOCTYPE html><html></html>") == "section"
    assert kind_of(feed("http://a.example/").encode()) == "feed"


def test_an_index_without_end_is_asked_to_the_limit_and_told_once(desk: Desk) -> None:
    site = desk.site("/page.html")
    site.on("/index.xml", sitemap_index(*(site.url(f"/s{n}.xml") for n in range(5_000))), **XML)

    run = desk.crawl(desk.source(site, sitemaps=(site.url("/index.xml"),)))

    assert run.report is not None
    (source,) = run.report.sources
    told = [channel.error for channel in source.channels if "not asked" in (channel.error or "")]
    limit = f"{MAX_CHANNELS} channels a source and night are the limit"
    # beside the feed, the index and the front page
    assert told == [f"not asked, nor are {5_000 - MAX_CHANNELS + 3 - 1} more: {limit}"]
    assert len(source.channels) == MAX_CHANNELS + 1
    assert len(source.validators[site.url("/index.xml")].named) == MAX_CHANNELS
