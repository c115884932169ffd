"""An article's page in a real browser, over pages that would do harm and texts of several scripts."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Browser, Page
from tests.web.conftest import Site
from tests.web.paper import NIGHTS, Outside, look, outside, press  # noqa: F401 - fixtures
from tests.web.test_overview import serious

from tearsheet.tombstones import key

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("web")]
Look = Callable[..., Page]
AS_CAPTURED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def at(number: int, rest: str = "") -> str:
    return f"/articles/{number:020x}{rest}"


def test_the_words_of_the_query_are_marked_and_what_was_cut_opens(press: Site, look: Look) -> None:  # noqa: F811
    page = look(press.url + at(1))

    assert page.locator("h1 mark").all_inner_texts() == ["harbour"]
    assert page.locator(".standfirst mark").all_inner_texts() == ["harbour"]
    assert page.locator(".text mark").all_inner_texts() == ["harbour"] * 3
    assert page.locator("details.cut").count() == 4
    assert not page.get_by_text("Ferry to Dunmore").is_visible()
    page.get_by_text("2 blocks cut: links to other pages").click()
    assert page.get_by_text("Ferry to Dunmore runs late again").is_visible()
    told = page.locator("details.cut", has_text="rope works")
    told.locator("summary").press("Enter")
    assert "stands on 90% of the source's articles" in told.inner_text()
    order = page.locator(".text > *").evaluate_all("all => all.map(each => each.tagName)")
    assert order == ["DETAILS", "P", "DETAILS", "P", "P", "DETAILS", "P", "DETAILS"]
    assert serious(page) == []


def test_versions_show_what_changed_word_by_word(press: Site, look: Look) -> None:  # noqa: F811
    page = look(press.url + at(1))

    assert page.locator(".versions [aria-current]").inner_text() == "Version 2"
    assert page.locator(".changes del").first.inner_text() == "spring"
    assert page.locator(".changes ins").first.inner_text() == "summer"
    assert page.locator(".changes .field").count() == 1
    page.get_by_role("link", name="Version 1").click()
    assert page.locator(".changes").count() == 0
    assert f"night={NIGHTS[0]}" in page.url
    assert "until the spring" in page.locator(".text").inner_text()


def test_a_story_lists_its_copies_the_earliest_first(press: Site, look: Look) -> None:  # noqa: F811
    page = look(press.url + at(2))

    copies = page.locator(".copies li")
    assert [text.splitlines()[0] for text in copies.all_inner_texts()] == [
        "The harbour is closed",
        "Der Hafen ist <script>document.title='it ran'</script> geschlossen",
    ]
    assert "first copy" in copies.first.inner_text()
    assert "Der <b>Kurier</b>" in copies.last.inner_text()
    assert "it ran" not in page.title().replace("document.title='it ran'", "")
    copies.first.get_by_role("link").click()
    assert page.locator("h1").inner_text() == "The harbour is closed"


def test_the_proof_is_verified_without_scripts(press: Site, look: Look) -> None:  # noqa: F811
    page = look(press.url + at(1), java_script_enabled=False)

    page.get_by_role("button", name="Verify").click()
    assert "verified: digest of the stored body equals sha256:" in page.locator("[role=status]").inner_text()
    assert page.url.endswith("#proof")


def test_a_record_that_is_another_one_is_told(press: Site, look: Look) -> None:  # noqa: F811
    page = look(press.url + at(7))

    page.get_by_role("button", name="Verify").click()
    told = page.locator("[role=status]").inner_text()
    assert told.startswith("not verified: ")
    assert "sha256:0000" in told


def test_the_page_as_captured_runs_and_loads_nothing(press: Site, look: Look) -> None:  # noqa: F811
    answer = httpx.get(press.url + at(1, "/page"), trust_env=False)
    assert answer.status_code == 200
    assert answer.headers.get_list("content-security-policy") == [AS_CAPTURED]
    assert "document.title" in answer.text

    page = look(press.url + at(1))
    assert page.locator("iframe").get_attribute("sandbox") == ""
    page.locator("iframe").scroll_into_view_if_needed()
    frame = page.frame_locator("iframe")
    assert frame.locator("h1").inner_text() == "The harbour is closed"
    assert frame.locator("h1").evaluate("h1 => getComputedStyle(h1).color") == "rgb(1, 2, 3)"
    page.wait_for_timeout(300)
    assert "it ran" not in page.title()
    assert [frame.url for frame in page.frames if "outside" in frame.url] == []

    page = look(press.url + at(1, "/page"))
    page.wait_for_timeout(300)
    assert page.title() == "Harbour"
    assert page.url.startswith(press.url)


def test_the_same_page_would_do_harm_elsewhere(press: Site, browser: Browser, outside: Outside) -> None:  # noqa: F811
    page = browser.new_page()
    page.set_content(httpx.get(press.url + at(1, "/page"), trust_env=False).text, wait_until="commit")
    page.wait_for_url(f"{outside.url}/away")
    page.close()

    assert {"/style.css", "/beacon", "/picture.jpg", "/away"} <= {*outside.asked}
    outside.asked.clear()


def test_what_is_not_to_be_copied_is_not_shown(press: Site, look: Look) -> None:  # noqa: F811
    page = look(press.url + at(6))

    assert "its site asks for no copies to be shown (noarchive)" in page.locator(".original").inner_text()
    assert page.locator("iframe").count() == 0
    refused = httpx.get(press.url + at(6, "/page"), trust_env=False)
    assert refused.status_code == 403
    assert "The harbour is closed" not in refused.text


def test_what_was_taken_down_says_so(press: Site) -> None:  # noqa: F811
    gone = f"{99:020x}"
    press.archive.store.put(key("2026-02-02-x"), f'{{"documents": ["{gone}"], "sources": []}}'.encode())

    assert httpx.get(f"{press.url}/articles/{gone}", trust_env=False).status_code == 410
    assert httpx.get(f"{press.url}/articles/{gone}/page", trust_env=False).status_code == 410
    assert httpx.get(f"{press.url}/articles/{98:020x}", trust_env=False).status_code == 404
    assert httpx.get(f"{press.url}{at(1)}?night=2026-01-31", trust_env=False).status_code == 404


@pytest.mark.parametrize(("number", "language", "direction"), [(3, "he", "rtl"), (4, "ar", "rtl"), (5, "ja", "ltr")])
def test_every_script_reads_in_its_direction(
    press: Site,  # noqa: F811
    look: Look,  # noqa: F811
    number: int,
    language: str,
    direction: str,
) -> None:
    page = look(press.url + at(number), viewport={"width": 390, "height": 844})

    title = page.locator("h1")
    assert title.get_attribute("lang") == language
    assert title.evaluate("h1 => getComputedStyle(h1).direction") == direction
    assert page.locator(".text p").first.evaluate("p => getComputedStyle(p).direction") == direction
    assert page.locator("h1 mark").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_drop_says_why_and_shows_what_was_cut(press: Site, look: Look, scheme: str) -> None:  # noqa: F811
    page = look(press.url + at(8), color_scheme=scheme)

    assert "drop.listing" in page.locator(".note").inner_text()
    assert page.locator("details.cut").count() == 1
    assert serious(page) == []


def test_an_article_of_the_demo_is_found_proved_and_shown(site: Site, look: Look) -> None:  # noqa: F811
    row = site.archive.documents().outcome("article").to_polars().row(0, named=True)
    page = look(f"{site.url}/articles/{row['document_id']}")

    assert page.locator("h1").inner_text() == row["title"]
    page.get_by_role("button", name="Verify").click()
    assert "verified: digest" in page.locator("[role=status]").inner_text()
