"""The headline as readers saw it: the heading that agrees with what the page says of itself elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice

from lxml.html import HtmlElement

from tearsheet.extract.linked_data import text
from tearsheet.extract.outline import squeeze
from tearsheet.extract.tree import Page
from tearsheet.extract.wording import words

SEPARATOR = re.compile(r"\s+[|–—\-·•»«:/~⋆]+\s+|\s*[|｜_]\s*|\s+::\s+")
TRAIL = re.compile(r"breadcrumb|seo-?title|site-?title|site-?name|logo|masthead", re.IGNORECASE)
"""Names around a heading that leads the way and is no headline."""
TRAIL_ELEMENTS = frozenset({"nav", "ol"})
AROUND = 4
AGREES = 0.5
FIRST_RANK = 0.15
"""What a first-rank heading is ahead of a second-rank one."""
DATE = re.compile(r"\d{1,2}\.\d{1,2}\.(?:19|20)?\d\d|(?:19|20)\d\d")
LONG_PART = 20
"""Characters from which on a part of a claim is more than the name of a site or a section."""
CANDIDATES = 40
MAX_LENGTH = 400
SOFT_HYPHEN = "\xad"


def title(page: Page) -> str | None:
    """The visible headline, else the page's own title without the site's name."""
    said = list(dict.fromkeys(claims(page)))
    plain = [words(_without_site(claim, page)) for claim in said]
    site = words(page.first_meta("og:site_name") or "")
    best, headline = 0.0, None
    first_rank: list[str] = []
    headings = list(_headings(page))
    for heading, line in headings:
        if words(line) == site:
            continue
        first = heading.tag == "h1"
        first_rank += [line] if first else []
        score = max((_agreement(words(line), claim) for claim in plain), default=0.0) + (FIRST_RANK if first else 0.0)
        if score > best:
            best, headline = score, line
    if headline and best >= AGREES + FIRST_RANK:
        return _alone(headline, [_without_site(claim, page) for claim in said])
    if part := _part_in_headings(said, [line for _, line in headings]):
        return part
    if len(first_rank) == 1 and said and any(words(first_rank[0]) & claim for claim in plain):
        return first_rank[0]
    if said:
        return _without_site(said[0], page)
    return next(iter(first_rank), None) or (headings[0][1] if len(headings) == 1 else None)


def claims(page: Page) -> Iterator[str]:
    """What the page and its channels call it, the most trusted first."""
    element = page.root.find(".//head/title")
    found = (
        text(page.article.get("headline")),
        page.first_meta("og:title", "twitter:title"),
        *(mention.title for mention in page.mentions),
        " ".join(element.text_content().split()) if element is not None else None,
        page.first_meta("title", "dc.title", "parsely-title", "sailthru.title"),
    )
    for claim in found:
        if claim and len(claim) < MAX_LENGTH:
            yield unescape(claim).replace(SOFT_HYPHEN, "")


def _headings(page: Page) -> Iterator[tuple[HtmlElement, str]]:
    """The headings that may be the headline, in page order."""
    for heading in islice(page.root.iter("h1", "h2"), CANDIDATES):
        line = " ".join(heading.text_content().replace(SOFT_HYPHEN, "").split())
        around = (heading, *islice(heading.iterancestors(), AROUND))
        if 2 < len(line) < MAX_LENGTH and not any(map(_leads_the_way, around)):
            yield heading, line


def _leads_the_way(element: HtmlElement) -> bool:
    """Whether an element is a trail of breadcrumbs or the site's own name."""
    if element.tag == "body":
        return False
    named = TRAIL.search(f"{element.get('class', '')} {element.get('id', '')} {' '.join(element.keys())}")
    return element.tag in TRAIL_ELEMENTS or bool(named)


def _alone(heading: str, said: list[str]) -> str:
    """The heading as the page claims it, where that leaves out a kicker before it or a date behind it."""
    packed = squeeze(heading)
    claims = {squeeze(claim): claim for claim in said}
    shorter = (
        claim
        for short, claim in claims.items()
        if packed != short
        and (packed.endswith(short) or (packed.startswith(short) and DATE.search(packed, len(short))))
    )
    return next((claim for claim in shorter if 2 * len(claim) > len(heading)), heading)


def _part_in_headings(said: list[str], headings: list[str]) -> str | None:
    """The part of a claim, between separators, that is a heading of the page: some sites name themselves first."""
    parts = {squeeze(part) for claim in said for part in SEPARATOR.split(claim)[1:] if len(part) >= LONG_PART}
    return next((line for line in headings if squeeze(line) in parts), None)


def _agreement(one: frozenset[str], other: frozenset[str]) -> float:
    """The words that both have, of all that either has."""
    return len(one & other) / len(one | other) if one and other else 0.0


def _without_site(claim: str, page: Page) -> str:
    """The claim up to the separator behind which the site names itself: the longest part that stands on the page."""
    cuts = [match.start() for match in SEPARATOR.finditer(claim)]
    for end in (len(claim), *reversed(cuts)):
        part = claim[:end].strip()
        if part and squeeze(part) in page.outline.stream:
            return part
    site = page.first_meta("og:site_name")
    if site and cuts and squeeze(site).casefold() in squeeze(claim[cuts[-1] :]).casefold():
        return claim[: cuts[-1]].strip()
    return claim
