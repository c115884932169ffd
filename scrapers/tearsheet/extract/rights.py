"""What a page and its response say of the uses they allow, recorded as it was read.

Sources: robots meta and X-Robots-Tag (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag),
TDM Reservation Protocol (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240202/), ``rel=license``,
``license`` of the article in linked data. What is said to another robot by its name is not said to us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tearsheet.extract.tree import Page
from tearsheet.model import Rights

ROBOTS_SIGNALS = frozenset({"noarchive", "nocache", "noindex", "nosnippet", "none", "noai", "noimageai"})
TDM = ("tdm-reservation", "tdm-policy")
VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
NAME = re.compile(r"\s*([a-z*][\w.*-]*)\s*:", re.IGNORECASE)


def rights(page: Page, robot: str) -> tuple[Rights, ...]:
    """Every rights signal of the page, each once, headers first; ``robot`` is our name in lower case."""
    return tuple(dict.fromkeys(_signals(page, robot)))


def _signals(page: Page, robot: str) -> Iterator[Rights]:
    for field in page.headers.get("x-robots-tag", "").split("\n"):
        yield from _robots(field, "header x-robots-tag", robot)
    for name in TDM:
        if name in page.headers:
            yield Rights(signal=name, value=page.headers[name].strip(), origin=f"header {name}")
    for name in dict.fromkeys(("robots", robot)):
        for value in page.meta.get(name, ()):
            yield from _robots(value, f"meta {name}", robot)
    for name in TDM:
        for value in page.meta.get(name, ()):
            yield Rights(signal=name, value=value, origin=f"meta {name}")
    for link in page.root.iter("a", "link"):
        if "license" in link.get("rel", "").lower().split() and link.get("href"):
            yield Rights(signal="license", value=link.get("href").strip(), origin="link license")
    for licence in _licences(page.article.get("license")):
        yield Rights(signal="license", value=licence, origin="linked data license")


def _robots(value: str, origin: str, robot: str) -> Iterator[Rights]:
    """The directives of one field or element. A robot's name is of all that follows it, up to the next name."""
    told = robot
    for part in value.split(","):
        name = NAME.match(part)
        if name and name[1].lower() not in VALUED:
            told, part = name[1].lower(), part[name.end() :]
        directive = part.strip().lower()
        if told in (robot, "*") and directive in ROBOTS_SIGNALS:
            yield Rights(signal=directive, value=value.strip(), origin=origin)


def _licences(value: Any) -> Iterator[str]:
    """The addresses, else names, in a ``license``: a text, an object, or several."""
    for each in value if isinstance(value, list) else [value]:
        found = (each.get("@id") or each.get("url") or each.get("name")) if isinstance(each, dict) else each
        if isinstance(found, str) and found.strip():
            yield found.strip()
