"""In which topics a row stands, and with how many copies of its story: what the article itself does not say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from tearsheet.model import Document, Evidence
from tearsheet.storage import Store
from tearsheet.tables import articles, delta


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A topic that selected a row: what matched, its cluster, what copy it is, the cluster's documents and outlets."""

    topic: str
    cluster_id: str
    copy: str
    evidence: tuple[Evidence, ...]
    documents: int
    sources: tuple[str, ...]


def selected(store: Store, row: Document) -> list[Selected]:
    """The topics that selected a row, by their names; none where no topic did, or none has been updated since.

    Raises:
        StorageError: the store cannot be read.
    """
    with delta.storage_errors(store.url(articles.TABLE.prefix)):
        table = delta.scan(store, articles.TABLE)
        key = {name: getattr(row, name) for name in articles.KEY}
        found = table.filter(month=row.month, **key).sort("topic")
        rows = found.select("topic", "cluster_id", "copy", "evidence").collect().to_dicts()
        return [_selected(table, each) for each in rows]


def _selected(table: pl.LazyFrame, row: dict[str, Any]) -> Selected:
    cluster = table.filter(topic=row["topic"], cluster_id=row["cluster_id"]).select("document_id", "source").collect()
    return Selected(
        topic=row["topic"],
        cluster_id=row["cluster_id"],
        copy=row["copy"],
        evidence=tuple(Evidence(**match) for match in row["evidence"]),
        documents=cluster["document_id"].n_unique(),
        sources=tuple(cluster["source"].unique().sort()),
    )
