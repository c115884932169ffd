"""Sitemaps: the protocol's shapes, its limits, and what stands in their place."""

from __future__ import annotations

import codecs
import gzip
import time
from datetime import UTC, datetime

import pytest

from tearsheet.discover import sitemaps
from tearsheet.discover.channel import ChannelPage
from tearsheet.discover.sitemaps import parse_sitemap
from tearsheet.errors import RecordError
from tearsheet.model import ChannelKind, Mention

URL = "https://example.com/sitemap.xml"
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def read(text: str | bytes) -> ChannelPage:
    return parse_sitemap(text if isinstance(text, bytes) else text.encode(), URL)


def urlset(*rows: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">{"".join(rows)}</urlset>'


def index(*rows: str) -> str:
    return f'<sitemapindex xmlns="{NAMESPACE}">{"".join(rows)}</sitemapindex>'


def row(location: str = "https://example.com/a", inner: str = "", element: str = "url") -> str:
    return f"<{element}><loc>{location}</loc>{inner}</{element}>"


def child(location: str, lastmod: str = "") -> str:
    return row(location, f"<lastmod>{lastmod}</lastmod>" if lastmod else "", "sitemap")


def locations(page: ChannelPage) -> list[str]:
    return [url for url, _ in page.entries]


def test_a_urlset() -> None:
    page = read(urlset(row("https://example.com/a?x=1&amp;y=2", "<lastmod>2024-05-06</lastmod>"), row("/b")))
    assert page.entries == (
        (
            "https://example.com/a?x=1&y=2",
            Mention(channel=URL, kind=ChannelKind.SITEMAP, published=datetime(2024, 5, 6, tzinfo=UTC)),
        ),
        ("https://example.com/b", Mention(channel=URL, kind=ChannelKind.SITEMAP)),
    )
    assert not page.truncated


def test_google_news() -> None:
    text = f"""<s:urlset xmlns:s="{NAMESPACE}" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
      xmlns:i="http://www.google.com/schemas/sitemap-image/1.1">
      <s:url><i:image><i:loc>https://example.com/picture.jpg</i:loc></i:image>
        <s:loc><![CDATA[ https://example.com/a?x=1&y=2 ]]></s:loc><s:lastmod>2024-06-01</s:lastmod>
        <n:news><n:publication><n:name>P</n:name><n:language>zh-cn</n:language></n:publication>
        <n:publication_date>2024-05-06T10:00:00+08:00</n:publication_date><n:title>A &amp;amp; B</n:title>
        <n:keywords>one, two ,,one</n:keywords></n:news></s:url></s:urlset>"""
    assert read(text).entries == (
        (
            "https://example.com/a?x=1&y=2",
            Mention(
                channel=URL,
                kind=ChannelKind.NEWS_SITEMAP,
                title="A & B",
                published=datetime(2024, 5, 6, 2, tzinfo=UTC),
                language="zh",
                keywords=("one", "two"),
            ),
        ),
    )


def test_a_news_entry_without_its_date_is_dated_by_its_change_and_says_so() -> None:
    news = "<lastmod>2024-05-06</lastmod><news xmlns='http://n.example'><title>T</title></news>"
    ((_, mention),) = read(urlset(row(inner=news))).entries
    assert (mention.kind, mention.title) == (ChannelKind.SITEMAP, "T")
    assert mention.published == datetime(2024, 5, 6, tzinfo=UTC)


def test_an_index_names_its_children_newest_first() -> None:
    page = read(
        index(
            child("https://example.com/sitemap-2023-12.xml"),
            child("https://example.com/posts-1.xml", "2024-01-05"),
            child("https://example.com/sitemap.xml?yyyy=2024&amp;mm=02&amp;dd=03"),
            child("https://example.com/google-news.xml"),
            child("https://example.com/sitemap-2022.xml"),
            child("https://example.com/20240131.xml.gz"),
            child("/pages.xml"),
        )
    )
    assert [url.rpartition("/")[2] for url, _ in page.channels] == [
        "google-news.xml",
        "pages.xml",
        "sitemap.xml?yyyy=2024&mm=02&dd=03",
        "20240131.xml.gz",
        "posts-1.xml",
        "sitemap-2023-12.xml",
        "sitemap-2022.xml",
    ]
    assert page.channels[0][1] is ChannelKind.NEWS_SITEMAP
    assert page.channels[1] == ("https://example.com/pages.xml", ChannelKind.SITEMAP)
    assert page.entries == ()


@pytest.mark.parametrize(
    "name",
    ["post_tag-sitemap.xml", "category-sitemap2.xml", "author-sitemap.xml", "wp-sitemap-taxonomies-category-1.xml"],
)
def test_children_that_list_no_pages_are_left_out(name: str) -> None:
    assert read(index(child(f"https://example.com/{name}"))).channels == ()


@pytest.mark.parametrize("name", ["sitemap-tag-2024-05-06.xml", "sitemap-authority.xml", "tags/sitemap.xml"])
def test_children_that_only_look_like_it_are_kept(name: str) -> None:
    assert len(read(index(child(f"https://example.com/{name}"))).channels) == 1


def test_gzip() -> None:
    packed = gzip.compress(urlset(row()).encode())
    assert locations(read(packed)) == ["https://example.com/a"]
    with pytest.raises(RecordError, match="no valid gzip"):
        read(packed[:-9])
    with pytest.raises(RecordError, match="no valid gzip"):
        read(b"\x1f\x8b" + b"garbage" * 9)


def test_a_gzip_bomb_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MAX_SITEMAP_BYTES", 10_000)
    page = read(gzip.compress((urlset(row()).removesuffix("</urlset>") + " " * 10_000_000 + "</urlset>").encode()))
    assert locations(page) == ["https://example.com/a"]
    assert page.truncated


def test_plain_text() -> None:
    page = read("\ufeffhttps://example.com/a\r\n\r\n  https://example.com/b \nnonsense\nhttps://example.com/a\n")
    assert page.entries == tuple(
        (url, Mention(channel=URL, kind=ChannelKind.SITEMAP))
        for url in ("https://example.com/a", "https://example.com/b")
    )


def test_a_feed_in_its_place() -> None:
    text = "<?xml version='1.0'?><!-- x --><rss version='2.0'><channel><item><link>https://example.com/a</link></item>"
    ((url, mention),) = read(text + "</channel></rss>").entries
    assert (url, mention.kind) == ("https://example.com/a", ChannelKind.FEED)


def test_the_protocols_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MAX_URLS", 10)
    rows = [f"https://example.com/{number}" for number in range(11)]
    for text in (urlset(*map(row, rows)), "\n".join(rows)):
        page = read(text)
        assert locations(page) == rows[:10]
        assert page.truncated
    assert not read(urlset(*map(row, rows[:10]))).truncated
    assert not read("\n".join(rows[:10])).truncated


def test_nothing_is_read_beyond_the_limit() -> None:
    page = read(
        gzip.compress(urlset(*(row(f"https://example.com/{number % 1000}") for number in range(1_000_000))).encode(), 1)
    )
    assert len(page.entries) == 1000
    assert page.truncated


def test_bytes_that_are_not_what_they_declare() -> None:
    page = read(urlset(row("https://example.com/a"), row("https://example.com/b", "<x>é</x>")).encode("latin-1"))
    assert locations(page) == ["https://example.com/a", "https://example.com/b"]
    assert locations(read(codecs.BOM_UTF8 + b"\n" + urlset(row()).split("\n")[1].encode())) == ["https://example.com/a"]
    assert locations(read(urlset(row()).replace("UTF-8", "UTF-16").encode("utf-16"))) == ["https://example.com/a"]


def test_broken_xml_is_read_as_far_as_it_goes() -> None:
    rows = [
        row("https://example.com/a"),
        row("https://example.com/b?x=1&y=2"),
        row("<![CDATA[https://example.com/c?x=1&y=2]]>"),
    ]
    text = urlset(*rows, "<url><loc>https://exam").removesuffix("</urlset>")
    expected = ["https://example.com/a", "https://example.com/b?x=1&y=2", "https://example.com/c?x=1&y=2"]
    assert locations(read(text))[:3] == expected


def test_unclosed_sections_cost_little() -> None:
    started = time.process_time()
    assert read(b"<urlset>" + b"<![CDATA[&" * 200_000) == ChannelPage()
    assert time.process_time() - started < 2


@pytest.mark.parametrize("entity", ['"https://example.com/secret"', 'SYSTEM "file:///etc/hostname"'])
def test_entities_are_not_unfolded(entity: str) -> None:
    text = f"<!DOCTYPE urlset [<!ENTITY a {entity}>]><urlset>{row('&a;')}{row('https://example.com/a')}</urlset>"
    assert locations(read(text)) == ["https://example.com/a"]


def test_an_entity_bomb_is_harmless() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))
    text = f'<!DOCTYPE urlset [<!ENTITY a0 "https://example.com/">{levels}]><urlset>{row("&a29;")}{row()}</urlset>'
    assert set(locations(read(text))) <= {"https://example.com/a"}


def test_an_empty_sitemap_is_one() -> None:
    assert read(urlset()) == ChannelPage()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"Not found",
        b"<!doctype html><html><body>Not found</body></html>",
        b"<!-- x --><url><loc>https://example.com/a</loc></url>",
        b"<",
        b"\0\0\0",
    ],
)
def test_what_is_no_sitemap(body: bytes) -> None:
    with pytest.raises(RecordError, match=r"example\.com/sitemap\.xml is no"):
        read(body)
