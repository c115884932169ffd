from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from tests.unit.conftest import _document as make_document

from tearsheet.errors import ConfigError, StorageError
from tearsheet.pull import Archive, Selection
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import to_arrow


def numbers(selection: Selection) -> list[int]:
    """The numbers of the selected documents, in their order."""
    return [int(value, 16) for value in selection.to_polars()["document_id"]]


def test_a_topic_is_its_articles_in_order(archive: Archive) -> None:
    assert numbers(archive.topic("unrest")) == [1, 2, 3, 1, 5]
    assert archive.topic("unrest").count() == 5


def test_nights_bound_a_selection_on_both_sides(archive: Archive) -> None:
    topic = archive.topic("unrest")
    assert numbers(topic.since("2026-01-31")) == [2, 3, 1, 5]
    assert numbers(topic.until(date(2026, 1, 31))) == [1, 2, 3]
    assert numbers(topic.since("2026-01-31").until("2026-01-31")) == [2, 3]
    assert topic.nights().rows() == [("2026-01-30", 1), ("2026-01-31", 2), ("2026-02-01", 2)]
    assert numbers(topic) == [1, 2, 3, 1, 5], "a selection never changes"


def test_dates_of_publication_bound_it_too(archive: Archive) -> None:
    topic = archive.topic("unrest")
    assert numbers(topic.published()) == [1, 2, 1, 5], "undated articles are left out"
    assert numbers(topic.published("2026-01-31", "2026-02-01")) == [2, 5], "the last day counts to its end"
    assert numbers(topic.published(until="2026-01-31")) == [1, 2, 1]


def test_sources_languages_and_outcomes(archive: Archive) -> None:
    topic = archive.topic("unrest")
    assert numbers(topic.source("kurier")) == [2]
    assert numbers(topic.source("kurier", "gazette")) == [1, 2, 3, 1, 5]
    assert numbers(topic.language("de", "en")) == [2, 5]
    assert numbers(archive.documents()) == [1, 2, 3, 6, 1, 5]
    assert numbers(archive.documents().outcome("drop.listing")) == [6]
    assert numbers(topic.where(pl.col("title") == "=1+1")) == [3]


def test_latest_keeps_the_newest_row_of_each_document(archive: Archive) -> None:
    latest = archive.topic("unrest").latest()
    assert numbers(latest) == [2, 3, 1, 5]
    texts = latest.with_text().to_polars().filter(pl.col("document_id").str.ends_with("01"))["text"].to_list()
    assert texts == ["Riots, they now say."]
    assert numbers(archive.topic("unrest").until("2026-01-31").latest()) == [1, 2, 3]
    assert numbers(latest.until("2026-01-31")) == [1, 2, 3], "filters come first, whenever they are called"


def test_one_row_a_cluster(archive: Archive) -> None:
    topic = archive.topic("unrest")
    assert numbers(topic.one_per_cluster()) == [1, 3, 5]
    assert topic.one_per_cluster().to_polars()["copy"].unique().to_list() == ["first"]
    assert numbers(topic.since("2026-01-31").one_per_cluster()) == [2, 3, 5], "the earliest where the first is not in"
    assert numbers(topic.latest().one_per_cluster()) == numbers(topic.one_per_cluster().latest()) == [2, 3, 5]
    with pytest.raises(ConfigError, match="have no clusters"):
        archive.documents().one_per_cluster()


def test_text_must_be_asked_for(archive: Archive) -> None:
    topic = archive.topic("unrest")
    usual = topic.to_polars().columns
    assert not {"text", "removed", "near_hash"} & {*usual}
    assert topic.with_text().to_polars().columns == [*usual, "text"]
    assert topic.columns("title", "removed", "title").to_polars().columns == ["title", "removed"]
    with pytest.raises(ConfigError, match=r"'mood'.*published_at"):
        topic.columns("title", "mood")


def test_columns_that_are_not_asked_for_are_not_read(own: Archive, store: Store) -> None:
    for info in store.list("tables/articles/topic=unrest/"):
        body = bytearray(store.get(info.key))
        chunks = pq.ParquetFile(io.BytesIO(body)).metadata.row_group(0)
        for number in range(chunks.num_columns):
            chunk = chunks.column(number)
            if chunk.path_in_schema.startswith(("text", "removed")):
                start = chunk.dictionary_page_offset or chunk.data_page_offset
                body[start : start + chunk.total_compressed_size] = bytes(chunk.total_compressed_size)
        store.put(info.key, bytes(body))
    assert numbers(own.topic("unrest").latest()) == [2, 3, 1, 5]
    with pytest.raises(StorageError):
        own.topic("unrest").with_text().to_polars()


def test_months_outside_the_nights_are_not_read(own: Archive, store: Store) -> None:
    store.delete([info.key for info in store.list("tables/articles/topic=unrest/month=2026-01/")])
    assert numbers(own.topic("unrest").since("2026-02-01").latest()) == [1, 5]
    with pytest.raises(StorageError):
        own.topic("unrest").since("2026-01-31").to_polars()


def test_the_ends_agree(archive: Archive) -> None:
    topic = archive.topic("unrest").with_text()
    frame = topic.to_polars()
    table = topic.to_arrow()
    assert table.schema.equals(topic.schema, check_metadata=True)
    assert pl.DataFrame(table).equals(frame)
    pandas = topic.to_pandas()
    assert pandas["document_id"].tolist() == frame["document_id"].to_list()
    assert str(pandas["published_at"].dtype) == "datetime64[us, UTC]"
    assert topic.scan().collect().sort("night", "document_id").equals(frame.sort("night", "document_id"))


def test_pandas_that_is_missing_is_named(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tearsheet.pull.selection.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'tearsheet\[pandas\]'"):
        archive.topic("unrest").to_pandas()


@pytest.mark.parametrize("wrong", ["yesterday", "2026-13-01", "2026", ""])
def test_a_day_that_is_none_is_refused(archive: Archive, wrong: str) -> None:
    for narrow in (archive.documents().since, archive.documents().until, archive.documents().published):
        with pytest.raises(ConfigError, match="YYYY-MM-DD"):
            narrow(wrong)


def test_a_text_that_is_not_its_version_is_never_handed_out(store: Store, tmp_path: Path) -> None:
    rows = to_arrow([make_document(1, "2026-01-30", version_id="0" * 20)])
    documents.publish(store, "press", "2026-01-30", rows)
    damaged = Archive(store).documents()
    assert damaged.count() == 1
    for read in (damaged.with_text().to_polars, lambda: damaged.with_text().write(tmp_path / "rows.csv")):
        with pytest.raises(StorageError, match="is another text"):
            read()
    assert list(tmp_path.iterdir()) == []
