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


TOLD = "".join(
    f"<p>{hour}:15 Two more boats were tied up at the quay, the harbour office says.</p>" for hour in range(8, 18)
)


@pytest.mark.parametrize(
    ("html", "url", "kind"),
    [
        (page(json_ld(**{"@type": "LiveBlogPosting"})), URL, "live_blog"),
        (page(below=TOLD, title="Storm on the coast: live updates"), URL, "live_blog"),
        (page(below=TOLD), "https://www.tidewaterledger.example/region/storm-liveticker", "live_blog"),
        (page(below=TOLD), URL, "article"),
        (page(title="How the town learned to live with the sea"), URL, "article"),
    ],
)
def test_a_report_written_while_it_is_read_is_a_live_blog(html: str, url: str, kind: str) -> None:
    assert extract(html, url=url).kind == kind


SERVICE = "https://www.quaybuilders.example/quay-walls"
PRAISE = "<p>Our team has built quay walls for forty years. Get a quote today, or contact us by telephone.</p>"
DATED = '<p class="date">Published 2 March 2026</p>'


@pytest.mark.parametrize(
    ("above", "below", "kind"),
    [
        ("", PRAISE, "service"),
        (DATED, PRAISE, "article"),
        ("", "<p>The builders' offer was the fourth, and the council asked for a quote of the fifth.</p>", "article"),
    ],
)
def test_a_page_without_a_date_that_offers_a_trade_is_none(above: str, below: str, kind: str) -> None:
    head = '<meta property="og:type" content="website"><meta name="author" content="Odile Farrant">'
    html = page(head, above=above, below=below)
    assert extract(html, url=SERVICE).kind == kind


def test_a_buyers_review_makes_no_article_of_a_product() -> None:
    review = {"@type": "Review", "name": "Holds", "author": {"@type": "Person", "name": "Odile Farrant"}}
    product = json_ld(**{"@type": "Product", "name": "Bollard", "review": review})
    shop = "https://www.quaybuilders.example/shop/bollard"
    assert extract(page(product), url=shop).kind == "product"
    assert extract(page(product + '<meta property="og:type" content="article">')).kind == "article"


def test_a_forum_is_one_by_its_linked_data() -> None:
    assert extract(page(json_ld(**{"@type": "DiscussionForumPosting"}))).kind == "forum"
