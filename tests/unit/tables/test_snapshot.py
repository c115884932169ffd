"""A snapshot holds the rows that delta-rs finds in the table, whatever its log has been through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import polars as pl
import pytest
from deltalake import DeltaTable

from tearsheet.errors import StorageError
from tearsheet.model import Document
from tearsheet.storage import Store
from tearsheet.tables import delta, documents, maintenance
from tearsheet.tables.schema import DOCUMENTS, to_arrow
from tearsheet.tables.snapshot import NEVER, scan, snapshot

Make = Callable[..., Document]


def publish(store: Store, make: Make, night: str, *numbers: int) -> None:
    documents.publish(store, "press", night, to_arrow([make(number, night) for number in numbers]))


def rows(store: Store, **bounds: str) -> pl.DataFrame:
    files = snapshot(store, documents.TABLE).within(**bounds)
    return scan(store, documents.TABLE, files["key"].to_list()).sort("night", "document_id").collect()


def same(store: Store) -> bool:
    """Whether version, files and rows are those of the table as delta-rs opens it."""
    found, opened = snapshot(store, documents.TABLE), delta.open_table(store, documents.TABLE)
    assert opened is not None
    assert (found.version, {*found.files["key"]}) == (opened.version(), delta.files(store, documents.TABLE))
    assert found.files["rows"].sum() == rows(store).height
    return rows(store).equals(delta.scan(store, documents.TABLE).sort("night", "document_id").collect())


def test_a_table_that_was_never_published_has_no_rows(store: Store) -> None:
    found = snapshot(store, documents.TABLE)
    assert (found.version, found.files.height, rows(store).height) == (NEVER, 0, 0)
    assert rows(store).columns == DOCUMENTS.names


def test_it_is_the_present_version_before_and_after_a_checkpoint(store: Store, make_document: Make) -> None:
    for day in range(1, 14):
        publish(store, make_document, f"2026-01-{day:02}", day, day + 1)
        if day in {1, 8, 9, 10, 13}:
            assert same(store)
    assert any(kind != "json" for _, kind, _ in delta.log(store, documents.TABLE)), "it has a checkpoint"
    publish(store, make_document, "2026-01-02", 50)
    maintenance.compact(store)
    assert same(store)
    maintenance.vacuum(store, timedelta(0))
    maintenance.purge(store)
    assert same(store)
    delta.delete(store, documents.TABLE, f"document_id = '{50:020x}'")
    assert same(store)
    assert 50 not in {int(value, 16) for value in rows(store)["document_id"]}


def test_files_of_other_nights_and_partitions_are_left_out(store: Store, make_document: Make) -> None:
    for night in ("2026-01-05", "2026-02-05", "2026-02-20"):
        publish(store, make_document, night, 1, 2)
    assert rows(store, first="2026-02-20")["night"].unique().to_list() == ["2026-02-20"]
    assert rows(store, last="2026-02-04")["night"].unique().to_list() == ["2026-01-05"]
    assert rows(store, first="2026-02-06", last="2026-02-19").height == 0
    assert rows(store, month="2026-01", collection="press").height == 2
    assert rows(store, collection="others").height == 0


def test_rows_can_name_their_file(store: Store, make_document: Make) -> None:
    publish(store, make_document, "2026-01-05", 1)
    (key,) = snapshot(store, documents.TABLE).files["key"]
    found = scan(store, documents.TABLE, [key], origin="file").select("night", "month", "file").collect()
    assert found.rows() == [("2026-01-05", "2026-01", store.url(key))]


def test_columns_that_older_files_have_not_are_null(store: Store, make_document: Make) -> None:
    older = delta.Table(
        name="documents",
        description="as it once was",
        schema=DOCUMENTS.remove(DOCUMENTS.get_field_index("agency")),
        partition_by=documents.TABLE.partition_by,
        statistics=documents.TABLE.statistics,
    )
    before = to_arrow([make_document(1, "2026-01-05")]).drop_columns(["agency"])
    delta.overwrite(
        store, older, before, predicate="night = '2026-01-05'", transactions={"press/1": 1}, note={}, within="press"
    )
    assert rows(store)["agency"].to_list() == [None]
    documents.publish(store, "press", "2026-01-06", to_arrow([make_document(2, "2026-01-06", agency="dpa")]))
    assert rows(store)["agency"].to_list() == [None, "dpa"]


def test_a_table_that_needs_another_reader_is_refused(store: Store, make_document: Make) -> None:
    publish(store, make_document, "2026-01-05", 1)
    url = store.url(documents.TABLE.prefix)
    DeltaTable(url, storage_options=store.table_options()).alter.set_table_properties(
        {"delta.enableDeletionVectors": "true"}
    )
    with pytest.raises(StorageError, match=r"tables/documents: .*needs Delta reader version 3"):
        snapshot(store, documents.TABLE)


def test_a_damaged_log_is_told(store: Store, make_document: Make) -> None:
    publish(store, make_document, "2026-01-05", 1)
    store.put("tables/documents/_delta_log/_last_checkpoint", b"no log")
    with pytest.raises(StorageError, match="tables/documents"):
        snapshot(store, documents.TABLE)
