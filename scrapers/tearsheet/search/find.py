"""Ask the index: which articles a query finds, ranked; and a page of them with passages to show."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import polars as pl
import pyarrow as pa
import tantivy

from tearsheet.errors import ConfigError, ObjectMissing, StorageError
from tearsheet.search import manifest
from tearsheet.search.bounds import bounds
from tearsheet.search.build import fields
from tearsheet.search.cache import AT_ONCE, ROWS, Cache, Named
from tearsheet.search.refresh import stale
from tearsheet.search.schema import IDENTITY, KEY, PLACES, SHOWN, schema
from tearsheet.search.snippets import Snippet, snippets
from tearsheet.select.query import Query, parse
from tearsheet.storage import Store
from tearsheet.tables import articles

Versions = Literal["latest", "all"]
RANKED = ("score", "night", "published_at", "document_id", "collection", "topic")
SCORE = "score"
_BUILD = "build"
_READINGS = 3
_Answer = TypeVar("_Answer")
_Opened = tuple[tantivy.Searcher, tantivy.Schema, pl.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that a query found; ``score`` compares within one answer only."""

    topic: str
    collection: str
    night: str
    document_id: str
    version_id: str
    source: str
    language: str | None
    title: str | None
    url: str
    published_at: datetime | None
    fetched_at: datetime
    cluster_id: str
    score: float
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How many articles a query finds, and a page of them, best first."""

    query: str
    total: int
    hits: tuple[Hit, ...]


def search(
    store: Store,
    query: str,
    *,
    topics: Sequence[str] = (),
    where: Sequence[pl.Expr] = (),
    versions: Versions = "latest",
    limit: int = 20,
    offset: int = 0,
) -> Found:
    """The articles that a query finds, best first, each once; of equal ones the newest first.

    Args:
        store: where the archive stands.
        query: in the language of topics.
        topics: in which; all that have an index where none is named.
        where: filters over the columns of a hit.
        versions: ``latest`` leaves of each article, of what matches and passes the filters, what was fetched last.
        limit: how many hits, from the one at ``offset``.
        offset: how many hits stand before this page.

    Raises:
        QueryError: the query cannot be parsed.
        ConfigError: a topic has no index that this version can read.
        StorageError: the store cannot be read.
    """
    parsed = parse(query)

    def page(index: _Index) -> Found:
        found = index.matches(parsed).filter(*where)
        ranked = _ranked(found.select(KEY, *RANKED, "fetched_at"), versions)
        rows = ranked.slice(offset, limit).select(KEY).join(found, on=KEY, maintain_order="left")
        with ThreadPoolExecutor(AT_ONCE, "texts") as reading:
            texts = list(reading.map(index.text, rows.to_dicts()))
        return Found(query=query, total=ranked.height, hits=tuple(_hits(parsed, rows, texts)))

    return _asked(store, topics, page)


def keys(store: Store, topic: str, query: str) -> pl.DataFrame:
    """The rows of a topic that a query finds: collection, night, document_id.

    Raises:
        QueryError, ConfigError: as ``search``.
        StorageError: the store cannot be read, or the index is behind the topic's rows.
    """
    if behind := stale(store, topic):
        raise StorageError(
            f"{store.url(manifest.manifest_key(topic))}: the index is behind the topic's rows of {', '.join(behind)}; "
            f"it is made anew when the topic is published: `tearsheet topic {topic}`"
        )
    return matches(store, [topic], query).select(IDENTITY)


def filters(
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    sources: Sequence[str] = (),
    languages: Sequence[str] = (),
) -> list[pl.Expr]:
    """Filters over hits: nights from and to, both included; any of some sources, of some languages.

    Raises:
        ConfigError: a night is no day.
    """
    night, found = pl.col("night"), []
    if since is not None:
        found.append(night >= _day(since))
    if until is not None:
        found.append(night <= _day(until))
    if sources:
        found.append(pl.col("source").is_in(list(sources)))
    if languages:
        found.append(pl.col("language").is_in(list(languages)))
    return found


def matches(store: Store, topics: Sequence[str], query: str) -> pl.DataFrame:
    """Every row that a query finds, as the index knows it: the columns ``SHOWN`` and ``score``; in no order.

    Raises:
        QueryError, ConfigError, StorageError: as ``search``.
    """
    parsed = parse(query)
    return _asked(store, topics, lambda index: index.matches(parsed))


class _Index:
    """The builds of some topics, opened as one index."""

    def __init__(self, cache: Cache, builds: Sequence[Named]) -> None:
        self._cache = cache
        self._named = {named[2].id: named for named in builds}
        if not builds:
            self._searcher, self._schema, self._rows = _nothing()
            return
        folder = cache.together(builds)
        self._searcher, self._schema, self._rows = _opened(folder)
        cache.sweep(builds, folder)

    def matches(self, query: Query) -> pl.DataFrame:
        """The rows that a query finds, with their scores."""
        asked = bounds(query.tree, self._schema)
        found = self._found(asked.most)
        if not asked.exact:
            unsure = self._found(asked.unsure)
            found = found.join(self._unmatched(query, unsure), on=KEY, how="anti")
        return found

    def text(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a row that queries look in."""
        return _unpacked(self._cache.text(self._named[row[_BUILD]], row["offset"], row["length"]))

    def _found(self, query: tantivy.Query) -> pl.DataFrame:
        hits = self._searcher.search(query, limit=max(1, self._searcher.num_docs), count=False).hits
        keys = self._searcher.fast_field_values(KEY, [address for _, address in hits])
        scores = pl.DataFrame(
            {KEY: keys, SCORE: [score for score, _ in hits]}, schema={KEY: pl.Int64, SCORE: pl.Float64}
        )
        return self._rows.join(scores, on=KEY)

    def _unmatched(self, query: Query, rows: pl.DataFrame) -> pl.DataFrame:
        """The keys of those rows that the query does not match, all of which are read."""
        wrong: list[int] = []
        for (build,), part in rows.group_by(_BUILD):
            texts = self._cache.texts(self._named[str(build)]).read_bytes()
            for key, offset, length in part.select(KEY, "offset", "length").iter_rows():
                if query.match(fields(_unpacked(texts[offset : offset + length]))) is None:
                    wrong.append(key)
        return pl.DataFrame({KEY: wrong}, schema={KEY: pl.Int64})


