"""The standfirst: the few lines between headline and text that sum the article up, as readers see them.

A description that only stands in the page's head is none. Where the standfirst stands in the text's own box, cleaning
cuts it: it is a field of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tearsheet import bylines
from tearsheet.extract.blocks import HEADINGS, Body
from tearsheet.extract.linked_data import text
from tearsheet.extract.titles import claims as titles
from tearsheet.extract.tree import Page
from tearsheet.extract.wording import overlap

NAMED = re.compile(
    r"standfirst|\bled[ea]?\b|\blead\b|excerpt|\bdek\b|deck|subtitle|sub-?head|summary|intro|teaser|abstract|chapo|sottotitolo|sommario"
    r"|vorspann|ingress|perex|zajawka|bajada|entradilla|resumen|description|linha-?fina|anons|manchet",
    re.IGNORECASE,
)
APART = re.compile(
    r"caption|byline|author|credit|breadcrumb|share|social|meta|date|tags?\b|related|newsletter|\bad\b|promo|comment",
    re.IGNORECASE,
)
SHORT, LONG = 40, 700
SHORT_UNSPACED = 14
"""Characters that a standfirst has at least in a script without spaces."""
FIRST = 3
"""Blocks at the head of a text among which it may stand."""
LINKED = 0.3
AGREES = 0.6
AROUND = 2
"""Elements around a block whose names count."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A block that may be the standfirst: its words, the names around it, whether it is a heading."""

    words: str
    names: str
    is_heading: bool


def standfirst(page: Page, title: str | None, body: Body) -> str | None:
    """The standfirst."""
    seen = next(filter(None, (_accepted(candidate, page, title) for candidate in _above(page, title, body))), None)
    if seen:
        return seen
    for block in body.blocks[:FIRST]:
        candidate = Candidate(block.text, " ".join(block.context), block.kind == "heading")
        if (
            block.region != "after"
            and block.kind != "caption"
            and (seen := _accepted(candidate, page, title, inside=True))
        ):
            return seen
    return None


def _accepted(candidate: Candidate, page: Page, title: str | None, *, inside: bool = False) -> str | None:
    """The candidate's words if they are a standfirst; a block of the text itself is one only by its name."""
    line, names = candidate.words, candidate.names
    if not _is_long_enough(line) or len(line) > LONG or APART.search(names) or bylines.read(line):
        return None
    if any(overlap(line, headline) >= AGREES for headline in (title or "", *titles(page))):
        return None
    named = NAMED.search(names) or (candidate.is_heading and not inside)
    return line if named or (not inside and any(overlap(line, claim) >= AGREES for claim in _claims(page))) else None


def _is_long_enough(line: str) -> bool:
    return len(line) >= (SHORT if line.isascii() or " " in line else SHORT_UNSPACED)


def _claims(page: Page) -> Iterator[str]:
    found = (
        page.first_meta("og:description"),
        text(page.article.get("description")),
        page.first_meta("description", "twitter:description"),
    )
    yield from (claim for claim in found if claim)


def _above(page: Page, title: str | None, body: Body) -> Iterator[Candidate]:
    """The blocks of the page between its headline and its text."""
    headline = next(iter(page.outline.places([title])), None) if title else None
    if headline is None or headline.end >= body.start:
        return
    for place in page.outline.between(headline.end, body.start):
        if place.linked <= LINKED:
            around = (place.element, *islice(place.element.iterancestors(), AROUND))
            names = " ".join(f"{e.tag} {e.get('class', '')} {e.get('itemprop', '')}" for e in around)
            yield Candidate(" ".join(place.element.text_content().split()), names, place.element.tag in HEADINGS)
