"""Schedules: ours accepts a part of what croniter does, and means the same by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tearsheet.config.cron import a_schedule

PARTS = st.from_regex(r"(\*|[0-9]{1,2}(-[0-9]{1,2})?|JAN|mar-oct|SUN|mon-fri)(/[0-9]{1,2})?", fullmatch=True)
FIELDS = st.lists(PARTS, min_size=1, max_size=3).map(",".join)


@pytest.mark.parametrize("schedule", ["0 2 * * *", "*/15 6-22/2 1,15 jan-mar MON-FRI", "0 0 29 2 *", "59 23 31 12 7"])
def test_what_crontab_takes_is_taken(schedule: str) -> None:
    assert a_schedule(schedule) == schedule


@pytest.mark.parametrize(
    "schedule",
    [
        *("", "0 2 * *", "0 2 * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"),
        *("*/0 * * * *", "5-1 * * * *", "* * L * *", "* * * * 1#2", "a * * * *", "@daily * * * *", "-1 * * * *"),
        *("0 0 31 2,4 *", "0 0 30 FEB *"),
    ],
)
def test_what_it_does_not_take_or_never_comes_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"is no |a schedule has five|never comes"):
        a_schedule(schedule)


@given(st.lists(FIELDS, min_size=5, max_size=5).map(" ".join))
def test_what_passes_is_a_schedule_for_croniter_too(schedule: str) -> None:
    croniter = pytest.importorskip("croniter", reason="croniter comes with the extra airflow")
    try:
        a_schedule(schedule)
    except ValueError:
        return
    assert croniter.croniter(schedule).get_next() > 0
