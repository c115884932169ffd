"""The credits readers see: bylines that the mark-up names, that stand close to the headline, or at an edge of the text.

Each credit is a tuple of names in their order, the most trusted credit first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import dropwhile, islice

from lxml.html import HtmlElement

from tearsheet import bylines
from tearsheet.extract.blocks import Body
from tearsheet.extract.outline import squeeze
from tearsheet.extract.tree import Page

MARK = re.compile(r"auth?or|byline|writer|posted-by|wrote[_-]by", re.IGNORECASE)
PROFILE = re.compile(
    r"/(?:(?:blog-)?authors?|autor(?:en|es)?|auteurs?|contributors?|profile|by|reporters?|journalistes?|periodistas?)/",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"comment|related|recommend|teaser|promo|popular|(?<!elementor-)widget(?!-type)|reply|card-list|more-from|latest",
    re.IGNORECASE,
)
ASIDE = re.compile(r"sidebar|footer", re.IGNORECASE)
"""Around a box about the author, which some pages have beside or below the text."""
MARKING = frozenset({"class", "id", "itemprop", "rel", "data-testid"})
MAX_NAMES = 500
"""Characters of an attribute beyond which it names nothing."""
NO_VISIBLE_TEXT = frozenset({"time", "figure", "script", "style", "svg", "noscript"})
NEAR = 40
"""Elements behind the headline among which an unmarked byline may stand."""
NEAR_TAGS = frozenset({"p", "div", "span", "small", "h2", "h3", "h4", "h5", "h6"})
MAX_BYLINE = 160
JOINS = frozenset({"and", "und", "et", "y", "e", "en", "i", "и"})
SIGNING = frozenset({"strong", "b", "em", "i"})
"""In such an element a line at the edge of a text that is nothing but names is a signature."""
FIRST = 3
"""Lines at the head of a text among which a signature may stand, below a standfirst."""
WHOLE = 0.7
"""The share of such a line that is names."""
SLASHES = re.compile(r"\s*[|/]\s*")
DATED = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}:\d\d")


@dataclass(frozen=True, slots=True)
class Credit:
    """The names of one byline; ``only``: its element holds little else, so that one word may be somebody's name."""

    names: tuple[str, ...]
    only: bool = False


def seen(page: Page, title: str | None, body: Body) -> Iterator[Credit]:
    """The page's credits, from the headline on; boxes beside and below the text come last."""
    marked, aside = _marked(page)
    yield from (Credit(_byline_of(element), _is_short(element)) for element in marked)
    yield Credit(_near(page, title))
    yield from map(Credit, _signatures(page, body))
    yield from (Credit(_byline_of(element)) for element in aside)


def _marked(page: Page) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """The elements marked as an author's, those behind it first; those in a box of their own."""
    found = [element for element in page.root.iter() if element.tag == "h1" or _is_marked(element)]
    places = [place for place, element in enumerate(found) if element.tag == "h1"]
    start = places[0] if places else 0
    ordered = [element for element in (*found[start:], *reversed(found[:start])) if element.tag != "h1"]
    marked, aside = [], []
    for element in ordered:
        place = _place(element)
        if place == "text":
            marked.append(element)
        elif place == "aside":
            aside.append(element)
    return marked[:NEAR], aside[:NEAR]


def _is_marked(element: HtmlElement) -> bool:
    """Whether names, microdata or a link call an element an author's."""
    for name, value in element.items():  # a plain loop: it runs for every element of a page
        if name in MARKING and _is_mark(value):
            return True
        if name == "href" and element.tag == "a" and PROFILE.search(value):
            return True
    return False


@lru_cache(maxsize=4096)
def _is_mark(value: str) -> bool:
    return len(value) < MAX_NAMES and MARK.search(value) is not None


def _is_short(element: HtmlElement) -> bool:
    return sum(map(len, _pieces(element))) <= bylines.MAX_NAME


def _place(element: HtmlElement) -> str:
    """``text``, ``aside`` (beside or below it) or ``elsewhere``: a comment, a teaser."""
    place = "text"
    for around in (element, *islice(element.iterancestors(), 6)):
        if around.tag == "body":
            break
        names = f"{around.get('class', '')} {around.get('id', '')}"
        if ELSEWHERE.search(names):
            return "elsewhere"
        if around.tag == "aside" or ASIDE.search(names):
            place = "aside"
    return place


def _byline_of(element: HtmlElement) -> tuple[str, ...]:
    """The names in an element's text: its first piece that has one, and those joined to it by a comma or an *and*."""
    pieces = [piece for piece in _pieces(element) if piece]
    if sum(map(len, pieces)) > MAX_BYLINE and element.tag not in ("a", "span"):
        pieces = pieces[:3]
    found: list[str] = []
    joined = True
    for piece in pieces:
        names = bylines.names(piece) if len(piece) < MAX_BYLINE else ()
        if names and (joined or not found):
            found += names
            joined = False
        elif found:
            joined = joined or not any(map(str.isalpha, piece)) or piece.casefold() in JOINS
            if not joined:
                break
    return tuple(dict.fromkeys(found))


def _pieces(element: HtmlElement) -> Iterator[str]:
    """The pieces of text in an element, each from one node, without its dates and pictures."""
    yield " ".join((element.text or element.get("content") or "").split())
    for child in element:
        if isinstance(child.tag, str) and child.tag not in NO_VISIBLE_TEXT:
            yield from _pieces(child)
        yield " ".join((child.tail or "").split())


def _near(page: Page, title: str | None) -> tuple[str, ...]:
    """The names in an unmarked byline close behind the headline: "By …", or a name in one line with a date."""
    place = page.outline.heading(title) if title else None
    if place is None:
        return ()
    heading = place.element
    behind = islice(dropwhile(lambda element: element is not heading, page.root.iter()), 1, NEAR)
    for element in behind:
        if element.tag not in NEAR_TAGS or len(element.text_content()) > 2 * MAX_BYLINE:
            continue
        line = " ".join(" ".join(_pieces(element)).split())
        byline = bylines.read(line) if 4 < len(line) < MAX_BYLINE else None
        if byline:
            return byline.names
        if len(line) < MAX_BYLINE and DATED.search(line) and (names := _beside_date(line)):
            return names
    return ()


def _beside_date(line: str) -> tuple[str, ...]:
    """The names in a line such as "4.2.2026 | 13:10 | Odile Farrant"."""
    parts = [part for part in SLASHES.split(line) if not any(map(str.isdigit, part))]
    people = [name for part in parts if 3 < len(part) < bylines.MAX_NAME for name in bylines.names(part)]
    return tuple(people) if people and all(map(bylines.looks_like_name, people)) else ()


def _signatures(page: Page, body: Body) -> Iterator[tuple[str, ...]]:
    """The names in one of the first lines or the last of the text, set apart by its type and with nothing else."""
    blocks = [block for block in body.blocks if block.region != "after"] or list(body.blocks)
    for block in (*blocks[:FIRST], *blocks[-1:]):
        if block.kind == "paragraph" and len(block.text) < MAX_BYLINE / 2 and ":" not in block.text:
            names = [name for part in SLASHES.split(block.text) for name in bylines.names(part)]
            whole = len("".join(names)) >= WHOLE * len(block.text)
            if names and whole and all(map(bylines.looks_like_name, names)) and _is_set_apart(page, block.text):
                yield tuple(names)


def _is_set_apart(page: Page, line: str) -> bool:
    """Whether all of a line stands in bold or italic type."""
    place = next(iter(page.outline.places([line])))
    return place is not None and any(squeeze(e.text_content()) == squeeze(line) for e in place.element.iter(*SIGNING))
