"""What Trafilatura left out in the midst of what it kept: headings, list items and paragraphs between two kept blocks.

A block is put back where the same element holds several kept blocks, or where it is an item of a list without links;
never out of a figure, a table, a form or a box set aside, and never a list of links.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import islice, pairwise

from lxml.html import HtmlElement

from tearsheet.extract.outline import Outline, Place, squeeze

RESTORED = frozenset({"p", "h2", "h3", "h4", "li", "blockquote"})
APART = frozenset(
    {"figure", "figcaption", "aside", "nav", "footer", "form", "table", "button", "header", "details", "address"}
)
LINKED = 0.3
"""A block with more of its characters in links is left out."""
SIBLINGS = 3
"""Kept blocks that an element holds at least, to vouch for one between them."""
SHORT, LONG = 20, 80
DEPTH = 8
MAX_COMPLETED = 60


def gaps(lines: Sequence[str], places: Sequence[Place | None], outline: Outline) -> Iterator[tuple[int, Place, str]]:
    """Each block to be put back: the index of the kept line before it, its place, its text."""
    located = [(index, place) for index, place in enumerate(places) if place]
    parents = Counter(place.element.getparent() for _, place in located)
    taken = {place.start for _, place in located}
    adrift = "".join(squeeze(line) for line, place in zip(lines, places, strict=True) if not place)
    for (index, before), (_, after) in pairwise(located):
        for place in outline.between(before.end, after.start):
            text = " ".join(place.element.text_content().split())
            if place.start not in taken and _belongs(place, text, parents) and squeeze(text) not in adrift:
                taken.add(place.start)
                yield index, place, text


def completed(lines: Sequence[str], places: Sequence[Place | None], outline: Outline) -> Iterator[str]:
    """Each kept line with what Trafilatura left out at the edges of its paragraph: a dateline, an emphasised word."""
    starts = {place.start for place in places if place}
    for line, place in zip(lines, places, strict=True):
        whole = outline.whole(place) if place and place.element.tag == "p" and len(line) >= LONG else None
        yield outline.text(whole) if place and whole and _is_the_same(place, whole, starts) else line


def _is_the_same(place: Place, whole: Place, starts: Set[int]) -> bool:
    """Whether a paragraph is a kept line and little more: no line that stands for itself, nothing set aside."""
    more = whole.end - whole.start - (place.end - place.start)
    alone = not any(whole.start <= start < whole.end for start in starts if start != place.start)
    return 0 < more <= MAX_COMPLETED and alone and not _is_apart(place.element) and place.element.find(".//br") is None


def _belongs(place: Place, text: str, parents: Counter[HtmlElement | None]) -> bool:
    element = place.element
    if element.tag not in RESTORED or place.linked > LINKED or len(text) < SHORT:
        return False
    vouched = parents[element.getparent()] >= SIBLINGS and (element.tag != "p" or len(text) >= LONG)
    return (vouched or element.tag == "li") and not _is_apart(element)


def _is_apart(element: HtmlElement) -> bool:
    return any(
        e.tag in APART or "display:none" in e.get("style", "").replace(" ", "")
        for e in (element, *islice(element.iterancestors(), DEPTH))
    )
