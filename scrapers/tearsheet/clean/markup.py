"""Reasons read off the page's own names: what its author called the box in which a block stands."""

from __future__ import annotations

import re
from functools import lru_cache

from tearsheet.model import Block

WORDS = re.compile(r"[a-z]+")
ELEMENTS = {
    "figcaption": "caption",
    "nav": "navigation",
    "footer": "navigation",
    "button": "navigation",
    "form": "navigation",
    **dict.fromkeys(
        (
            "sr-only",
            "visually-hidden",
            "visuallyhidden",
            "u-visually-hidden",
            "screen-reader-text",
            "u-hide",
            "is-hidden",
        ),
        "navigation",
    ),
}
"""Names that count as a whole: elements, and classes that hide text from those who see."""
NAMES: dict[str, str] = {
    **dict.fromkeys(("caption", "captions", "imagecaption", "figcaption", "wp-caption"), "caption"),
    **dict.fromkeys(("newsletter", "newsletters", "mailchimp", "optin"), "newsletter"),
    **dict.fromkeys(("cta", "subscribe", "subscription", "donate", "donation", "upsell"), "subscription"),
    **dict.fromkeys(
        (
            "related",
            "recommended",
            "recommendations",
            "recirc",
            "readmore",
            "teaser",
            "teasers",
            "popular",
            "trending",
            "clamp",
        ),
        "related",
    ),
    **dict.fromkeys(("share", "sharing", "social", "feedback"), "share"),
    **dict.fromkeys(
        ("advert", "advertisement", "sponsor", "sponsored", "affiliate", "disclaimer", "disclosure"), "advertisement"
    ),
    **dict.fromkeys(("comments", "comment", "disqus"), "comments"),
    **dict.fromkeys(("cookie", "cookies", "consent", "modal", "popup", "gdpr"), "cookie"),
    **dict.fromkeys(("copyright",), "copyright"),
    **dict.fromkeys(("breadcrumb", "breadcrumbs", "pagination", "sidebar"), "navigation"),
    **dict.fromkeys(("bio", "authorbio", "authorbox"), "bio"),
    **dict.fromkeys(("byline",), "byline"),
    **dict.fromkeys(("factbox", "infobox", "faktaboks", "faktaruta", "infokasten", "faktenkasten"), "box"),
}


CONTENTS = frozenset({"toc", "contents"})


PICTURES = frozenset(
    {"image", "images", "img", "photo", "photos", "foto", "fotos", "bild", "figure", "imagen", "picture"}
)
"""Names of a box; beside a picture, and short, its text is the caption."""
BESIDE_PICTURE = "picture"
SHORT_CAPTION = 300


def is_caption(block: Block) -> bool:
    """Whether a block is a short paragraph that shares a small box, so named, with a picture."""
    if BESIDE_PICTURE not in block.context or block.kind != "paragraph" or len(block.text) > SHORT_CAPTION:
        return False
    named = (name for name in block.context if name != BESIDE_PICTURE)
    return any(word in PICTURES for name in named for word in WORDS.findall(name))


def reason(block: Block) -> tuple[str, str] | None:
    """The reason and the name that gives it, from the innermost name outwards."""
    for name in block.context:
        found = _named(name, is_index=block.target == "here")
        if found:
            return found
    return None


@lru_cache(maxsize=8192)
def _named(name: str, *, is_index: bool) -> tuple[str, str] | None:
    """What one name says of a box; in one of links into the page, it may be called its contents."""
    if name in ELEMENTS:
        return ELEMENTS[name], f"markup:{name}"
    word = next((word for word in WORDS.findall(name) if word in NAMES or (is_index and word in CONTENTS)), None)
    return (NAMES.get(word, "navigation"), f"markup:{word}") if word else None
