"""A selection of rows: lazy, immutable, read only when one of its ends is called.

Filters narrow it, in any order and all of them. Then ``latest`` leaves one row a document, then ``one_per_cluster``
one row a cluster; the order in which they are called makes no difference. Only the columns and the months that
are asked for are read. Text, ledger and near-duplicate signature are columns that must be asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, get_args

import polars as pl
import pyarrow as pa

from tearsheet.config.models import RightsPolicy
from tearsheet.errors import ConfigError
from tearsheet.model import Rights
from tearsheet.pull.export import Written, check_target, write
from tearsheet.rights import shareable
from tearsheet.storage import Store
from tearsheet.tables import delta
from tearsheet.tables.delta import Table
from tearsheet.tables.wording import verified

if TYPE_CHECKING:
    import pandas as pd

ON_REQUEST = ("text", "removed", "near_hash")
KEY = ("collection", "night", "document_id")
ORDER = ("night", "published_at", "document_id", "collection")
SIGNAL = ("signal", "value", "origin")
Uses = Literal["all", "shareable"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Selection:
    """Rows of one table, to be narrowed by its methods and read by its ends."""

    _store: Store
    _table: Table
    _columns: tuple[str, ...]
    _filters: tuple[pl.Expr, ...] = field(default=())
    _latest: bool = False
    _one_per_cluster: bool = False
    _policy: Callable[[], RightsPolicy] = RightsPolicy

    @classmethod
    def of(cls, store: Store, table: Table, policy: Callable[[], RightsPolicy] = RightsPolicy) -> Self:
        """Every row of a table, without the columns that must be asked for; ``policy`` says what may be shared."""
        columns = tuple(name for name in table.schema.names if name not in ON_REQUEST)
        return cls(_store=store, _table=table, _columns=columns, _policy=policy)

    def __repr__(self) -> str:
        return (
            f"Selection of {self._store.url(self._table.prefix)} where {' and '.join(map(str, self._filters)) or 'all'}"
        )

    def since(self, night: str | date) -> Self:
        """Nights from this one on; months before it are not read."""
        first = _day(night, "since").isoformat()
        return self.where((pl.col("month") >= first[:7]) & (pl.col("night") >= first))

    def until(self, night: str | date) -> Self:
        """Nights up to this one, included; months after it are not read."""
        last = _day(night, "until").isoformat()
        return self.where((pl.col("month") <= last[:7]) & (pl.col("night") <= last))

    def published(self, since: str | date | None = None, until: str | date | None = None) -> Self:
        """Articles of the days from ``since`` to ``until``, both included, in UTC; undated ones are left out."""
        selected = self.where(pl.col("published_at").is_not_null())
        if since is not None:
            selected = selected.where(pl.col("published_at") >= _midnight(_day(since, "published since")))
        if until is not None:
            end = _midnight(_day(until, "published until") + timedelta(days=1))
            selected = selected.where(pl.col("published_at") < end)
        return selected

    def source(self, *sources: str) -> Self:
        """Rows of these sources only."""
        return self.where(pl.col("source").is_in(sources))

    def language(self, *languages: str) -> Self:
        """Rows in these languages only (ISO 639); undetermined ones are left out."""
        return self.where(pl.col("language").is_in(languages))

    def outcome(self, *outcomes: str) -> Self:
        """Rows with these outcomes only, such as ``article`` or ``drop.listing``."""
        return self.where(pl.col("outcome").is_in(outcomes))

    def rights(self, uses: Uses) -> Self:
        """``shareable``: only what the archive's present policy lets be passed on; ``all``: no row is left out.

        Raises:
            ConfigError: it is neither, or the archive's policy cannot be read.
        """
        if uses not in get_args(Uses):
            raise ConfigError(f"rights: {uses!r} is unknown; known are: {', '.join(get_args(Uses))}")
        return self if uses == "all" else self.where(_shareable(self._policy()))

    def where(self, condition: pl.Expr) -> Self:
        """Rows for which a polars expression is true."""
        return replace(self, _filters=(*self._filters, condition))

    def latest(self) -> Self:
        """Of each document only the row that was fetched last."""
        return replace(self, _latest=True)

    def all_versions(self) -> Self:
        """Every row: a document has one for each night on which it was captured."""
        return replace(self, _latest=False)

    def one_per_cluster(self) -> Self:
        """Of each cluster one row: its first copy, or, where that is not selected, the earliest that is.

        Raises:
            ConfigError: these are documents; only a topic's articles have clusters.
        """
        if "cluster_id" not in self._table.schema.names:
            raise ConfigError("documents have no clusters; take one_per_cluster() of a topic: archive.topic(…)")
        return replace(self, _one_per_cluster=True)

    def columns(self, *names: str) -> Self:
        """These columns instead of the usual ones.

        Raises:
            ConfigError: there is no such column; the message names those there are.
        """
        known = self._table.schema.names
        if unknown := [name for name in names if name not in known]:
            raise ConfigError(f"no column {', '.join(map(repr, unknown))}; there are: {', '.join(known)}")
        return replace(self, _columns=tuple(dict.fromkeys(names)))

    def with_text(self) -> Self:
        """The text as well."""
        return self.columns(*self._columns, "text")

    def scan(self) -> pl.LazyFrame:
        """The rows as a lazy frame of the table's present version, in no order.

        Raises:
            StorageError: the store cannot be read.
        """
        rows = self._rows()
        return _only(rows, self._kept(rows)).select(self._columns)

    def to_polars(self) -> pl.DataFrame:
        """The rows, by night, then date of publication, then document_id.

        Raises:
            StorageError: the store cannot be read, or a text is not what was written.
        """
        with delta.storage_errors(self._url):
            rows = self._rows()
            found = _only(rows, self._kept(rows)).sort(ORDER, nulls_last=True).select(self._columns).collect()
            return verified(found, self._url)

    def to_arrow(self) -> pa.Table:
        """As ``to_polars``, with the types and the meaning of the columns in the schema."""
        return self._as_declared(self.to_polars())

    def to_pandas(self) -> pd.DataFrame:
        """As ``to_polars``.

        Raises:
            ConfigError: pandas is not installed.
        """
        if find_spec("pandas") is None:
            raise ConfigError("pandas is not installed; pip install 'tearsheet[pandas]', or take to_polars()")
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame

    def nights(self) -> pl.DataFrame:
        """How many rows each night has: night, rows; ascending."""
        with delta.storage_errors(self._url):
            rows = self._rows()
            nights = _only(rows, self._kept(rows)).group_by("night").agg(pl.len().cast(pl.Int64).alias("rows"))
            return nights.sort("night").collect()

    def count(self) -> int:
        """How many rows there are."""
        return int(self.nights()["rows"].sum())

    def write(self, path: str | Path) -> Written:
        """Write the rows to a file, whole or not at all; its suffix says how: ``.parquet``, ``.csv``, ``.jsonl``.

        Raises:
            ConfigError: another suffix, or the folder is not there.
            StorageError: the store cannot be read.
        """
        target = check_target(Path(path))
        return write(self.tables(), self.schema, target)

    @property
    def schema(self) -> pa.Schema:
        """The columns with type and meaning."""
        return pa.schema([self._table.schema.field(name) for name in self._columns])

    def tables(self) -> Iterator[pa.Table]:
        """The rows month by month in the order of ``to_polars``, all of one version of the table."""
        with delta.storage_errors(self._url):
            rows = self._rows()
            kept = self._kept(rows)
            kept = kept if kept is None else kept.collect().lazy()
            for month in rows.select(pl.col("month").unique().sort()).collect()["month"]:
                part = _only(rows.filter(month=month), kept).sort(ORDER, nulls_last=True).select(self._columns)
                yield self._as_declared(verified(part.collect(), self._url))

    @property
    def _url(self) -> str:
        return self._store.url(self._table.prefix)

    def _rows(self) -> pl.LazyFrame:
        return delta.scan(self._store, self._table).filter(*self._filters)

    def _kept(self, rows: pl.LazyFrame) -> pl.LazyFrame | None:
        """The keys of the rows that ``latest`` and ``one_per_cluster`` leave; ``None`` where they leave all."""
        if not (self._latest or self._one_per_cluster):
            return None
        if self._latest:
            rows = rows.sort("fetched_at", "night", "collection").unique(
                "document_id", keep="last", maintain_order=True
            )
        if self._one_per_cluster:
            by_rank = rows.sort(pl.col("copy") != "first", *ORDER, nulls_last=True)
            rows = by_rank.unique("cluster_id", keep="first", maintain_order=True)
        return rows.select(KEY)

    def _as_declared(self, frame: pl.DataFrame) -> pa.Table:
        return frame.to_arrow().cast(self.schema)


def _only(rows: pl.LazyFrame, kept: pl.LazyFrame | None) -> pl.LazyFrame:
    return rows if kept is None else rows.join(kept, on=KEY, how="semi")


def _shareable(policy: RightsPolicy) -> pl.Expr:
    """``shareable`` of each row, asked once for all rows that say the same."""

    @cache
    def may(*told: tuple[str, str, str]) -> bool:
        return shareable([Rights(signal=name, value=value, origin=origin) for name, value, origin in told], policy)

    def judged(rights: pl.Series) -> pl.Series:
        rows = ((tuple(each[name] for name in SIGNAL) for each in signals or ()) for signals in rights.to_list())
        return pl.Series(rights.name, [may(*row) for row in rows], pl.Boolean)

    return pl.col("rights").map_batches(judged, return_dtype=pl.Boolean, is_elementwise=True)


def _day(value: str | date, what: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ConfigError(f"{what}: {value!r} is no day; write it as YYYY-MM-DD, such as 2026-01-31") from error


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
