"""The files of a topic that a folder holds copies of: of each file of the table one *part*, with the columns asked for.

A table's files are written once, under names that never come again. So a file without a part is what is new: a night
that came, was run again, selected anew, compacted, or rewritten by a take-down. Parts of files that the table has no
more are deleted, and with them what was taken down.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tearsheet.storage import Store
from tearsheet.tables import articles, delta
from tearsheet.tables.snapshot import scan, snapshot

ROW = "row_hash"
"""The column of a part that stands for what its row says in the columns that are written."""
_FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one version of the table, and how many rows had to be read of it for them."""

    version: int
    paths: list[Path]
    read: int

    def rows(self) -> pl.LazyFrame:
        """What stands in them; without any, rows of a table that was never published."""
        if self.paths:
            return pl.scan_parquet(self.paths)
        return pl.LazyFrame(schema=pl.Schema(articles.TABLE.schema) | {ROW: pl.UInt64()})


def fetch(
    store: Store,
    topic: str,
    span: tuple[str | None, str | None],
    columns: Sequence[str],
    written: Sequence[str],
    folder: Path,
    shown: Callable[[int, int], None],
) -> Parts:
    """Read what of a topic's nights has no part yet; ``written`` are those of ``columns`` whose change is a change.

    ``shown`` is told how many rows were read so far, of how many. A part is put in place whole, so that whoever was
    killed goes on where it was.

    Raises:
        StorageError: the store cannot be read.
    """
    table = snapshot(store, articles.TABLE)
    files = table.within(*span, topic=topic)
    names = [_name(store.url(key), columns, written) for key in files["key"]]
    files = files.with_columns(part=pl.Series(names, dtype=pl.String))
    missing = files.filter(pl.Series([not (folder / name).exists() for name in names], dtype=pl.Boolean))
    done, total = 0, int(missing["rows"].sum())
    for _, month in missing.sort("month").group_by("month", maintain_order=True):
        with delta.storage_errors(store.url(articles.TABLE.prefix)):
            rows = scan(store, articles.TABLE, month["key"].to_list(), origin=_FILE).select(*columns, _FILE).collect()
        for key, part in month.select("key", "part").iter_rows():
            _keep(rows.filter(pl.col(_FILE) == store.url(key)).drop(_FILE), written, folder / part)
        done += rows.height
        shown(done, total)
    return Parts(version=table.version, paths=[folder / name for name in names], read=done)


def _keep(rows: pl.DataFrame, written: Sequence[str], path: Path) -> None:
    draft = path.with_suffix(".draft")
    rows.with_columns(rows.select(written).hash_rows().alias(ROW)).write_parquet(draft, compression_level=3)
    draft.replace(path)


def _name(url: str, columns: Sequence[str], written: Sequence[str]) -> str:
    told = json.dumps([url, sorted(columns), list(written)])
    return f"{hashlib.sha256(told.encode()).hexdigest()[:24]}.parquet"
