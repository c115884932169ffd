"""Few files a partition: what a commit leaves behind is joined, so that reading does not grow with the nights.

Each commit adds a file. A partition in which more than ``Table.loose`` files lie beside its first one is written anew
as one, in a commit of its own that changes no row; of the months before the newest none keeps a loose file. With the
first night of a month, files are deleted that no version of the last seven days needs: a reader or writer that takes
longer loses files under its hands.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import polars as pl
from deltalake import DeltaTable, WriterProperties
from deltalake.exceptions import CommitFailedError

LARGEST = 100_000_000
"""Bytes from which on a file is left as it is."""
_HOURS_KEPT = 7 * 24


def join(opened: DeltaTable, within: tuple[str, str], loose: int, writer: WriterProperties) -> None:
    """Join the files of the months of one topic or collection, ``within`` as (column, value), that have too many."""
    column, value = within
    months = dict(_months(opened, column, value))
    newest = max(months, default="")
    with suppress(CommitFailedError):  # others have written there meanwhile: the next commit looks again
        for month, files in sorted(months.items()):
            if files > (1 + loose if month == newest else 1):
                opened.optimize.compact(
                    [(column, "=", value), ("month", "=", month)], LARGEST, writer_properties=writer
                )
        if len(months) > 1 and months[newest] == 1:
            opened.vacuum(_HOURS_KEPT, dry_run=False, enforce_retention_duration=False, full=True)


def _months(opened: DeltaTable, column: str, value: str) -> Iterator[tuple[str, int]]:
    """How many files that can be joined each month has."""
    files = pl.DataFrame(opened.get_add_actions(flatten=True))
    small = files.filter((pl.col("size_bytes") < LARGEST) & (pl.col(f"partition.{column}") == value))
    yield from small.group_by("partition.month").len().iter_rows()
