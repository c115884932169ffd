"""A topic's rows follow from the documents alone: not from the order of nights, not from how often it was updated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from tearsheet.config.models import Topic
from tearsheet.errors import QueryError
from tearsheet.fingerprints import content_hash, near_hash, version_id
from tearsheet.model import Document
from tearsheet.storage import Store
from tearsheet.tables import articles, documents
from tearsheet.tables.schema import to_arrow
from tearsheet.topic import update

TOPIC = Topic(
    id="ports", title="Ports", query='quay OR "eastern harbour"', languages=("en",), collections=("press", "wire")
)
NIGHTS = ["2026-01-05", "2026-01-06", "2026-01-07", "2026-02-20"]
COLUMNS = ["collection", "night", "document_id", "cluster_id", "copy", "query_hash", "title"]


def story(seed: str, words: int = 120) -> str:
    """A text of its own for each seed, about a quay."""
    return "The quay was widened. " + " ".join(f"{seed}{n} said word {n * len(seed)}" for n in range(words))


@dataclass(frozen=True)
class Desk:
    """Publishes nights of documents and reads what the topic made of them."""

    store: Store
    make: Callable[..., Document]

    def publish(self, night: str, *texts: tuple[int, str], collection: str = "press", **values: Any) -> None:
        rows = []
        for number, text in texts:
            columns = {
                "collection": collection,
                "text": text,
                "language": "en",
                "version_id": version_id(values.get("title", f"Title {number}"), text),
                "content_hash": content_hash(text),
                "near_hash": near_hash(text),
                "payload_digest": f"sha256:{content_hash(text)}",
            }
            rows.append(self.make(number, night, **(columns | values)))
        documents.publish(self.store, collection, night, to_arrow(rows))
        self.store.put(f"runs/{collection}/{night}/plan.json", b"{}")

    def rows(self, topic: Topic = TOPIC) -> list[tuple[Any, ...]]:
        found = articles.window(self.store, topic.id, "2000-01-01", "2100-01-01", COLUMNS)
        return sorted(found.sort(pl.all()).rows())


@pytest.fixture
def desk(store: Store, make_document: Callable[..., Document]) -> Desk:
    """An empty archive."""
    return Desk(store, make_document)


def publish_all(desk: Desk, order: Sequence[str], each: Callable[[], object] = lambda: None) -> None:
    """Four nights of two collections, in some order; ``each`` is called after every night."""
    edited = story("a") + " Local end."
    copies = {"2026-01-05": (1, story("a")), "2026-01-06": (2, edited), "2026-01-07": (3, story("b"))}
    for night in order:
        number, text = copies.get(night, (4, story("a")))
        desk.publish(night, (number, text), (number + 10, "Nothing of harbours here."))
        desk.publish(night, (number + 20, story("wire")), collection="wire")
        each()


def test_copies_join_the_first_and_others_stay_out(desk: Desk) -> None:
    publish_all(desk, NIGHTS)
    result = update(desk.store, TOPIC)
    assert result.nights == tuple(NIGHTS)
    assert result.articles == 8
    kinds = {(row[1], int(row[2], 16)): (int(row[3], 16), row[4]) for row in desk.rows()}
    assert kinds["2026-01-05", 1] == (1, "first")
    assert kinds["2026-01-06", 2] == (1, "near")
    assert kinds["2026-01-07", 3] == (3, "first")
    assert kinds["2026-02-20", 4] == (4, "first"), "thirty nights are over"
    assert kinds["2026-01-06", 22] == (21, "identical")


def test_an_update_without_news_commits_nothing(desk: Desk) -> None:
    publish_all(desk, NIGHTS)
    update(desk.store, TOPIC)
    before = desk.rows()
    again = update(desk.store, TOPIC)
    assert again.nights == ()
    assert desk.rows() == before


@pytest.mark.parametrize("order", [NIGHTS[::-1], [NIGHTS[i] for i in (2, 0, 3, 1)]])
def test_rows_do_not_depend_on_the_order_of_nights(
    desk: Desk, store: Store, make_document: Callable[..., Document], order: list[str]
) -> None:
    publish_all(desk, order, lambda: update(desk.store, TOPIC))
    out_of_order = desk.rows()
    publish_all(desk, NIGHTS)  # the same rows: nothing is committed
    assert update(desk.store, TOPIC).nights == ()
    in_order = Topic(**(TOPIC.model_dump() | {"id": "ports-again"}))
    update(desk.store, in_order)
    assert desk.rows(in_order) == out_of_order


def test_a_backfill_that_reaches_beyond_its_window_is_followed(desk: Desk) -> None:
    """Night 0 makes night 20's first copy a mere copy, so night 40 starts a cluster of its own."""
    late, later = "2026-01-25", "2026-02-14"
    for number, night in ((2, late), (3, later)):
        desk.publish(night, (number, story("a")))
    update(desk.store, TOPIC)
    assert {(row[1], row[4]) for row in desk.rows()} == {(late, "first"), (later, "identical")}
    desk.publish("2026-01-05", (1, story("a")))
    assert update(desk.store, TOPIC).nights == ("2026-01-05", late, later)
    assert {(row[1], row[4]) for row in desk.rows()} == {("2026-01-05", "first"), (late, "identical"), (later, "first")}


def test_a_changed_query_selects_its_past_anew(desk: Desk) -> None:
    publish_all(desk, NIGHTS)
    update(desk.store, TOPIC)
    changed = Topic(**(TOPIC.model_dump() | {"query": "harbours"}))
    assert update(desk.store, changed).nights == tuple(NIGHTS)
    assert {int(row[2], 16) for row in desk.rows()} == {11, 12, 13, 14}


def test_a_document_that_two_collections_hold_stands_once_each(desk: Desk) -> None:
    desk.publish(NIGHTS[0], (1, story("a")))
    desk.publish(NIGHTS[0], (1, story("a")), collection="wire")
    update(desk.store, TOPIC)
    assert sorted((row[0], row[4]) for row in desk.rows()) in (
        [("press", "first"), ("wire", "version")],
        [("press", "version"), ("wire", "first")],
    )


def test_languages_and_days_bound_a_topic(desk: Desk) -> None:
    desk.publish(NIGHTS[0], (1, story("a")), language="de")
    desk.publish(NIGHTS[1], (2, story("b")), language=None)
    desk.publish(NIGHTS[2], (3, story("c")))
    update(desk.store, TOPIC)
    assert {int(row[2], 16) for row in desk.rows()} == {2, 3}
    ended = Topic(**(TOPIC.model_dump() | {"until": NIGHTS[1]}))
    update(desk.store, ended)
    assert {int(row[2], 16) for row in desk.rows()} == {2}


def test_a_query_that_cannot_be_parsed_is_refused(desk: Desk) -> None:
    with pytest.raises(QueryError):
        update(desk.store, Topic(**(TOPIC.model_dump() | {"query": "quay AND ("})))
