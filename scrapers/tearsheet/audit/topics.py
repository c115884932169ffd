"""Topics against documents: marks, selected articles, copied rows, clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

import polars as pl

from tearsheet.audit.finding import Finding, found
from tearsheet.audit.inventory import Key
from tearsheet.config.models import Topic
from tearsheet.fingerprints import version_id
from tearsheet.select.query import Query, parse
from tearsheet.storage import Store
from tearsheet.tables import articles
from tearsheet.topic import plan
from tearsheet.topic.update import FIELDS, inside, matching

NEEDED = ["document_id", "version_id", "outcome", *FIELDS.values()]
_FIRST, _LAST = "0000-01-01", "9999-12-31"


class Selected:
    """One topic while its nights are audited: what it holds, which of its nights are stale."""

    def __init__(self, store: Store, topic: Topic, scanned: pl.LazyFrame) -> None:
        self.topic, self._store, self._scanned = topic, store, scanned
        self.query: Query = parse(topic.query)
        self.stale = {night for run in plan(store, topic, self.query).runs for night in run.nights}

    def marks(self, covered: Set[str]) -> Iterator[Finding]:
        """Covered nights that are to be selected anew."""
        for night in sorted(self.stale & covered):
            yield found("topic.stale", self._place(night), "its mark is not the recorded one", self.topic.id)

    def night(self, key: Key, rows: pl.DataFrame) -> Iterator[Finding]:
        """The topic's rows of a published night against what the query selects of the night's documents."""
        collection, night = key
        if collection not in self.topic.collections or night in self.stale:
            return
        columns = ["collection", "document_id", "version_id", "url", "title", "text"]
        kept = articles.window(self._store, self.topic.id, night, night, columns, self._scanned)
        held = {row["document_id"]: row for row in kept.filter(collection=collection).to_dicts()}
        wanted = {str(row["document_id"]): row for row in self._matching(night, rows)}
        yield from self._compared(night, held, wanted)

    def clusters(self, covered: Set[str]) -> Iterator[Finding]:
        """Clusters with a copy in a covered night whose first copy does not stand in them once."""
        columns = ["night", "document_id", "cluster_id", "copy"]
        rows = articles.window(self._store, self.topic.id, _FIRST, _LAST, columns, self._scanned)
        first = pl.col("copy") == "first"
        broken = rows.group_by("cluster_id").agg(
            nights=pl.col("night").unique().sort(),
            firsts=first.sum(),
            named=(first & (pl.col("document_id") == pl.col("cluster_id"))).sum(),
        )
        for cluster in broken.filter((pl.col("firsts") != 1) | (pl.col("named") != 1)).sort("cluster_id").to_dicts():
            if covered & {*cluster["nights"]} and not self.stale & {*cluster["nights"]}:
                what = f"{cluster['firsts']} first copies in {self.topic.id}, {cluster['named']} of its name"
                yield found("cluster.broken", cluster["cluster_id"], what, self.topic.id, *cluster["nights"])

    def _matching(self, night: str, rows: pl.DataFrame) -> Iterator[Mapping[str, object]]:
        if inside(self.topic, night):
            yield from matching(self.topic, self.query, rows.select([*NEEDED, "url"]).to_dicts())

    def _compared(
        self, night: str, held: Mapping[str, Mapping[str, object]], wanted: Mapping[str, Mapping[str, object]]
    ) -> Iterator[Finding]:
        subject, place = (self.topic.id, night), self._place(night)
        for document_id in sorted(wanted.keys() | held.keys()):
            row, article = wanted.get(document_id), held.get(document_id)
            if article is None:
                yield found("article.missing", str(wanted[document_id]["url"]), place, *subject)
            elif row is None:
                yield found("article.extra", str(article["url"]), place, *subject)
            elif row["version_id"] != article["version_id"] or not _says(article):
                yield found("article.changed", str(article["url"]), place, *subject)

    def _place(self, night: str) -> str:
        return f"{articles.TABLE.prefix}/{self.topic.id}/{night}"


def _says(article: Mapping[str, object]) -> bool:
    """Whether title and text are those that the row names."""
    title, text = article["title"], article["text"]
    return version_id(None if title is None else str(title), str(text)) == article["version_id"]
