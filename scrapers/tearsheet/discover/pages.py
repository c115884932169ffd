"""Front and section pages: the articles they link to, with the link's text as title, and the feeds and sections.

Only links on the page's own site count; ``nofollow`` is advice to search engines and changes nothing here. Feeds are
those that the page declares (``rel=alternate``, on any host) and those on its own site that it links to, but for feeds
of comments. Sections are what its menus link to on its own host: elsewhere a plain URL is as often an article, which
would then be asked twice. ``shapes`` tells which is which.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from lxml import etree, html

from tearsheet import urls
from tearsheet.discover import mentions
from tearsheet.discover.channel import ChannelPage, absolute, page_url
from tearsheet.discover.shapes import Link, is_article, is_feed, is_headline, is_section
from tearsheet.errors import RecordError
from tearsheet.model import ChannelKind, Mention

MAX_LINKS = 5_000
"""Links that are looked at; large front pages have about a thousand."""
MAX_ARTICLES = 300
MAX_SECTIONS = 30
MAX_FEEDS = 20

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_IN_FURNITURE = etree.XPath(
    """//nav//a | //footer//a | //*[@role='navigation' or @role='contentinfo' or @role='menu']//a
    | //header[not(ancestor::article or ancestor::main)]//a
    | //*[self::ul or self::ol or self::div]
         [re:test(concat(@class, ' ', @id), '(^|[^a-z])(nav|navbar|menu|footer|breadcrumbs?)([^a-z]|$)', 'i')]
         [not(.//article or .//h2 or .//h3 or .//p)]//a""",
    namespaces={"re": "http://exslt.org/regular-expressions"},
)


def parse_page(body: bytes, url: str, kind: ChannelKind) -> ChannelPage:
    """Read a page that lists articles.

    Args:
        body: HTML, without content coding.
        url: where it was read.
        kind: ``front_page`` or ``section``, for its mentions.

    Raises:
        RecordError: it is no HTML.
    """
    tree = _tree(body, url)
    base = absolute(url, tree.xpath("string((//base/@href)[1])")) or url
    links = list(islice(_links(tree, base, url), MAX_LINKS))
    best: dict[str, Link] = {}
    for link in filter(is_article, links):
        best[link.url] = max(best.get(link.url, link), link, key=lambda each: (each.in_heading, len(each.text)))
    articles = [(page, _mention(link, url, kind)) for page, link in best.items()]
    feeds = dict.fromkeys([*_declared_feeds(tree, base), *(link.url for link in links if is_feed(link.url))])
    channels = [*((feed, ChannelKind.FEED) for feed in islice(feeds, MAX_FEEDS))]
    channels += [(section, ChannelKind.SECTION) for section in islice(_sections(links, url), MAX_SECTIONS)]
    return ChannelPage(
        entries=tuple(articles[:MAX_ARTICLES]), channels=tuple(channels), truncated=len(articles) > MAX_ARTICLES
    )


def _tree(body: bytes, url: str) -> html.HtmlElement:
    try:
        body.decode()
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # what the page declares
    try:
        return html.document_fromstring(body, parser=html.HTMLParser(encoding=encoding))
    except etree.LxmlError as error:
        raise RecordError(f"{url} is no HTML page: {error}") from error


def _links(tree: html.HtmlElement, base: str, url: str) -> Iterator[Link]:
    """The links to other pages of the site, in the page's order."""
    site, furniture = urls.site(url), set(_IN_FURNITURE(tree))
    for anchor in tree.iter("a"):
        target = page_url(base, anchor.get("href", ""))
        if target and target != url and urls.site(target) == site:
            headings = chain(anchor.iter(*_HEADINGS), anchor.iterancestors(*_HEADINGS))
            yield Link(target, _text(anchor), anchor in furniture, next(headings, None) is not None)


def _text(anchor: html.HtmlElement) -> str:
    """The heading in a link, else all its text, else what it says of its picture."""
    heading, image = next(anchor.iter(*_HEADINGS), anchor), next(anchor.iter("img"), anchor)
    texts = (" ".join(heading.itertext()), " ".join(anchor.itertext()), anchor.get("title", ""), image.get("alt", ""))
    return next((plain for text in texts if (plain := " ".join(text.split()))), "")


def _mention(link: Link, url: str, kind: ChannelKind) -> Mention:
    title = mentions.title(link.text) if link.in_heading or is_headline(link.text) else None
    return Mention(channel=url, kind=kind, title=title)


def _declared_feeds(tree: html.HtmlElement, base: str) -> Iterator[str]:
    for element in tree.iter("link"):
        declared = "alternate" in element.get("rel", "").lower().split()
        if declared and element.get("type", "").lower().partition(";")[0].strip() in _FEED_TYPES:
            feed = absolute(base, element.get("href", ""))
            if feed and "/comments/" not in feed:
                yield feed


def _sections(links: list[Link], url: str) -> dict[str, None]:
    host, menu = urls.host(url), [link for link in links if link.in_furniture and is_section(link)]
    return dict.fromkeys(link.url for link in menu if urls.host(link.url) == host and not is_feed(link.url))
