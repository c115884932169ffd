"""The standfirst: the few lines between headline and text that sum the article up.

It is looked for where readers see it. What a page only says in its description is taken where nothing is seen and the
description is not the beginning of the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tearsheet.extract.blocks import HEADINGS, Body
from tearsheet.extract.linked_data import text
from tearsheet.extract.outline import Place, squeeze
from tearsheet.extract.tree import Page

NAMED = re.compile(
    r"standfirst|lede|lead|excerpt|deck|\bdek\b|subtitle|sub-?head|summary|intro|teaser|abstract|chapo|sottotitolo|sommario|vorspann|ingress|perex"
    r"|zajawka|bajada|bajante|entradilla|resumen|description|linha-?fina|anons|spot|manchet|kicker-text",
    re.IGNORECASE,
)
SHORT, LONG = 30, 800
LINKED = 0.5
AGREES = 0.6
ABBREVIATED = 60
"""Characters of a description that are compared, since many end in an ellipsis."""
WORD = re.compile(r"\w+")


def standfirst(page: Page, title: str | None, body: Body) -> str | None:
    """The lines seen between headline and text; else the description."""
    claims = list(dict.fromkeys(_claims(page)))
    for place in _between(page, title, body.start):
        words = " ".join(place.element.text_content().split())
        if SHORT <= len(words) <= LONG and place.linked < LINKED and (_is_named(place) or any(_agrees(words, c) for c in claims)):
            return words
    opening = squeeze(body.text)[:LONG]
    return next((claim for claim in claims if len(claim) >= SHORT and squeeze(claim)[:ABBREVIATED] not in opening), None)


def _claims(page: Page) -> Iterator[str]:
    found = (
        page.first_meta("og:description"),
        text(page.article.get("description")),
        page.first_meta("description", "twitter:description"),
    )
    yield from (claim for claim in found if claim)


def _between(page: Page, title: str | None, start: int) -> Iterator[Place]:
    """The blocks of the page between its headline and its text."""
    headline = next(iter(page.outline.places([title])), None) if title else None
    if headline and headline.end < start:
        yield from page.outline.between(headline.end, start)


def _is_named(place: Place) -> bool:
    element = place.element
    parent = element.getparent()
    names = f"{element.get('class', '')} {element.get('itemprop', '')} {parent.get('class', '') if parent is not None else ''}"
    return element.tag in HEADINGS or bool(NAMED.search(names))


def _agrees(words: str, claim: str) -> bool:
    """Whether a seen block says what the description says, however that is cut."""
    one, other = (set(WORD.findall(value.casefold())) for value in (words, claim))
    return bool(one and other) and len(one & other) / min(len(one), len(other)) >= AGREES
