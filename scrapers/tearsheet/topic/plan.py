"""Which nights a topic has to select anew.

A night's *mark* is a hash of everything its rows depend on: the topic's query, languages and dates, and the
fingerprints of the documents of this night and of the nights whose copies it may join (the window). The articles
table keeps the mark of each (topic, collection, night) in the commit that wrote it; a night whose stored mark differs
is stale. New topic, changed query, new night, backfill, re-run, lost event: one path, and a change of night n makes
nights n … n+29 stale by itself.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from tearsheet.config.models import Topic
from tearsheet.dedupe.clusters import WINDOW_NIGHTS
from tearsheet.select.query import Query
from tearsheet.storage import Store
from tearsheet.tables import articles, documents

Key = tuple[str, str]
"""(collection, night)."""


@dataclass(frozen=True, slots=True)
class Stale:
    """Nights to select anew and commit together, ascending, and the marks their (collection, night) will carry."""

    nights: tuple[str, ...]
    marks: Mapping[Key, int]

    def with_night(self, other: Stale) -> Stale:
        """Both together."""
        return Stale((*self.nights, *other.nights), {**self.marks, **other.marks})


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """All published nights of the topic's collections with the marks they should have, and the runs of stale ones.

    No night between the first and the last of a run is fresh, and a run has at most ``WINDOW_NIGHTS`` nights.
    """

    nights: tuple[str, ...]
    marks: Mapping[Key, int]
    runs: tuple[Stale, ...]

    def only(self, *nights: str) -> Stale:
        """These nights with their marks."""
        return Stale(nights, {key: mark for key, mark in self.marks.items() if key[1] in nights})

    def following(self, run: Stale) -> str | None:
        """The night after a run, unless it is stale itself and will be selected anew anyway."""
        after = next((night for night in self.nights if night > run.nights[-1]), None)
        return None if any(after in other.nights for other in self.runs) else after


def plan(store: Store, topic: Topic, query: Query, anew: Set[str] = frozenset()) -> TopicPlan:
    """Compare the marks the topic's nights should have with those its commits recorded; ``anew`` are stale anyway."""
    published = documents.fingerprints(store, list(_nights(store, topic)))
    by_night = sorted((night, collection, number) for (collection, night), number in published.items())
    wanted = {key: _mark(topic, query, _window(by_night, key[1])) for key in sorted(published)}
    stored = articles.marks(store, topic.id, list(wanted))
    nights = tuple(sorted({key[1] for key in wanted}))
    stale = {key[1] for key, mark in wanted.items() if stored.get(key) != mark or key[1] in anew}
    drawn = TopicPlan(nights, wanted, ())
    return replace(drawn, runs=tuple(drawn.only(*run) for run in _runs(nights, stale)))


def since_window(night: str) -> str:
    """The first night whose copies a night's articles may join."""
    return (date.fromisoformat(night) - timedelta(days=WINDOW_NIGHTS - 1)).isoformat()


def _nights(store: Store, topic: Topic) -> Iterable[Key]:
    for collection in topic.collections:
        for night in store.prefixes(f"runs/{collection}/"):
            yield collection, night


def _window(by_night: Sequence[tuple[str, str, int]], night: str) -> Sequence[tuple[str, str, int]]:
    """The fingerprints of a night and of those whose copies it may join, by collection and night."""
    start = bisect_left(by_night, since_window(night), key=itemgetter(0))
    end = bisect_right(by_night, night, key=itemgetter(0))
    return sorted((collection, each, number) for each, collection, number in by_night[start:end])


def _runs(nights: Sequence[str], stale: Set[str]) -> Iterator[tuple[str, ...]]:
    for is_stale, run in groupby(nights, key=stale.__contains__):
        if is_stale:
            together = tuple(run)
            yield from (together[n : n + WINDOW_NIGHTS] for n in range(0, len(together), WINDOW_NIGHTS))


def _mark(topic: Topic, query: Query, window: Sequence[tuple[str, str, int]]) -> int:
    recipe = repr((query.hash, sorted(topic.languages), str(topic.since), str(topic.until), window))
    return int.from_bytes(hashlib.sha256(recipe.encode()).digest()[:8]) >> 2
