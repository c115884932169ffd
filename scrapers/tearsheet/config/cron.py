"""The check of a schedule: five cron fields as crontab(5) has them, with names of months and days.

Airflow reads them by croniter, which takes more (six fields, ``L``, ``#``, ``@daily``); what passes here means the same
to both, and comes at least once in a leap year.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Field(NamedTuple):
    """One field of a schedule: its name, the numbers it goes from and to, and the names of these numbers."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of week", 0, 7, DAYS),
)
PART = re.compile(r"(?:(?P<all>\*)|(?P<first>\w{1,3})(?:-(?P<last>\w{1,3}))?)(?:/(?P<step>\d{1,2}))?", re.ASCII)


def a_schedule(text: str) -> str:
    """A valid schedule as it was given.

    Raises:
        ValueError: it has not five fields, a field cannot be read, or it names days that no month has.
    """
    fields = text.split()
    if len(fields) != len(FIELDS):
        raise ValueError(f"{text!r} has {len(fields)} fields; a schedule has five: minute hour day month weekday")
    values = [_values(text, field) for text, field in zip(fields, FIELDS, strict=True)]
    days, months = values[2], values[3]
    if fields[4] == "*" and all(min(days) > LONGEST[month - 1] for month in months):
        raise ValueError(f"{text!r} never comes: none of its months has a day {min(days)}")
    return text


def _values(text: str, field: Field) -> set[int]:
    """The numbers a field stands for."""
    return {number for part in text.split(",") for number in _part(part, field)}


def _part(part: str, field: Field) -> range:
    match = PART.fullmatch(part)
    if match is None:
        raise ValueError(f"{part!r} is no {field.name}")
    step = int(match["step"] or 1)
    if match["all"]:
        first, last = field.low, field.high
    else:
        first = _number(match["first"], field)
        last = _number(match["last"], field) if match["last"] else field.high if match["step"] else first
    if not (field.low <= first <= last <= field.high and step):
        raise ValueError(f"{part!r} is no {field.name}: it goes from {field.low} to {field.high}")
    return range(first, last + 1, step)


def _number(word: str, field: Field) -> int:
    if word.upper() in field.names:
        return field.names.index(word.upper()) + field.low
    return int(word) if word.isdigit() else -1
