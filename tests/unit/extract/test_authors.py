"""Whose byline counts: the people that a page names, wherever it names them, and nobody out of a label."""

from __future__ import annotations

import pytest
from tests.unit.extract.press import PARAGRAPHS, TITLE, extract, json_ld, page

from tearsheet import bylines

ONE = ("Odile Farrant",)
TWO = ("Odile Farrant", "Benno Tasker")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Odile Maio", ("Odile Maio",)),
        ("Odile Farrant March 4", ONE),
        ("Region • Odile Farrant, Benno Tasker", TWO),
        ("This post was written by Odile Farrant, Head of Marketing and Community Growth", ONE),
        ("erstellt von Odile Farrant", ONE),
        ("Insights from", ()),
        ("Autoreninfo", ()),
    ],
)
def test_a_byline_is_read_to_its_names(line: str, names: tuple[str, ...]) -> None:
    assert bylines.names(line) == names


@pytest.mark.parametrize("text", ["Foto: Freitag", "Happy Christmas!", "Associated Wire12", "K A", "Odile farrant"])
def test_what_has_no_form_of_a_name_does_not_look_like_one(text: str) -> None:
    assert not bylines.looks_like_name(text)


@pytest.mark.parametrize(
    ("above", "names"),
    [
        ("<small>04.03.2026 | 13:10 Uhr | Odile Farrant</small>", ONE),
        ('<div class="elementor-widget-container"><span class="author-name">Odile Farrant</span></div>', ONE),
        ('<a class="author-section" href="#">Region</a><span class="author-name">Odile Farrant</span>', ONE),
        ('<div class="byline"><a class="author" href="#">odile</a></div>', ("odile",)),
        ("<small>04.03.2026 | 13:10 Uhr | Region</small>", ()),
    ],
)
def test_a_byline_that_readers_see_is_found(above: str, names: tuple[str, ...]) -> None:
    assert extract(page(above=above)).authors == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("<p><strong>Odile Farrant/Benno Tasker</strong></p>", TWO),
        ("<p><em>By Odile Farrant</em></p>", ONE),
        ("<p><strong>Read More!</strong></p>", ()),
        ("<p>Odile Farrant</p>", ()),
    ],
)
@pytest.mark.parametrize("at_end", [False, True])
def test_a_line_set_apart_at_an_edge_of_the_text_signs_it(line: str, names: tuple[str, ...], at_end: bool) -> None:
    first, last = f"<p>{PARAGRAPHS[0]}</p>", f"<p>{PARAGRAPHS[-1]}</p>"
    html = page().replace(last, last + line) if at_end else page().replace(first, line + first)
    assert extract(html).authors == names


def test_a_box_below_the_text_counts_only_where_nothing_else_names_an_author() -> None:
    box = '<footer><div class="author-box"><a rel="author" href="/benno">Benno Tasker</a></div></footer>'
    assert extract(page(below=box)).authors == ("Benno Tasker",)
    assert extract(page(above='<span class="author">Odile Farrant</span>', below=box)).authors == ONE


@pytest.mark.parametrize("name", ["comment", "related", "promo"])
def test_an_author_of_something_else_is_none(name: str) -> None:
    assert extract(page(below=f'<div class="{name}"><a rel="author" href="/b">Benno Tasker</a></div>')).authors == ()


def test_a_person_may_have_a_site_of_their_own() -> None:
    html = page(json_ld(author={"@type": "Person", "name": "Odile Farrant"}))
    assert extract(html, url="https://odilefarrant.example.com/quay").authors == ONE


def test_an_outlet_with_an_and_in_its_name_is_not_two_people() -> None:
    head = '<meta property="og:site_name" content="Tide & Ledger"><meta name="author" content="Tide & Ledger">'
    assert extract(page(head, above='<span class="author">Odile Farrant</span>')).authors == ONE


def test_a_newsroom_signs_where_nobody_else_does() -> None:
    newsroom = {"@type": "NewsMediaOrganization", "name": "Redaktion Tidewater"}
    assert extract(page(json_ld(author=newsroom))).authors == ("Redaktion Tidewater",)
    head = json_ld(author=newsroom) + '<meta name="author" content="tidewater, Aldmoor, Anland">'
    assert extract(page(head)).authors == ("Redaktion Tidewater",)


def test_words_of_the_headline_are_nobody() -> None:
    first = f"<p>{PARAGRAPHS[0]}</p>"
    assert extract(page().replace(first, f"<p>{TITLE}</p>{first}")).authors == ()
