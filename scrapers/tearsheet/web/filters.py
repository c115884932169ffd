"""What a topic's pages are narrowed by. It stands in the address, so that what is shown can be kept and passed on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal

import polars as pl
from fastapi import Depends, Query
from pydantic import AfterValidator, BeforeValidator

from tearsheet.pull import Selection
from tearsheet.web.charts import UNKNOWN
from tearsheet.web.snapshot import reduced

Kind = Literal["source", "language"]


def _given(value: object) -> object:
    """What a form leaves empty is not set."""
    return value or None


def _some(values: list[str]) -> list[str]:
    return [value for value in values if value]


Values = Annotated[list[str], AfterValidator(_some), Query(default_factory=list)]
Day = Annotated[date | None, BeforeValidator(_given), Query()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Outlets, languages, nights (both included), and whether each story is shown once."""

    source: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    stories: bool = False

    @property
    def query(self) -> dict[str, Any]:
        """As it stands in an address."""
        days = {name: day.isoformat() for name in ("since", "until") if (day := getattr(self, name))}
        return {"source": self.source, "language": self.language, **days, "stories": int(self.stories)}

    def toggled(self, kind: Kind, value: str) -> Filter:
        """With this value as well, or without it where it is there."""
        present = self.chosen(kind)
        changed = tuple(each for each in present if each != value) if value in present else (*present, value)
        return replace(self, source=changed) if kind == "source" else replace(self, language=changed)

    def chosen(self, kind: Kind) -> tuple[str, ...]:
        """The values of a kind that are let through; none: all are."""
        return self.source if kind == "source" else self.language

    def nights(self, since: date, until: date) -> Filter:
        """These nights in place of its own."""
        return replace(self, since=since, until=until)

    def without(self, *names: str) -> Filter:
        """Free of some of what narrows it."""
        return replace(self, **{name: getattr(EVERYTHING, name) for name in names})

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Those rows of a snapshot that it lets through, in their order."""
        return reduced(rows.filter(*self._conditions()), stories=self.stories)

    def on(self, selection: Selection) -> Selection:
        """The same of a selection of the table."""
        selection = selection.since(self.since) if self.since else selection
        selection = selection.until(self.until) if self.until else selection
        selection = selection.source(*self.source) if self.source else selection
        selection = selection.where(_spoken(self.language)) if self.language else selection
        return selection.one_per_cluster() if self.stories else selection

    def _conditions(self) -> list[pl.Expr]:
        night = pl.col("night")
        return [
            *([night >= self.since] if self.since else []),
            *([night <= self.until] if self.until else []),
            *([pl.col("source").cast(pl.String).is_in(self.source)] if self.source else []),
            *([_spoken(self.language)] if self.language else []),
        ]


EVERYTHING = Filter()


def _asked(
    source: Values,
    language: Values,
    since: Day = None,
    until: Day = None,
    stories: Annotated[bool, Query()] = False,
) -> Filter:
    return Filter(source=tuple(source), language=tuple(language), since=since, until=until, stories=stories)


Asked = Annotated[Filter, Depends(_asked)]
"""The filter of a request."""


def _spoken(languages: tuple[str, ...]) -> pl.Expr:
    column = pl.col("language").cast(pl.String)
    return column.fill_null(UNKNOWN).is_in(languages)
