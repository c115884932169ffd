"""Upkeep of the tables: small files made one, files that no version needs deleted. Nothing here changes a row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from deltalake.exceptions import CommitFailedError

from tearsheet.errors import StorageError
from tearsheet.storage import Store
from tearsheet.tables import articles, delta, documents
from tearsheet.tables.delta import Table

TABLES = (documents.TABLE, articles.TABLE)


def compact(store: Store) -> dict[str, int]:
    """Join the small files of each partition; how many files went, by table.

    Raises:
        StorageError: the store fails, or a night is being published each time it is tried.
    """
    return {table.name: _compact(store, table) for table in TABLES}


def vacuum(store: Store, retain: timedelta = timedelta(days=7)) -> dict[str, int]:
    """Delete files that no version younger than ``retain`` (whole hours) needs; how many went, by table.

    A reader or writer that takes longer than ``retain`` loses files under its hands.

    Raises:
        StorageError: the store fails.
    """
    return {table.name: _vacuum(store, table, retain) for table in TABLES}


def unnamed(store: Store, table: Table, retain: timedelta = timedelta(days=7)) -> list[str]:
    """The keys of a table's files older than ``retain`` that no entry of its log names: left by a commit that failed.

    Raises:
        StorageError: the store fails.
    """
    opened = delta.open_table(store, table)
    if opened is None:
        return []
    with delta.storage_errors(store.url(table.prefix)):
        hours = int(retain / timedelta(hours=1))
        idle = opened.vacuum(retention_hours=hours, dry_run=True, enforce_retention_duration=False, full=True)
    return sorted({f"{table.prefix}/{path}" for path in idle} - delta.removed(store, table))


def purge(store: Store) -> dict[str, int]:
    """Delete every file and every commit but what the present version needs; how many went, by table.

    After it no earlier version can be read: whatever a row once held is in no file of the tables. Nothing else may
    write or read them meanwhile. To be killed in it does no harm; run it again.

    Raises:
        StorageError: the store fails.
    """
    return {table.name: _vacuum(store, table, timedelta(0)) + _forget(store, table) for table in TABLES}


def _forget(store: Store, table: Table) -> int:
    """Make a checkpoint of the present version, and delete the log before it."""
    opened = delta.open_table(store, table)
    if opened is None:
        return 0
    with delta.storage_errors(store.url(table.prefix)):
        opened.create_checkpoint()
    old = [key for version, _, key in delta.log(store, table) if version < opened.version()]
    store.delete(old)
    return len(old)


def _compact(store: Store, table: Table) -> int:
    url = store.url(table.prefix)
    with delta.storage_errors(url):
        for _ in range(delta.ATTEMPTS):
            opened = delta.open_table(store, table)
            if opened is None:
                return 0
            try:
                done: dict[str, Any] = opened.optimize.compact(writer_properties=delta.WRITER)
            except CommitFailedError:  # a night was published meanwhile
                continue
            return int(done["numFilesRemoved"])
    raise StorageError(f"{url}: could not be compacted, nights are being published; run it again when they are done")


def _vacuum(store: Store, table: Table, retain: timedelta) -> int:
    opened = delta.open_table(store, table)
    if opened is None:
        return 0
    with delta.storage_errors(store.url(table.prefix)):
        hours = int(retain / timedelta(hours=1))
        return len(opened.vacuum(retention_hours=hours, dry_run=False, enforce_retention_duration=False, full=True))
