"""What stands in the data files of releases, read by their columns; also of releases that were never finished."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tearsheet.errors import RecordError
from tearsheet.pull.releases import DATA, PREFIX, Release
from tearsheet.storage import Store
from tearsheet.tables import delta
from tearsheet.tombstones import Tombstones


def tables(store: Store, release: Release) -> Iterator[pa.Table]:
    """A release's rows, month by month as they were released.

    Raises:
        RecordError: a file is no Parquet, or not this release's.
        StorageError: a file is gone or damaged.
    """
    for each in release.data:
        key = release.key(each.path)
        try:
            yield pq.read_table(io.BytesIO(store.get(key)))
        except pa.ArrowException as error:
            raise RecordError(f"{store.url(key)} is no Parquet ({error}); bring it back from a backup") from error


def versions(store: Store, release: Release) -> dict[str, str | None]:
    """Of each document of a release the wording of its last row."""
    return dict(
        _scan(store, [release.key(each.path) for each in release.data], "document_id", "version_id").iter_rows()
    )


def concerned(store: Store, down: Tombstones) -> list[str]:
    """``<topic>/<id>`` of every release, finished or not, with data files that hold a row of what is taken down.

    Raises:
        StorageError: a file cannot be read, so that nobody could say that it holds nothing.
    """
    folders: dict[str, list[str]] = {}
    for info in store.list(PREFIX):
        folder, _, file = info.key.removeprefix(PREFIX).partition(f"/{DATA}")
        if file.endswith(".parquet"):
            folders.setdefault(folder, []).append(info.key)
    return [folder for folder, keys in folders.items() if _holds(store, keys, down)]


def _holds(store: Store, keys: Iterable[str], down: Tombstones) -> bool:
    wanted = pl.col("document_id").is_in(sorted(down.documents)) | pl.col("source").is_in(sorted(down.sources))
    return not _scan(store, list(keys), "document_id", "source").filter(wanted).is_empty()


def _scan(store: Store, keys: list[str], *columns: str) -> pl.DataFrame:
    urls = [store.url(key) for key in keys]
    with delta.storage_errors(urls[0]):
        return pl.scan_parquet(urls, storage_options=store.table_options()).select(columns).collect()
