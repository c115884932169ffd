"""The invented press: what it is made of, and that its servers behave as a press does."""

from __future__ import annotations

import gzip
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from tearsheet.config import load
from tearsheet.demo.outlets import NIGHTS, Article, Outlet, expected, outlets, wires
from tearsheet.demo.prose import pieces
from tearsheet.demo.server import Press, serve
from tearsheet.demo.site import pages
from tearsheet.errors import ConfigError

CONFIG = Path(__file__).parents[3] / "config"
ALMATY = ZoneInfo("Asia/Almaty")
ARTICLES = [(outlet, article) for outlet in outlets() for article in outlet.articles]


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with serve(port=0) as running:
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as own:
        yield own


def test_it_is_large_enough() -> None:
    assert len(outlets()) >= 6
    assert len(ARTICLES) >= 48
    assert {outlet.language for outlet in outlets()} == {"en", "de", "ru"}
    assert len({outlet.host for outlet in outlets()}) == len(outlets())
    assert max(Counter(article.wire for _, article in ARTICLES if article.wire).values()) >= 4


@pytest.mark.parametrize(("outlet", "article"), ARTICLES, ids=lambda value: getattr(value, "path", ""))
def test_an_article_is_whole(outlet: Outlet, article: Article) -> None:
    assert article.kind in expected()
    assert article.published.astimezone(ALMATY).date() <= date.fromisoformat(NIGHTS[article.night - 1])
    assert article.wire is None or article.wire in wires()
    if article.kind in ("ordinary", "wire", "seed", "changed", "vanished", "about-newsletters"):
        printed = article.text + (wires()[article.wire].text if article.wire else "")
        assert 4 <= len(pieces(printed)) <= 30
        assert len(printed.split()) > 90
    assert article.path.startswith("/")


@pytest.mark.parametrize("outlet", outlets(), ids=lambda outlet: outlet.id)
def test_a_page_changes_with_the_night_only_where_it_says_so(outlet: Outlet) -> None:
    nights = [pages(outlet, number, 8765) for number in (1, 2, 3)]
    for article in outlet.articles:
        bodies = {night[article.path].body for night in nights if article.path in night}
        assert len(bodies) == (2 if article.revised else 1), article.path


def test_the_demo_collection_names_every_outlet(tmp_path: Path, press: Press) -> None:
    declared = load(press.config(tmp_path, CONFIG)).collections["demo"].sources
    assert {(s.id, s.homepage, s.language) for s in declared} == {
        (o.id, press.url(o.id), o.language) for o in outlets()
    }


def test_an_outlet_answers_at_its_own_address_alone(press: Press, client: httpx.Client) -> None:
    with pytest.raises(httpx.ConnectError):
        client.get(f"http://127.0.0.1:{press.port}/")
    for outlet in outlets():
        assert outlet.name in client.get(press.url(outlet.id)).text


def test_bodies_are_gzipped_and_unchanged_ones_cost_a_304(press: Press, client: httpx.Client) -> None:
    url = press.url("ostermere-chronicle", "/feed.xml")
    first = client.get(url)
    assert first.headers["Content-Encoding"] == "gzip"
    assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get(url, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    assert client.get(url, headers={"If-None-Match": '"other"'}).status_code == 200
    assert "Content-Encoding" not in client.get(url, headers={"Accept-Encoding": "identity"}).headers


def test_sitemaps_are_nested_and_gzipped(press: Press, client: httpx.Client) -> None:
    assert "/sitemaps/index.xml" in client.get(press.url("talbruecker-bote", "/sitemap.xml")).text
    packed = client.get(press.url("talbruecker-bote", "/sitemaps/2026-01.xml.gz")).content
    assert b"<urlset" in gzip.decompress(packed)


def test_it_ails_as_it_should(press: Press, client: httpx.Client) -> None:
    busy = next(outlet for outlet in outlets() if outlet.busy)
    assert busy.busy is not None
    first = client.get(press.url(busy.id, busy.busy))
    assert (first.status_code, first.headers["Retry-After"]) == (503, "1")
    assert client.get(press.url(busy.id, busy.busy)).status_code == 200
    assert client.get(press.url("stepnoy-telegraf", "/feed.xml")).status_code == 500
    assert client.get(press.url("free-lantern", "/no-such-page")).status_code == 404
    assert client.get(press.url("millrace-evening")).elapsed.total_seconds() >= 0.3
    assert "Crawl-delay: 1" in client.get(press.url("kestrel-bay", "/robots.txt")).text


def test_it_counts_what_it_is_asked(press: Press, client: httpx.Client) -> None:
    press.hits.clear()
    for _ in range(2):
        client.get(press.url("sarybel-vesti", "/politika/"))
    assert press.hits.by_url == {press.url("sarybel-vesti", "/politika/"): 2}
    assert press.hits.total() == 2
    assert press.hits.at_once == {"sarybel-vesti": 1}


def test_a_night_can_be_set_while_it_runs(press: Press, client: httpx.Client) -> None:
    vanished = next(press.url(outlet.id, article.path) for outlet, article in ARTICLES if article.gone == 2)
    assert client.get(vanished).status_code == 200
    press.night = NIGHTS[1]
    assert client.get(vanished).status_code == 404
    press.night = NIGHTS[0]
    with pytest.raises(ConfigError, match="no night '2026-02-01'"):
        press.night = "2026-02-01"


def test_a_taken_port_is_told() -> None:
    with socket.create_server((outlets()[-1].host, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"cannot listen at 127.0.0.9:{port}"), serve(port=port):
            pass
