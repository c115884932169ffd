"""The light columns of every topic's articles, held in memory: what pages count, filter, list and draw.

Every row of the table, so that what is left of a filter is told as the reader tells it: of each document the row that
was fetched last, of each story one. 300,000 rows take about 60 MB; texts and ledgers are not among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl
from deltalake import DeltaTable

from tearsheet.pull.reduction import Reduction
from tearsheet.storage import Store
from tearsheet.tables import articles, delta

READ = (
    *("topic", "month", "collection", "night", "source", "language", "document_id", "version_id", "cluster_id", "copy"),
    *("title", "url", "published_at", "fetched_at", "access", "words"),
)
FEW = ("collection", "source", "language", "copy", "access")
"""Columns of few values, kept as categories."""
NEWEST_FIRST = ("night", "published_at", "document_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The articles of one version of the table, by topic, newest first; version −1: there is no table yet.

    ``night`` is a date here, ``title`` the address where the page has none. Beside the table's columns: ``place``, the
    row's rank; ``captures`` and ``versions``, the rows and the wordings of its document; ``copies``, the documents of
    its cluster. ``opened`` is the table itself, as it was opened last.
    """

    version: int
    topics: Mapping[str, pl.DataFrame]
    opened: DeltaTable | None = None

    def articles(self, topic: str) -> pl.DataFrame:
        """The topic's rows, none where it has none."""
        return self.topics.get(topic, EMPTY)


def take(store: Store, before: Snapshot | None) -> Snapshot:
    """The table as it stands now, with the rows of ``before`` where that is still its version.

    Raises:
        StorageError: the store cannot be read.
    """
    with delta.storage_errors(store.url(articles.TABLE.prefix)):
        opened = delta.open_table(store, articles.TABLE)
        version = -1 if opened is None else opened.version()
        if before and before.version == version:
            return replace(before, opened=opened)
        rows = delta.scan_opened(opened, articles.TABLE).select(READ)
        parts = rows.select("topic", "month").unique().sort("topic", "month", descending=[False, True]).collect()
        told = {
            topic: _told([_light(rows.filter(topic=topic, month=month)).collect() for month in months])
            for topic, months in parts.group_by("topic", maintain_order=True).agg("month").iter_rows()
        }
        return Snapshot(version=version, topics=told, opened=opened)


def reduced(rows: pl.DataFrame, *, stories: bool = False) -> pl.DataFrame:
    """Of rows of one topic the latest of each document, or of each story one, in their order."""
    several, kept = pl.col("captures") > 1, rows.select(_CHOOSING)
    kept = pl.concat([kept.filter(~several), _LATEST.of(kept.lazy().filter(several)).collect()])
    if stories:
        kept = _STORIES.of(kept.lazy()).collect()
    return rows if kept.height == rows.height else rows.filter(pl.col("place").is_in(kept["place"].implode()))


_TITLE = pl.when(pl.col("title") != "").then("title").otherwise("url").alias("title")
_LATEST, _STORIES = Reduction(latest=True), Reduction(one_per_cluster=True)
_CHOOSING = ("place", "captures", *_STORIES.columns)


def _light(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of one topic and month in their order: what reading a month takes is free before the next is read."""
    return (
        rows.with_columns(pl.col(FEW).cast(pl.Categorical), pl.col("night").str.to_date(), _TITLE)
        .drop("topic", "month", "url")
        .sort(NEWEST_FIRST, descending=[True, True, False], nulls_last=True)
    )


def _told(months: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of one topic, whose months come newest first, with what is counted over the others."""
    counts = (
        pl.len().over("document_id").alias("captures"),
        pl.col("version_id").n_unique().over("document_id").alias("versions"),
        pl.col("document_id").n_unique().over("cluster_id").alias("copies"),
    )
    return pl.concat(months).with_row_index("place").with_columns(counts).drop("version_id")


EMPTY = _told([_light(pl.LazyFrame(schema={name: pl.Schema(articles.TABLE.schema)[name] for name in READ})).collect()])
