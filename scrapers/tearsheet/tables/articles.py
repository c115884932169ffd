"""The articles table: what each topic selected, as full copies of the documents' rows with evidence and cluster.

One commit publishes some nights of a topic: it replaces the topic's rows of exactly these nights, whatever their
collection. It carries one transaction a (collection, night), app id ``<topic>/<collection>/<night>``, whose number is
the *mark* of what the rows were made from. Where every mark is recorded already, nothing is committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tearsheet.errors import InvariantError
from tearsheet.model import month_of
from tearsheet.storage import Store
from tearsheet.tables import delta
from tearsheet.tables.delta import Published, Table, quoted
from tearsheet.tables.schema import ARTICLES, conform
from tearsheet.tables.snapshot import snapshot

__all__ = ["TABLE", "Published", "firsts", "marks", "publish", "remove", "topics", "window"]

TABLE = Table(
    name="articles",
    description="One row a topic and article it selected: the document's row with evidence and cluster.",
    schema=ARTICLES,
    partition_by=("topic", "month"),
    statistics=("document_id", "cluster_id", "source", "night", "fetched_at", "published_at"),
)
KEY = ("collection", "night", "document_id")
ORDER = ("night", "published_at", "document_id")
"""The order in which articles join clusters."""


def publish(
    store: Store,
    topic: str,
    nights: Sequence[str],
    rows: pa.Table,
    marks: Mapping[tuple[str, str], int],
    *,
    anew: bool = False,
) -> Published:
    """Make ``rows`` the topic's rows of ``nights``, in one commit that records ``marks``.

    ``anew``: also where these are recorded already.

    Raises:
        InvariantError: the rows do not fit the table, are another topic's or night's, or hold an article twice.
        StorageError: the store fails.
    """
    rows = conform(rows, ARTICLES).sort_by([(name, "ascending") for name in ORDER])
    _check(rows, topic, nights, marks)
    months = sorted({month_of(night) for night in nights})
    version, committed = delta.overwrite(
        store,
        TABLE,
        rows,
        predicate=f"topic = {quoted(topic)} AND month IN ({_listed(months)}) AND night IN ({_listed(sorted(nights))})",
        transactions={app_id(topic, *key): mark for key, mark in sorted(marks.items())},
        note={"topic": topic},
        within=topic,
        anew=anew,
    )
    return Published(version=version, rows=rows.num_rows, committed=committed)


def remove(store: Store, document_ids: Iterable[str], sources: Iterable[str] = ()) -> int:
    """Delete the rows of documents, and of sources, from every topic; how many went.

    The marks stay, and with them which nights are fresh: a topic selects a night anew once its documents have changed.

    Raises:
        StorageError: the store fails, or others commit the same rows without end.
    """
    wanted = {"document_id": sorted(document_ids), "source": sorted(sources)}
    predicate = " OR ".join(f"{column} IN ({_listed(values)})" for column, values in wanted.items() if values)
    return delta.delete(store, TABLE, predicate) if predicate else 0


def app_id(topic: str, collection: str, night: str) -> str:
    """The app id of the transaction of one night of a collection in a topic."""
    return f"{topic}/{collection}/{night}"


def marks(store: Store, topic: str, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The marks that the topic's commits recorded for those (collection, night) that it has selected from."""
    recorded = delta.transactions(store, TABLE)
    return {key: recorded[app_id(topic, *key)] for key in keys if app_id(topic, *key) in recorded}


def topics(store: Store) -> list[str]:
    """The topics that have rows, whether or not they are still configured; told by the log alone.

    Raises:
        StorageError: the store cannot be read.
    """
    return sorted({*snapshot(store, TABLE).files["topic"]})


def window(
    store: Store,
    topic: str,
    first_night: str,
    last_night: str,
    columns: Sequence[str],
    scanned: pl.LazyFrame | None = None,
) -> pl.DataFrame:
    """The topic's rows of the nights from first to last, both included, in the order in which they join clusters.

    ``scanned`` is the table as it was opened before: whoever reads many windows opens it once.

    Raises:
        StorageError: the store cannot be read.
    """
    months = pl.col("month").is_between(pl.lit(month_of(first_night)), pl.lit(month_of(last_night)))
    nights = pl.col("night").is_between(pl.lit(first_night), pl.lit(last_night))
    return _read(store, topic, columns, months & nights, scanned)


def firsts(
    store: Store, topic: str, last_night: str, document_ids: Sequence[str], columns: Sequence[str]
) -> pl.DataFrame:
    """The rows, up to a night, in which one of these documents is the first copy of a cluster; ordered as ``window``.

    Raises:
        StorageError: the store cannot be read.
    """
    nights = (pl.col("month") <= month_of(last_night)) & (pl.col("night") <= last_night)
    first = (pl.col("copy") == "first") & pl.col("document_id").is_in(document_ids)
    return _read(store, topic, columns, nights & first)


def _read(
    store: Store, topic: str, columns: Sequence[str], condition: pl.Expr, scanned: pl.LazyFrame | None = None
) -> pl.DataFrame:
    with delta.storage_errors(store.url(TABLE.prefix)):
        found = (delta.scan(store, TABLE) if scanned is None else scanned).filter(condition, topic=topic)
        return found.sort(ORDER, nulls_last=True).select(columns).collect()


def _listed(values: Iterable[str]) -> str:
    return ", ".join(quoted(value) for value in values)


def _check(rows: pa.Table, topic: str, nights: Sequence[str], marks: Mapping[tuple[str, str], int]) -> None:
    if not nights or {night for _, night in marks} != {*nights}:
        raise InvariantError(f"topic {topic}: nights {sorted(nights)} and the nights of their marks are not the same")
    allowed = {"topic": {topic}, "night": {*nights}, "month": {month_of(night) for night in nights}}
    for column, values in allowed.items():
        if others := sorted({*pc.unique(rows[column]).to_pylist()} - values):
            raise InvariantError(f"topic {topic}: there are rows whose {column} is {', '.join(others)}")
    if twice := delta.first_duplicate(rows, KEY):
        raise InvariantError(f"topic {topic}: more than one row is {' '.join(twice.values())}")