def _day(night: str | date) -> str:
    try:
        return date.fromisoformat(str(night)).isoformat()
    except ValueError as error:
        raise ConfigError(f"{night!r} is no night; write it as YYYY-MM-DD, such as 2026-01-31") from error


def _asked(store: Store, topics: Sequence[str], ask: Callable[[_Index], _Answer]) -> _Answer:
    """Ask the index of some topics as their manifests name it; read these again where a build is gone meanwhile."""
    cache = Cache(store)
    for _ in range(_READINGS):
        try:
            return ask(_Index(cache, _builds(store, topics)))
        except (ObjectMissing, FileNotFoundError):
            continue
    raise StorageError(
        f"{store.url(manifest.PREFIX)}: builds that manifests name are gone; `tearsheet audit --repair` makes them"
    )


def _builds(store: Store, topics: Sequence[str]) -> list[Named]:
    """The builds of topics, of all that are indexed where none is named."""
    asked = sorted({*topics}) or store.prefixes(f"{manifest.PREFIX}/")
    with ThreadPoolExecutor(AT_ONCE, "manifests") as reading:
        held = dict(zip(asked, reading.map(lambda topic: manifest.load(store, topic)[0], asked), strict=True))
    if lacking := [topic for topic, found in held.items() if found is None and (topic in topics)]:
        raise ConfigError(
            f"{store.url(manifest.PREFIX)}: no index of {', '.join(lacking)} that this version can read; "
            f"`tearsheet topic {' '.join(lacking)}` makes it"
        )
    return [(topic, month, build) for topic, found in held.items() if found for month, build in found.builds()]


@lru_cache(maxsize=4)
def _opened(folder: Path) -> _Opened:
    """An index and its rows; never another under the same name."""
    index = tantivy.Index.open(str(folder))
    rows = [pl.read_parquet(path).with_columns(pl.lit(path.stem).alias(_BUILD)) for path in folder.glob(f"*{ROWS}")]
    return index.searcher(), index.schema, pl.concat(rows)


def _nothing() -> _Opened:
    shown = pl.Schema(articles.TABLE.schema)
    rows = pl.DataFrame(schema={name: shown[name] for name in SHOWN} | PLACES | {_BUILD: pl.String})
    index = tantivy.Index(schema())
    return index.searcher(), index.schema, rows


def _unpacked(frame: bytes) -> dict[str, Any]:
    with pa.input_stream(pa.BufferReader(frame), compression="zstd") as stream:
        row: dict[str, Any] = json.loads(stream.read())
    return row


def _ranked(found: pl.DataFrame, versions: Versions) -> pl.DataFrame:
    """Each article once, whichever topics have it; best first."""
    key = ["document_id"] if versions == "latest" else list(IDENTITY)
    once = found.sort("fetched_at", "night", "collection", "topic").unique(key, keep="last", maintain_order=True)
    return once.sort(*RANKED, descending=[True, True, True, False, False, False], nulls_last=True)


def _hits(query: Query, rows: pl.DataFrame, texts: Iterable[Mapping[str, Any]]) -> Iterator[Hit]:
    named = [field.name for field in dataclasses.fields(Hit) if field.name != "snippets"]
    for row, text in zip(rows.select(named).to_dicts(), texts, strict=True):
        yield Hit(**row, snippets=snippets(query, text))
