"""The sources' pages in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page
from tests.web.conftest import Site
from tests.web.paper import NIGHTS, look, outside, press  # noqa: F401 - fixtures
from tests.web.test_overview import serious

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("web")]
Look = Callable[..., Page]


def test_every_source_has_its_nights_and_its_last_verdict(press: Site, look: Look) -> None:  # noqa: F811
    page = look(f"{press.url}/sources")

    rows = page.locator("tbody tr")
    assert rows.count() == 5
    kurier = page.locator("tr", has_text="Der <b>Kurier</b>")
    assert "0 articles, 1 expected" in kurier.inner_text()
    assert kurier.locator("svg .failed").count() == 1
    gazette = page.locator("tr", has_text="The Harbour Gazette")
    assert gazette.locator("td.n").all_inner_texts() == ["4", "4"]
    assert "ok" in gazette.locator(".verdict").inner_text()
    assert "1 missed what is expected" in page.locator(".lede").inner_text()
    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_source_tells_its_channels_outcomes_and_nights(press: Site, look: Look, scheme: str) -> None:  # noqa: F811
    page = look(f"{press.url}/sources", color_scheme=scheme)
    page.get_by_role("link", name="Der <b>Kurier</b>").click()

    assert page.locator(".wrong li").all_inner_texts() == ["0 articles, 1 expected"]
    feed, gone = page.locator("section[aria-labelledby=channels] tbody tr").all()
    assert feed.locator("td").all_inner_texts() == [
        "https://kurier.example/feed.xml", "feed", f"200 {NIGHTS[2]}", "1", "4", "3", "0",
    ]  # fmt: skip
    assert "404 <b>Not Found</b>" in gone.inner_text()
    outcomes = page.locator("section[aria-labelledby=outcomes] tbody tr").all_inner_texts()
    assert [text.split() for text in outcomes] == [["skipped.seen", "1", "3"], ["article", "0", "1"]]
    assert page.locator("section[aria-labelledby=nights] tbody th").all_inner_texts() == [*reversed(NIGHTS)]
    assert serious(page) == []


def test_it_reads_on_a_phone(press: Site, look: Look) -> None:  # noqa: F811
    for path in ("/sources", "/sources/kurier"):
        page = look(press.url + path, viewport={"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert serious(page) == []


def test_a_source_that_nobody_knows_is_not_found(press: Site) -> None:  # noqa: F811
    answer = httpx.get(f"{press.url}/sources/nobody", trust_env=False)

    assert answer.status_code == 404
    assert "no source is called" in answer.text
