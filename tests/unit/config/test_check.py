"""``tearsheet check`` and ``tearsheet init``, offline and against outlets on loopback."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.unit.outlets import Outlet, Page, outlet
from typer.testing import CliRunner, Result

from tearsheet.cli.check import check
from tearsheet.cli.init import init
from tearsheet.errors import ConfigError, ExpectationError

ROOT = Path(__file__).parents[3]
FEED = '<rss version="2.0"><channel><title>F</title>{}</channel></rss>'
ITEM = "<item><title>T</title><link>{}/news/{}</link></item>"
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{}/news/9</loc></url></urlset>'
INDEX = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{}/s1.xml</loc></sitemap></sitemapindex>'
FRONT = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>hello</body></html>'


GOOD: dict[str, Page | str] = {
    "/robots.txt": "User-agent: *\nDisallow: /private\nSitemap: {}/sitemap.xml\n",
    "/": FRONT,
    "/feed.xml": FEED.format(ITEM.format("{}", 1) + ITEM.format("{}", 2)),
    "/sitemap.xml": INDEX,
    "/s1.xml": URLSET,
}


Serve = Callable[[dict[str, Page | str]], Outlet]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts outlets that end with the test."""
    with ExitStack() as stack:
        yield lambda pages: stack.enter_context(outlet(pages))


def configure(folder: Path, *sources: Mapping[str, object], settings: str = "") -> Path:
    """A configuration of one collection; what a source does not say has a default."""
    defaults = {"name": "N", "country": "KZ", "language": "kk"}
    (folder / "collections").mkdir()
    (folder / "collections" / "press.yaml").write_text(
        json.dumps({"defaults": {"delay": 0}, "sources": [{**defaults, **source} for source in sources]}), "utf-8"
    )
    (folder / "tearsheet.yaml").write_text(settings, "utf-8")
    return folder


def run(*arguments: str) -> Result:
    """``tearsheet check`` with these arguments."""
    app = typer.Typer()
    app.command()(check)
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


def surveys(result: Result) -> dict[str, Any]:
    """The sources of ``--json`` by id."""
    return {source["source"]: source for source in json.loads(result.stdout)["sources"]}


