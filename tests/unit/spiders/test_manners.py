"""Manners: robots.txt, Crawl-delay, one request at a time, back-off, a contact."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from tests.unit.spiders.press import Answer, Desk, Hit, article

from tearsheet.model import Candidate
from tearsheet.urls import document_id


def mean_gap(hits: list[Hit]) -> float:
    """Seconds between two requests; the mean, since a busy machine notes single ones late."""
    return (hits[-1].at - hits[0].at) / (len(hits) - 1)


def test_robots_is_obeyed_gzipped_and_redirected(desk: Desk) -> None:
    packed, moved, looping = (desk.site("/open.html", "/private/shut.html") for _ in range(3))
    rules = "User-agent: somebody\nDisallow: /\n\nUser-agent: tearsheet\nDisallow: /private/\n"
    packed.on("/robots.txt", rules, kind="text/plain", packed=True)
    moved.on("/robots.txt", status=301, headers={"Location": "/real-robots.txt"})
    moved.on("/real-robots.txt", rules, kind="text/plain")
    looping.on("/robots.txt", status=301, headers={"Location": "/robots.txt"})

    run = desk.crawl(*(desk.source(site) for site in (packed, moved, looping)))

    assert run.report is not None
    ends = Counter((outcome.source, outcome.outcome) for outcome in run.report.outcomes)
    shut = {("site-0", "skipped.robots"): 1, ("site-1", "skipped.robots"): 1}
    assert ends == {("site-0", "captured"): 1, ("site-1", "captured"): 1, ("site-2", "captured"): 2} | shut
    assert not packed.asked("/private/shut.html")
    assert not moved.asked("/private/shut.html")
    assert packed.asked("/robots.txt") == 1


def test_five_redirects_to_robots_are_followed_and_six_allow_everything(desk: Desk) -> None:
    five, six = desk.site("/shut.html"), desk.site("/shut.html")
    for site, count in ((five, 5), (six, 6)):
        steps = ["/robots.txt", *(f"/r{n}.txt" for n in range(1, count + 1))]
        for step, target in pairwise(steps):
            site.on(step, status=302, headers={"Location": target})
        site.on(steps[-1], "User-agent: tearsheet\nDisallow: /shut\n", kind="text/plain")

    run = desk.crawl(desk.source(five), desk.source(six))

    assert run.report is not None
    ends = {outcome.source: outcome.outcome for outcome in run.report.outcomes}
    assert ends == {"site-0": "skipped.robots", "site-1": "captured"}
    assert five.asked("/r5.txt") == 1
    assert six.asked("/r6.txt") == 0


def test_a_site_is_asked_one_thing_at_a_time_with_its_delay_between(desk: Desk) -> None:
    shared, slow = desk.site("/one.html", "/two.html"), desk.site("/one.html", "/two.html")
    shared.on("/other.xml", "<rss version='2.0'><channel></channel></rss>")
    slow.on("/robots.txt", "User-agent: *\nCrawl-delay: 0.4\n", kind="text/plain")
    for path in ("/one.html", "/two.html"):
        shared.on(path, article(path), delay=0.1)

    run = desk.crawl(
        desk.source(shared, limits={"delay": 0.2}),
        desk.source(shared, id="twin", feeds=(shared.url("/other.xml"),), limits={"delay": 0.05}),
        desk.source(slow),
    )

    assert run.code == 0
    assert shared.most_at_once == 1
    assert mean_gap(shared.hits) > 0.18, "two sources of one site keep the longer delay"
    assert mean_gap(slow.hits[1:]) > 0.36
    assert Counter(hit.path for hit in shared.hits)["/robots.txt"] == 1
    agents = {hit.headers["User-Agent"] for hit in shared.hits}
    assert all(agent.startswith("Tearsheet/") for agent in agents)
    assert {hit.headers["Accept-Encoding"] for hit in shared.hits} == {"gzip"}


def test_sources_that_name_one_page_ask_for_it_once(desk: Desk) -> None:
    site = desk.site("/one.html", "/two.html")

    run = desk.crawl(desk.source(site), desk.source(site, id="twin"))

    assert run.report is not None
    assert [site.asked(path) for path in ("/one.html", "/two.html")] == [1, 1]
    ends = Counter(outcome.outcome for outcome in run.report.outcomes)
    assert ends["captured"] >= 2
    assert ends["captured"] + ends["skipped.same_as"] == 4


def test_a_polite_batch_takes_no_longer_than_its_largest_site(desk: Desk) -> None:
    paths = [f"/story-{n}.html" for n in range(8)]
    sites = [desk.site(*paths) for _ in range(10)]

    run = desk.crawl(*(desk.source(site, limits={"delay": 0.3}) for site in sites))

    assert list(run.outcomes().values()) == ["captured"] * 8
    first, last = min(site.hits[0].at for site in sites), max(site.hits[-1].at for site in sites)
    assert last - first < 2 * 0.3 * len(sites[0].hits)


def test_busy_sites_are_asked_again_when_they_say_so(desk: Desk) -> None:
    site, closed, failing = desk.site("/one.html"), desk.site("/one.html", "/two.html"), desk.site("/one.html")
    busy = Answer(b"busy", 503, headers={"Retry-After": "1"})
    site.answers["/one.html"] = [busy, Answer(article("one").encode())]
    closed.answers["/one.html"] = closed.answers["/two.html"] = Answer(b"", 429, headers={"Retry-After": "3600"})
    failing.on("/one.html", "broken", status=503, headers={"Retry-After": "0"})

    run = desk.crawl(*(desk.source(s) for s in (site, closed, failing)), fetch={"retries": 1, "max_retry_after": 5.0})

    assert run.report is not None
    ends = Counter((outcome.source, outcome.outcome) for outcome in run.report.outcomes)
    assert ends == {("site-0", "captured"): 1, ("site-1", "pending.retry_later"): 2, ("site-2", "pending.http_5xx"): 1}
    asked = [hit.at for hit in site.hits if hit.path == "/one.html"]
    assert asked[1] - asked[0] > 0.95
    assert closed.asked("/one.html") + closed.asked("/two.html") == 1, "left alone for the hour it asked for"
    assert failing.asked("/one.html") == 2
    assert {outcome.first_night for outcome in run.report.outcomes if outcome.family == "pending"} == {"2026-03-10"}


def test_without_a_contact_strangers_are_not_asked(desk: Desk) -> None:
    site = desk.site("/one.html", "/away.html")
    site.on("/away.html", status=302, headers={"Location": "http://stranger.invalid/page"})
    stranger = desk.source(site).model_copy(update={"homepage": "https://stranger.invalid/"})

    refused = desk.crawl(stranger)
    assert refused.code == 3
    assert refused.report is None
    assert "fetch.contact" in refused.log[-1]["message"]
    assert site.hits == []

    url = "http://stranger.invalid/page"
    given = (Candidate(document_id=document_id(url), url=url, source="site-0"),)
    assert desk.crawl(desk.source(site), given=given).code == 3

    run = desk.crawl(desk.source(site, feeds=(site.url("/feed.xml"), "http://stranger.invalid/feed")))
    assert run.outcomes()["one.html"] == "captured"
    assert "no_contact" in (run.channels()["feed"] or "")


def test_the_environments_proxy_fetches_and_never_stores(desk: Desk) -> None:
    """The proxy is a site that answers for any host; the store on loopback is reached beside it."""
    proxy = desk.site()
    host = "http://gazette.invalid"
    proxy.answers |= {f"{host}{path}": Answer(article(path).encode()) for path in ("/one.html", "/two.html")}
    proxy.answers[f"{host}/robots.txt"] = Answer(b"", kind="text/plain")
    given = tuple(
        Candidate(document_id=document_id(url), url=url, source="site-0")
        for url in (f"{host}/one.html", f"{host}/two.html")
    )
    source = desk.source(proxy).model_copy(update={"homepage": f"{host}/"})
    secret = proxy.url().replace("http://", "http://user:pa55word@")
    environment = {"http_proxy": secret, "https_proxy": secret, "no_proxy": "", "NO_PROXY": ""}

    run = desk.crawl(source, given=given, fetch={"contact": "desk@gazette.example"}, environment=environment)

    assert run.code == 0, run.log
    assert set(run.outcomes().values()) == {"captured"}
    paths = ("/robots.txt", "/.well-known/tdmrep.json", "/one.html", "/two.html")
    assert [hit.path for hit in proxy.hits] == [f"{host}{path}" for path in paths]
    assert all("Proxy-Authorization" in hit.headers for hit in proxy.hits)
    stored = b"".join(desk.store.get(info.key) for info in desk.store.list("raw/"))
    assert b"pa55word" not in stored
    assert "pa55word" not in str(run.log)
    direct = desk.crawl(
        source, given=given, night="2026-03-11", fetch={"contact": "desk@gazette.example", "proxy": secret}
    )
    assert set(direct.outcomes().values()) == {"captured"}
