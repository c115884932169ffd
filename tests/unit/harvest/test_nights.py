"""Which night an instant belongs to: over changes of the clocks, odd offsets, month borders and leap days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.harvest.conftest import CONFIGURATION

from tearsheet.config.models import Collection
from tearsheet.harvest import night_of
from tearsheet.model import month_of, parse_night
from tearsheet.state import Seen, Visit

ZONES = ("Asia/Almaty", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Honolulu", "Australia/Lord_Howe")
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def collection(zone: str) -> Collection:
    return CONFIGURATION.collection("press").model_copy(update={"timezone": zone})


@pytest.mark.parametrize(
    ("zone", "instant", "night"),
    [
        ("Asia/Almaty", "2026-01-05T18:59:59", "2026-01-05"),
        ("Asia/Almaty", "2026-01-05T19:00:00", "2026-01-06"),
        ("Asia/Almaty", "2024-02-29T17:59:59", "2024-02-29"),  # +06:00, and then an hour once more
        ("Asia/Almaty", "2024-02-29T18:59:59", "2024-02-29"),
        ("Asia/Almaty", "2024-02-29T19:00:00", "2024-03-01"),
        ("Europe/Berlin", "2026-03-28T22:59:59", "2026-03-28"),
        ("Europe/Berlin", "2026-03-28T23:00:00", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29T01:00:00", "2026-03-29"),  # there is no 02:30 that day
        ("Europe/Berlin", "2026-03-29T21:59:59", "2026-03-29"),  # a night of 23 hours
        ("Europe/Berlin", "2026-03-29T22:00:00", "2026-03-30"),
        ("Europe/Berlin", "2026-10-24T22:00:00", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25T00:30:00", "2026-10-25"),  # 02:30, and an hour later 02:30
        ("Europe/Berlin", "2026-10-25T01:30:00", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25T22:59:59", "2026-10-25"),  # a night of 25 hours
        ("Europe/Berlin", "2026-10-25T23:00:00", "2026-10-26"),
        ("Asia/Kathmandu", "2026-02-28T18:14:59", "2026-02-28"),
        ("Asia/Kathmandu", "2026-02-28T18:15:00", "2026-03-01"),
        ("Asia/Kathmandu", "2028-02-28T18:15:00", "2028-02-29"),
        ("Pacific/Honolulu", "2026-01-01T09:59:59", "2025-12-31"),
        ("Pacific/Honolulu", "2026-01-01T10:00:00", "2026-01-01"),
        ("Australia/Lord_Howe", "2026-04-04T12:59:59", "2026-04-04"),  # +11:00
        ("Australia/Lord_Howe", "2026-04-04T13:00:00", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-04-05T13:29:59", "2026-04-05"),  # +10:30
        ("Australia/Lord_Howe", "2026-04-05T13:30:00", "2026-04-06"),
    ],
)
def test_an_instant_has_a_night(zone: str, instant: str, night: str) -> None:
    assert night_of(collection(zone), datetime.fromisoformat(instant).replace(tzinfo=UTC)) == night


@pytest.mark.parametrize("zone", ZONES)
def test_runs_at_two_each_morning_are_one_a_night(zone: str) -> None:
    """Three years of them, a leap year among them; where the clocks leave 02:00 out, it is the hour after."""
    days = [date(2026, 1, 1) + timedelta(days) for days in range(3 * 365 + 1)]
    instants = [datetime(day.year, day.month, day.day, 2, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days]
    assert [night_of(collection(zone), instant) for instant in instants] == [day.isoformat() for day in days]


@pytest.mark.parametrize("zone", ZONES)
@given(instant=INSTANTS, seconds=st.integers(0, 200_000))
def test_nights_never_go_back(zone: str, instant: datetime, seconds: int) -> None:
    assert night_of(collection(zone), instant) <= night_of(collection(zone), instant + timedelta(seconds=seconds))


@given(st.sampled_from(sorted(available_timezones())), INSTANTS)
def test_a_night_is_a_day_and_its_month_is_its_own(zone: str, instant: datetime) -> None:
    night = night_of(collection(zone), instant)
    assert parse_night(night) == night
    assert month_of(night) == night[:7]
    assert abs(datetime.fromisoformat(f"{night}T12:00Z") - instant) <= timedelta(hours=26)
    assert night_of(collection(zone), instant.astimezone(ZoneInfo("Asia/Tokyo"))) == night


@pytest.mark.parametrize(
    ("night", "due"),
    [("2028-02-28", False), ("2028-02-29", True), ("2028-03-01", False), ("2028-03-05", False), ("2028-03-06", True)],
)
def test_revisits_count_days_over_leap_days_and_months(night: str, due: bool) -> None:
    visits = {"2028-02-28": Visit(digest="a")} | ({"2028-02-29": Visit(digest="a")} if night > "2028-02-29" else {})
    assert Seen(url="http://a.example/", visits=visits).due(night, (1, 7)) is due
