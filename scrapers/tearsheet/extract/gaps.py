"""What Trafilatura left out of the box that holds the text: headings, items and paragraphs come back, the rest is told.

A block is put back where it stands between two kept blocks and the same element holds several kept blocks, or where it
is an item of a list without links; never out of a figure, a table, a form or a box set aside, and never a list of
links. Whatever else stands in the smallest element that holds all kept blocks is a block that was left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from tearsheet.extract.outline import Outline, Place, squeeze

RESTORABLE = frozenset({"p", "h2", "h3", "h4", "li", "blockquote"})
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


@dataclass(frozen=True, slots=True)
class Gap:
    """A block that Trafilatura left out, the index of the kept line behind which it stands, whether it comes back."""

    after: int
    place: Place
    text: str
    restored: bool


def gaps(lines: Sequence[str], places: Sequence[Place | None], outline: Outline) -> Iterator[Gap]:
    """Each block of the root that no kept line covers, in page order; ``after`` is -1 for those before the text."""
    located = list(_in_page_order(places))
    if not located:
        return
    parents = Counter(place.element.getparent() for _, place in located)
    adrift = "".join(squeeze(line) for line, place in zip(lines, places, strict=True) if not place)
    starts = [place.start for _, place in located]
    first, last = starts[0], max(place.end for _, place in located)
    for start, end in _uncovered(places, *outline.stretch(_root([place.element for _, place in located]))):
        for place in outline.between(start, end):
            text = outline.text(place)
            back = first < place.start < last and _belongs(place, text, parents) and squeeze(text) not in adrift
            behind = bisect_right(starts, place.start) - 1
            whole = outline.whole(place) if back else None
            restored = whole is not None and whole.end == place.end
            yield Gap(located[behind][0] if behind >= 0 else -1, place, text, restored)


def _in_page_order(places: Sequence[Place | None]) -> Iterator[tuple[int, Place]]:
    """The kept lines that stand behind all before them, with their index; others were found out of turn."""
    reached = -1
    for index, place in enumerate(places):
        if place and place.start > reached:
            reached = place.start
            yield index, place


def _root(elements: Sequence[HtmlElement]) -> HtmlElement:
    """The smallest element that holds all of these."""
    first, *others = dict.fromkeys(elements)
    around = [first, *first.iterancestors()]
    depth = 0
    for element in others:
        theirs = {element, *element.iterancestors()}
        depth = next(n for n in range(depth, len(around)) if around[n] in theirs)
    return around[depth]


def _uncovered(places: Sequence[Place | None], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between two places of the stream that no kept line covers."""
    edge = start
    for place in sorted(filter(None, places), key=lambda place: place.start):
        if place.start > edge:
            yield edge, place.start
        edge = max(edge, place.end)
    if end > edge:
        yield edge, end


def completed(lines: Sequence[str], places: Sequence[Place | None], outline: Outline) -> Iterator[str]:
    """Each kept line with what Trafilatura left out at the edges of its paragraph: a dateline, an emphasised word."""
    starts = {place.start for place in places if place}
    for line, place in zip(lines, places, strict=True):
        looked_at = place and (outline.has_joiners or (place.element.tag == "p" and len(line) >= LONG))
        whole = outline.whole(place) if place and looked_at else None
        same = place and whole and _is_the_same(place, whole, starts, joined=outline.has_joiners)
        yield outline.text(whole) if whole and same else line


def _is_the_same(place: Place, whole: Place, starts: Set[int], *, joined: bool) -> bool:
    """Whether a paragraph is a kept line and little more: no line that stands for itself, nothing set aside.

    ``joined``: it may be the same but for joiners, which Trafilatura takes out of words.
    """
    more = whole.end - whole.start - (place.end - place.start)
    if joined and not more:
        return True
    alone = not any(whole.start <= start < whole.end for start in starts if start != place.start)
    return (
        0 < more <= MAX_COMPLETED
        and place.element.tag == "p"
        and alone
        and not _is_apart(place.element)
        and place.element.find(".//br") is None
    )


def _belongs(place: Place, text: str, parents: Counter[HtmlElement | None]) -> bool:
    element = place.element
    if element.tag not in RESTORABLE or place.linked > LINKED or len(text) < SHORT:
        return False
    vouched = parents[element.getparent()] >= SIBLINGS and (element.tag != "p" or len(text) >= LONG)
    return (vouched or element.tag == "li") and not _is_apart(element)


def _is_apart(element: HtmlElement) -> bool:
    return any(
        e.tag in APART or "display:none" in e.get("style", "").replace(" ", "")
        for e in (element, *islice(element.iterancestors(), DEPTH))
    )
