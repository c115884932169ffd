"""Who wrote a page: people in the order named, by linked data, else meta elements, else the byline that readers see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import dropwhile, islice
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from tearsheet import bylines
from tearsheet.extract.linked_data import text, texts, types
from tearsheet.extract.tree import Page

META = (
    *("author", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator", "citation_author"),
    *(
        "article:author_name",
        "article:author",
        "og:article:author",
        "mediator_author",
        "authors",
        "creator",
        "dc.creator.aut",
    ),
)
MARK = re.compile(r"auth?or|byline|writer|posted-by", re.IGNORECASE)
PROFILE = re.compile(r"/(?:authors?|autor(?:en|es)?|auteurs?|contributors?|profile|by)/", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"comment|sidebar|related|recommend|teaser|promo|footer|popular|widget|reply|card-list|more-from|latest",
    re.IGNORECASE,
)
MARKING = frozenset({"class", "id", "itemprop", "rel", "data-testid"})
MAX_NAMES = 500
"""Characters of an attribute beyond which it names nothing."""
NO_VISIBLE_TEXT = frozenset({"time", "figure", "script", "style", "svg", "noscript"})
NEAR = 40
"""Elements behind the headline among which an unmarked byline may stand."""
MAX_BYLINE = 160
SQUEEZED = re.compile(r"\W+")


def authors(page: Page) -> tuple[str, ...]:
    """The people named as authors; a newsroom or the outlet itself only where the page names nobody else."""
    outlet = _outlet(page)
    unsigned: tuple[str, ...] = ()
    for names in _declared(page):
        people = tuple(name for name in names if _is_somebody(name, outlet))
        if people:
            return people
        unsigned = unsigned or tuple(filter(bylines.is_anybody, names))
    for names in _seen(page):
        people = tuple(name for name in names if _is_somebody(name, outlet))
        if people and (not unsigned or all(map(bylines.looks_like_name, people))):
            return people
        unsigned = unsigned or tuple(name for name in names if _is_claimed(page, name))
    return unsigned


def _is_claimed(page: Page, name: str) -> bool:
    """Whether a body may sign for people: not one that linked data calls the author, which is an agency."""
    value = page.article.get("author")
    bodies = texts(
        [
            author.get("name")
            for author in (value if isinstance(value, list) else [value])
            if isinstance(author, Mapping)
        ]
    )
    return bylines.is_anybody(name) and name not in bodies


def _is_somebody(name: str, outlet: frozenset[str]) -> bool:
    return bylines.is_person(name) and SQUEEZED.sub("", name.casefold()) not in outlet


def _declared(page: Page) -> Iterator[tuple[str, ...]]:
    """What the page says in linked data and in its meta elements."""
    yield _all_names(_linked(page, page.article.get("author") or page.article.get("creator")))
    yield _all_names(value for name in META for value in page.meta.get(name, ()))


def _seen(page: Page) -> Iterator[tuple[str, ...]]:
    """What readers see: marked elements from the headline on, then an unmarked byline close behind it."""
    heading, marked = _marked(page)
    for element in marked:
        yield _byline_of(element)
    yield _near(page, heading)


def _all_names(values: Iterable[str]) -> tuple[str, ...]:
    found = (name for value in values for name in bylines.names(value))
    return tuple({name.casefold(): name for name in reversed(list(found))}.values())[::-1]


def _linked(page: Page, value: Any) -> Iterator[str]:
    """The names of people in a JSON-LD value; a bare reference is looked up among the page's nodes."""
    for author in value if isinstance(value, list) else [value]:
        if not isinstance(author, Mapping):
            yield from texts(author)
        elif "name" not in author and "@id" in author:
            known = (node for node in page.nodes if node.get("@id") == author["@id"] and "name" in node)
            yield from (name for node in islice(known, 1) for name in _linked(page, node))
        elif not any("Organization" in name for name in types(author)):
            yield from texts(author.get("name"))


def _outlet(page: Page) -> frozenset[str]:
    """The outlet's own names, squeezed: a byline that says no more names nobody."""
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    publishers = [
        text(node.get("name"))
        for node in page.nodes
        if {"WebSite", "NewsMediaOrganization", "Organization"} & set(types(node))
    ]
    names = [
        page.first_meta("og:site_name"),
        page.first_meta("application-name"),
        host,
        *host.split(".")[:-1],
        *publishers,
    ]
    return frozenset(SQUEEZED.sub("", name.casefold()) for name in names if name)


def _marked(page: Page) -> tuple[HtmlElement | None, list[HtmlElement]]:
    """The headline, and the elements marked as an author's: those behind it first, none of a comment or a teaser."""
    found = [element for element in page.root.iter() if element.tag == "h1" or _is_marked(element)]
    places = [place for place, element in enumerate(found) if element.tag == "h1"]
    start = places[0] if places else 0
    ordered = [*found[start:], *reversed(found[:start])]
    marked = [element for element in ordered if element.tag != "h1" and not _is_elsewhere(element)]
    return (found[start] if places else None), marked[:NEAR]


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


def _is_elsewhere(element: HtmlElement) -> bool:
    around = (element, *islice(element.iterancestors(), 6))
    return any(
        e.tag == "aside" or ELSEWHERE.search(f"{e.get('class', '')} {e.get('id', '')}")
        for e in around
        if e.tag != "body"
    )


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
            joined = (
                joined
                or not any(map(str.isalpha, piece))
                or piece.casefold() in {"and", "und", "et", "y", "e", "en", "i", "и"}
            )
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


def _near(page: Page, heading: HtmlElement | None) -> tuple[str, ...]:
    """The names in an unmarked byline ("By …") close behind the headline."""
    if heading is None:
        return ()
    behind = islice(dropwhile(lambda element: element is not heading, page.root.iter()), 1, NEAR)
    for element in behind:
        words = (
            element.text_content()
            if isinstance(element.tag, str) and element.tag in ("p", "div", "span", "h2", "h3", "h4", "h5", "h6")
            else ""
        )
        byline = bylines.read(" ".join(words.split())) if 4 < len(words) < MAX_BYLINE else None
        if byline:
            return byline.names
    return ()
