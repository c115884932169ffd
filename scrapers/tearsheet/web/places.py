"""In which parts of the documents table each document has rows, held in memory: so that a page opens few files.

A document's id is a hash: by its range no file can be passed over. 330,000 rows take about 20 MB.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tearsheet.storage import Store
from tearsheet.tables import delta, documents

_KEY = ("document_id", "collection", "month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Document, collection, month: one row each, by document; of one version of the table, −1 where there is none."""

    version: int
    rows: pl.DataFrame

    def of(self, document_id: str) -> pl.Expr | None:
        """The condition that leaves the partitions which hold rows of a document; ``None`` where it has none."""
        start = self.rows["document_id"].search_sorted(document_id, "left")
        end = self.rows["document_id"].search_sorted(document_id, "right")
        found = self.rows[start:end]
        if found.is_empty():
            return None
        return pl.any_horizontal(
            (pl.col("collection") == collection) & (pl.col("month") == month)
            for collection, month in found.select("collection", "month").cast(pl.String).rows()
        )


def take(store: Store, before: Places | None) -> Places:
    """The table as it stands now; ``before`` itself where that is still its version.

    Raises:
        StorageError: the store cannot be read.
    """
    with delta.storage_errors(store.url(documents.TABLE.prefix)):
        opened = delta.open_table(store, documents.TABLE)
        version = -1 if opened is None else opened.version()
        if before and before.version == version:
            return before
        rows = delta.scan(store, documents.TABLE).select(_KEY).unique().sort(_KEY).collect()
    few = [pl.col(name).cast(pl.Categorical) for name in _KEY[1:]]
    return Places(version=version, rows=rows.with_columns(few))
