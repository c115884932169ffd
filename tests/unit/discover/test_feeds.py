"""Feeds of every kind, healthy and not."""

from __future__ import annotations

import codecs
from datetime import UTC, datetime

import pytest

from tearsheet.discover import feeds
from tearsheet.discover.channel import ChannelPage
from tearsheet.discover.feeds import parse_feed
from tearsheet.errors import RecordError
from tearsheet.model import ChannelKind, Mention

URL = "https://example.com/news/feed.xml"


def read(text: str | bytes, media_type: str = "application/rss+xml") -> ChannelPage:
    return parse_feed(text if isinstance(text, bytes) else text.encode(), URL, media_type)


def rss(*items: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Press</title>{head}{"".join(items)}</channel></rss>'
    )


def item(link: str = "https://example.com/a", **elements: str) -> str:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in elements.items())
    return f"<item><link>{link}</link>{inner}</item>"


def only(page: ChannelPage) -> tuple[str, Mention]:
    (entry,) = page.entries
    return entry


def test_rss() -> None:
    url, mention = only(
        read(
            rss(
                item(
                    "https://example.com/2024/a-story?x=1&amp;y=2#comments",
                    title="<![CDATA[A <b>bold</b> &amp; long\n title]]>",
                    pubDate="Mon, 06 May 2024 12:30:00 +0200",
                    category="Politics",
                ),
                head="<language>en-GB</language>",
            )
        )
    )
    assert url == "https://example.com/2024/a-story?x=1&y=2"
    assert mention == Mention(
        channel=URL,
        kind=ChannelKind.FEED,
        title="A bold & long title",
        published=datetime(2024, 5, 6, 10, 30, tzinfo=UTC),
        language="en",
        keywords=("Politics",),
    )


def test_atom_with_xml_base_and_its_own_languages() -> None:
    page = read(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.com/fr/" xml:lang="fr-FR">
        <entry><title type="html">Un &lt;i&gt;titre&lt;/i&gt;</title><id>tag:example.com,2024:1</id>
          <link rel="enclosure" href="son.mp3"/><link rel="alternate" href="un-article"/>
          <published>2024-05-06T23:30:00-02:00</published><updated>2024-06-01T00:00:00Z</updated>
          <category term="http://example.com/c/7" label="Économie"/></entry>
        <entry xml:base="../nl/" xml:lang="nl"><title>Twee</title><link href="een-artikel"/>
          <updated>2024-05-07T00:00:00Z</updated></entry></feed>"""
    )
    (first, french), (second, dutch) = page.entries
    assert (first, second) == ("https://example.com/fr/un-article", "https://example.com/nl/een-artikel")
    assert (french.title, french.language, french.keywords) == ("Un titre", "fr", ("Économie",))
    assert french.published == datetime(2024, 5, 7, 1, 30, tzinfo=UTC)
    assert (dutch.language, dutch.published) == ("nl", datetime(2024, 5, 7, tzinfo=UTC))


def test_rdf() -> None:
    url, mention = only(
        read(
            """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
            xmlns:dc="http://purl.org/dc/elements/1.1/">
            <channel rdf:about="https://example.com/"><title>П</title><dc:language>ru</dc:language>
              <items><rdf:Seq><rdf:li rdf:resource="https://example.com/novost"/></rdf:Seq></items></channel>
            <item rdf:about="https://example.com/novost"><title>Новость</title><link>https://example.com/novost</link>
              <dc:date>2024-05-06T10:00:00+03:00</dc:date><dc:subject>Мир</dc:subject></item></rdf:RDF>"""
        )
    )
    assert url == "https://example.com/novost"
    assert (mention.title, mention.language, mention.keywords) == ("Новость", "ru", ("Мир",))
    assert mention.published == datetime(2024, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ('<item><guid isPermaLink="true">https://example.com/g</guid></item>', "https://example.com/g"),
        ("<item><guid>https://example.com/g</guid></item>", "https://example.com/g"),
        ("<item><link>/relative/a</link></item>", "https://example.com/relative/a"),
        ("<item><link>  https://example.com/spaced\n</link></item>", "https://example.com/spaced"),
        (
            """<item xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"><link>http://feeds.example.net/~r/1</link>
            <f:origLink>https://example.com/original</f:origLink></item>""",
            "https://example.com/original",
        ),
    ],
)
def test_where_a_link_comes_from(item: str, expected: str) -> None:
    assert only(read(rss(item)))[0] == expected


