"""Text in boxes built like the one that holds the article: steps, slides and sections of which Trafilatura took one.

A twin has the element name and the whole class of a box with much of the kept prose, stands in the same ``article``
(or, as that box, in none), comes with no first-rank heading of its own, and holds prose itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from lxml.html import HtmlElement

from tearsheet.extract.outline import Outline, Place
from tearsheet.model import BlockKind

PROSE = 80
"""Characters of a paragraph of prose."""
MUCH, SOME = 400, 160
"""Characters of kept prose that make a box a model, and of prose that make another its twin."""
LINKED = 0.25
MAX_TWINS = 60
"""Boxes beyond which a class names a part of the page's layout, and no text."""
BLOCKS = frozenset({"p", "li", "h2", "h3", "h4", "blockquote", "dd", "dt"})


def with_twins(
    lines: list[tuple[str, BlockKind]], places: list[Place | None], outline: Outline
) -> tuple[list[tuple[str, BlockKind]], list[Place | None]]:
    """The kept lines and their places, and among them, where they stand on the page, the blocks of all twins."""
    more = twins(places, outline)
    if not more:
        return lines, places
    reached = accumulate((place.start if place else -1 for place in places), max)
    starts = [*reached, *(place.start for place in more)]
    every = [*zip(lines, places, strict=True), *(((outline.text(place), "paragraph"), place) for place in more)]
    ordered = [every[n] for n in sorted(range(len(every)), key=starts.__getitem__)]
    return [line for line, _ in ordered], [place for _, place in ordered]


def twins(places: Sequence[Place | None], outline: Outline) -> list[Place]:
    """The blocks of all twins, in page order."""
    kept = [place for place in places if place]
    prose: Counter[HtmlElement] = Counter()
    for place in kept:
        box = place.element.getparent()
        if place.element.tag == "p" and box is not None and box.get("class"):
            prose[box] += place.end - place.start
    models = {box for box, length in prose.items() if length >= MUCH}
    if not models:
        return []
    alike = {(box.tag, box.get("class"), _article(box)) for box in models}
    holding = {element for place in kept for element in (place.element, *place.element.iterancestors())}
    root = next(iter(models)).getroottree().getroot()
    found = [
        box
        for box in root.iter(*{box.tag for box in models})
        if box not in holding and (box.tag, box.get("class"), _article(box)) in alike
    ]
    return [place for box in found for place in _blocks(box, outline)] if len(found) <= MAX_TWINS else []


def _article(box: HtmlElement) -> HtmlElement | None:
    return next(box.iterancestors("article"), None)


def _blocks(box: HtmlElement, outline: Outline) -> list[Place]:
    """The blocks of a box that holds prose and no headline of its own."""
    if box.find(".//h1") is not None or not "".join(box.itertext()).strip():
        return []
    blocks = [place for place in outline.between(*outline.stretch(box)) if place.element.tag in BLOCKS]
    prose = sum(p.end - p.start for p in blocks if p.end - p.start >= PROSE and p.linked <= LINKED)
    return [place for place in blocks if place.linked <= LINKED] if prose >= SOME else []
