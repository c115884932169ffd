"""Whether a reader could read the whole article: open, metered or paywalled, with what says so.

What a page declares counts by itself: linked data of the article or of a part of it, microdata, tiers in meta
elements, a wall element around a short text. That a text breaks off is told by two signs at least: an ellipsis at its
end, a length that the page announces, little more than the standfirst, far less than the site usually has. Chrome that
merely offers a subscription is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from tearsheet.extract.blocks import Body
from tearsheet.extract.linked_data import text
from tearsheet.extract.tree import Page

Access = Literal["open", "metered", "paywalled", "unknown"]

WALL = re.compile(
    r"(?:^|[\s_-])(?:paywall(?:ed)?|pay-wall|regwall|piano-inline|meteredcontent|premium-wall)(?:$|[\s_-])",
    re.IGNORECASE,
)
SHORT = 1200
"""Characters below which an article with a wall element is taken for a teaser."""
BROKEN_OFF = 2500
"""Characters below which an ellipsis, or a length that is announced, may tell that a text breaks off."""
META = (
    *("article:content_tier", "og:article:content_tier", "content_tier", "content-tier", "cxenseparse:access"),
    *("paywall", "article:access", "access-level"),
)
TIERS: dict[str, Access] = {
    **dict.fromkeys(("free", "open", "public", "gratis"), "open"),
    **dict.fromkeys(("metered", "registered", "registration"), "metered"),
    **dict.fromkeys(
        ("locked", "premium", "paid", "subscriber", "subscribers", "subscription", "paywalled"), "paywalled"
    ),
}
IS_FREE = ("lp.article:is_free", "isaccessibleforfree", "article:is_free")
ELLIPSIS = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])[\s\"”’»)\]]*$")
SIGNS = 2
"""Signs of a text that breaks off, of which one alone says nothing."""
ANNOUNCED, USUAL, SUMMARISED = 2.0, 0.3, 1.5
"""How much longer the announced text is; the share of the usual length; how much longer than the standfirst."""


def access(
    page: Page, body: Body, standfirst: str | None, *, usual_length: int | None = None
) -> tuple[Access, tuple[str, ...]]:
    """The page's access and its evidence; ``standfirst`` is the one that readers see.

    ``usual_length`` is how many characters the site's articles usually have, where that is known.
    """
    evidence = tuple(_evidence(page, body, standfirst, usual_length))
    verdicts: tuple[Access, ...] = ("paywalled", "metered", "open")
    for verdict in verdicts:
        said = tuple(why for found, why in evidence if found == verdict)
        if said:
            return verdict, said
    return "unknown", ()


def _evidence(page: Page, body: Body, standfirst: str | None, usual_length: int | None) -> Iterator[tuple[Access, str]]:
    yield from _declared(page)
    characters = len(body.text)
    if characters < SHORT:
        wall = next((e for e in page.root.iter("div", "section", "aside") if WALL.search(e.get("class", ""))), None)
        if wall is not None:
            yield "paywalled", f"wall element class={wall.get('class')!r} and a text of {characters} characters"
    signs = tuple(_signs(page, body, standfirst, usual_length))
    if len(signs) >= SIGNS:
        yield from (("paywalled", why) for why in signs)


def _declared(page: Page) -> Iterator[tuple[Access, str]]:
    """What linked data, microdata and meta elements say."""
    for node in page.nodes:
        if "isAccessibleForFree" in node:
            free = _is_true(node["isAccessibleForFree"])
            if node is page.article or not free:
                yield "open" if free else "paywalled", f"JSON-LD isAccessibleForFree={str(free).lower()}"
                break
    marked = page.root.find(".//meta[@itemprop='isAccessibleForFree']")
    value = page.first_meta(*IS_FREE) or (marked.get("content") if marked is not None else None)
    if value:
        yield "open" if _is_true(value) else "paywalled", f"meta is free={value.lower()}"
    tier = (page.first_meta(*META) or "").lower()
    if tier in TIERS:
        yield TIERS[tier], f"meta content tier={tier}"


def _is_true(value: Any) -> bool:
    return str(value).lower().rsplit("/", 1)[-1] in {"true", "1", "yes"}


def _signs(page: Page, body: Body, standfirst: str | None, usual_length: int | None) -> Iterator[str]:
    """The signs of a text that breaks off."""
    words = body.text
    characters = len(words)
    if not 0 < characters < BROKEN_OFF:
        return
    if ELLIPSIS.search(words):
        yield f"text of {characters} characters ends in an ellipsis"
    summary = max((standfirst, text(page.article.get("description")), page.first_meta("og:description")), key=_length)
    if summary and characters <= SUMMARISED * len(summary):
        yield f"text of {characters} characters is little more than its summary of {len(summary)}"
    if announced := _announced(page):
        count = len(words.split())
        if announced >= ANNOUNCED * count:
            yield f"page announces {announced} words, text has {count}"
    if usual_length and characters < USUAL * usual_length:
        yield f"text has {characters} characters, usually {usual_length}"


def _length(line: str | None) -> int:
    return len(line or "")


def _announced(page: Page) -> int | None:
    """The words that linked data says the article has."""
    count = page.article.get("wordCount")
    return int(count) if isinstance(count, int) or (isinstance(count, str) and count.isdecimal()) else None
