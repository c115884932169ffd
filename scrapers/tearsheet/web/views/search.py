"""Search in a topic: what the index finds, best first, with the words that matched marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from tearsheet.errors import ConfigError
from tearsheet.search import Found, Hit
from tearsheet.web.catalogue import Catalogue, catalogue_of
from tearsheet.web.filters import Asked, Filter
from tearsheet.web.rendering import render
from tearsheet.web.views.topic import topic_named

PAGE = 20
router = APIRouter()

Marked = tuple[tuple[str, bool], ...]
"""A passage in pieces, each with whether it matched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An article that was found."""

    document_id: str
    night: str
    outlet: str
    language: str | None
    title: Marked
    passages: tuple[Marked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """What the page shows; ``wrong`` says why a query found nothing that could be shown."""

    id: str
    title: str
    query: str
    filter: Filter
    outlets: dict[str, str]
    languages: tuple[str, ...]
    total: int = 0
    page: int = 1
    pages: int = 1
    results: tuple[Result, ...] = ()
    wrong: str | None = None


@router.get("/topics/{topic}/search", name="search")
def show(
    request: Request,
    topic: str,
    asked: Asked,
    q: Annotated[str, Query(max_length=1000)] = "",
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """What a query finds in a topic."""
    shown = search_page(catalogue_of(request), topic, q.strip(), asked, page)
    return render(request, "search.html", status=400 if shown.wrong else 200, page=shown)


def search_page(catalogue: Catalogue, topic: str, query: str, asked: Filter, number: int = 1) -> SearchPage:
    """A query in a topic under a filter; without a query only the form.

    Raises:
        HTTPException: 404, there is no such topic.
        StorageError: the index cannot be read.
    """
    said = topic_named(catalogue, topic)
    rows = catalogue.snapshot.articles(topic)
    sources = sorted(map(str, rows["source"].unique()), key=lambda source: catalogue.outlet(source).casefold())
    found, wrong = _found(catalogue, topic, query, asked, number)
    return SearchPage(
        id=topic,
        title=said.get("title") or topic,
        query=query,
        filter=asked,
        outlets={source: catalogue.outlet(source) for source in sources},
        languages=tuple(sorted(map(str, rows["language"].drop_nulls().unique()))),
        total=found.total if found else 0,
        page=number,
        pages=max(-(-found.total // PAGE), 1) if found else 1,
        results=tuple(_result(hit, catalogue.outlet(hit.source)) for hit in found.hits) if found else (),
        wrong=wrong,
    )


def _found(catalogue: Catalogue, topic: str, query: str, asked: Filter, number: int) -> tuple[Found | None, str | None]:
    """What the index says; of a query that it cannot answer the reason in words."""
    if not query:
        return None, None
    try:
        found = catalogue.archive.search(
            query,
            topic=topic,
            since=asked.since,
            until=asked.until,
            source=asked.source,
            language=asked.language,
            limit=PAGE,
            offset=(number - 1) * PAGE,
        )
    except ConfigError as error:
        return None, str(error)
    return found, None


def _result(hit: Hit, outlet: str) -> Result:
    by_field = {snippet.field: marked(snippet.text, snippet.marks) for snippet in hit.snippets}
    return Result(
        document_id=hit.document_id,
        night=hit.night,
        outlet=outlet,
        language=hit.language,
        title=by_field.pop("title", ((hit.title or hit.url, False),)),
        passages=tuple(by_field.values()),
    )


def marked(text: str, marks: Sequence[tuple[int, int]]) -> Marked:
    """A text in pieces; ``marks`` are offset and length of what matched, in code points, apart and ascending."""
    return tuple(_pieces(text, marks))


def _pieces(text: str, marks: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    done = 0
    for offset, length in sorted(marks):
        yield text[done:offset], False
        yield text[offset : offset + length], True
        done = offset + length
    yield text[done:], False
