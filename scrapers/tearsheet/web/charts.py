"""Bars over time, as geometry that a template draws: no script, and a table of the same numbers beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

import polars as pl

SERIES = 7
"""How many are told apart by colour; what is beyond them is drawn as one."""
OTHERS = ""
UNKNOWN = "und"
"""ISO 639 for a language that could not be determined."""
WIDTH, HEIGHT = 1000, 200
WIDEST = 90
MOST_BARS = 62
_STEPS = ("1d", "night"), ("1w", "week"), ("1mo", "month")
_NICE = (2, 4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)


@dataclass(frozen=True, slots=True)
class Series:
    """One colour: its value, what it is called, how many it counts over all bars."""

    number: int
    value: str
    label: str
    total: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One series in one bar."""

    series: Series
    count: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A night, week or month: first and last day, and its pieces from the bottom up."""

    since: date
    until: date
    x: float
    width: float
    pieces: tuple[Piece, ...]

    @property
    def total(self) -> int:
        """What it counts."""
        return sum(piece.count for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of equal steps without a gap; ``top`` is the number at the upper edge, ``step`` what a bar stands for."""

    series: tuple[Series, ...]
    bars: tuple[Bar, ...]
    top: int
    step: str


def stacked(rows: pl.DataFrame, by: str, label: Callable[[str], str]) -> Chart | None:
    """The rows over their nights, told apart by a column's most frequent values; None where there are no rows.

    ``label`` gives a value its name.
    """
    if rows.is_empty():
        return None
    first, last = span(rows)
    every, step = _step(first, last)
    values = rows.select(
        pl.col("night").dt.truncate(every), pl.col(by).cast(pl.String).fill_null(UNKNOWN).alias("value")
    )
    series = _series(values["value"], label)
    known = [each.value for each in series]
    folded = pl.when(pl.col("value").is_in(known)).then("value").otherwise(pl.lit(OTHERS))
    counts = values.with_columns(folded.alias("value")).group_by("night", "value").len()
    found = {(night, value): count for night, value, count in counts.rows()}
    first, last = span(values)
    days: list[date] = pl.date_range(first, last, every, eager=True).to_list()
    return _drawn(series, days, found, step)


def span(rows: pl.DataFrame) -> tuple[date, date]:
    """The first and the last night of rows, of which there are some."""
    ((first, last),) = rows.select(pl.col("night").min().alias("first"), pl.col("night").max().alias("last")).rows()
    return first, last


def ranked(values: pl.Series) -> pl.DataFrame:
    """Each value and its ``count``, the most frequent first, of equal ones the smaller."""
    return values.value_counts().sort("count", values.name, descending=[True, False])


def _series(values: pl.Series, label: Callable[[str], str]) -> tuple[Series, ...]:
    totals = ranked(values)
    named = totals.head(SERIES).rows()
    series = [Series(number, value, label(value), count) for number, (value, count) in enumerate(named)]
    if rest := len(values) - sum(each.total for each in series):
        series.append(Series(SERIES, OTHERS, f"{totals.height - SERIES:,} others", rest))
    return tuple(series)


def _step(first: date, last: date) -> tuple[str, str]:
    days = (last - first).days + 1
    return _STEPS[0] if days <= MOST_BARS else _STEPS[1] if days <= 7 * MOST_BARS else _STEPS[2]


def _drawn(series: tuple[Series, ...], days: list[date], found: Mapping[tuple[date, str], int], step: str) -> Chart:
    totals = [sum(found.get((day, each.value), 0) for each in series) for day in days]
    top = _above(max(totals))
    slot = WIDTH / len(days)
    wide = min(slot * 0.8, WIDEST)
    ends = [*(day - timedelta(days=1) for day in days[1:]), _last(days[-1], step)]
    bars = (
        Bar(day, end, round((place + 0.5) * slot - wide / 2, 1), round(wide, 1), _pieces(series, day, found, top))
        for place, (day, end) in enumerate(zip(days, ends, strict=True))
    )
    return Chart(series, tuple(bars), top, step)


def _pieces(
    series: tuple[Series, ...], day: date, found: Mapping[tuple[date, str], int], top: int
) -> tuple[Piece, ...]:
    counted = [(each, count) for each in series if (count := found.get((day, each.value), 0))]
    return tuple(
        Piece(each, count, round(HEIGHT - HEIGHT * so_far / top, 2), round(HEIGHT * count / top, 2))
        for (each, count), so_far in zip(counted, accumulate(count for _, count in counted), strict=True)
    )


def _last(day: date, step: str) -> date:
    if step == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day + timedelta(days=6 if step == "week" else 0)


def _above(most: int) -> int:
    """An even, round number that is not below; its half stands at the middle of the axis."""
    scale = 1
    while most > 100 * scale:
        scale *= 10
    return next(nice * scale for nice in _NICE if nice * scale >= most)