@pytest.mark.parametrize(
    "item",
    [
        '<item><guid isPermaLink="false">4711</guid><title>No link</title></item>',
        "<item><link>mailto:desk@example.com</link></item>",
        "<item><link>https://example.com/</link></item>",
        "<item><link></link></item>",
        "<item><link>http://[::1/a</link></item>",
        "<item/>",
    ],
)
def test_what_names_no_page_is_left_out(item: str) -> None:
    assert read(rss(item)).entries == ()


def test_a_page_is_named_once_by_its_first_entry() -> None:
    assert only(read(rss(item(title="First"), item(title="Second"))))[1].title == "First"


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "yesterday",
        "",
        "Tue, 99 Foo 2024 99:99:99",
    ],
)
def test_dates_that_cannot_be_are_dropped(date: str) -> None:
    assert only(read(rss(item(pubDate=date))))[1].published is None


def test_a_byte_order_mark_beats_a_wrong_declaration() -> None:
    text = rss(item(title="Grüße, Μήνυμα")).replace('version="1.0"?', 'version="1.0" encoding="iso-8859-1"?')
    assert only(read(codecs.BOM_UTF8 + text.encode()))[1].title == "Grüße, Μήνυμα"


def test_a_wrong_encoding_is_guessed() -> None:
    text = rss(item(title="Grüße")).replace('version="1.0"?', 'version="1.0" encoding="utf-8"?')
    assert only(read(text.encode("latin-1")))[1].title == "Grüße"


def test_utf_16() -> None:
    text = rss(item(title="Grüße")).replace('version="1.0"?', 'version="1.0" encoding="utf-16"?')
    assert only(read(text.encode("utf-16"), "application/xml"))[1].title == "Grüße"


def test_the_charset_of_the_header_counts() -> None:
    assert (
        only(read(rss(item(title="Новость")).encode("cp1251"), "text/xml; charset=windows-1251"))[1].title == "Новость"
    )


def test_broken_xml_is_read_as_far_as_it_goes() -> None:
    text = rss(item("https://example.com/a"), "<item><title>A & B</title><link>https://example.com/b?x=1&y=2</link>")[
        :-16
    ]
    assert [url for url, _ in read(text).entries] == ["https://example.com/a", "https://example.com/b?x=1&y=2"]


def test_an_empty_feed_is_a_feed() -> None:
    assert read(rss()) == ChannelPage()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"<!doctype html><html><body><a href='/a'>A</a></body></html>",
        b'{"version": "1"}',
        b"\x1f\x8b\x08\0",
    ],
)
def test_what_is_no_feed(body: bytes) -> None:
    with pytest.raises(RecordError, match=r"example\.com/news/feed\.xml is no RSS or Atom feed"):
        read(body)


BOMB = """<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss version="2.0"><channel><item><title>&b;</title><link>https://example.com/a</link></item></channel></rss>"""
EXTERNAL = """<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><title>&x;</title></channel></rss>"""


@pytest.mark.parametrize("text", [BOMB, EXTERNAL])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declared_entities_are_refused(text: str, encoding: str) -> None:
    with pytest.raises(RecordError, match="declares entities"):
        read(text.encode(encoding))


def test_a_plain_document_type_and_talk_of_entities_do_no_harm() -> None:
    text = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.example/rss.dtd">' + rss(
        item(title="<![CDATA[How &lt;!ENTITY works]]>", description="<![CDATA[<!ENTITY a 'b'>]]>")
    ).removeprefix('<?xml version="1.0"?>')
    assert only(read(text))[1].title == "How <!ENTITY works"


def test_a_feed_is_cut_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MAX_ENTRIES", 3)
    page = read(rss(*(item(f"https://example.com/{number}") for number in range(1000))))
    assert [url for url, _ in page.entries] == [f"https://example.com/{number}" for number in range(3)]
    assert page.truncated
    assert not read(rss(*(item(f"https://example.com/{number}") for number in range(3)))).truncated


def test_a_feed_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MAX_FEED_BYTES", 100)
    with pytest.raises(RecordError, match="longer than the 100 bytes"):
        read(rss(item()))


def test_user_info_in_a_link_goes() -> None:
    url, _ = only(read(rss(item("https://reader:planted@example.com/a?mail=b@c.example"))))
    assert url == "https://example.com/a?mail=b@c.example"
