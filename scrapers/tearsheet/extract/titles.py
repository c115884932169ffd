"""The headline as readers saw it: the heading that agrees with what the page says of itself elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tearsheet.extract.linked_data import text
from tearsheet.extract.outline import squeeze
from tearsheet.extract.tree import Page
from tearsheet.extract.wording import words

SEPARATOR = re.compile(r"\s+[|–—\-·•»«:/~⋆]+\s+|\s*[|｜_]\s*|\s+::\s+")
AGREES = 0.5
MAX_LENGTH = 400


def title(page: Page) -> str | None:
    """The visible headline, else the page's own title without the site's name."""
    said = list(dict.fromkeys(claims(page)))
    headings = [heading for heading in _headings(page) if heading]
    agreeing = [(max((_agreement(heading, claim) for claim in said), default=0.0), heading) for heading in headings]
    best = max(agreeing, key=lambda pair: pair[0], default=(0.0, None))
    if best[1] and best[0] >= AGREES:
        return best[1]
    if said:
        return _without_site(said[0], page)
    return headings[0] if headings else None


def claims(page: Page) -> Iterator[str]:
    """What the page and its channels call it, the most trusted first."""
    found = (
        text(page.article.get("headline")),
        page.first_meta("og:title", "twitter:title"),
        *(mention.title for mention in page.mentions),
        " ".join(page.root.findtext(".//head/title", "").split()),
        page.first_meta("title", "dc.title", "parsely-title", "sailthru.title"),
    )
    for claim in found:
        if claim and len(claim) < MAX_LENGTH:
            yield claim


def _headings(page: Page) -> Iterator[str]:
    for heading in page.root.iter("h1"):
        line = " ".join(heading.text_content().split())
        if 2 < len(line) < MAX_LENGTH:
            yield line


def _agreement(heading: str, claim: str) -> float:
    """The share of the shorter's words that the longer has; 0 where one is too short to mean anything."""
    one, other = words(heading), words(claim)
    if not one or not other:
        return 0.0
    return len(one & other) / max(len(one), min(len(other), 2 * len(one)))


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
