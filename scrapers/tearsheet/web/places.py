"""In which nights each document has rows of the documents table, held in memory: so that a page opens few files.

A document's id is a hash: by its range no file can be passed over; by collection, month and night most are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl
from deltalake import DeltaTable

from tearsheet.storage import Store
from tearsheet.tables import delta, documents

_KEY = ("document_id", "collection", "month", "night")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Document, collection, month and night of each row, by document; version −1: there is no table yet.

    ``opened`` is the table itself, as it was opened last.
    """

    version: int
    rows: pl.DataFrame
    opened: DeltaTable | None

    def of(self, document_id: str) -> pl.Expr | None:
        """The condition that leaves the files which may hold rows of a document; ``None`` where it has none."""
        start = self.rows["document_id"].search_sorted(document_id, "left")
        end = self.rows["document_id"].search_sorted(document_id, "right")
        found = self.rows[start:end]
        if found.is_empty():
            return None
        nights = found.select(_KEY[1:]).cast(pl.String)
        return pl.all_horizontal(pl.col(name).is_in(nights[name].unique().to_list()) for name in nights.columns)


def take(store: Store, before: Places | None) -> Places:
    """The table as it stands now, with the rows of ``before`` where that is still its version.

    Raises:
        StorageError: the store cannot be read.
    """
    with delta.storage_errors(store.url(documents.TABLE.prefix)):
        opened = delta.open_table(store, documents.TABLE)
        version = -1 if opened is None else opened.version()
        if before and before.version == version:
            return replace(before, opened=opened)
        few = [pl.col(name).cast(pl.Categorical) for name in _KEY[1:]]
        rows = delta.scan_opened(opened, documents.TABLE).select(_KEY[0], *few).sort(_KEY[0]).collect()
    return Places(version=version, rows=rows, opened=opened)
