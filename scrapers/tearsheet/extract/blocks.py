"""Trafilatura's text as blocks: each line of it with its kind, its links and the names of the elements around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Literal
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from tearsheet.errors import RecordError
from tearsheet.extract.declared import Marked
from tearsheet.extract.gaps import completed, gaps
from tearsheet.extract.outline import Outline, Place, squeeze
from tearsheet.extract.twins import with_twins
from tearsheet.model import Block, BlockKind
from tearsheet.urls import same_site

Region = Literal["before", "within", "after"]

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
KINDS: dict[str, BlockKind] = {
    **dict.fromkeys(HEADINGS, "heading"),
    **dict.fromkeys(("li", "dt", "dd"), "item"),
    **dict.fromkeys(("td", "th", "tr", "table"), "row"),
    **dict.fromkeys(("pre", "code"), "code"),
    "figcaption": "caption",
    "blockquote": "quote",
}
LISTED = "- "
CELLS = " | "
HOLDS_PART = 0.25
"""An element with more of the text than this is no part of it: its names say nothing of one block."""
HOLDS_BODY = 0.75
"""The innermost box with as much of the text as this is the body …"""
BODY_BLOCKS = 3
BODY_CHARACTERS = 300
"""… if it holds as many blocks and characters as this."""
PICTURE = "picture"
"""Stands in the context of a block that shares a small box with a picture."""
PICTURE_BOX = 350
"""Characters of text that a box around a picture and its caption has at most."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the extractor's text, and where it stands."""

    text: str
    kind: BlockKind
    place: Place | None
    left_out: bool = False
    cut_by: str | None = None
    kept: bool = False


