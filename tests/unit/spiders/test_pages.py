"""What becomes of a page that is asked: one crawl, a page for every way in which an answer can end."""

from __future__ import annotations

from tests.unit.spiders.press import NIGHT, Desk, Site, article, feed

from tearsheet.archive.reader import captures, read_record


def _answers(site: Site, other: Site) -> None:
    """A page for every way in which an answer can end, but those that are not there."""
    site.on("/good.html", article("good"))
    site.on("/packed.html", article("packed"), packed=True)
    site.on("/untyped", article("untyped"), kind="")
    for path, status in [("gone", 410), ("censored", 451), ("members", 403), ("teapot", 418), ("broken", 500)]:
        site.on(f"/{path}.html", "<html></html>", status=status)
    site.on("/paper.pdf", b"%PDF-1.7", kind="application/pdf")
    site.on("/huge.html", b"x" * 20_000)
    site.on("/slow.html", article("slow"), delay=2.0)
    site.on("/new-place.html", article("moved"))
    chain = {f"/chain-{n}.html": f"/chain-{n + 1}.html" for n in range(7)}
    targets = {
        "/moved.html": "/hop.html",
        "/hop.html": "/new-place.html",
        "/loop.html": "/loop-2.html",
        "/loop-2.html": "/loop.html",
    }
    targets |= {"/home.html": "/", "/away.html": other.url("/elsewhere.html"), "/alias.html": "/good.html"}
    for path, target in (targets | chain).items():
        site.on(path, status=302, headers={"Location": target})


def test_every_answer_has_its_outcome(desk: Desk) -> None:
    site, other = desk.site(), desk.site("/elsewhere.html")
    expected = {
        "good.html": "captured",
        "packed.html": "captured",
        "untyped": "captured",
        "missing.html": "failed.not_found",
        "gone.html": "failed.gone",
        "censored.html": "failed.legal",
        "members.html": "failed.forbidden",
        "teapot.html": "failed.http_418",
        "broken.html": "pending.http_5xx",
        "paper.pdf": "failed.not_html",
        "huge.html": "failed.too_large",
        "slow.html": "pending.timeout",
        "moved.html": "captured",
        "loop.html": "failed.redirect_loop",
        "chain-0.html": "failed.redirect_loop",
        "home.html": "failed.redirect_home",
        "away.html": "failed.redirect_foreign",
        "alias.html": "skipped.same_as",
    }
    site.on("/feed.xml", feed(*(site.url(f"/{path}") for path in expected)), kind="application/rss+xml")
    _answers(site, other)

    run = desk.crawl(desk.source(site), fetch={"timeout": 0.5, "max_bytes": 10_000, "retries": 0})

    assert run.outcomes() == expected
    assert run.report is not None
    assert run.report.finished
    assert other.hits == []
    assert site.asked("/good.html") == 1
    [source] = run.report.sources
    assert source.requests == len(site.hits)
    archived = list(captures(desk.store, "press", NIGHT))
    assert {capture.url.rpartition("/")[2] for capture in archived} == {
        p for p, o in expected.items() if o == "captured"
    }
    moved = next(capture for capture in archived if capture.url.endswith("/moved.html"))
    assert moved.final_url == site.url("/new-place.html")
    packed = next(capture for capture in archived if capture.url.endswith("/packed.html"))
    assert read_record(desk.store, packed).body == article("packed").encode()
    assert packed.mentions[0].channel == site.url("/feed.xml")


def test_a_redirect_that_is_no_url_ends_its_page_alone(desk: Desk) -> None:
    site = desk.site("/good.html")
    targets = ["/" + "a" * 15_000, "http://127.0.0.1:99999/", "http://[::1/", "http://a b/"]
    for number, target in enumerate(targets):
        site.on(f"/{number}.html", status=302, headers={"Location": target})
    paths = ["/good.html", *(f"/{number}.html" for number in range(len(targets)))]
    site.on("/feed.xml", feed(*map(site.url, paths)), kind="application/rss+xml")

    run = desk.crawl(desk.source(site))

    outcomes = run.outcomes()
    assert outcomes.pop("good.html") == "captured"
    assert outcomes == {f"{number}.html": "failed.bad_url" for number in range(len(targets))}
    assert run.report is not None
    assert run.report.sources[0].error is None


def test_whoever_an_address_says_asks_is_not_sent_along(desk: Desk) -> None:
    site = desk.site("/page.html")
    named = f"http://reader:secret@127.0.0.1:{site.port}/page.html"
    site.on("/feed.xml", feed(named), kind="application/rss+xml")

    run = desk.crawl(desk.source(site))

    assert list(run.outcomes().values()) == ["captured"]
    assert all("Authorization" not in hit.headers for hit in site.hits)
