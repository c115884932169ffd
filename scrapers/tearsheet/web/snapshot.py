"""The light columns of every topic's articles, held in memory: what pages count, filter, list and draw.

One row a document, as it was fetched last. 300,000 rows take about 100 MB; texts and ledgers are not among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tearsheet.storage import Store
from tearsheet.tables import articles, delta

READ = (
    *("topic", "collection", "night", "source", "language", "document_id", "version_id", "cluster_id", "copy"),
    *("title", "url", "published_at", "fetched_at", "access", "words"),
)
FEW = ("topic", "collection", "night", "source", "language", "copy", "access")
"""Columns of few values, kept as categories."""
NEWEST_FIRST = ("night", "published_at", "document_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The articles of one version of the table, by topic, newest first; version −1 is a table that is not there yet.

    Beside the table's columns: ``versions``, the wordings of the document; ``copies``, the documents of its cluster.
    """

    version: int
    topics: Mapping[str, pl.DataFrame]

    def articles(self, topic: str) -> pl.DataFrame:
        """The topic's rows, none where it has none."""
        return self.topics.get(topic, EMPTY)


def take(store: Store, before: Snapshot | None) -> Snapshot:
    """The table as it stands now; ``before`` itself where that is still its version.

    Raises:
        StorageError: the store cannot be read.
    """
    with delta.storage_errors(store.url(articles.TABLE.prefix)):
        opened = delta.open_table(store, articles.TABLE)
        version = -1 if opened is None else opened.version()
        if before and before.version == version:
            return before
        rows = _latest(delta.scan(store, articles.TABLE).select(READ)).collect()
    parts = rows.partition_by("topic", as_dict=True)
    return Snapshot(version=version, topics={str(topic): part.drop("topic") for (topic,), part in parts.items()})


def _latest(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Of each document of a topic the row that was fetched last, with what is counted over the others."""
    document, cluster = ["topic", "document_id"], ["topic", "cluster_id"]
    versions = rows.group_by(document).agg(pl.col("version_id").n_unique().alias("versions"))
    latest = rows.sort("fetched_at", "night", "collection").unique(document, keep="last")
    return (
        latest.drop("version_id", "fetched_at")
        .join(versions, on=document)
        .with_columns(pl.len().over(cluster).alias("copies"))
        .sort(NEWEST_FIRST, descending=[True, True, False], nulls_last=True)
        .with_columns(pl.col(FEW).cast(pl.Categorical))
    )


EMPTY = (
    _latest(pl.LazyFrame(schema={name: pl.Schema(articles.TABLE.schema)[name] for name in READ}))
    .collect()
    .drop("topic")
)
