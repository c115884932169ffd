from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from tearsheet.errors import InvariantError
from tearsheet.model import Document
from tearsheet.storage import Store
from tearsheet.tables import articles
from tearsheet.tables.schema import ARTICLES, to_arrow

Make = Callable[..., Document]
FIRST, SECOND, THIRD = "2026-01-30", "2026-01-31", "2026-02-01"


def selected(rows: Iterable[Document], topic: str = "unrest", **columns: Any) -> pa.Table:
    documents = list(rows)
    given = {
        "topic": topic,
        "query_hash": "q1",
        "evidence": [{"field": "text", "offset": 3, "length": 4, "words": "word"}],
        "copy": "first",
    } | columns
    own = [row | given | {"cluster_id": row["document_id"]} for row in to_arrow(documents).to_pylist()]
    return pa.Table.from_pylist(own, schema=ARTICLES)


def marks(number: int, *nights: str) -> dict[tuple[str, str], int]:
    return {("press", night): number for night in nights}


def ids(store: Store, topic: str = "unrest") -> list[str]:
    return articles.window(store, topic, "2026-01-01", "2026-12-31", ["document_id"])["document_id"].to_list()


def test_several_nights_are_replaced_in_one_commit(store: Store, make_document: Make) -> None:
    rows = [make_document(1, FIRST), make_document(2, SECOND), make_document(3, THIRD)]
    first = articles.publish(store, "unrest", [FIRST, SECOND, THIRD], selected(rows), marks(1, FIRST, SECOND, THIRD))
    articles.publish(store, "energy", [SECOND], selected([make_document(9, SECOND)], "energy"), marks(1, SECOND))
    anew = [make_document(2, SECOND), make_document(4, THIRD)]
    second = articles.publish(store, "unrest", [SECOND, THIRD], selected(anew), marks(2, SECOND, THIRD))
    assert second.version == first.version + 2
    assert ids(store) == [make_document(n).document_id for n in (1, 2, 4)]
    assert ids(store, "energy") == [make_document(9).document_id]
    assert articles.topics(store) == ["energy", "unrest"]


def test_marks_are_kept_by_collection_and_night(store: Store, make_document: Make) -> None:
    keys = [("press", FIRST), ("radio", FIRST), ("press", SECOND)]
    assert articles.marks(store, "unrest", keys) == {}
    given = {("press", FIRST): 5, ("radio", FIRST): 2**62 - 1}
    articles.publish(store, "unrest", [FIRST], selected([make_document(1, FIRST)]), given)
    assert articles.marks(store, "unrest", keys) == given
    assert articles.marks(store, "energy", keys) == {}


def test_equal_marks_commit_nothing_and_one_other_commits_all(store: Store, make_document: Make) -> None:
    rows = selected([make_document(1, FIRST), make_document(2, SECOND)])
    nights = [FIRST, SECOND]
    assert articles.publish(store, "unrest", nights, rows, marks(1, *nights)).committed
    assert not articles.publish(store, "unrest", nights, rows, marks(1, *nights)).committed
    assert articles.publish(store, "unrest", nights, rows, marks(1, FIRST) | marks(2, SECOND)).committed
    assert articles.marks(store, "unrest", [("press", FIRST), ("press", SECOND)]) == marks(1, FIRST) | marks(2, SECOND)


def test_a_night_without_articles_is_recorded(store: Store, make_document: Make) -> None:
    articles.publish(store, "unrest", [FIRST], selected([make_document(1, FIRST)]), marks(1, FIRST))
    assert articles.publish(store, "unrest", [FIRST], selected([]), marks(2, FIRST)).committed
    assert ids(store) == []
    assert articles.marks(store, "unrest", [("press", FIRST)]) == marks(2, FIRST)


def test_rows_that_do_not_belong_are_refused(store: Store, make_document: Make) -> None:
    row = make_document(1, FIRST)
    with pytest.raises(InvariantError, match="topic is energy"):
        articles.publish(store, "unrest", [FIRST], selected([row], "energy"), marks(1, FIRST))
    with pytest.raises(InvariantError, match=f"night is {SECOND}"):
        articles.publish(store, "unrest", [FIRST], selected([row, make_document(2, SECOND)]), marks(1, FIRST))
    with pytest.raises(InvariantError, match=row.document_id):
        articles.publish(store, "unrest", [FIRST], selected([row, row]), marks(1, FIRST))
    with pytest.raises(InvariantError, match="'evidence'"):
        articles.publish(store, "unrest", [FIRST], selected([row]).drop_columns(["evidence"]), marks(1, FIRST))
    for wrong in ({}, marks(1, FIRST, SECOND)):
        with pytest.raises(InvariantError, match="marks"):
            articles.publish(store, "unrest", [FIRST], selected([row]), wrong)
    assert ids(store) == []


def test_the_same_document_of_two_collections_is_two_rows(store: Store, make_document: Make) -> None:
    rows = selected([make_document(1, FIRST), make_document(1, FIRST, collection="radio")])
    assert articles.publish(store, "unrest", [FIRST], rows, marks(1, FIRST)).rows == 2


def test_a_window_is_in_the_order_of_clustering(store: Store, make_document: Make) -> None:
    late, early = (datetime(2026, 1, 29, hour, tzinfo=UTC) for hour in (20, 8))
    rows = [
        make_document(5, FIRST, published_at=None),
        make_document(4, FIRST, published_at=late),
        make_document(3, FIRST, published_at=early),
        make_document(2, THIRD, published_at=early),
        make_document(1, THIRD, published_at=early),
        make_document(6, "2026-02-02"),
    ]
    nights = sorted({row.night for row in rows})
    articles.publish(store, "unrest", nights, selected(rows), marks(1, *nights))
    window = articles.window(store, "unrest", FIRST, THIRD, ["document_id", "near_hash"])
    assert window.columns == ["document_id", "near_hash"]
    assert window["document_id"].to_list() == [make_document(n).document_id for n in (3, 4, 5, 1, 2)]


def test_first_copies_of_some_documents_up_to_a_night(store: Store, make_document: Make) -> None:
    firsts = selected([make_document(1, FIRST), make_document(2, SECOND), make_document(3, THIRD)])
    others = selected([make_document(4, FIRST), make_document(1, THIRD)], copy="near")
    nights = [FIRST, SECOND, THIRD]
    articles.publish(store, "unrest", nights, pa.concat_tables([firsts, others]), marks(1, *nights))
    wanted = [make_document(n).document_id for n in (1, 3, 4)]
    assert articles.firsts(store, "unrest", SECOND, wanted, ["document_id"])["document_id"].to_list() == wanted[:1]
    found = articles.firsts(store, "unrest", THIRD, wanted, ["night", "document_id"])
    assert found.rows() == [(FIRST, wanted[0]), (THIRD, wanted[1])]
    assert articles.firsts(store, "energy", THIRD, wanted, ["night"]).is_empty()
