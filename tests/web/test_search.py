"""Search in a real browser, over the demo's nights."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page
from tests.web.conftest import Site
from tests.web.seeing import serious

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("web")]
TOPIC = "demo-unrest"


def test_a_topic_is_searched_and_what_matched_is_marked(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(f"{site.url}/topics/{TOPIC}", java_script_enabled=False)
    page.get_by_role("searchbox").fill("curfew AND tasoba")
    page.get_by_role("button", name="Search").click()
    found = site.archive.search("curfew AND tasoba", topic=TOPIC, limit=100)
    assert page.locator("h2").inner_text() == f"{found.total} articles"
    assert page.locator(".results h3").all_inner_texts() == [hit.title for hit in found.hits[:20]]
    marks = {mark.casefold() for mark in page.locator("mark").all_inner_texts()}
    assert marks == {"curfew", "tasoba"}


def test_a_search_is_narrowed(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(f"{site.url}/topics/{TOPIC}/search?q=tasoba")
    page.get_by_label("Outlet").select_option(label="The Free Lantern")
    page.get_by_label("From night").fill("2026-01-12")
    page.get_by_role("button", name="Search").click()
    found = site.archive.search("tasoba", topic=TOPIC, source="free-lantern", since="2026-01-12")
    assert 0 < found.total == page.locator(".results li").count()
    assert {*page.locator(".results .notes bdi").all_inner_texts()} == {"The Free Lantern"}
    assert serious(page) == []


@pytest.mark.parametrize(("query", "language"), [("Тасоб*", "ru"), ("Ölpreis", "de")])
def test_other_scripts_are_found_and_named(site: Site, visit: Callable[..., Page], query: str, language: str) -> None:
    page = visit(f"{site.url}/topics/{TOPIC}/search?q={query}", color_scheme="dark")
    assert page.locator(f'.results li[lang="{language}"]').count() == page.locator(".results li").count() > 0
    assert page.locator("mark").count() > 0
    assert serious(page) == []


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("", 200, "Search the articles of"),
        ("tasoba AND (", 400, 'id="wrong"'),
        ("nowhereword", 200, "0 articles"),
        ("<script>alert(1)</script>", 400, "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("x" * 2000, 400, "q: String should have at most 1000 characters"),
    ],
)
def test_what_a_query_cannot_find_is_said(site: Site, query: str, status: int, told: str) -> None:
    answer = httpx.get(f"{site.url}/topics/{TOPIC}/search", params={"q": query}, trust_env=False)
    assert answer.status_code == status
    assert told in answer.text
    assert "<script" not in answer.text
