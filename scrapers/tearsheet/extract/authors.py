"""Who wrote a page: people in the order named, by linked data, else meta elements, else the byline that readers see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from tearsheet import bylines
from tearsheet.extract.blocks import Body
from tearsheet.extract.credits import seen
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
        "citation_authors",
        "articleauthor",
        "article_author",
        "writer",
    ),
)
SQUEEZED = re.compile(r"\W+")


def authors(page: Page, title: str | None, body: Body) -> tuple[str, ...]:
    """The people named as authors; a newsroom or the outlet itself only where the page names nobody else."""
    outlet = outlet_names(page) | _organisations(page)
    unsigned: tuple[str, ...] = ()
    for names in _declared(page):
        if len(names) > 1 and squeezed("".join(names)) in outlet:  # "Bread & Salt" is one outlet, not two people
            continue
        people = tuple(name for name in names if _is_somebody(name, outlet))
        if people and (not unsigned or all(map(bylines.looks_like_name, people))):
            return people
        unsigned = unsigned or tuple(filter(bylines.is_anybody, names))
    alone: tuple[str, ...] = ()
    for credit in seen(page, title, body):
        people = tuple(name for name in credit.names if _is_somebody(name, outlet))
        if people and all(map(bylines.looks_like_name, people)):
            return people
        if not unsigned:
            alone = alone or (people if credit.only and all(map(_is_single, people)) else ())
            unsigned = unsigned or tuple(name for name in credit.names if not people and _is_claimed(page, name))
    return alone or unsigned


def _is_single(name: str) -> bool:
    return " " not in name or bylines.looks_like_name(name)


def _is_claimed(page: Page, name: str) -> bool:
    """Whether a body may sign for people: not one that linked data calls the author, which is an agency."""
    bodies = texts([author.get("name") for author in linked_authors(page)])
    return bylines.is_anybody(name) and name not in bodies


def linked_authors(page: Page) -> tuple[Mapping[str, Any], ...]:
    """The nodes that linked data calls the article's authors."""
    value = page.article.get("author")
    return tuple(author for author in (value if isinstance(value, list) else [value]) if isinstance(author, Mapping))


def _organisations(page: Page) -> frozenset[str]:
    """The organisations among the authors of linked data, squeezed."""
    nodes = (node for node in linked_authors(page) if any("Organization" in name for name in types(node)))
    return frozenset(squeezed(name) for node in nodes for name in texts(node.get("name")))


def _is_somebody(name: str, outlet: frozenset[str]) -> bool:
    return bylines.is_person(name) and squeezed(name) not in outlet


def _declared(page: Page) -> Iterator[tuple[str, ...]]:
    """What the page says in linked data and in its meta elements."""
    yield _all_names(_linked(page, page.article.get("author") or page.article.get("creator")))
    yield _all_names(value for name in META for value in page.meta.get(name, ()))


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
        else:
            yield from filter(bylines.is_newsroom, texts(author.get("name")))


def outlet_names(page: Page) -> frozenset[str]:
    """The outlet's own names, squeezed: a byline that says no more names nobody."""
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    publishers = [
        text(node.get("name"))
        for node in page.nodes
        if {"WebSite", "NewsMediaOrganization", "Organization"} & set(types(node))
        and not any(node is author for author in linked_authors(page))
    ]
    names = [
        page.first_meta("og:site_name"),
        page.first_meta("application-name"),
        host,
        *(label for label in host.split(".")[:-1] if label not in _own_names(page)),
        *publishers,
    ]
    return frozenset(squeezed(name) for name in names if name)


def _own_names(page: Page) -> frozenset[str]:
    """The people of linked data and meta elements, squeezed: a host named like one of them is that person's own."""
    people = (name for names in _declared(page) for name in names if bylines.looks_like_name(name))
    return frozenset(map(squeezed, people))


def squeezed(name: str) -> str:
    """A name by its letters and digits alone, without case."""
    return SQUEEZED.sub("", name.casefold())
