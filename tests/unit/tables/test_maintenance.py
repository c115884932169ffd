from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import polars as pl

from tearsheet.model import Document
from tearsheet.storage import Store
from tearsheet.tables import delta, documents, maintenance
from tearsheet.tables.schema import to_arrow

Make = Callable[..., Document]
NIGHTS = [f"2026-01-{day:02d}" for day in range(1, 6)]


def files(store: Store) -> list[str]:
    return [info.key for info in store.list("tables/documents/collection=press/")]


def publish(store: Store, night: str, document: Document) -> documents.Published:
    return documents.publish(store, "press", night, to_arrow([document]))


def test_compaction_changes_files_and_nothing_else(store: Store, make_document: Make) -> None:
    keys = [("press", night) for night in NIGHTS]
    rows = {night: make_document(n, night) for n, night in enumerate(NIGHTS)}
    recorded = {("press", night): publish(store, night, row).fingerprint for night, row in rows.items()}
    assert maintenance.compact(store) == {"documents": len(NIGHTS), "articles": 0}
    assert documents.fingerprints(store, keys) == recorded
    assert not publish(store, NIGHTS[0], rows[NIGHTS[0]]).committed
    assert publish(store, NIGHTS[1], make_document(77, NIGHTS[1])).committed
    left = [documents.rows(store, "press", night)["document_id"].item() for night in NIGHTS]
    assert left == [make_document(n).document_id for n in (0, 77, 2, 3, 4)]


def test_vacuum_deletes_what_is_replaced_and_old(store: Store, make_document: Make) -> None:
    publish(store, NIGHTS[0], make_document(1, NIGHTS[0]))
    publish(store, NIGHTS[0], make_document(2, NIGHTS[0]))
    assert maintenance.vacuum(store) == {"documents": 0, "articles": 0}
    assert len(files(store)) == 2
    assert maintenance.vacuum(store, timedelta(0)) == {"documents": 1, "articles": 0}
    assert len(files(store)) == 1
    assert documents.rows(store, "press", NIGHTS[0])["document_id"].to_list() == [make_document(2).document_id]
    assert not publish(store, NIGHTS[0], make_document(2, NIGHTS[0])).committed


def test_a_store_without_tables_needs_no_upkeep(store: Store) -> None:
    assert maintenance.compact(store) == maintenance.vacuum(store) == {"documents": 0, "articles": 0}


def test_a_purge_leaves_the_present_version_and_no_other(store: Store, make_document: Make) -> None:
    keys = [("press", night) for night in NIGHTS]
    for n, night in enumerate(NIGHTS):
        publish(store, night, make_document(n, night, title="A name that has to go"))
        publish(store, night, make_document(n + 50, night))
    recorded = documents.fingerprints(store, keys)
    rows = [documents.rows(store, "press", night) for night in NIGHTS]
    assert maintenance.purge(store)["documents"] > len(NIGHTS)
    assert documents.fingerprints(store, keys) == recorded
    assert all(before.equals(documents.rows(store, "press", night)) for before, night in zip(rows, NIGHTS, strict=True))
    held = [pl.read_parquet(io.BytesIO(store.get(key))) for key in files(store)]
    assert sum(file.height for file in held) == len(NIGHTS)
    assert not any("A name that has to go" in file["title"] for file in held)
    versions = {version for version, _, _ in delta.log(store, documents.TABLE)}
    assert len(versions) == 1, "one checkpoint with its commit"
    maintenance.purge(store)
    assert publish(store, NIGHTS[0], make_document(99, NIGHTS[0])).committed
    assert documents.rows(store, "press", NIGHTS[0]).height == 1
