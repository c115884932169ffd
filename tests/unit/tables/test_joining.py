"""Files of nights are joined as they come; no row changes, nor what is recorded of the nights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from deltalake import DeltaTable

from tearsheet.model import Document
from tearsheet.storage import Store
from tearsheet.tables import delta, documents, joining
from tearsheet.tables.schema import to_arrow

Make = Callable[..., Document]
NIGHTS = [(date(2026, 1, 15) + timedelta(days=n)).isoformat() for n in range(26)]
LOOSE = documents.TABLE.loose


def months(store: Store) -> Counter[str]:
    return Counter(key.split("/month=")[1][:7] for key in delta.files(store, documents.TABLE))


def publish(store: Store, night: str, row: Document, collection: str = "press") -> documents.Published:
    return documents.publish(store, collection, night, to_arrow([row]))


def test_a_month_never_has_more_than_its_loose_files_and_a_closed_one_has_one(
    store: Store, make_document: Make
) -> None:
    rows = [make_document(n, night) for n, night in enumerate(NIGHTS)]
    published = [publish(store, row.night, row) for row in rows]
    assert all(done.committed for done in published)
    found = [documents.rows(store, "press", night)["document_id"].to_list() for night in NIGHTS]
    assert found == [[row.document_id] for row in rows]
    held = months(store)
    assert held["2026-01"] == 1
    assert 1 <= held["2026-02"] <= 1 + LOOSE
    assert not publish(store, NIGHTS[3], rows[3]).committed, "a night that was joined is known"
    assert publish(store, NIGHTS[3], make_document(99, NIGHTS[3])).committed
    assert months(store)["2026-01"] == 1, "a closed month is joined again when one of its nights is replaced"
    assert documents.rows(store, "press", NIGHTS[3])["document_id"].to_list() == [make_document(99).document_id]


def test_only_the_collection_that_was_written_is_joined(store: Store, make_document: Make) -> None:
    for n, night in enumerate(NIGHTS[:LOOSE]):
        publish(store, night, make_document(n, night))
    before = delta.files(store, documents.TABLE)
    for n, night in enumerate(NIGHTS[: LOOSE + 2]):
        publish(store, night, make_document(50 + n, night, collection="other"), "other")
    files = delta.files(store, documents.TABLE)
    assert before < files
    assert sum("collection=other" in key for key in files) == 1


def test_what_others_wrote_meanwhile_stays(store: Store, make_document: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process replaces a night between the commit and the joining, which then is left to the next commit."""
    for n, night in enumerate(NIGHTS[: LOOSE + 1]):
        publish(store, night, make_document(n, night))
    ours = delta.open_table(store, documents.TABLE)
    assert ours is not None
    publish(store, NIGHTS[0], make_document(77, NIGHTS[0]))
    delta.join(ours, ("collection", "press"), 0, delta.WRITER)
    assert documents.rows(store, "press", NIGHTS[0])["document_id"].to_list() == [make_document(77).document_id]
    assert documents.rows(store, "press", NIGHTS[1])["document_id"].to_list() == [make_document(1).document_id]


def test_a_table_opens_from_its_newest_checkpoint_alone(store: Store, make_document: Make) -> None:
    for n, night in enumerate(NIGHTS[:3]):
        publish(store, night, make_document(n, night))
    opened = delta.open_table(store, documents.TABLE)
    assert isinstance(opened, DeltaTable)
    assert opened.version() in {version for version, kind, _ in delta.log(store, documents.TABLE) if kind != "json"}


def test_closing_a_month_deletes_what_no_kept_version_needs(
    store: Store, make_document: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lying() -> set[str]:
        return {info.key for info in store.list("tables/documents/collection=press/")}

    for n, night in enumerate(NIGHTS[:17]):
        publish(store, night, make_document(n, night))
    assert len(lying()) > len(delta.files(store, documents.TABLE)), "a week is kept"
    monkeypatch.setattr(joining, "_HOURS_KEPT", 0)
    publish(store, NIGHTS[17], make_document(17, NIGHTS[17]))
    assert lying() == delta.files(store, documents.TABLE)
