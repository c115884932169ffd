"""What kind of page it is: an article, or the reason for which it is none, by several signals that are weighed.

First what is no page at all: nothing to read, an error answered with status 200, a challenge, a consent wall. Then
signals for and against an article are added up; a page is taken for an article unless what speaks against it weighs
more by ``AGAINST``. A live blog is an article.

================  ============================================================================================
kind              the page is
================  ============================================================================================
article           an article
empty             without text
error_page        an error with status 200
challenge         a check whether a browser, or a human being, asks
consent_wall      a question about cookies in place of the text
video, gallery    a film or pictures with a few words on them
forum, product    a discussion; something to buy
listing           a list of other pages: a section, a tag, a front page
reference         documentation, an encyclopaedia
service           a page about the outlet or its trade
================  ============================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import yaml

from tearsheet.extract.blocks import Body
from tearsheet.extract.linked_data import is_article, types
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
PRICE = re.compile(r"[$€£¥]\d")
CARTS = (
    *("addtocart", "addtobag", "addtobasket", "indenwarenkorb", "ajouteraupanier", "aggiungialcarrello"),
    *("añadiralcarrito", "dokoszyka", "вкорзину"),
)


def kind(page: Page, body: Body, title: str | None, signed: bool) -> str:
    """``article`` or a drop reason; ``signed``: an author is named."""
    characters = len(body.text)
    return (
        _no_page(page, body, title, characters) or _media(page, characters) or _weighed(page, body, characters, signed)
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


def _weighed(page: Page, body: Body, characters: int, signed: bool) -> str:
    against: dict[str, float] = {}
    balance = 0.0
    for reason, weight in _signals(page, body, characters, signed):
        balance += weight
        if weight < 0:
            against[reason] = against.get(reason, 0.0) + weight
    return ARTICLE if balance >= -AGAINST or not against else min(against, key=against.__getitem__)


def _signals(page: Page, body: Body, characters: int, signed: bool) -> Iterator[tuple[str, float]]:
    """Each signal with its weight: for an article positive, else negative with the kind it speaks for."""
    yield from _said(page)
    yield from _address(page.url)
    prose = sum(len(block.text) for block in body.blocks if block.kind == "paragraph" and len(block.text) >= PROSE)
    linked = sum(len(block.text) * block.linked for block in body.blocks)
    stream = page.outline.stream.lower()
    for holds, reason, weight in (
        (signed, ARTICLE, 1.5),
        (prose >= LONG_PROSE, ARTICLE, 0.7),
        (prose < FEW_WORDS, "listing", -0.7),
        (prose < FEW_WORDS and sum(1 for _ in page.root.iter("article")) >= TEASERS, "listing", -1.0),
        (linked > LISTED * characters, "listing", -1.5),
        (len(PRICE.findall(stream)) > PRICES, "product", -0.7),
        (any(cart in stream for cart in CARTS), "product", -2.0),
    ):
        if holds:
            yield reason, weight


def _said(page: Page) -> Iterator[tuple[str, float]]:
    """What the page says of itself in linked data, microdata and Open Graph."""
    named = {name for node in page.nodes for name in types(node)}
    named |= {value.rsplit("/", 1)[-1] for value in page.root.xpath(".//@itemtype")}
    said = page.first_meta("og:type") or ""
    for holds, reason, weight in (
        (bool(page.article) and not named & POSTS, ARTICLE, 2.0),
        (said == "article", ARTICLE, 1.5),
        (any(name in page.meta for name in STAMPED), ARTICLE, 2.0),
        (said == "website", "service", -1.5),
        (said.startswith("product"), "product", -4.0),
        ("Product" in named, "product", -2.5),
        (bool(named & POSTS), "forum", -6.0),
        (bool(named & LISTS), "listing", -1.5),
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
