"""A selection of rows: lazy, immutable, read only when one of its ends is called.

Filters narrow it, in any order and all of them. Of what they leave a topic gives the latest row of each document, once;
``all_versions`` gives every row, ``one_per_cluster`` one row a story; the order in which they are called makes no
difference. Only the columns and the months that are asked for are read. Text, ledger and near-duplicate signature are
columns that must be asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, get_args

import polars as pl
import pyarrow as pa

from tearsheet import search
from tearsheet.config.models import RightsPolicy
from tearsheet.errors import ConfigError
from tearsheet.model import Rights
from tearsheet.pull.article import Article, article_of
from tearsheet.pull.export import Written, check_target, write
from tearsheet.pull.reduction import KEY, ORDER, Count, Reduction
from tearsheet.pull.sql import TABLE, answered
from tearsheet.rights import shareable
from tearsheet.select.query import parse
from tearsheet.storage import Store
from tearsheet.tables import delta
from tearsheet.tables.delta import Table
from tearsheet.tables.snapshot import scan, snapshot
from tearsheet.tables.wording import verified

if TYPE_CHECKING:
    import pandas as pd

ON_REQUEST = ("text", "removed", "near_hash")
SIGNAL = ("signal", "value", "origin")
Uses = Literal["all", "shareable"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Selection:
    """Rows of one table, to be narrowed by its methods and read by its ends; iterated, it gives ``Article``s."""

    _store: Store
    _table: Table
    _chosen: tuple[str, ...] | None = None
    _filters: tuple[pl.Expr, ...] = field(default=())
    _reduction: Reduction = field(default=Reduction())
    _nights: tuple[str | None, str | None] = (None, None)
    _policy: Callable[[], RightsPolicy] = RightsPolicy
    _held: Callable[[], pl.LazyFrame] | None = None
    _topic: str | None = None
    _queries: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        store: Store,
        table: Table,
        policy: Callable[[], RightsPolicy] = RightsPolicy,
        topic: str | None = None,
    ) -> Self:
        """Every row of a table, without the columns that must be asked for; ``policy`` says what may be shared.

        ``topic`` is the one whose rows it is to be narrowed to, and whose index is searched.
        """
        return cls(_store=store, _table=table, _policy=policy, _topic=topic)

    def __repr__(self) -> str:
        where = " and ".join(map(str, self._filters)) or "all"
        return f"Selection of {self._url} where {where}: {self.counted}"

    @property
    def counted(self) -> str:
        """What its rows are: ``articles, latest versions``; ``stories, all versions``; ``documents, every capture``."""
        if not self._is_clustered:
            return f"documents, {'latest versions' if self._reduction.latest else 'every capture'}"
        what = "stories" if self._reduction.one_per_cluster else "articles"
        return f"{what}, {'latest versions' if self._reduction.latest else 'all versions'}"

    def since(self, night: str | date) -> Self:
        """Nights from this one on; months before it are not read."""
        first = _day(night, "since").isoformat()
        earlier, last = self._nights
        narrowed = replace(self, _nights=(max(first, earlier or first), last))
        return narrowed.where((pl.col("month") >= first[:7]) & (pl.col("night") >= first))

    def until(self, night: str | date) -> Self:
        """Nights up to this one, included; months after it are not read."""
        last = _day(night, "until").isoformat()
        first, later = self._nights
        narrowed = replace(self, _nights=(first, min(last, later or last)))
        return narrowed.where((pl.col("month") <= last[:7]) & (pl.col("night") <= last))

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

    def search(self, query: str) -> Self:
        """Rows that a query in the language of topics finds; ``archive.search`` ranks them and shows passages.

        Raises:
            QueryError: the query cannot be parsed.
            ConfigError: these are documents; only a topic has an index.
        """
        if self._topic is None:
            raise ConfigError("documents have no index to search; take search() of a topic: archive.topic(…)")
        return replace(self, _queries=(*self._queries, parse(query).text))

    def where(self, condition: pl.Expr) -> Self:
        """Rows for which a polars expression is true."""
        return replace(self, _filters=(*self._filters, condition))

    def latest(self) -> Self:
        """Of each document only the row that was fetched last; so a topic gives its articles by itself."""
        return replace(self, _reduction=replace(self._reduction, latest=True))

    def all_versions(self) -> Self:
        """Every row: a document has one for each night on which it was captured."""
        return replace(self, _reduction=replace(self._reduction, latest=False))

    def one_per_cluster(self) -> Self:
        """Of each cluster one row: its first copy, or, where that is not selected, the earliest that is.

        Raises:
            ConfigError: these are documents; only a topic's articles have clusters.
        """
        if not self._is_clustered:
            raise ConfigError("documents have no clusters; take one_per_cluster() of a topic: archive.topic(…)")
        return replace(self, _reduction=replace(self._reduction, one_per_cluster=True))

    def columns(self, *names: str) -> Self:
        """These columns instead of the usual ones.

        Raises:
            ConfigError: there is no such column; the message names those there are.
        """
        known = self._table.schema.names
        if unknown := [name for name in names if name not in known]:
            raise ConfigError(f"no column {', '.join(map(repr, unknown))}; there are: {', '.join(known)}")
        return replace(self, _chosen=tuple(dict.fromkeys(names)))

    def with_text(self) -> Self:
        """The text as well."""
        return self.columns(*self.names, "text")

    def over(self, held: Callable[[], pl.LazyFrame] | None) -> Self:
        """The same selection of rows that are held elsewhere than in the store; None: in the store."""
        return replace(self, _held=held)

    def scan(self) -> pl.LazyFrame:
        """The rows as a lazy frame of the table's present version, in no order.

        Raises:
            StorageError: the store cannot be read.
        """
        return self._reduction.of(self._rows()).select(self.names)

    def sql(self, query: str) -> pl.DataFrame:
        """What a query says of the table ``articles``: these rows, with every column unless ``columns`` chose some.

        Raises:
            ConfigError: the query is wrong; the message says where, or which columns there are.
            StorageError: the store cannot be read.
        """
        with delta.storage_errors(self._url):
            rows = self._reduction.of(self._rows()).select(self._chosen or self._table.schema.names)
            return answered(query, {TABLE: rows})

    def to_polars(self) -> pl.DataFrame:
        """The rows, by night, then date of publication, then document_id.

        Raises:
            StorageError: the store cannot be read, or a text is not what was written.
        """
        with delta.storage_errors(self._url):
            rows = self._reduction.of(self._rows()).sort(ORDER, nulls_last=True)
            return verified(rows.select(self.names).collect(), self._url)

    def __iter__(self) -> Iterator[Article]:
        """The rows as values, in the order of ``to_polars``, whatever columns were chosen; a month at a time is held.

        Raises:
            StorageError: the store cannot be read, or a text is not what was written.
        """
        for table in self.columns(*self._table.schema.names).tables():
            yield from map(article_of, pl.DataFrame(table).iter_rows(named=True))

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
            rows = self._reduction.of(self._rows())
            nights = rows.group_by("night").agg(pl.len().cast(pl.Int64).alias("rows"))
            return nights.sort("night").collect()

    def count(self) -> Count:
        """How many rows there are, and how many earlier versions and copies that leaves out.

        Raises:
            StorageError: the store cannot be read.
        """
        with delta.storage_errors(self._url):
            if not self._reduction:
                return Count(self._rows().select(pl.len()).collect().item(), self.counted)
            keys = self._rows().select(self._reduction.columns).collect()
            return self._reduction.count(keys, self.counted)

    def write(self, path: str | Path) -> Written:
        """Write the rows to a file, whole or not at all; its suffix says how: .parquet, .csv, .jsonl, .xlsx.

        Raises:
            ConfigError: another suffix, or the folder is not there.
            StorageError: the store cannot be read.
        """
        target = check_target(Path(path))
        return write(self.tables(), self.schema, target)

    def keys(self, *further: str) -> pl.DataFrame:
        """Collection, night and document_id of each row, and further columns; ascending."""
        with delta.storage_errors(self._url):
            return self._reduction.of(self._rows()).select(*KEY, *further).sort(KEY).collect()

    @property
    def span(self) -> tuple[str | None, str | None]:
        """The first and the last night that it asks for; None where it asks for all."""
        return self._nights

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that its rows have."""
        usual = (name for name in self._table.schema.names if name not in ON_REQUEST)
        return tuple(usual) if self._chosen is None else self._chosen

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that are read for its rows: theirs, and those by which they are found and told apart."""
        asked = (name for each in self._filters for name in each.meta.root_names())
        return tuple(dict.fromkeys((*self.names, "month", *self._reduction.columns, *asked)))

    @property
    def schema(self) -> pa.Schema:
        """The columns with type and meaning."""
        return pa.schema([self._table.schema.field(name) for name in self.names])

    def tables(self, months: Collection[str] | None = None) -> Iterator[pa.Table]:
        """The rows month by month in the order of ``to_polars``, all of one version of the table; of these months."""
        with delta.storage_errors(self._url):
            rows = self._rows()
            kept = self._reduction.of(rows).select("month", *KEY).collect() if self._reduction else None
            found = rows.select("month").unique().collect() if kept is None else kept
            for month in sorted({*found["month"]} & {*(found["month"] if months is None else months)}):
                part = rows.filter(month=month)
                part = part if kept is None else part.join(kept.lazy(), on=KEY, how="semi")
                read = part.sort(ORDER, nulls_last=True).select(self.names).collect()
                yield self._as_declared(verified(read, self._url))

    @property
    def _is_clustered(self) -> bool:
        return "cluster_id" in self._table.schema.names

    @property
    def _url(self) -> str:
        return self._store.url(self._table.prefix)

    def _rows(self) -> pl.LazyFrame:
        rows = self._held() if self._held else self._present()
        rows = rows.filter(*self._filters)
        for query in self._queries:
            found = search.keys(self._store, str(self._topic), query)
            months = found["night"].str.head(len("2026-01")).unique()
            rows = rows.filter(pl.col("month").is_in(months.to_list())).join(found.lazy(), on=KEY, how="semi")
        return rows

    def _present(self) -> pl.LazyFrame:
        """The rows of the files that may hold these nights, of the table's present version."""
        files = snapshot(self._store, self._table).within(*self._nights)
        return scan(self._store, self._table, files["key"].to_list())

    def _as_declared(self, frame: pl.DataFrame) -> pa.Table:
        return frame.to_arrow().cast(self.schema)


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
