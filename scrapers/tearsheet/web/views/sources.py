"""The sources: each one's nights as a heat map, its last verdict, and what its channels gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tearsheet.web import heat
from tearsheet.web.catalogue import Catalogue, catalogue_of
from tearsheet.web.heat import Square
from tearsheet.web.nights import Channel, Night, SourceNight
from tearsheet.web.rendering import render

DAYS = 60
WEEK, MONTH = 7, 30
router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A source as it is declared; of one that is declared no more nothing but the id is known."""

    id: str
    name: str
    collection: str
    homepage: str | None = None
    country: str | None = None
    language: str | None = None
    enabled: bool = True
    declared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source in the list: ``heat`` draws its last nights, ``week`` and ``month`` count the articles of these days."""

    outlet: Outlet
    heat: Markup
    nights: int
    week: int
    month: int
    last: SourceNight | None
    last_night: str | None

    @property
    def told(self) -> str:
        """The heat map in words."""
        return f"{self.month} articles in {MONTH} days; {self.nights} nights of the last {DAYS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesPage:
    """All sources by collection; the heat maps end with ``until``, the last night of any."""

    collections: dict[str, tuple[SourceRow, ...]]
    since: str | None
    until: str | None
    most: int

    @property
    def failed(self) -> int:
        """How many sources missed what is expected of them."""
        rows = (row for rows in self.collections.values() for row in rows)
        return sum(1 for row in rows if row.last and row.last.verdict == "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """What one channel gave over the nights shown; ``channel`` is its last answer, on ``night``."""

    channel: Channel
    night: str
    nights: int
    named: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """One source: its nights, newest first, its channels, and what became of its candidates."""

    outlet: Outlet
    heat: Markup
    nights: tuple[tuple[str, SourceNight], ...]
    channels: tuple[ChannelRow, ...]
    outcomes: tuple[tuple[str, int, int], ...]

    @property
    def last(self) -> SourceNight | None:
        """How it did on its last night."""
        return self.nights[0][1] if self.nights else None


@router.get("/sources", name="sources")
def show(request: Request) -> Response:
    """All sources."""
    return render(request, "sources.html", page=sources(catalogue_of(request)))


@router.get("/sources/{source}", name="source")
def show_one(request: Request, source: str) -> Response:
    """One source."""
    return render(request, "source.html", page=one_source(catalogue_of(request), source))


def sources(catalogue: Catalogue) -> SourcesPage:
    """The sources that are declared, and those that have nights or articles from earlier."""
    nights = catalogue.nights
    until = max((found[0].night for found in nights.values() if found), default=None)
    days = _days(until, DAYS)
    judged = _judged(nights)
    most = max((each.articles for by_night in judged.values() for each in by_night.values()), default=0)
    collections: dict[str, list[SourceRow]] = {}
    for outlet in _outlets(catalogue, judged):
        row = _row(outlet, judged.get(outlet.id, {}), days, most)
        collections.setdefault(outlet.collection, []).append(row)
    return SourcesPage(
        collections={name: tuple(rows) for name, rows in sorted(collections.items())},
        since=days[0] if days else None,
        until=until,
        most=most,
    )


def one_source(catalogue: Catalogue, source: str) -> SourcePage:
    """A source's last nights.

    Raises:
        HTTPException: nothing is known of it.
    """
    judged = _judged(catalogue.nights)
    outlet = next((each for each in _outlets(catalogue, judged) if each.id == source), None)
    if outlet is None:
        raise HTTPException(404, f"no source is called {source!r}")
    by_night = dict(sorted(judged.get(source, {}).items(), reverse=True))
    days = _days(next(iter(by_night), None), DAYS)
    return SourcePage(
        outlet=outlet,
        heat=_heat(by_night, days, max((each.articles for each in by_night.values()), default=0)),
        nights=tuple(by_night.items()),
        channels=_channels(by_night),
        outcomes=_outcomes(by_night),
    )


def _judged(nights: Mapping[str, Sequence[Night]]) -> dict[str, dict[str, SourceNight]]:
    """Each source's nights."""
    found: dict[str, dict[str, SourceNight]] = {}
    for night in (night for of_collection in nights.values() for night in of_collection):
        for each in night.sources:
            found.setdefault(each.source, {})[night.night] = each
    return found


def _outlets(catalogue: Catalogue, judged: Iterable[str]) -> list[Outlet]:
    """All sources by name: as they are declared, then those of which only rows and reports are left."""
    named = catalogue.named.sources
    declared = [
        Outlet(
            id=source,
            name=said["name"],
            collection=said["collection"],
            homepage=said["homepage"],
            country=said["country"],
            language=said["language"],
            enabled=said["enabled"],
        )
        for source, said in named.items()
    ]
    of_rows = {str(source) for rows in catalogue.snapshot.topics.values() for source in rows["source"].unique()}
    gone = [
        Outlet(id=source, name=source, collection="no longer declared", declared=False)
        for source in sorted((of_rows | {*judged}) - {*named})
    ]
    return sorted(declared, key=lambda outlet: outlet.name.casefold()) + gone


def _row(outlet: Outlet, by_night: Mapping[str, SourceNight], days: Sequence[str], most: int) -> SourceRow:
    last_night = max(by_night, default=None)
    counts = [by_night[day].articles if day in by_night else 0 for day in days]
    return SourceRow(
        outlet=outlet,
        heat=_heat(by_night, days, most),
        nights=sum(1 for day in days if day in by_night),
        week=sum(counts[-WEEK:]),
        month=sum(counts[-MONTH:]),
        last=by_night[last_night] if last_night else None,
        last_night=last_night,
    )


def _heat(by_night: Mapping[str, SourceNight], days: Sequence[str], most: int) -> Markup:
    found = (by_night.get(day) for day in days)
    squares = [Square(each.articles, each.verdict == "failed") if each else Square() for each in found]
    return Markup(heat.row(squares, most))  # noqa: S704 - numbers and class names of our own


def _days(until: str | None, count: int) -> list[str]:
    """The days up to a night, the oldest first; none where there is no night."""
    if until is None:
        return []
    last = date.fromisoformat(until)
    return [(last - timedelta(days=back)).isoformat() for back in reversed(range(count))]


def _channels(by_night: Mapping[str, SourceNight]) -> tuple[ChannelRow, ...]:
    """Each channel that was asked, those that named most pages first; nights are newest first."""
    asked: dict[str, list[tuple[str, Channel]]] = {}
    for night, each in by_night.items():
        for channel in each.channels:
            asked.setdefault(channel.url, []).append((night, channel))
    rows = [
        ChannelRow(
            channel=found[0][1],
            night=found[0][0],
            nights=len(found),
            named=sum(channel.named for _, channel in found),
            errors=sum(1 for _, channel in found if channel.error),
        )
        for found in asked.values()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.named, row.channel.url)))


def _outcomes(by_night: Mapping[str, SourceNight]) -> tuple[tuple[str, int, int], ...]:
    """Outcome, candidates on the last night, candidates over all nights; the most frequent first."""
    total: Counter[str] = Counter()
    for each in by_night.values():
        total.update(each.outcomes)
    last = next(iter(by_night.values())).outcomes if by_night else {}
    return tuple((outcome, last.get(outcome, 0), count) for outcome, count in total.most_common() if count)
