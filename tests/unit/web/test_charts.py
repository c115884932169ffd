from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest

from tearsheet.web.charts import HEIGHT, WIDTH, stacked


def rows(counts: dict[str, int], night: date = date(2026, 1, 5)) -> pl.DataFrame:
    values = [value for value, count in counts.items() for _ in range(count)]
    return pl.DataFrame({"night": [night] * len(values), "source": values})


def test_a_bar_is_as_high_as_what_it_counts() -> None:
    chart = stacked(rows({"a": 3, "b": 1}), "source", str.upper)
    assert chart is not None
    (bar,) = chart.bars
    assert (chart.top, bar.total, chart.step) == (4, 4, "night")
    assert [(piece.series.label, piece.y, piece.height) for piece in bar.pieces] == [("A", 50, 150), ("B", 0, 50)]


def test_what_is_rare_is_one_colour() -> None:
    chart = stacked(rows({f"s{number}": 20 - number for number in range(10)}), "source", str)
    assert chart is not None
    assert [series.label for series in chart.series] == [*(f"s{number}" for number in range(7)), "3 others"]
    assert sum(series.total for series in chart.series) == chart.bars[0].total == sum(range(11, 21))


def test_an_unknown_language_is_counted() -> None:
    frame = pl.DataFrame({"night": [date(2026, 1, 5)] * 2, "language": ["kk", None]})
    chart = stacked(frame, "language", str)
    assert chart is not None
    assert {series.label for series in chart.series} == {"kk", "und"}


@pytest.mark.parametrize(
    ("days", "step", "bars"),
    [(62, "night", 62), (63, "week", 9), (365, "week", 53), (700, "month", 24)],
)
def test_a_longer_time_has_longer_steps_and_loses_nothing(days: int, step: str, bars: int) -> None:
    first = date(2026, 1, 5)
    nights = [first + timedelta(days=number) for number in range(days)]
    chart = stacked(pl.DataFrame({"night": nights, "source": ["a"] * days}), "source", str)
    assert chart is not None
    assert (chart.step, len(chart.bars), sum(bar.total for bar in chart.bars)) == (step, bars, days)
    assert all(after.since == before.until + timedelta(days=1) for before, after in pairwise(chart.bars))
    assert chart.bars[-1].until >= nights[-1]
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in chart.bars)
    assert all(0 <= piece.y <= HEIGHT for bar in chart.bars for piece in bar.pieces)


def test_a_night_without_articles_is_a_gap() -> None:
    nights = [date(2026, 1, 5), date(2026, 1, 8)]
    chart = stacked(pl.DataFrame({"night": nights, "source": ["a", "a"]}), "source", str)
    assert chart is not None
    assert [bar.total for bar in chart.bars] == [1, 0, 0, 1]


def test_no_rows_are_no_chart() -> None:
    assert stacked(rows({}), "source", str) is None
