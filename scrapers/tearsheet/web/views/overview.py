"""The overview: topics, what the last nights brought, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tearsheet.web.catalogue import Catalogue, catalogue_of
from tearsheet.web.nights import Night
from tearsheet.web.rendering import render
from tearsheet.web.snapshot import reduced

NIGHTS = 14
TREND = 30
router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCard:
    """A topic in one glance; ``trend`` counts the articles of its last nights, oldest first."""

    id: str
    title: str
    description: str | None
    articles: int
    stories: int
    outlets: int
    trend: tuple[tuple[str, int], ...]

    @property
    def last_night(self) -> str | None:
        """The last night that brought an article."""
        return self.trend[-1][0] if self.trend else None

    @property
    def newest(self) -> int:
        """The articles of the last night."""
        return self.trend[-1][1] if self.trend else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A source that missed what is expected of it, and for how many nights in a row."""

    collection: str
    night: str
    source: str
    name: str
    reasons: tuple[str, ...]
    nights: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the page shows; nights are newest first."""

    topics: tuple[TopicCard, ...]
    nights: dict[str, tuple[Night, ...]]
    troubles: tuple[Trouble, ...]


@router.get("/", name="overview")
def show(request: Request) -> Response:
    """The overview."""
    return render(request, "overview.html", page=overview(catalogue_of(request)))


def overview(catalogue: Catalogue) -> Overview:
    """Topics, nights and troubles as they stand now."""
    shown = catalogue.snapshot
    named = catalogue.named
    ids = [*named.topics, *sorted({*shown.topics} - {*named.topics})]
    nights = catalogue.nights
    return Overview(
        topics=tuple(_card(topic, named.topics.get(topic, {}), reduced(shown.articles(topic))) for topic in ids),
        nights={name: found[:NIGHTS] for name, found in nights.items()},
        troubles=tuple(trouble for found in nights.values() for trouble in _troubles(found, catalogue.outlet)),
    )


def _card(topic: str, said: dict[str, str | None], rows: pl.DataFrame) -> TopicCard:
    counts = rows.group_by(pl.col("night").dt.to_string("%Y-%m-%d")).len().sort("night").tail(TREND)
    return TopicCard(
        id=topic,
        title=said.get("title") or topic,
        description=said.get("description"),
        articles=rows.height,
        stories=rows["cluster_id"].n_unique(),
        outlets=rows["source"].n_unique(),
        trend=tuple(counts.rows()),
    )


def _troubles(nights: Sequence[Night], outlet: Callable[[str], str]) -> Iterator[Trouble]:
    missed = [{source.source for source in night.failed} for night in nights]
    for source in nights[0].failed if nights else ():
        yield Trouble(
            collection=nights[0].collection,
            night=nights[0].night,
            source=source.source,
            name=outlet(source.source),
            reasons=source.reasons,
            nights=next((index for index, those in enumerate(missed) if source.source not in those), len(missed)),
        )
