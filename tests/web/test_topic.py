"""A topic's page in a real browser: charts, filters, files, citation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import polars as pl
import pytest
from playwright.sync_api import Page
from tests.web.conftest import Site
from tests.web.seeing import serious

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("web")]
TOPIC = "demo-unrest"


@pytest.fixture(scope="session")
def rows(site: Site) -> pl.DataFrame:
    """What the reader says of the topic."""
    return site.archive.topic(TOPIC).to_polars()


def figure(page: Page, name: str) -> int:
    """A number at the head of the page."""
    told = page.locator(".figures div", has=page.locator("dt", has_text=name)).locator("dd").inner_text()
    return int(told.replace("\N{NARROW NO-BREAK SPACE}", ""))


def listed(page: Page) -> int:
    return page.locator("table.entries tbody tr").count()


def test_it_shows_what_the_reader_gives(site: Site, visit: Callable[..., Page], rows: pl.DataFrame) -> None:
    page = visit(site.url)
    page.get_by_role("link", name="Unrest in Zhetistan").click()
    assert page.url.endswith(f"/topics/{TOPIC}")
    assert figure(page, "articles") == rows.height == listed(page)
    assert figure(page, "stories") == rows["cluster_id"].n_unique()
    assert {*page.locator(".headline > :first-child").all_inner_texts()} == {*rows["title"]}
    assert page.locator('[lang="ru"]').count() == rows.filter(pl.col("language") == "ru").height
    assert serious(page) == []


def test_filters_are_links_and_stand_in_the_address(site: Site, visit: Callable[..., Page], rows: pl.DataFrame) -> None:
    page = visit(f"{site.url}/topics/{TOPIC}", java_script_enabled=False)
    page.locator(".choices a", has_text="The Free Lantern").click()
    of_lantern = rows.filter(pl.col("source") == "free-lantern")
    assert figure(page, "articles") == of_lantern.height
    page.locator(".choices a", has_text="The Ostermere Chronicle").click()
    both = rows.filter(pl.col("source").is_in(["free-lantern", "ostermere-chronicle"]))
    assert figure(page, "articles") == both.height
    page.get_by_label("Each story once").check()
    page.get_by_role("button", name="Show").click()
    assert figure(page, "articles") == both["cluster_id"].n_unique()
    assert "source=free-lantern" in page.url
    page.get_by_label("From night").fill("2026-01-13")
    page.get_by_label("Each story once").uncheck()
    page.get_by_role("button", name="Show").click()
    assert figure(page, "articles") == both.filter(pl.col("night") >= "2026-01-13").height
    page.get_by_role("link", name="Show all").click()
    assert figure(page, "articles") == rows.height


@pytest.mark.parametrize("by", ["outlet", "language", "story"])
def test_charts_count_every_article_and_lead_to_nights(
    site: Site, visit: Callable[..., Page], rows: pl.DataFrame, by: str
) -> None:
    page = visit(f"{site.url}/topics/{TOPIC}")
    page.locator(".tabs a", has_text=by).click()
    page.locator(".chart summary").click()
    totals = page.locator(".chart tbody tr td:last-child").all_inner_texts()
    most = rows.group_by("cluster_id").len().sort("len", "cluster_id", descending=[True, False]).head(7)["cluster_id"]
    drawn = rows.filter(pl.col("cluster_id").is_in(most.implode())) if by == "story" else rows
    by_night = drawn.group_by("night").len().sort("night", descending=True)["len"].to_list()
    assert [int(total) for total in totals] == by_night
    assert serious(page) == []
    page.locator(".plot a").first.click()
    first = rows["night"].min()
    assert figure(page, "articles") == site.archive.topic(TOPIC).since(first).until(first).count()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "dark")])
def test_it_reads_on_a_phone_and_in_the_dark(site: Site, visit: Callable[..., Page], width: int, scheme: str) -> None:
    page = visit(f"{site.url}/topics/{TOPIC}", color_scheme=scheme, viewport={"width": width, "height": 844})
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_download_is_what_the_page_shows(
    site: Site, visit: Callable[..., Page], rows: pl.DataFrame, tmp_path: Path
) -> None:
    page = visit(f"{site.url}/topics/{TOPIC}?language=de&since=2026-01-12", accept_downloads=True)
    page.get_by_label("with their text").check()
    with page.expect_download() as started:
        page.get_by_role("button", name="parquet").click()
    assert started.value.suggested_filename == f"{TOPIC}-since-2026-01-12.parquet"
    started.value.save_as(tmp_path / "file.parquet")
    taken = pl.read_parquet(tmp_path / "file.parquet")
    german = rows.filter(pl.col("language") == "de")
    assert {*taken["document_id"]} == {*german["document_id"]}
    assert taken["text"].null_count() == 0


def test_the_citation_names_what_was_counted(site: Site, visit: Callable[..., Page], rows: pl.DataFrame) -> None:
    page = visit(f"{site.url}/topics/{TOPIC}")
    assert f"{rows.height} articles, nights 2026-01-12 to 2026-01-14" in page.locator(".cite").inner_text()
    page.get_by_text("BibTeX", exact=True).click()
    assert page.locator("pre").inner_text().startswith(f"@misc{{tearsheet-{TOPIC}-")


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/topics/nothing", 404, "no topic is called &#39;nothing&#39;; there are: demo-energy, demo-unrest"),
        (f"/topics/{TOPIC}?since=soon", 400, "since: "),
        (f"/topics/{TOPIC}?page=0", 400, "page: "),
        (f"/topics/{TOPIC}/download.exe", 404, "no file is made as .exe"),
        (f"/topics/{TOPIC}?since=2031-01-01", 200, "Nothing is left under these filters"),
    ],
)
def test_what_cannot_be_shown_is_said(site: Site, path: str, status: int, told: str) -> None:
    answer = httpx.get(site.url + path, trust_env=False)
    assert answer.status_code == status
    assert told in answer.text
