"""Front and section pages: what is taken for an article, a section, a feed."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from tearsheet.discover import pages
from tearsheet.discover.channel import ChannelPage
from tearsheet.discover.pages import parse_page
from tearsheet.discover.shapes import Link, is_article, is_feed, is_section
from tearsheet.errors import RecordError
from tearsheet.model import ChannelKind, Mention

URL = "https://www.example.com/"
HEADLINE = "Parliament passes the budget after a long night"

ARTICLES = [
    "https://example.com/2024/05/06/budget",
    "https://example.com/2024/may/06/budget",
    "https://example.com/news/2024-05-06-budget-passed.html",
    "https://example.com/newsletters/morning/2024/05/06/budget",
    "https://example.com/politics/parliament-passes-budget",
    "https://example.com/politics/parliament_passes_budget.php",
    "https://example.com/politik/haushalt-steht-id101214182.html",
    "https://example.com/article/articleId123456",
    "https://example.com/a/Ard8wM/parliament-passes-budget",
    "https://example.com/c/0c2c3ed6118a3315",
    "https://example.com/e/c90d406b-2b41-4e98-b9cd-4aa661e512b2",
    "https://example.com/?p=31228",
    "https://example.com/detail.php?id=765&lang=de",
    "https://example.com/spip.php?article8532",
    "https://example.com/article/164913/%D8%A7%D9%84%D9%86%D8%A7%D8%B4%D8%B7",
    "https://example.com/новости/парламент-принял-бюджет",
    "https://example.com/aktuelles/parliament-passes-budget/index.html",
    "https://example.com/about-us/press/parliament-passes-budget",
    "https://example.com/news/uber-drivers-strike",
]
NO_ARTICLES = [
    "https://example.com/politics",
    "https://example.com/politics/europe/",
    "https://example.com/tag/parliament-passes-budget",
    "https://example.com/tags/12345-budget",
    "https://example.com/author/jane-mary-doe",
    "https://example.com/autor/12345",
    "https://example.com/category/world-news-today/",
    "https://example.com/2024/05/",
    "https://example.com/2024/",
    "https://example.com/politics/page/12",
    "https://example.com/2024/05/06/budget/comment-page-2/",
    "https://example.com/2024/05/06/budget?share=twitter",
    "https://example.com/2024/05/06/budget?replytocom=123456",
    "https://example.com/about-us",
    "https://example.com/contact-us.html",
    "https://example.com/privacy-policy",
    "https://example.com/politica-de-privacidad",
    "https://example.com/terms-of-service/",
    "https://example.com/impressum.html",
    "https://example.com/datenschutzerklaerung",
    "https://example.com/quienes-somos",
    "https://example.com/login?next=/2024/05/06/budget",
    "https://example.com/search/parliament-passes-budget",
    "https://example.com/wp-content/uploads/2024/05/06/picture-of-parliament.jpg",
    "https://example.com/files/2024/05/06/annual-report.pdf",
    "https://example.com/feed/",
    "https://example.com/sport/index.html",
]


@pytest.mark.parametrize("url", ARTICLES)
def test_articles(url: str) -> None:
    assert is_article(Link(url, "more"))


@pytest.mark.parametrize("url", NO_ARTICLES)
def test_no_articles(url: str) -> None:
    assert not is_article(Link(url, "A label"))


def test_a_headline_speaks_for_a_plain_url() -> None:
    assert is_article(Link("https://example.com/politics/budget", HEADLINE))
    assert is_article(Link("https://example.com/seiji/yosan", "国会は長い審議の末に予算を可決"))
    assert not is_article(Link("https://example.com/politics/budget", "Budget"))


def test_in_a_menu_an_article_needs_a_number_or_date_and_a_headline() -> None:
    dated, slug = "https://example.com/2024/05/06/budget", "https://example.com/politics/parliament-passes-budget"
    assert is_article(Link(dated, HEADLINE, in_furniture=True))
    assert not is_article(Link(dated, "Budget", in_furniture=True))
    assert not is_article(Link(slug, HEADLINE, in_furniture=True))


@pytest.mark.parametrize(
    "path", ["politics", "politics/europe/", "world-news", "sekce/politika-252", "sport/index.html", "политика", "en"]
)
def test_sections(path: str) -> None:
    assert is_section(Link(f"https://example.com/{path}", "A label"))


@pytest.mark.parametrize(
    "path",
    ["about-us", "login", "tag/budget", "a/b/c", "politics?page=2", "2024/05", "x.pdf", "search", "impressum.html"],
)
def test_no_sections(path: str) -> None:
    assert not is_section(Link(f"https://example.com/{path}", "A label"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("feed", True),
        ("politics/feed/", True),
        ("rss.xml", True),
        ("news.rss", True),
        ("export/news-rss.xml", True),
        ("atom.php", True),
        ("comments/feed/", False),
        ("rss-explained", False),
        ("newsfeed/story", False),
    ],
)
def test_feeds(path: str, *, expected: bool) -> None:
    assert is_feed(f"https://example.com/{path}") is expected


PAGE = f"""<!doctype html><html><head><meta charset="utf-8"><base href="/de/">
<link rel="alternate" type="application/rss+xml" href="/feed.xml">
<link rel="Alternate home" type="application/atom+xml; charset=utf-8" href="https://feeds.example.net/press">
<link rel="alternate" type="application/rss+xml" href="/comments/feed/">
<link rel="alternate" hreflang="en" href="/en/"></head>
<body><header><a href="/"><img alt="Press"></a></header>
<nav><a href="/politik">Politik</a><a href="/sport/">Sport</a><a href="/login">Log in</a>
  <a href="https://sport.example.com/fussball">Fußball</a></nav>
