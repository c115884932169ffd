"""Title, authors, language and rights: what the page says of itself, told apart from its trimmings."""

from __future__ import annotations

import pytest
from tests.unit.extract.press import PARAGRAPHS, TITLE, extract, json_ld, page

from tearsheet.extract.page import Extraction
from tearsheet.model import ChannelKind, Mention, Rights

GERMAN = "Die Werft am Nordufer hat am Dienstag beim Amtsgericht einen Antrag gestellt, wie eine Sprecherin bestätigte."


SUMMARY = "Dredgers are to come in spring, and the fishermen are not amused."
PAIR = ("Ines Hallam", "Pia Wick")
BYLINES: list[tuple[str, tuple[str, ...]]] = [
    ("Odile Farrant", ("Odile Farrant",)),
    ("By Odile Farrant", ("Odile Farrant",)),
    ("by: Odile Farrant", ("Odile Farrant",)),
    ("Written by Odile Farrant", ("Odile Farrant",)),
    ("Odile Farrant and Benno Tasker", ("Odile Farrant", "Benno Tasker")),
    ("Odile Farrant, Benno Tasker & Ines Hallam", ("Odile Farrant", "Benno Tasker", "Ines Hallam")),
    ("Odile Farrant | Benno Tasker", ("Odile Farrant", "Benno Tasker")),
    ("Von Lena Brückmann und Jonas Thalhofer", ("Lena Brückmann", "Jonas Thalhofer")),
    ("Par Maëlle Cassagne et Aubin Delmarre", ("Maëlle Cassagne", "Aubin Delmarre")),
    ("Por Nuria Escalante y Fermín Oquendo", ("Nuria Escalante", "Fermín Oquendo")),
    ("Di Dario Fenu e Marta Sanna", ("Dario Fenu", "Marta Sanna")),
    ("Автор: Арина Велесова", ("Арина Велесова",)),
    ("Арина Велесова и Лев Берестов", ("Арина Велесова", "Лев Берестов")),
    ("بقلم ليلى الصياد", ("ليلى الصياد",)),
    ("记者：周慕白", ("周慕白",)),
    ("ODILE FARRANT, Odile Farrant", ("ODILE FARRANT",)),
    ("Andrea von Bylow", ("Andrea von Bylow",)),
    ("Odile Farrant, odile@ledger.example", ("Odile Farrant",)),
    ("https://facebook.example/ledger", ()),
    ("admin", ()),
    ("Newsroom", ()),
    ("Redaktion", ()),
    ("12.02.2026", ()),
    ("", ()),
    ("View all posts by Odile Farrant", ("Odile Farrant",)),
    ("Odile Farrant, Islands correspondent", ("Odile Farrant",)),
]


@pytest.mark.parametrize(("raw", "names"), BYLINES)
def test_names_come_out_of_bylines(raw: str, names: tuple[str, ...]) -> None:
    assert extract(page(f'<meta name="author" content="{raw}">')).authors == names


@pytest.mark.parametrize(
    ("html", "names"),
    [
        (page(json_ld(author={"@type": "Person", "name": "Odile Farrant"})), ("Odile Farrant",)),
        (page(json_ld(author=[{"@type": "Person", "name": name} for name in PAIR])), PAIR),
        (page(json_ld(author={"@type": "Organization", "name": "Northwire"})), ()),
        (page('<meta name="author" content="Odile Farrant">'), ("Odile Farrant",)),
        (page(above='<div class="byline">By Odile Farrant</div>'), ("Odile Farrant",)),
        (page(above='<a rel="author" href="/of">Odile Farrant</a>'), ("Odile Farrant",)),
        (page('<meta name="author" content="admin">', above='<a rel="author" href="/x">Pia Wick</a>'), ("Pia Wick",)),
        (page(), ()),
    ],
)
def test_authors_are_people_named_by_the_page(html: str, names: tuple[str, ...]) -> None:
    assert extract(html).authors == names


@pytest.mark.parametrize(
    "head",
    [
        "",
        f'<meta property="og:title" content="{TITLE} | Tidewater Ledger">',
        '<meta property="og:title" content="Quay to be widened after council votes - Ledger">',
        json_ld(headline="Council votes to widen quay"),
    ],
)
def test_the_title_is_the_visible_headline(head: str) -> None:
    assert extract(page(head)).title == TITLE


def test_a_title_loses_the_sites_name_where_no_heading_helps() -> None:
    site = '<meta property="og:site_name" content="Tidewater Ledger">'
    html = page(f'{site}<meta property="og:title" content="{TITLE} | Tidewater Ledger">').replace("h1>", "div>")
    assert extract(html).title == TITLE


def test_a_heading_loses_the_date_behind_the_headline() -> None:
    html = page(f'<meta property="og:title" content="{TITLE}">')
    assert extract(html.replace(f"<h1>{TITLE}", f"<h1>{TITLE} <small>02.03.2026 • Harbour</small>")).title == TITLE
    assert extract(html.replace(f"<h1>{TITLE}", f"<h1>{TITLE} by eleven to six")).title == f"{TITLE} by eleven to six"


def test_a_site_that_names_itself_first_is_left_out_of_the_title() -> None:
    html = page().replace(f"<h1>{TITLE}", "<h1>Tidewater Ledger</h1><h2>Region</h2><h3>Harbour</h3><h2>" + TITLE)
    html = html.replace(f"<title>{TITLE}", f"<title>Tidewater Ledger and Mail of the Outer Islands - Region - {TITLE}")
    assert extract(html.replace("</h1><div", "</h2><div")).title == TITLE