def test_an_outlet_that_is_well_is_surveyed_politely(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    site = serve(GOOD)
    folder = configure(tmp_path, {"id": "good", "homepage": f"{site.url}/"})
    result = run("--config", str(folder), "--online", "--json")
    assert result.exit_code == 0, result.output
    survey = surveys(result)["good"]
    assert site.paths == ["/robots.txt", "/", "/feed.xml", "/sitemap.xml", "/s1.xml"]
    assert {agent for _, agent, _ in site.asked} == {site.asked[0][1]}
    assert site.asked[0][1].startswith("Tearsheet/")
    assert (survey["robots"], survey["found"]) == ("rules", {"feeds": 1, "sitemaps": 2, "sections": 0})
    channels = {channel["url"].removeprefix(site.url): channel["named"] for channel in survey["channels"]}
    assert channels == {"/": 0, "/feed.xml": 2, "/sitemap.xml": 0, "/s1.xml": 1}


def test_the_table_names_each_source_and_its_verdict(serve: Serve, tmp_path: Path) -> None:
    good, shut = serve(GOOD), serve({"/robots.txt": "User-agent: *\nDisallow: /\n"})
    folder = configure(tmp_path, {"id": "good", "homepage": f"{good.url}/"}, {"id": "shut", "homepage": f"{shut.url}/"})
    result = run("--config", str(folder), "--online")
    assert isinstance(result.exception, ExpectationError)
    assert "1 of 2 sources" in str(result.exception)
    rows = {line.split()[0]: line for line in result.stdout.splitlines() if line.strip()}
    assert rows["good"].rstrip().endswith("ok")
    assert rows["shut"].rstrip().endswith("fails")
    assert "shut: " in str(result.exception)
    assert "robots.txt forbids it" in str(result.exception)
    assert shut.paths == ["/robots.txt"]


@pytest.mark.parametrize(
    ("pages", "reason", "asked"),
    [
        ({"/robots.txt": Page("", 503)}, "robots.txt gives no rules (HTTP 503)", ["/robots.txt"]),
        ({}, "HTTP 404", ["/robots.txt", "/"]),
        ({"/": Page("", 302, {"Location": "/"})}, "more than 5 redirects", ["/robots.txt", *"//////"]),
        ({"/": Page("", 302, {"Location": "http://press.example/"})}, "contact is not set", ["/robots.txt", "/"]),
        ({"/": Page("", 302, {"Location": "file:///etc/passwd"})}, "no web address", ["/robots.txt", "/"]),
        ({"/": Page("", 200, {"Content-Encoding": "br"})}, "br", ["/robots.txt", "/"]),
    ],
)
def test_what_does_not_answer_is_told(
    serve: Serve, tmp_path: Path, pages: dict[str, Page | str], reason: str, asked: list[str]
) -> None:
    site = serve(pages)
    folder = configure(tmp_path, {"id": "ill", "homepage": f"{site.url}/", "sitemaps": []})
    result = run("--config", str(folder), "--online", "--json")
    assert isinstance(result.exception, ExpectationError)
    assert reason in str(surveys(result)["ill"]["problems"])
    assert site.paths == asked


def test_a_source_that_is_not_there_ends_nothing(serve: Serve, tmp_path: Path) -> None:
    site = serve(GOOD)
    folder = configure(
        tmp_path,
        {"id": "gone", "homepage": "http://127.0.0.1:9/"},
        {"id": "good", "homepage": f"{site.url}/"},
        settings="fetch: {timeout: 2}",
    )
    result = run("--config", str(folder), "--online", "--json")
    gone, good = surveys(result).values()
    assert "Connection refused" in str(gone["problems"])
    assert good["problems"] == []


def test_one_request_at_a_time_with_the_delay_between(serve: Serve, tmp_path: Path) -> None:
    site = serve(GOOD | {"/robots.txt": "User-agent: *\nCrawl-delay: 0.2\n"})
    sources = [{"id": f"s{number}", "homepage": f"{site.url}/", "sitemaps": []} for number in range(3)]
    result = run("--config", str(configure(tmp_path, *sources)), "--online", "--json")
    assert result.exit_code == 0, result.output
    assert (site.most, site.paths.count("/robots.txt"), len(site.paths)) == (1, 1, 7)
    times = [when for _, _, when in site.asked][1:]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.19


def test_a_site_that_wants_long_pauses_is_left_to_the_harvest(serve: Serve, tmp_path: Path) -> None:
    site = serve(GOOD | {"/robots.txt": "User-agent: *\nCrawl-delay: 3600\n"})
    folder = configure(tmp_path, {"id": "slow", "homepage": f"{site.url}/"})
    survey = surveys(run("--config", str(folder), "--online", "--json"))["slow"]
    assert "it wants 3600 s between requests" in str(survey["problems"])
    assert site.paths == ["/robots.txt"]


def test_a_body_has_an_end(serve: Serve, tmp_path: Path) -> None:
    noise = "".join(hashlib.sha256(bytes(number)).hexdigest() for number in range(500))
    site = serve(GOOD | {"/feed.xml": Page(noise)})
    folder = configure(tmp_path, {"id": "large", "homepage": f"{site.url}/"}, settings="fetch: {max_bytes: 10000}")
    survey = surveys(run("--config", str(folder), "--online", "--json"))["large"]
    assert "larger than 10,000 bytes" in str(survey["channels"])


def test_the_web_is_asked_through_the_proxy_and_may_not_lead_back(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = serve(
        {
            "http://press.example/robots.txt": Page("", 404),
            "http://press.example/": FRONT,
            "http://press.example/feed.xml": Page("", 301, {"Location": "http://127.0.0.1:9/feed.xml"}),
        }
    )
    monkeypatch.setenv("http_proxy", web.url)
    monkeypatch.setenv("no_proxy", "")
    folder = configure(tmp_path, {"id": "web", "homepage": "http://press.example/", "sitemaps": []})
    refused = run("--config", str(folder), "--online")
    assert isinstance(refused.exception, ConfigError)
    assert "fetch.contact is not set" in str(refused.exception)
    assert web.asked == []
    (folder / "tearsheet.yaml").write_text("fetch: {contact: desk@press.example}", "utf-8")
    survey = surveys(run("--config", str(folder), "--online", "--json"))["web"]
    assert "desk@press.example" in web.asked[0][1]
    assert "no public address" in str(survey["channels"])


def test_a_page_leads_to_no_other_place_of_this_machine(serve: Serve, tmp_path: Path) -> None:
    secret = serve({"/feed.xml": FEED.format("")})
    port = secret.url.rpartition(":")[2]
    feed = f"http://2130706433:{port}/feed.xml"
    link = f'<html><head><link rel="alternate" type="application/rss+xml" href="{feed}"></head></html>'
    site = serve({"/": link, "/sitemap.xml": Page("", 302, {"Location": f"http://localhost:{port}/feed.xml"})})
    folder = configure(
        tmp_path, {"id": "web", "homepage": f"{site.url}/"}, settings="fetch: {contact: desk@press.example}"
    )
    survey = surveys(run("--config", str(folder), "--online", "--json"))["web"]
    errors = [channel["error"] or "" for channel in survey["channels"]]
    assert sum("which is no public address" in error for error in errors) == 2, survey
    assert secret.asked == []


def test_sources_can_be_chosen_and_disabled_ones_are_asked_only_by_name(serve: Serve, tmp_path: Path) -> None:
    site = serve(GOOD)
    off = {"id": "off", "homepage": f"{site.url}/", "enabled": False, "reason": "moved"}
    folder = str(configure(tmp_path, off, {"id": "good", "homepage": f"{site.url}/"}))
    assert list(surveys(run("--config", folder, "--online", "--json"))) == ["good"]
    assert list(surveys(run("--config", folder, "--online", "--json", "--source", "off"))) == ["off"]
    assert "did you mean 'good'" in str(run("--config", folder, "--source", "goode").exception)
    assert "known collections: press" in str(run("--config", folder, "--collection", "x").exception)


def test_without_online_nothing_is_asked_and_the_summary_counts(serve: Serve, tmp_path: Path) -> None:
    site = serve(GOOD)
    folder = str(configure(tmp_path, {"id": "good", "homepage": f"{site.url}/"}))
    result = run("--config", folder)
    assert result.exit_code == 0
    assert "press" in result.stdout
    (row,) = json.loads(run("--config", folder, "--json").stdout)["collections"]
    assert (row["collection"], row["sources"], row["countries"], row["languages"]) == ("press", 1, 1, 1)
    assert site.asked == []


def test_all_problems_are_told_those_of_queries_too(tmp_path: Path) -> None:
    folder = configure(tmp_path, {"id": "good", "homepage": "https://good.example/", "feed": []})
    (folder / "topics").mkdir()
    (folder / "topics" / "t.yaml").write_text("title: T\ncollections: [press]\nquery: 'a AND (b'\n", "utf-8")
    error = run("--config", str(folder)).exception
    assert isinstance(error, ConfigError)
    assert f"{folder}/collections/press.yaml:1: sources[good].feed: 'feed' is unknown" in str(error)
    assert f"\n{folder}/topics/t.yaml:3: query: " in str(error)
    result = run("--config", str(folder), "--json")
    assert result.exit_code == ConfigError.exit_code
    first, second = json.loads(result.stdout)["problems"]
    assert (first["key"], second["place"]) == ("sources[good].feed", {"line": 3, "column": 1})


def test_the_shipped_queries_parse() -> None:
    result = run("--config", str(ROOT / "config"), "--json")
    assert json.loads(result.stdout)["problems"] == []


def test_init_writes_a_configuration_that_passes_and_says_what_is_next(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(init)
    folder = tmp_path / "new"
    result = CliRunner().invoke(app, [str(folder)])
    assert result.exit_code == 0
    assert f"tearsheet check --config {folder}" in result.stdout
    assert run("--config", str(folder)).exit_code == 0
    assert isinstance(CliRunner().invoke(app, [str(folder)]).exception, ConfigError)
