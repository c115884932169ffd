"""The present version of a table for whoever only reads: which files hold its rows, in as few requests as its log has.

delta-rs asks a store for the parts of a checkpoint one by one, and for each later commit twice. Here the log's files,
at most a checkpoint and the commits after it, are fetched whole and side by side into a folder that is thrown away, and
delta-rs reads them there. How old the archive is makes no difference: a checkpoint is one file.

Files are left out by their partition and by the nights they hold. A file of a table is written once under a name that
never comes again: what is read of it today is what will be read of it tomorrow.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from deltalake import DeltaTable

from tearsheet.errors import ObjectMissing, StorageError
from tearsheet.storage import Store
from tearsheet.tables import delta
from tearsheet.tables.delta import Table

NEVER = -1
"""The version of a table that was never published."""
_LAST = "_last_checkpoint"
_AT_ONCE = 10
_FIRST_REQUEST = "POLARS_CLOUD_FOOTER_READ_SIZE"
_LARGE, _USUAL = str(1 << 20), str(1 << 18)
_FEW = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A version, and its files: key, rows, the table's partition columns, and the first and last night they hold."""

    version: int
    files: pl.DataFrame

    def within(self, first: str | None = None, last: str | None = None, **partition: str) -> pl.DataFrame:
        """The files that may hold rows of these nights, bounds included, and of this partition."""
        bounds = [pl.col("last").is_null() | (pl.col("last") >= first)] if first else []
        bounds += [pl.col("first").is_null() | (pl.col("first") <= last)] if last else []
        return self.files.filter(*bounds, **partition)


def snapshot(store: Store, table: Table) -> Snapshot:
    """The table as it stands now.

    Raises:
        StorageError: the store cannot be read, or another tool has given the table features that are not ours.
    """
    url = store.url(table.prefix)
    with TemporaryDirectory(prefix="tearsheet-") as folder, delta.storage_errors(url):
        if not _fetch(store, table, Path(folder)):
            return Snapshot(version=NEVER, files=_files(pl.DataFrame(), table))
        opened = DeltaTable(folder)
        if (needed := opened.protocol().min_reader_version) > 1:
            raise StorageError(
                f"{url}: another tool has changed this table so that it needs Delta reader version {needed}; read it "
                "by polars.scan_delta, or restore the version before that change"
            )
        return Snapshot(
            version=opened.version(), files=_files(pl.DataFrame(opened.get_add_actions(flatten=True)), table)
        )


def scan(store: Store, table: Table, keys: Sequence[str], *, origin: str | None = None) -> pl.LazyFrame:
    """The rows of these files, lazily, with the schema's columns: null where older files have none.

    ``origin`` names one more column, for the URL of the file that each row stands in.
    """
    wanted = pl.Schema(table.schema)
    if not keys:
        return pl.LazyFrame(schema=wanted | ({origin: pl.String()} if origin else {}))
    _ask_for_ends(len(keys))
    inside = {name: kind for name, kind in wanted.items() if name not in table.partition_by}
    rows = pl.scan_parquet(
        [store.url(key) for key in keys],
        schema=inside,
        hive_schema={name: wanted[name] for name in table.partition_by},
        hive_partitioning=True,
        missing_columns="insert",
        extra_columns="ignore",
        include_file_paths=origin,
        storage_options=store.table_options(),
    )
    return rows.select(*wanted.names(), *([origin] if origin else []))


def _ask_for_ends(files: int) -> None:
    """Let polars' first request to a file take its last 1 MiB where there are few files: mostly a night's whole file.

    Of many files it would be more than the columns that are wanted. Who has set the variable, has it as it is.
    """
    if os.environ.get(_FIRST_REQUEST) in {None, _LARGE, _USUAL}:
        os.environ[_FIRST_REQUEST] = _LARGE if files <= _FEW else _USUAL


def _files(actions: pl.DataFrame, table: Table) -> pl.DataFrame:
    names = {"path": "key", "num_records": "rows", "min.night": "first", "max.night": "last"}
    names |= {f"partition.{name}": name for name in table.partition_by}
    kinds = {new: pl.Int64 if new == "rows" else pl.String for new in names.values()}
    columns = (
        pl.col(old).cast(kinds[new]).alias(new) if old in actions.columns else pl.lit(None, kinds[new]).alias(new)
        for old, new in names.items()
    )
    files = actions.select(columns) if actions.width else pl.DataFrame(schema=kinds)
    return files.with_columns(key=pl.format("{}/{}", pl.lit(table.prefix), "key")).sort("key")


def _fetch(store: Store, table: Table, folder: Path) -> bool:
    """Copy what of the log says how the table stands now; whether there is any of it."""
    kept = folder / "_delta_log"
    kept.mkdir()
    start = _checkpoint(store, table, kept)
    log = delta.log(store, table, since=max(start, 0))
    keys = [key for version, kind, key in log if (version > start if kind == "json" else version == start)]

    def fetch(key: str) -> None:
        (kept / key.rpartition("/")[2]).write_bytes(store.get(key))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(fetch, keys))
    return bool(keys)


def _checkpoint(store: Store, table: Table, kept: Path) -> int:
    """The version of the last checkpoint; the log's first commit has none before it."""
    try:
        body = store.get(f"{table.prefix}/_delta_log/{_LAST}")
    except ObjectMissing:
        return NEVER
    (kept / _LAST).write_bytes(body)
    return int(json.loads(body)["version"])