def test_the_only_heading_of_a_second_rank_titles_a_page_that_says_nothing() -> None:
    html = page().replace(f"<title>{TITLE}</title>", "").replace("h1>", "h2>")
    assert extract(html).title == TITLE
    assert extract(html.replace("</article>", "<h2>Region</h2></article>")).title is None


def test_a_channel_titles_a_page_that_has_none() -> None:
    told = Mention(channel="https://x.example/feed", kind=ChannelKind.FEED, title=TITLE)
    html = page().replace(f"<title>{TITLE}</title>", "").replace(f"<h1>{TITLE}</h1>", "")
    assert extract(html, mentions=(told,)).title == TITLE


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        (' lang="en-GB"', PARAGRAPHS[0], "en"),
        (' lang="de-AT"', GERMAN, "de"),
        (' xml:lang="de"', GERMAN, "de"),
        ("", GERMAN, "de"),
        ("", PARAGRAPHS[0], "en"),
        (' lang="en"', GERMAN, "de"),
        (' lang="english please"', PARAGRAPHS[0], "en"),
        (' lang=""', GERMAN, "de"),
    ],
)
def test_the_language_is_the_texts_helped_by_what_is_declared(declared: str, text: str, language: str) -> None:
    html = page(attributes=declared, title="1")
    for paragraph in PARAGRAPHS:
        html = html.replace(paragraph, f"{text} {text}")
    assert extract(html).language == language


def test_a_short_text_is_in_the_language_that_is_declared() -> None:
    html = f'<html lang="nb"><body><article><h1>Hva skjer</h1><p>{"En dag i mars. " * 9}</p></article></body></html>'
    assert extract(html).language == "nb"


def test_rights_are_read_from_headers_and_meta_headers_first() -> None:
    head = '<meta name="robots" content="index, NOARCHIVE"><meta name="tdm-reservation" content="1">'
    headers = {"X-Robots-Tag": "noai", "TDM-Policy": "https://x.example/tdm.json"}
    assert extract(page(head), headers=headers).rights == (
        Rights(signal="noai", value="noai", origin="header x-robots-tag"),
        Rights(signal="tdm-policy", value="https://x.example/tdm.json", origin="header tdm-policy"),
        Rights(signal="noarchive", value="index, NOARCHIVE", origin="meta robots"),
        Rights(signal="tdm-reservation", value="1", origin="meta tdm-reservation"),
    )


@pytest.mark.parametrize("rel", ["license", "nofollow license", "license noopener"])
def test_a_licence_is_a_rights_signal(rel: str) -> None:
    html = page(below=f'<a rel="{rel}" href="https://creativecommons.org/licenses/by/4.0/">CC BY</a>')
    (found,) = extract(html).rights
    assert (found.signal, found.value) == ("license", "https://creativecommons.org/licenses/by/4.0/")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("noarchive", ["noarchive"]),
        ("NoArchive , nosnippet", ["noarchive", "nosnippet"]),
        ("tearsheet: noarchive, noai", ["noarchive", "noai"]),
        ("Tearsheet:noarchive", ["noarchive"]),
        ("otherbot: noarchive, noai", []),
        ("otherbot: noarchive, tearsheet: noai", ["noai"]),
        ("otherbot: noarchive\nnoai", ["noai"]),
        ("unavailable_after: 25 Jun 2010 15:00:00 PST, noarchive", ["noarchive"]),
        ("unavailable_after: Friday, 25-Jun-10 15:00:00 UTC, noarchive", ["noarchive"]),
        ("max-snippet:-1, noarchive, max-image-preview: large", ["noarchive"]),
        ("noarchives, nonoai, index", []),
        ("", []),
    ],
)
def test_a_robots_tag_is_heeded_where_it_speaks_to_all_or_to_us(field: str, expected: list[str]) -> None:
    assert [each.signal for each in extract(page(), headers={"X-Robots-Tag": field}).rights] == expected


def test_a_meta_element_may_name_us() -> None:
    head = '<meta name="googlebot" content="noarchive"><meta name="Tearsheet" content="noai">'
    assert extract(page(head)).rights == (Rights(signal="noai", value="noai", origin="meta tearsheet"),)


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", ["https://creativecommons.org/licenses/by/4.0/"]),
        ({"@type": "CreativeWork", "url": "https://x.example/l"}, ["https://x.example/l"]),
        ([{"@id": "https://x.example/1"}, "https://x.example/2"], ["https://x.example/1", "https://x.example/2"]),
        (["", None, 3, {}], []),
    ],
)
def test_the_licence_of_the_article_in_linked_data_is_a_signal(licence: object, expected: list[str]) -> None:
    found = extract(page(json_ld(license=licence))).rights
    assert [(each.value, each.origin) for each in found] == [(value, "linked data license") for value in expected]


def test_a_page_without_signals_has_no_rights() -> None:
    found = extract(page('<meta name="robots" content="index, follow, max-image-preview:large">'))
    assert found.rights == ()


def test_small_fields() -> None:
    head = (
        '<meta property="article:section" content="Region">'
        '<meta property="article:tag" content="Harbour"><meta property="article:tag" content="harbour">'
        '<meta property="article:tag" content="Council"><meta property="og:image" content="/img/quay.jpg">'
        '<link rel="canonical" href="/region/quay">'
    )
    found: Extraction = extract(page(head, above=f'<p class="standfirst">{SUMMARY}</p>'))
    assert (found.standfirst, found.section, found.tags) == (SUMMARY, "Region", ("Harbour", "Council"))
    assert found.image == "https://www.tidewaterledger.example/img/quay.jpg"
    assert found.canonical_url == "https://www.tidewaterledger.example/region/quay"


def test_a_description_that_no_reader_sees_is_no_standfirst() -> None:
    assert extract(page(f'<meta name="description" content="{SUMMARY}">')).standfirst is None
