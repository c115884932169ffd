"""A topic: its articles over time, by outlet, language and story; the list; files and citation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

import polars as pl
from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tearsheet.pull.export import FORMATS
from tearsheet.pull.releases import Release
from tearsheet.web import charts
from tearsheet.web.catalogue import Catalogue, catalogue_of
from tearsheet.web.charts import UNKNOWN, Chart
from tearsheet.web.citing import Citation, citations
from tearsheet.web.filters import EVERYTHING, Asked, Filter, Kind
from tearsheet.web.rendering import render

By = Literal["source", "language", "story"]
PAGE = 50
router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value to filter by: how many articles it has under the other filters, and whether it is chosen."""

    kind: Kind
    value: str
    label: str
    count: int
    share: int
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One article in the list."""

    document_id: str
    night: date
    published: date | None
    source: str
    outlet: str
    language: str | None
    title: str
    access: str
    words: int
    copies: int
    versions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPage:
    """What the page shows of the articles that the filter lets through."""

    id: str
    title: str
    description: str | None
    query: str | None
    filter: Filter
    by: By
    chart: Chart | None
    choices: dict[Kind, tuple[Choice, ...]]
    articles: int
    stories: int
    outlets: int
    all: int
    nights: tuple[date, date] | None
    page: int
    pages: int
    entries: tuple[Entry, ...]
    citations: tuple[Citation, ...]
    releases: tuple[Release, ...]


@router.get("/topics/{topic}", name="topic")
def show(
    request: Request,
    topic: str,
    asked: Asked,
    by: Annotated[By, Query()] = "source",
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """A topic's page."""
    shown = topic_page(catalogue_of(request), topic, asked, by, page)
    return render(request, "topic.html", page=shown, everything=EVERYTHING, formats=[s[1:] for s in FORMATS])


def topic_page(catalogue: Catalogue, topic: str, asked: Filter, by: By = "source", number: int = 1) -> TopicPage:
    """A topic under a filter.

    Raises:
        HTTPException: 404, there is no such topic.
    """
    said = topic_named(catalogue, topic)
    rows = catalogue.snapshot.articles(topic)
    under = cache(lambda narrowed: narrowed.of(rows))
    kept = under(asked)
    outlets = catalogue.outlet
    pages = max(-(-kept.height // PAGE), 1)
    number = min(number, pages)
    return TopicPage(
        id=topic,
        title=said.get("title") or topic,
        description=said.get("description"),
        query=said.get("query"),
        filter=asked,
        by=by,
        chart=_chart(kept if by != "story" else under(asked.without("stories")), by, outlets),
        choices={
            "source": _choices(under(asked.without("source")), asked, "source", outlets),
            "language": _choices(under(asked.without("language")), asked, "language", str),
        },
        articles=kept.height,
        stories=kept["cluster_id"].n_unique(),
        outlets=kept["source"].n_unique(),
        all=under(EVERYTHING).height,
        nights=None if kept.is_empty() else charts.span(kept),
        page=number,
        pages=pages,
        entries=entries(kept.slice((number - 1) * PAGE, PAGE), outlets),
        citations=citations(catalogue, topic, asked, kept),
        releases=catalogue.releases(topic),
    )


def topic_named(catalogue: Catalogue, topic: str) -> dict[str, Any]:
    """What is configured of a topic; nothing of one that has rows only.

    Raises:
        HTTPException: 404, there is no such topic.
    """
    named = catalogue.named.topics
    if topic not in named and topic not in (present := catalogue.snapshot.topics):
        known = ", ".join(sorted({*named, *present})) or "none"
        raise HTTPException(404, f"no topic is called {topic!r}; there are: {known}")
    return named.get(topic, {})


def entries(rows: pl.DataFrame, outlet: Callable[[str], str]) -> tuple[Entry, ...]:
    """Rows of a snapshot as the list shows them."""
    return tuple(
        Entry(
            document_id=row["document_id"],
            night=row["night"],
            published=row["published_at"] and row["published_at"].date(),
            source=row["source"],
            outlet=outlet(row["source"]),
            language=row["language"],
            title=row["title"],
            access=row["access"],
            words=row["words"],
            copies=row["copies"],
            versions=row["versions"],
        )
        for row in rows.to_dicts()
    )


def _chart(rows: pl.DataFrame, by: By, outlet: Callable[[str], str]) -> Chart | None:
    """All rows by outlet or language; by story those of the stories with the most copies."""
    if by != "story":
        return charts.stacked(rows, by, outlet if by == "source" else str)
    most = charts.ranked(rows["cluster_id"]).head(charts.SERIES)["cluster_id"]
    stories = rows.filter(pl.col("cluster_id").is_in(most.implode()))
    titles = dict(stories.select("cluster_id", "title").rows())  # the earliest comes last
    return charts.stacked(stories, "cluster_id", titles.__getitem__)


def _choices(rows: pl.DataFrame, asked: Filter, kind: Kind, label: Callable[[str], str]) -> tuple[Choice, ...]:
    """A column's values in what the other filters let through, the most frequent first behind those that are chosen."""
    column = rows[kind].cast(pl.String).fill_null(UNKNOWN)
    counts = dict(charts.ranked(column).rows())
    chosen = asked.chosen(kind)
    most = max(counts.values(), default=1)
    return tuple(
        Choice(
            kind=kind,
            value=value,
            label=label(value),
            count=count,
            share=round(100 * count / most),
            chosen=value in chosen,
        )
        for value, count in (dict.fromkeys(chosen, 0) | counts).items()
    )
