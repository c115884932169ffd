"""A topic's query as it is and another one, over every article that the topic may read.

Each article counts once, as it was captured last. The archive is read month by month, and only in the columns in which
either query looks; of the articles that either selects only counts are kept, and a few drawn by their ids: the same
ones whenever they are drawn, whatever the order of reading, and any of them as likely as any other.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import polars as pl

from tearsheet.config.models import Topic
from tearsheet.model import ARTICLE
from tearsheet.pull.archive import Archive
from tearsheet.pull.selection import Selection
from tearsheet.select.query import Query, fold, parse
from tearsheet.topic.update import FIELDS, matching

Change = Literal["gained", "lost", "kept"]
CHANGES: tuple[Change, ...] = ("gained", "lost", "kept")
_KNOWN = ("document_id", "url", "title", "source", "night", "outcome", "language")
_FOLDED = ("title", "standfirst", "text")
_BATCH = 500
_SHOWN_MATCHES = 3
_AROUND = 60

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An article that a query selects, or both do; ``found`` holds the matched words with what stands around them."""

    change: Change
    document_id: str
    url: str
    title: str
    source: str
    night: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a query would change: the articles read, how many of each source it gains, loses and keeps, and some.

    ``drawn`` are the first of all of their change in the order of drawing.
    """

    topic: str
    present: Query
    proposed: Query
    articles: int
    counts: Mapping[tuple[str, Change], int]
    drawn: Mapping[Change, tuple[Match, ...]]

    def count(self, change: Change) -> int:
        """How many articles of all sources."""
        return sum(count for (_, each), count in self.counts.items() if each == change)

    @property
    def sources(self) -> list[str]:
        """The sources of which an article is selected by either query."""
        return sorted({source for source, _ in self.counts})


@dataclass(slots=True)
class _Draw:
    """The ``most`` articles of each change whose hash is smallest."""

    most: int
    seed: int
    heaps: dict[Change, list[tuple[int, str, Match]]] = field(
        default_factory=lambda: {change: [] for change in CHANGES}
    )

    def offer(self, change: Change, row: Row) -> None:
        """Keep an article if it is drawn as far as is known by now."""
        rank = -int.from_bytes(hashlib.blake2b(f"{self.seed} {row['document_id']}".encode(), digest_size=8).digest())
        heap = self.heaps[change]
        if len(heap) < self.most:
            heapq.heappush(heap, (rank, row["document_id"], _match(change, row)))
        elif heap and rank > heap[0][0]:
            heapq.heapreplace(heap, (rank, row["document_id"], _match(change, row)))

    def drawn(self) -> dict[Change, tuple[Match, ...]]:
        """What was drawn, the smallest hash first."""
        return {change: tuple(match for *_, match in sorted(heap, reverse=True)) for change, heap in self.heaps.items()}


def compare(
    archive: Archive,
    topic: Topic,
    query: str,
    *,
    since: date | None = None,
    until: date | None = None,
    most: int = 10,
    seed: int = 0,
    on_month: Callable[[str], None] = lambda month: None,
) -> Comparison:
    """Compare a topic's query with another one over its collections, languages and nights; ``most`` are drawn of each.

    Raises:
        QueryError: a query cannot be parsed.
        StorageError: the store cannot be read.
    """
    present, proposed = parse(topic.query), parse(query)
    counts: Counter[tuple[str, Change]] = Counter()
    draw = _Draw(most, seed)
    articles = 0
    for rows in _batches(_articles(archive, topic, since, until), present, proposed, on_month):
        articles += len(rows)
        for change, row in _changes(topic, present, proposed, rows):
            counts[row["source"], change] += 1
            draw.offer(change, row)
    return Comparison(
        topic=topic.id, present=present, proposed=proposed, articles=articles, counts=counts, drawn=draw.drawn()
    )


def _articles(archive: Archive, topic: Topic, since: date | None, until: date | None) -> Selection:
    """Every article that the topic may read, as it was captured last."""
    found = archive.documents().outcome(ARTICLE).where(pl.col("collection").is_in(topic.collections)).latest()
    for first in filter(None, (topic.since, since)):
        found = found.since(first)
    for last in filter(None, (topic.until, until)):
        found = found.until(last)
    return found


def _batches(found: Selection, present: Query, proposed: Query, on_month: Callable[[str], None]) -> Iterator[list[Row]]:
    """The articles in the columns that are needed, some hundred at a time."""
    looked_in = [FIELDS[name] for name in sorted(present.fields | proposed.fields)]
    for table in found.columns(*_KNOWN, *looked_in).tables():
        if table.num_rows:
            on_month(table["night"][0].as_py()[:7])
        for batch in table.to_batches(max_chunksize=_BATCH):
            yield batch.to_pylist()


def _changes(topic: Topic, present: Query, proposed: Query, rows: list[Row]) -> Iterator[tuple[Change, Row]]:
    """The rows that either query selects, with the evidence of the one that does, of the proposed where both do."""
    folded = [row | {name: fold(row.get(name)) for name in _FOLDED} for row in rows]  # once for both queries
    whole = [dict.fromkeys(FIELDS.values()) | row for row in folded]
    was = {row["document_id"]: row for row in matching(topic, present, whole)}
    will = {row["document_id"]: row for row in matching(topic, proposed, whole)}
    for document_id, row in (was | will).items():
        if document_id in was and document_id in will:
            yield "kept", row
        else:
            yield "gained" if document_id in will else "lost", row


def _match(change: Change, row: Row) -> Match:
    return Match(
        change=change,
        document_id=row["document_id"],
        url=row["url"],
        title=row["title"].stored,
        source=row["source"],
        night=row["night"],
        found=" | ".join(_context(row, match) for match in row["evidence"][:_SHOWN_MATCHES]),
    )


def _context(row: Row, match: Mapping[str, Any]) -> str:
    """Matched words, marked, with some of the text on both sides; a line."""
    stored = fold(row[FIELDS[match["field"]]]).stored
    start, end = match["offset"], match["offset"] + match["length"]
    before, after = stored[max(0, start - _AROUND) : start], stored[end : end + _AROUND]
    left, right = "…" if start > _AROUND else "", "…" if end + _AROUND < len(stored) else ""
    return " ".join(f"{match['field']}: {left}{before}»{match['words']}«{after}{right}".split())
