"""What a page and its response say of the uses they allow, recorded as it was read.

Sources: robots meta and X-Robots-Tag (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag),
TDM Reservation Protocol (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240202/), ``rel=license``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tearsheet.extract.tree import Page
from tearsheet.model import Rights

ROBOTS_SIGNALS = frozenset({"noarchive", "nocache", "noindex", "nosnippet", "none", "noai", "noimageai"})
TDM = ("tdm-reservation", "tdm-policy")
DIRECTIVE = re.compile(r"[a-z-]+(?=\s*(?:,|;|$|:))")


def rights(page: Page) -> tuple[Rights, ...]:
    """Every rights signal of the page, each once, headers first."""
    return tuple(dict.fromkeys(_signals(page)))


def _signals(page: Page) -> Iterator[Rights]:
    yield from _robots(page.headers.get("x-robots-tag", ""), "header x-robots-tag")
    for name in TDM:
        if name in page.headers:
            yield Rights(signal=name, value=page.headers[name].strip(), origin=f"header {name}")
    for value in page.meta.get("robots", ()):
        yield from _robots(value, "meta robots")
    for name in TDM:
        for value in page.meta.get(name, ()):
            yield Rights(signal=name, value=value, origin=f"meta {name}")
    for link in page.root.iter("a", "link"):
        if "license" in link.get("rel", "").lower().split() and link.get("href"):
            yield Rights(signal="license", value=link.get("href").strip(), origin="link license")


def _robots(value: str, origin: str) -> Iterator[Rights]:
    for directive in DIRECTIVE.findall(value.lower()):
        if directive in ROBOTS_SIGNALS:
            yield Rights(signal=directive, value=value.strip(), origin=origin)
