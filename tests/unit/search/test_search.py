"""Ranked lists: order, passages, filters, versions, topics; and selections of what a query finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.unit.search.conftest import Publish, publish

from tearsheet import search
from tearsheet.errors import ConfigError, QueryError, StorageError
from tearsheet.model import Document
from tearsheet.pull import Archive
from tearsheet.search import Found
from tearsheet.storage import Store
from tearsheet.tables import articles

Make = Callable[..., Document]


def ids(found: Found) -> list[int]:
    return [int(hit.document_id, 16) for hit in found.hits]


def test_a_headline_weighs_more_than_the_text_and_equals_come_newest_first(
    store: Store, published: Publish, make_document: Make
) -> None:
    published(
        "ports",
        make_document(1, "2026-01-05", text="The harbour was closed, and nobody said why."),
        make_document(2, "2026-02-05", title="Harbour closed", text="Nobody said why it was, and nobody asked."),
        make_document(3, "2026-03-05", text="The harbour was closed, and nobody said why."),
        make_document(4, "2026-03-05", text="Nothing of that."),
    )
    found = search.search(store, "harbour")
    assert (found.total, ids(found)) == (3, [2, 3, 1])
    assert ids(search.search(store, "harbour", limit=1, offset=1)) == [3]
    assert search.search(store, "harbour", limit=1, offset=1).total == 3


def test_passages_show_the_matching_words_as_they_stand(store: Store, published: Publish, make_document: Make) -> None:
    text = "Anfang. " * 100 + "\nIn der STRASSE zum Hafen\nlag Schnee. " + "Ende. " * 100
    published("ports", make_document(1, title="Straße gesperrt", text=text))
    (hit,) = search.search(store, "strasse hafen").hits
    marked = {s.field: [s.text[offset : offset + length] for offset, length in s.marks] for s in hit.snippets}
    assert marked == {"title": ["Straße"], "text": ["STRASSE", "Hafen"]}
    assert all(len(snippet.text) <= 240 and "\n" not in snippet.text for snippet in hit.snippets)
    (unmarked,) = search.search(store, "source:gazette").hits
    assert [(s.field, s.marks, s.text[:7]) for s in unmarked.snippets] == [("text", (), "Anfang.")]


def test_filters_narrow_before_the_latest_version_is_taken(
    store: Store, published: Publish, make_document: Make
) -> None:
    published(
        "ports",
        make_document(1, "2026-01-05", text="The old quay."),
        make_document(1, "2026-01-07", text="The new quay.", source="kurier"),
        make_document(2, "2026-01-07", text="A quay of its own.", language="de"),
    )
    archive = Archive(store)
    newest = archive.search("quay")
    assert (newest.total, sorted(hit.night for hit in newest.hits)) == (2, ["2026-01-07", "2026-01-07"])
    assert archive.search("quay", versions="all").total == 3
    assert archive.search("quay", until="2026-01-06").hits[0].night == "2026-01-05"
    assert ids(archive.search("old quay")) == [1]
    assert ids(archive.search("quay", source="kurier")) == [1]
    assert ids(archive.search("quay", language="de", since="2026-01-07")) == [2]
    with pytest.raises(ConfigError, match="is no night"):
        archive.search("quay", since="yesterday")


def test_an_article_of_two_topics_is_one_hit(store: Store, published: Publish, make_document: Make) -> None:
    published("ports", make_document(1, text="The quay."))
    published("ships", make_document(1, text="The quay."), make_document(2, text="Another quay."))
    assert search.search(store, "quay").total == 2
    assert search.search(store, "quay", topics=["ports"]).total == 1


def test_what_cannot_be_asked_says_why(store: Store, published: Publish, make_document: Make) -> None:
    published("ports", make_document(1, text="The quay."))
    with pytest.raises(QueryError, match="written in capitals"):
        search.search(store, "quay and crane")
    with pytest.raises(ConfigError, match=r"no index of ships.*`tearsheet topic ships` makes it"):
        search.search(store, "quay", topics=["ships"])


def test_nothing_published_finds_nothing(store: Store) -> None:
    assert search.refresh(store, "ports").articles == 0
    assert search.search(store, "quay") == Found(query="quay", total=0, hits=())


def test_a_selection_takes_what_a_query_finds(store: Store, published: Publish, make_document: Make) -> None:
    published(
        "ports",
        make_document(1, "2026-01-05", text="The old quay.", published_at=datetime(2026, 1, 4, tzinfo=UTC)),
        make_document(2, "2026-02-05", text="The new quay."),
        make_document(3, "2026-02-05", text="The new crane."),
    )
    store.put("config/current.json", b'{"topics": {}, "collections": {}}')
    ports = Archive(store).topic("ports")
    quays = ports.search("quay")
    assert [int(row, 16) for row in quays.to_polars()["document_id"]] == [1, 2]
    assert [int(row, 16) for row in quays.search("new").since("2026-02-01").to_polars()["document_id"]] == [2]
    assert quays.count() == 2
    assert ports.search("ship").to_polars().is_empty()
    with pytest.raises(QueryError):
        ports.search("quay or crane")
    with pytest.raises(ConfigError, match="no index to search"):
        Archive(store).documents().search("quay")


def test_a_selection_is_refused_where_the_index_is_behind_the_rows(
    store: Store, published: Publish, make_document: Make
) -> None:
    published("ports", make_document(1, text="The quay."))
    store.put("config/current.json", b'{"topics": {}, "collections": {}}')
    publish(store, "ports", [make_document(2, "2026-02-05", text="Another quay.")])
    with pytest.raises(StorageError, match=r"behind the topic's rows of 2026-02.*`tearsheet topic ports`"):
        Archive(store).topic("ports").search("quay").to_polars()
    assert search.search(store, "quay").total == 1
    articles.remove(store, [f"{1:020x}"])
    search.refresh(store, "ports")
    assert Archive(store).topic("ports").search("quay").count() == 1
