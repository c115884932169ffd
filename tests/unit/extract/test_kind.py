"""Which pages are articles."""

from __future__ import annotations

from time import perf_counter

import pytest
from tests.unit.extract.press import PARAGRAPHS, TITLE, URL, extract, json_ld, page


def test_an_ordinary_article_is_one() -> None:
    assert extract(page()).kind == "article"


def test_a_short_report_is_an_article() -> None:
    html = f"<html lang='en'><head>{json_ld()}</head><body><h1>{TITLE}</h1><article><p>{PARAGRAPHS[0]}</p></article>"
    assert extract(html).kind == "article"


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("404 - Page not found", "The page you are looking for could not be found.", "error_page"),
        ("Just a moment...", "Checking your browser before you go on. Enable JavaScript and cookies.", "challenge"),
        ("", "", "empty"),
    ],
)
def test_pages_that_say_nothing_are_named(title: str, text: str, kind: str) -> None:
    html = f"<html lang='en'><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    assert extract(html).kind == kind


def test_a_page_of_teasers_is_a_listing() -> None:
    teasers = "".join(
        f"<article><h2><a href='/region/{i}-a-story'>Story {i} of the harbour and its boats</a></h2>"
        f"<p>What was said on day {i} of the long session.</p></article>"
        for i in range(30)
    )
    html = (
        f"<html lang='en'><head><title>Region</title></head><body><main><h1>Region</h1>{teasers}</main></body></html>"
    )
    assert extract(html, url="https://www.tidewaterledger.example/region/").kind == "listing"


@pytest.mark.parametrize("separator", ["-", "_", "a-"])
def test_a_very_long_address_costs_nothing(separator: str) -> None:
    extract(page())
    begun = perf_counter()
    extract(page(), url=URL + separator * 2000 + "!")
    assert perf_counter() - begun < 1
