"""The overview, and what holds for every page."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page
from tests.web.conftest import Site
from tests.web.seeing import serious

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("web")]


def test_it_names_topics_nights_and_what_is_wrong(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(site.url)
    topics = site.archive.topics()["title"].to_list()
    assert page.locator(".card h3").all_inner_texts() == topics
    assert "robots.txt" in page.locator(".wrong li").inner_text()
    rows = page.locator("table tbody tr")
    assert rows.count() == 3
    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_reads_in_both_schemes_and_on_a_phone(site: Site, visit: Callable[..., Page], scheme: str) -> None:
    page = visit(site.url, color_scheme=scheme, viewport={"width": 390, "height": 844})
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_headers_keep_everything_at_home(site: Site) -> None:
    answer = httpx.get(site.url, trust_env=False)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert re.findall(r"unsafe|script-src", answer.headers["content-security-policy"]) == []
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(("host", "status"), [("localhost:99", 200), ("evil.example", 421), ("127.0.0.1.evil", 421)])
def test_another_name_is_refused(site: Site, host: str, status: int) -> None:
    assert httpx.get(site.url, headers={"host": host}, trust_env=False).status_code == status


def test_what_is_not_there_says_so(site: Site) -> None:
    answer = httpx.get(f"{site.url}/nowhere", trust_env=False)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