@dataclass(frozen=True)
class Body:
    """A page's text as ``blocks``, and among ``all_blocks`` what was left out of the smallest element that holds it.

    ``start`` is where in the outline's stream the box begins that holds most of the text.
    """

    all_blocks: tuple[Block, ...]
    start: int = 0

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks of the text."""
        return tuple(block for block in self.all_blocks if not block.left_out)

    @cached_property
    def text(self) -> str:
        """The text, one block a line."""
        return "\n".join(block.text for block in self.blocks)


def read_body(text: str, outline: Outline, url: str, marks: Marked | None = None) -> Body:
    """The lines of ``text``, and what was left out beside them, as blocks; white space folded, marks taken off.

    ``marks``: what the source's rules cut and keep of it.
    """
    plain = [line for line in map(_plain, text.split("\n")) if line]
    found = outline.places(line.replace(CELLS, "") for line, _ in plain)
    plain, places = with_twins(plain, found, outline)
    whole = completed([line for line, _ in plain], places, outline)
    lines = [Line(line, kind, place) for line, (_, kind), place in zip(whole, plain, places, strict=True)]
    for gap in reversed(list(gaps([line for line, _ in plain], places, outline))):
        lines.insert(gap.after + 1, Line(gap.text, "paragraph", gap.place, left_out=not gap.restored))
    if marks:
        lines = _declared(lines, outline, marks)
    frame = Frame(lines, url)
    return Body(tuple(map(frame.block, range(len(lines)))), frame.start)


def _declared(found: Sequence[Line], outline: Outline, marks: Marked) -> list[Line]:
    """The lines as rules want them, and among them what rules keep and nobody has found."""
    lines = list(found)
    adrift = "".join(squeeze(line.text) for line in lines if not line.place)
    for place in marks.missing(outline, [line.place for line in lines if line.place]):
        text = outline.text(place)
        before = (n for n, line in enumerate(lines) if line.place and line.place.start < place.start)
        if squeeze(text) not in adrift:
            lines.insert(max(before, default=-1) + 1, Line(text, "paragraph", place))
    return [_ruled(line, *marks.verdict(line.place.element)) if line.place else line for line in lines]


def _ruled(line: Line, cut_by: str | None, kept: bool) -> Line:
    return replace(line, left_out=not kept and (line.left_out or cut_by is not None), cut_by=cut_by, kept=kept)


def _plain(line: str) -> tuple[str, BlockKind] | None:
    line = " ".join(line.split())
    if line.startswith("|") and line.endswith("|"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        return (CELLS.join(filter(None, cells)), "row") if any(cell.strip("-") for cell in cells) else None
    if line.startswith(LISTED):
        return line.removeprefix(LISTED), "item"
    return (line, "paragraph") if line else None


class Frame:
    """The elements around a page's text, and how much of it each of them holds."""

    def __init__(self, lines: Sequence[Line], url: str) -> None:
        self._lines = lines
        self._url = url
        self._chains: dict[HtmlElement, tuple[HtmlElement, ...]] = {}
        self._called: dict[HtmlElement, tuple[str, ...]] = {}
        self._pictured: dict[HtmlElement, bool] = {}
        around = [self._around(line.place.element if line.place else None) for line in lines]
        self._weights: Counter[HtmlElement] = Counter()
        self._left_out: Counter[HtmlElement] = Counter()
        counts: Counter[HtmlElement] = Counter()
        for line, elements in zip(lines, around, strict=True):
            weights = self._left_out if line.left_out else self._weights
            weights.update(dict.fromkeys(elements, len(line.text)))
            if not line.left_out:
                counts.update(elements)
        self._total = sum(len(line.text) for line in lines if line.place and not line.left_out)
        least = max(BODY_CHARACTERS, HOLDS_BODY * self._total)
        body = [e for e, weight in self._weights.items() if weight >= least and counts[e] >= BODY_BLOCKS]
        self._body = min(body, key=self._weights.__getitem__, default=None)
        within = [i for i, elements in enumerate(around) if self._body in elements and not lines[i].left_out]
        self._first, self._last = (within[0], within[-1]) if within else (0, len(lines))

    def block(self, index: int) -> Block:
        """One line with all that its place says of it."""
        line = self._lines[index]
        if line.place is None:
            return Block(kind=line.kind, text=line.text, region=self._region(index))
        most = HOLDS_PART * self._total
        around = self._around(line.place.element)
        inside = list(takewhile(lambda element: self._weights[element] <= most, around))
        names = [name for element in inside for name in self._names(element)]
        if any(map(self._is_picture_box, inside)):
            names.append(PICTURE)
        return Block(
            kind=_kind(line.kind, inside),
            text=line.text,
            linked=round(line.place.linked, 3),
            target=_target(line.place.href, self._url),
            context=tuple(dict.fromkeys(names)),
            region=self._region(index),
            left_out=line.left_out,
            cut_by=line.cut_by,
            kept=line.kept,
        )

    @property
    def start(self) -> int:
        """Where in the stream the body's first block begins; 0 where no block was found."""
        places = (line.place for line in self._lines[self._first :])
        return next((place.start for place in places if place), 0)

    def _region(self, index: int) -> Region:
        return "before" if index < self._first else "after" if index > self._last else "within"

    def _around(self, element: HtmlElement | None) -> tuple[HtmlElement, ...]:
        """The element and those around it, innermost first: siblings share the most of it."""
        if element is None:
            return ()
        if element not in self._chains:
            self._chains[element] = (element, *self._around(element.getparent()))
        return self._chains[element]

    def _names(self, element: HtmlElement) -> tuple[str, ...]:
        if element not in self._called:
            self._called[element] = tuple(_names(element))
        return self._called[element]

    def _is_picture_box(self, element: HtmlElement) -> bool:
        """Whether a small box holds a picture."""
        if element.tag == "p" or self._weights[element] + self._left_out[element] > PICTURE_BOX:
            return False
        if element not in self._pictured:
            self._pictured[element] = next(element.iter("img", "picture"), None) is not None
        return self._pictured[element]


def _kind(kind: BlockKind, inside: Sequence[HtmlElement]) -> BlockKind:
    if kind != "paragraph":
        return kind
    return next((KINDS[tag] for element in inside if (tag := str(element.tag)) in KINDS), kind)


def _names(element: HtmlElement) -> list[str]:
    """What the page calls an element; the id of a heading is its own words, and says nothing."""
    given = [
        element.get("class", ""),
        element.get("role", ""),
        "" if element.tag in HEADINGS else element.get("id", ""),
    ]
    hidden = "display:none" in element.get("style", "").replace(" ", "") or element.get("hidden") is not None
    return [str(element.tag), *" ".join(given).lower().split(), *(["hidden"] if hidden else [])]


def _target(href: str | None, url: str) -> Literal["none", "here", "site", "away"]:
    if href is None:
        return "none"
    try:
        split, own = urlsplit(href.strip()), urlsplit(url)
    except ValueError:
        return "away"
    if split.scheme not in ("", "http", "https"):
        return "away"
    if split.netloc in ("", own.netloc):
        return "here" if split.path in ("", own.path) and not split.query else "site"
    return "site" if _same_site(split.netloc, own.netloc) else "away"


@lru_cache(maxsize=4096)
def _same_site(one: str, other: str) -> bool:
    try:
        return same_site(f"http://{one}/", f"http://{other}/")
    except RecordError:
        return False