<main><article><a href="2024/05/06/haushalt#top"><img alt="Ein Bild"></a>
  <header><h2><a href="2024/05/06/haushalt">Haushalt</a></h2></header>
  <p>Lang. <a rel="nofollow" href="2024/05/06/haushalt">Mehr über den langen Streit um den Haushalt</a></p></article>
<a href="/2024/05/06/zwei-tote"><span>Kicker</span><h3>Zwei Tote</h3><p>Ein Absatz darüber, was geschah.</p></a>
<a href="https://news.example.com/a-story-12345">{HEADLINE}</a>
<a href="https://elsewhere.example.org/2024/05/06/a-story">{HEADLINE}</a>
<a href="mailto:x@example.com">mail</a><a href="javascript:void(0)">js</a><a>none</a><a href="http://[">broken</a>
<a href="/kultur/">Kultur</a></main>
<footer><a href="/ueber-uns">Über uns</a><a href="/rss">RSS</a>
  <a href="/so-arbeitet-die-redaktion">{HEADLINE}</a></footer>"""


def mention(title: str | None) -> Mention:
    return Mention(channel=URL, kind=ChannelKind.FRONT_PAGE, title=title)


def test_a_front_page() -> None:
    assert parse_page(PAGE.encode(), URL, ChannelKind.FRONT_PAGE) == ChannelPage(
        entries=(
            ("https://www.example.com/de/2024/05/06/haushalt", mention("Haushalt")),
            ("https://www.example.com/2024/05/06/zwei-tote", mention("Zwei Tote")),
            ("https://news.example.com/a-story-12345", mention(HEADLINE)),
        ),
        channels=(
            ("https://www.example.com/feed.xml", ChannelKind.FEED),
            ("https://feeds.example.net/press", ChannelKind.FEED),
            ("https://www.example.com/rss", ChannelKind.FEED),
            ("https://www.example.com/politik", ChannelKind.SECTION),
            ("https://www.example.com/sport/", ChannelKind.SECTION),
        ),
    )


def test_outside_menus_nothing_is_a_section() -> None:
    assert parse_page(b"<p><a href='/sport'>Sport</a>", URL, ChannelKind.SECTION) == ChannelPage()


def test_a_menu_known_by_its_class() -> None:
    menu = f"<ul class='main-menu'><a href='/a-long-page-name'>{HEADLINE}</a><a href='/welt'>Welt</a></ul>"
    body = f"{menu}<a href='/x'>X</a>"
    page = parse_page(body.encode(), URL, ChannelKind.SECTION)
    assert page == ChannelPage(channels=(("https://www.example.com/welt", ChannelKind.SECTION),))


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252"])
def test_encodings(encoding: str) -> None:
    body = f"<meta charset={encoding}><a href='/2024/05/06/a'>Ein größerer Überblick über die Lage</a>".encode(encoding)
    ((_, found),) = parse_page(body, URL, ChannelKind.SECTION).entries
    assert found.title == "Ein größerer Überblick über die Lage"


def test_a_page_is_cut_at_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_ARTICLES", 5)
    links = "".join(f"<a href='/2024/05/06/story-{n}'>{HEADLINE}</a>" for n in range(99))
    menu = "".join(f"<a href='/section-{'x' * n}'>S</a>" for n in range(99))
    page = parse_page(f"<nav>{menu}</nav>{links}".encode(), URL, ChannelKind.SECTION)
    assert len(page.entries) == 5
    assert page.truncated
    assert len(page.channels) == pages.MAX_SECTIONS


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- -->"])
def test_no_page(body: bytes) -> None:
    with pytest.raises(RecordError, match=r"www\.example\.com/ is no HTML page"):
        parse_page(body, URL, ChannelKind.FRONT_PAGE)


@pytest.mark.parametrize("body", [b"\0\xff\xfe<a href=", b"%PDF-1.4", b'{"a": 1}', b"<a href='/2024/05/06/a' " * 2000])
def test_garbage_names_little(body: bytes) -> None:
    assert len(parse_page(body, URL, ChannelKind.FRONT_PAGE).entries) <= 1


def real_pages() -> list[tuple[str, Path]]:
    folder = os.environ.get("PAGES_DIR")
    if not folder:
        return []
    rows = map(json.loads, (Path(folder) / "fundus" / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    return [(row["url"], Path(folder) / "fundus" / "html" / f"{row['id']}.html.gz") for row in rows]


@pytest.mark.skipif(not os.environ.get("PAGES_DIR"), reason="PAGES_DIR names no folder of real pages")
def test_real_pages_name_articles_and_do_not_explode() -> None:
    found = [
        len(parse_page(gzip.decompress(file.read_bytes()), url, ChannelKind.SECTION).entries)
        for url, file in real_pages()
    ]
    assert max(found) <= 150
    assert sorted(found)[len(found) // 2] in range(5, 40)


@pytest.mark.skipif(not os.environ.get("PAGES_DIR"), reason="PAGES_DIR names no folder of real pages")
def test_real_articles_are_recognised_by_their_urls() -> None:
    assert [url for url, _ in real_pages() if not is_article(Link(url, "more"))] == []
