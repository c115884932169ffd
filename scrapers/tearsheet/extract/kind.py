"""What kind of page it is: an article, or the reason for which it is none, by several signals that are weighed.

First what is no page at all: nothing to read, an error answered with status 200, a challenge, a consent wall. Then
signals for and against an article are added up; a page is taken for an article unless what speaks against it weighs
more by ``AGAINST``.

================  ============================================================================================
kind              the page is
================  ============================================================================================
article           an article
empty             without text
error_page        an error with status 200
challenge         a check whether a browser, or a human being, asks
consent_wall      a question about cookies in place of the text
live_blog         a report that is written on while it is read: many short posts, each with its own time
video, gallery    a film or pictures with a few words on them
forum, product    a discussion; something to buy
listing           a list of other pages: a section, a tag, a front page
reference         documentation, an encyclopaedia
service           a page about the outlet or its trade: what it offers, to whom, at what price
================  ============================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import yaml

from tearsheet import bylines
from tearsheet.extract.blocks import Body
from tearsheet.extract.linked_data import is_article, types
from tearsheet.extract.outline import squeeze
from tearsheet.extract.tree import Page
from tearsheet.model import ARTICLE

AGAINST = 1.0
MIN_CHARACTERS = 80
STUB = 1500
"""Characters up to which a page with an error's headline is one."""
FEW_WORDS = 700
"""Characters up to which a page with a film or pictures is about them."""
MANY_CAPTIONS, CAPTIONED = 3, 400
"""A page with this many captions and fewer characters of text is one of pictures."""
CAPTIONS = ".//*[contains(@class, 'caption-text')]"
LONG_PROSE = 3000
PROSE = 80
CONSENT_SHARE = 0.5
LISTED = 0.3
TEASERS = 12
PRICES = 8
FILMS = frozenset({"VideoObject", "BroadcastEvent", "TVEpisode"})
PICTURES = frozenset({"ImageGallery", "MediaGallery"})
POSTS = frozenset({"DiscussionForumPosting", "QAPage"})
LISTS = frozenset({"CollectionPage", "ItemList", "SearchResultsPage"})
TRADES = frozenset({"LocalBusiness", "Service", "SoftwareApplication", "Course", "Event", "JobPosting", "FAQPage"})
STAMPED = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "pubdate",
    "publish-date",
    "parsely-pub-date",
)
SLUG_HYPHENS = 3
"""Hyphens in the last part of an address that is made of a headline's words."""
LIVE = re.compile(
    r"\blive\b|live-?(?:ticker|blog|updates?)|liveticker|en (?:vivo|direct)\b|\bdiretta\b|minuto a minuto"
    r"|as it happened|ao vivo|\bcanlı\b|онлайн|na żywo",
    re.IGNORECASE,
)
CLOCK = re.compile(r"(?:[01]?\d|2[0-3])[:.h][0-5]\d(?!\d)")
LIVE_POSTS = 6
"""Times of day, each at the head of a post, that make a live report out of a page that is called one."""
CODE = 4
OFFERS, OFFERS_ON_PAGE = 2, 6
LISTED_FOLDER = re.compile(r"/(?:collection|list)(?:/|$)", re.IGNORECASE)
PRICE = re.compile(r"[$€£¥]\d")
CARTS = (
    *("addtocart", "addtobag", "addtobasket", "indenwarenkorb", "ajouteraupanier", "aggiungialcarrello"),
    *("añadiralcarrito", "dokoszyka", "вкорзину"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What other readers of the page found: who signs it, whether it has a standfirst, where its date was read."""

    signed: tuple[str, ...] = ()
    standfirst: bool = False
    dated_by: str | None = None

    @property
    def is_dated(self) -> bool:
        """Whether the page itself gives a date, and not only some date in it."""
        return self.dated_by not in (None, "htmldate")

    @property
    def has_seen_date(self) -> bool:
        """Whether the date stands by the headline or in the address."""
        return self.dated_by in ("visible", "time", "url")


def kind(page: Page, body: Body, title: str | None, told: Told) -> str:
    """``article`` or a drop reason."""
    characters = len(body.text)
    return (
        _no_page(page, body, title, characters)
        or _media(page, characters)
        or _live_blog(page, body, title)
        or _weighed(page, body, told)
    )


def _no_page(page: Page, body: Body, title: str | None, characters: int) -> str | None:
    if characters <= STUB and not page.article:
        headline = " ".join(filter(None, (title, page.root.findtext(".//head/title"))))
        for reason, pattern in _patterns("headlines").items():
            if pattern.search(headline):
                return reason
        asked = sum(len(block.text) for block in body.blocks if _consent().search(block.text))
        if (
            characters
            and asked >= CONSENT_SHARE * characters
            and len(_consent().findall(body.text)) >= len(body.blocks)
        ):
            return "consent_wall"
    return "empty" if characters < MIN_CHARACTERS else None


def _media(page: Page, characters: int) -> str | None:
    """A film or pictures with few words, by linked data or Open Graph."""
    if characters > FEW_WORDS or any(is_article(node) for node in page.nodes):
        return None
    named = {name for node in page.nodes for name in types(node)}
    captions = sum(1 for _ in page.root.iter("figcaption")) + len(page.root.xpath(CAPTIONS))
    if captions >= MANY_CAPTIONS and characters < CAPTIONED:
        return "gallery"
    if named & FILMS or (page.first_meta("og:type") or "").startswith("video"):
        return "video"
    return "gallery" if named & PICTURES else None


def _live_blog(page: Page, body: Body, title: str | None) -> str | None:
    """A live report, by linked data, or by its name and the times at the head of its posts."""
    if "LiveBlogPosting" in types(page.article):
        return "live_blog"
    if not LIVE.search(f"{title or ''} {urlsplit(page.url).path.replace('-', ' ')}"):
        return None
    posts = sum(1 for block in body.blocks if CLOCK.match(block.text))
    return "live_blog" if posts >= LIVE_POSTS else None


def _weighed(page: Page, body: Body, told: Told) -> str:
    against: dict[str, float] = {}
    balance = 0.0
    for reason, weight in _signals(page, body, told):
        balance += weight
        if weight < 0:
            against[reason] = against.get(reason, 0.0) + weight
    return ARTICLE if balance >= -AGAINST or not against else min(against, key=against.__getitem__)


def _signals(page: Page, body: Body, told: Told) -> Iterator[tuple[str, float]]:
    """Each signal with its weight: for an article positive, else negative with the kind it speaks for."""
    yield from _said(page)
    yield from _address(page.url)
    characters, signed = len(body.text), told.signed
    prose = sum(len(block.text) for block in body.blocks if block.kind == "paragraph" and len(block.text) >= PROSE)
    linked = sum(len(block.text) * block.linked for block in body.blocks)
    stream = page.outline.stream.lower()
    signed_prose = prose >= LONG_PROSE and bool(signed) and all(map(bylines.looks_like_name, signed))
    for holds, reason, weight in (
        (bool(signed), ARTICLE, 1.5),
        (prose >= LONG_PROSE, ARTICLE, 0.7),
        (told.has_seen_date, ARTICLE, 2.0),
        (told.standfirst, ARTICLE, 0.3),
        (prose < FEW_WORDS, "listing", -0.7),
        (prose < FEW_WORDS and sum(1 for _ in page.root.iter("article")) >= TEASERS, "listing", -1.0),
        (prose < LONG_PROSE and bool(LISTED_FOLDER.search(page.url)), "listing", -3.0),
        (linked > LISTED * characters, "listing", -1.5),
        (prose < LONG_PROSE and len(PRICE.findall(stream)) > PRICES, "product", -0.7),
        (any(cart in stream for cart in CARTS), "product", -2.0),
    ):
        if holds:
            yield reason, weight
    if not told.is_dated:
        yield from _undated(page, body, stream, signed_prose=signed_prose, signed=bool(signed))


def _undated(page: Page, body: Body, stream: str, *, signed_prose: bool, signed: bool) -> Iterator[tuple[str, float]]:
    """What speaks against a page without a date: offers of services, and listings of code."""
    if _offers(squeeze(body.text).lower()) >= OFFERS:
        yield "service", -0.85 if signed_prose else -1.7
    if not signed and _offers(stream) >= OFFERS_ON_PAGE:
        yield "service", -1.0
    if sum(1 for _ in islice(page.root.iter("pre"), CODE)) >= CODE:
        yield "reference", -0.5


def _offers(stream: str) -> int:
    """How often a trade speaks to its customers; ``stream`` is lower case and without spaces."""
    return sum(map(stream.count, _rules()["offers"].split()))


def _said(page: Page) -> Iterator[tuple[str, float]]:
    """What the page says of itself in linked data, microdata and Open Graph."""
    named = {name for node in page.nodes for name in types(node)}
    named |= {value.rsplit("/", 1)[-1] for value in page.root.xpath(".//@itemtype")}
    said = page.first_meta("og:type") or ""
    reviewed = "Product" in named and said != "article"  # then the article is a buyer's review
    for holds, reason, weight in (
        (bool(page.article) and not named & POSTS and not reviewed, ARTICLE, 2.0),
        (said == "article", ARTICLE, 1.5),
        (any(name in page.meta for name in STAMPED), ARTICLE, 2.0),
        (said == "website", "service", -1.5),
        (said.startswith("product"), "product", -4.0),
        ("Product" in named, "product", -2.5),
        (bool(named & POSTS), "forum", -6.0),
        (bool(named & LISTS), "listing", -2.0),
        (bool(named & TRADES), "service", -1.5),
    ):
        if holds:
            yield reason, weight


WEIGHTS = {"news": 1.5, "listing": -2.5, "product": -2.5, "forum": -5.0, "reference": -2.5, "service": -2.0}


def _address(url: str) -> Iterator[tuple[str, float]]:
    """What the address says: sections, shops and forums name themselves in it."""
    split = urlsplit(url)
    host, path = split.hostname or "", split.path
    for section, part in (("paths", path), ("hosts", host)):
        for reason, pattern in _patterns(section).items():
            if pattern.search(part):
                yield ARTICLE if reason == "news" else reason, WEIGHTS[reason]
    if path in ("", "/") and not split.query:
        yield "listing", -4.0
    elif sum(map(path.rstrip("/").rpartition("/")[2].count, "-_")) >= SLUG_HYPHENS:
        yield ARTICLE, 1.5


@cache
def _rules() -> dict[str, Any]:
    rules: dict[str, Any] = yaml.safe_load((files("tearsheet.extract") / "kinds.yaml").read_text("utf-8"))
    return rules


@cache
def _patterns(section: str) -> dict[str, re.Pattern[str]]:
    return {reason: _compile(lines) for reason, lines in _rules()[section].items()}


@cache
def _consent() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_compile(_rules()['consent']).pattern})\b", re.IGNORECASE)


def _compile(lines: str) -> re.Pattern[str]:
    return re.compile("|".join(lines.strip().splitlines()), re.IGNORECASE)
