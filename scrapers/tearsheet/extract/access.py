"""Whether a reader could read the whole article: open, metered or paywalled, with what says so.

Chrome that merely offers a subscription is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from tearsheet.extract.tree import Page

Access = Literal["open", "metered", "paywalled", "unknown"]

WALL = re.compile(
    r"(?:^|[\s_-])(?:paywall(?:ed)?|pay-wall|regwall|piano-inline|meteredcontent|premium-wall)(?:$|[\s_-])",
    re.IGNORECASE,
)
SHORT = 1200
"""Characters below which an article with a wall element is taken for a teaser."""
META = ("article:content_tier", "cxenseparse:access", "lp.article:is_free", "paywall", "content_tier")
TIERS = {"free": "open", "metered": "metered", "locked": "paywalled", "premium": "paywalled", "paid": "paywalled"}


def access(page: Page, characters: int) -> tuple[Access, tuple[str, ...]]:
    """The page's access and its evidence; ``characters`` is the length of the extracted text."""
    evidence = tuple(_evidence(page, characters))
    for verdict in ("paywalled", "metered", "open"):
        said = tuple(why for found, why in evidence if found == verdict)
        if said:
            return verdict, said
    return "unknown", ()


def _evidence(page: Page, characters: int) -> Iterator[tuple[str, str]]:
    for node in page.nodes:
        if "isAccessibleForFree" in node:
            free = str(node["isAccessibleForFree"]).lower().rsplit("/", 1)[-1] in {"true", "1"}
            if node is page.article or not free:
                yield "open" if free else "paywalled", f"JSON-LD isAccessibleForFree={str(free).lower()}"
                break
    tier = page.first_meta(*META)
    if tier and tier.lower() in TIERS:
        yield TIERS[tier.lower()], f"meta content tier={tier.lower()}"
    if characters < SHORT:
        wall = next((e for e in page.root.iter("div", "section", "aside") if WALL.search(e.get("class", ""))), None)
        if wall is not None:
            yield "paywalled", f"wall element class={wall.get('class')!r} and a text of {characters} characters"
