"""Where a page's text stands: the visible characters as one stream, and the element each of them belongs to.

White space and unprintable characters are left out of the stream, so that a text which an extractor has re-spaced is
found again by plain substring search.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml.etree import iterwalk
from lxml.html import HtmlElement

INVISIBLE = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "head", "select", "option"})
INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins"}
    | {"kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u"}
    | {"var", "wbr"}
)
MIN_ANCHOR = 25
"""Characters from which on a text's place tells where the text after it must be."""
JOINER = "\u200c"
"""In Persian and its neighbours part of a word's spelling."""
PREFIX = 40
MAX_LOOKS = 8
"""Places of a short text that are looked at."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text was found: the block element it starts in, its stretch of the stream, its links."""

    element: HtmlElement
    start: int
    end: int
    linked: float
    href: str | None


def squeeze(text: str) -> str:
    """A text without white space and unprintable characters."""
    packed = "".join(text.split())
    return packed if packed.isprintable() else "".join(filter(str.isprintable, packed))


def block_of(element: HtmlElement) -> HtmlElement:
    """The nearest element around (or at) this one that is not inline."""
    while element.tag in INLINE and (parent := element.getparent()) is not None:
        element = parent
    return element


class Outline:
    """The stream of a page's visible text."""

    def __init__(self, root: HtmlElement) -> None:
        parts: list[str] = []
        self._starts: list[int] = []
        self._owners: list[HtmlElement] = []
        self._links: list[HtmlElement | None] = []
        self._texts: list[str] = []
        offset = 0
        for text, owner, link in _text_nodes(root):
            packed = squeeze(text)
            if packed:
                parts.append(packed)
                self._starts.append(offset)
                self._owners.append(owner)
                self._links.append(link)
                self._texts.append(text)
                offset += len(packed)
        self.stream = "".join(parts)
        self.has_joiners = any(JOINER in text for text in self._texts)
        self._starts.append(offset)

    def places(self, texts: Iterable[str]) -> list[Place | None]:
        """The place of each text, where texts follow each other in page order as far as they can be found."""
        found: list[Place | None] = []
        cursor = 0
        for text in texts:
            packed = squeeze(text)
            offset = self._find(packed, cursor) if packed else -1
            if offset >= 0 and len(packed) < MIN_ANCHOR:
                offset = self._as_block(packed, max(offset, cursor), offset)
            if offset >= cursor and len(packed) >= MIN_ANCHOR:
                cursor = offset + len(packed)
            found.append(self._place(offset, len(packed)) if offset >= 0 else None)
        return found

    @property
    def unlinked(self) -> int:
        """Characters of the stream that are no link."""
        ends = zip(self._starts, self._starts[1:], self._links, strict=False)
        return sum(end - start for start, end, link in ends if link is None)

    def between(self, start: int, end: int) -> Iterator[Place]:
        """What stands in this stretch, in page order: a place a block, of its text nodes that stand there whole."""
        node = bisect_left(self._starts, start)
        while node < len(self._owners) and self._starts[node + 1] <= end:
            element, first = block_of(self._owners[node]), node
            while (
                node < len(self._owners) and self._starts[node + 1] <= end and block_of(self._owners[node]) is element
            ):
                node += 1
            yield self._place(self._starts[first], self._starts[node] - self._starts[first])

    def stretch(self, element: HtmlElement) -> tuple[int, int]:
        """Where in the stream the text of an element begins and ends; the same where it has none."""
        inside = set(element.iter())
        nodes = [node for node, owner in enumerate(self._owners) if owner in inside]
        return (self._starts[nodes[0]], self._starts[nodes[-1] + 1]) if nodes else (0, 0)

    def heading(self, text: str) -> Place | None:
        """Where a text stands as a heading of first or second rank, else where it stands at all."""
        packed, found = squeeze(text), None
        offset = self.stream.find(packed) if packed else -1
        while offset >= 0:
            place = self._place(offset, len(packed))
            if place.element.tag in ("h1", "h2"):
                return place
            found = found or place
            offset = self.stream.find(packed, offset + len(packed))
        return found

    def near(self, place: Place, before: int, behind: int) -> Iterator[tuple[str, HtmlElement]]:
        """Each text with its parent: those from a place on, then those before it, the nearest first."""
        here = bisect_left(self._starts, place.start)
        for node in (
            *range(here, min(here + behind, len(self._texts))),
            *range(here - 1, max(here - 1 - before, -1), -1),
        ):
            yield self._texts[node], self._owners[node]

    def whole(self, place: Place) -> Place | None:
        """The stretch of the block around a place, where all of it stands in one piece of the page; else ``None``."""
        first = last = bisect_right(self._starts, place.start) - 1
        while first > 0 and block_of(self._owners[first - 1]) is place.element:
            first -= 1
        while last + 1 < len(self._owners) and block_of(self._owners[last + 1]) is place.element:
            last += 1
        start, end = self._starts[first], self._starts[last + 1]
        return self._place(start, end - start) if start <= place.start and place.end <= end else None

    def text(self, place: Place) -> str:
        """What readers see in the whole nodes of a place, white space folded."""
        first, last = bisect_right(self._starts, place.start) - 1, bisect_left(self._starts, place.end)
        return " ".join("".join(self._texts[first:last]).split())

    def _as_block(self, packed: str, start: int, otherwise: int) -> int:
        """Where a short text is all of a block; where it is none, it stands in a longer line."""
        offset = self.stream.find(packed, start)
        for _ in range(MAX_LOOKS):
            if offset < 0:
                break
            whole = self.whole(self._place(offset, len(packed)))
            if whole and (whole.start, whole.end) == (offset, offset + len(packed)):
                return offset
            offset = self.stream.find(packed, offset + 1)
        return otherwise

    def _find(self, packed: str, cursor: int) -> int:
        for text in (packed, packed[:PREFIX]) if len(packed) > PREFIX else (packed,):
            for start in (cursor, 0):
                offset = self.stream.find(text, start)
                if offset >= 0:
                    return offset
        return -1

    def _place(self, offset: int, length: int) -> Place:
        first = bisect_right(self._starts, offset) - 1
        linked, href = 0, None
        for node in range(first, len(self._owners)):
            start, end = max(offset, self._starts[node]), min(offset + length, self._starts[node + 1])
            if start >= end:
                break
            link = self._links[node]
            if link is not None:
                linked += end - start
                href = href or link.get("href")
        return Place(block_of(self._owners[first]), offset, offset + length, linked / length, href)


def _text_nodes(root: HtmlElement) -> Iterator[tuple[str, HtmlElement, HtmlElement | None]]:
    """Each visible text node in page order with its parent and the innermost link it stands in."""
    walk = iterwalk(root, events=("start", "end", "comment", "pi"))
    links: list[HtmlElement | None] = [None]
    for event, element in walk:  # a plain loop in lxml's order: it runs for every element of a page
        tag = element.tag
        if event == "start":
            if tag in INVISIBLE:
                walk.skip_subtree()
                continue
            if tag == "a":
                links.append(element)
            if text := element.text:
                yield text, element, links[-1]
        else:
            if tag == "a":
                links.pop()
            if (text := element.tail) and element is not root:
                yield text, element.getparent(), links[-1]
