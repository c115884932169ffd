"""Bring a topic up to date: select over the documents of its stale nights, cluster copies, check, commit.

A commit holds a run of nights, ascending, and leaves the topic whole up to its last night. Where a run changes which
first copies the fresh nights after it would join, these are selected anew in the same commit, until nothing changes
any more: so the rows never depend on the order in which nights were run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

import polars as pl
import pyarrow as pa

from tearsheet import search
from tearsheet.config.models import Topic
from tearsheet.dedupe.clusters import ClusterInput, Copy, assign, first_copies_hash
from tearsheet.model import ARTICLE
from tearsheet.select.query import COLUMNS, Query, parse
from tearsheet.storage import Store
from tearsheet.tables import articles, documents
from tearsheet.tables.schema import ARTICLES
from tearsheet.topic.plan import Stale, TopicPlan, plan, since_window

FIELDS = COLUMNS
"""The query language's fields and the columns they look in."""

CLUSTERED = ["night", "document_id", "version_id", "published_at", "content_hash", "near_hash"]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicResult:
    """What an update did: the nights it selected anew and how many articles these hold now."""

    topic: str
    nights: tuple[str, ...]
    articles: int


def update(
    store: Store,
    topic: Topic,
    *,
    anew: Set[str] = frozenset(),
    on_night: Callable[[str], None] = lambda night: None,
) -> TopicResult:
    """Select every stale night of a topic anew, and the nights of ``anew``, whose rows are not what was committed.

    Then the topic's search index is made to follow, whatever left it behind: a refresh that fails loses no row, and
    the next update makes it good.

    Raises:
        QueryError: the topic's query cannot be parsed.
        InvariantError: an article would stand in a night twice.
    """
    query = parse(topic.query)
    drawn = plan(store, topic, query, anew)
    nights: set[str] = set()
    count = 0
    for run in drawn.runs:
        if run.nights[-1] in nights:  # an earlier run went on into this one
            continue
        done, table = settle(store, topic, query, drawn, run, on_night)
        articles.publish(store, topic.id, done.nights, table, done.marks, anew=bool(anew))
        nights |= {*done.nights}
        count += table.num_rows
    search.refresh(store, topic.id)
    return TopicResult(topic=topic.id, nights=tuple(sorted(nights)), articles=count)


def settle(
    store: Store,
    topic: Topic,
    query: Query,
    drawn: TopicPlan,
    run: Stale,
    on_night: Callable[[str], None] = lambda night: None,
) -> tuple[Stale, pa.Table]:
    """The rows of a run of nights, and of the fresh nights after it whose clusters it changes."""
    selected = select(store, topic, query, run, on_night)
    while True:
        copies = assign([_input(row) for row in selected], _earlier(store, topic, run, selected))
        following = drawn.following(run)
        if following is None or not _changes(store, topic, following, run, copies):
            return run, _table(selected, copies)
        added = drawn.only(following)
        selected += select(store, topic, query, added, on_night)
        run = run.with_night(added)


def _changes(store: Store, topic: Topic, following: str, run: Stale, copies: Sequence[Copy]) -> bool:
    """Whether the first copies that the night after a run may join become others by this run."""
    held = _firsts(store, topic, since_window(following), run.nights[-1])
    kept = [copy for copy in held if copy.night not in run.nights]
    ours = [copy for copy in copies if copy.night >= since_window(following)]
    return first_copies_hash(held) != first_copies_hash([*kept, *ours])


def select(
    store: Store, topic: Topic, query: Query, run: Stale, on_night: Callable[[str], None] = lambda night: None
) -> list[Row]:
    """The rows that the topic selects in a run of nights."""
    found: list[Row] = []
    for collection, night in run.marks:
        if inside(topic, night):
            found += matching(topic, query, documents.rows(store, collection, night).to_dicts())
        on_night(night)
    return found


def matching(topic: Topic, query: Query, rows: list[Row]) -> Iterator[Row]:
    """The articles among a night's document rows that the topic selects, with their evidence."""
    for row in rows:
        if row["outcome"] != ARTICLE or (
            topic.languages and row["language"] and row["language"] not in topic.languages
        ):
            continue
        evidence = query.match({name: row[column] or "" for name, column in FIELDS.items()})
        if evidence is not None:
            found = [{"field": e.field, "offset": e.offset, "length": e.length, "words": e.words} for e in evidence]
            yield row | {"topic": topic.id, "query_hash": query.hash, "evidence": found}


def counts(store: Store, topic_id: str, collection: str, night: str) -> dict[str, int]:
    """How many articles, and how many different stories, a topic holds of one collection's night."""
    rows = articles.window(store, topic_id, night, night, ["collection", "cluster_id"])
    rows = rows.filter(pl.col("collection") == collection)
    return {"articles": rows.height, "clusters": rows["cluster_id"].n_unique()}


def _firsts(store: Store, topic: Topic, first: str, last: str) -> list[Copy]:
    """The first copies that the table holds of some nights, both included."""
    rows = articles.window(store, topic.id, first, last, [*CLUSTERED, "cluster_id", "copy"])
    return [_copy(row) for row in rows.filter(pl.col("copy") == "first").to_dicts()]


def _earlier(store: Store, topic: Topic, run: Stale, selected: Sequence[Row]) -> list[Copy]:
    """First copies of the window before the run, and older ones of the very documents that were selected."""
    start = run.nights[0]
    before = (date.fromisoformat(start) - timedelta(days=1)).isoformat()
    known = {copy.document_id: copy for copy in _firsts(store, topic, since_window(start), before)}
    wanted = sorted({row["document_id"] for row in selected} - known.keys())
    older = articles.firsts(store, topic.id, before, wanted, [*CLUSTERED, "cluster_id", "copy"])
    return [*known.values(), *(_copy(row) for row in older.to_dicts())]


def _input(row: Mapping[str, Any]) -> ClusterInput:
    return ClusterInput(**{name: row[name] for name in CLUSTERED})


def _copy(row: Mapping[str, Any]) -> Copy:
    return Copy(**{name: row[name] for name in CLUSTERED}, cluster_id=row["cluster_id"], kind=row["copy"])


def _table(selected: Sequence[Row], copies: Sequence[Copy]) -> pa.Table:
    """The rows with their clusters; two collections may hold one document in one night, in the order of versions."""
    placed: defaultdict[tuple[str, str], list[Copy]] = defaultdict(list)
    for copy in reversed(copies):
        placed[copy.night, copy.document_id].append(copy)
    rows = []
    for row in sorted(selected, key=itemgetter("version_id")):
        copy = placed[row["night"], row["document_id"]].pop()
        rows.append(row | {"cluster_id": copy.cluster_id, "copy": copy.kind})
    return pa.Table.from_pylist(rows, schema=ARTICLES)


def inside(topic: Topic, night: str) -> bool:
    """Whether a night lies within the topic's dates."""
    day = date.fromisoformat(night)
    return (topic.since is None or topic.since <= day) and (topic.until is None or day <= topic.until)
