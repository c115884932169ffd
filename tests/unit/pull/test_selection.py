from __future__ import annotations

import io
import json
import pickle
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.conftest import _document as make_document

from tearsheet.errors import ConfigError, StorageError
from tearsheet.pull import Archive, Article, Count, Selection
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import ARTICLES, from_row, to_arrow


def numbers(selection: Selection) -> list[int]:
    """The numbers of the selected documents, in their order."""
    return [int(value, 16) for value in selection.to_polars()["document_id"]]


def test_a_topic_is_each_article_once_as_it_was_fetched_last(archive: Archive) -> None:
    topic = archive.topic("unrest")
    assert numbers(topic) == numbers(topic.latest()) == [2, 3, 1, 5]
    assert numbers(topic.all_versions()) == [1, 2, 3, 1, 5]
    assert numbers(topic.all_versions().latest()) == [2, 3, 1, 5]
    assert numbers(topic.until("2026-01-31")) == [1, 2, 3], "the latest of those that are selected"
    assert topic.scan().select(pl.len()).collect().item() == 4
    assert topic.nights().rows() == [("2026-01-31", 2), ("2026-02-01", 2)]


def test_a_count_says_what_was_counted(archive: Archive) -> None:
    topic = archive.topic("unrest")
    told = {
        topic: "4 articles, latest versions; 1 earlier version left out",
        topic.all_versions(): "5 articles, all versions",
        topic.since("2026-02-01"): "2 articles, latest versions",
        topic.one_per_cluster(): "3 stories, latest versions; 1 earlier version and 1 copy left out",
        topic.all_versions().one_per_cluster(): "3 stories, all versions; 2 copies left out",
        archive.documents(): "6 documents, every capture",
        archive.documents().latest(): "5 documents, latest versions; 1 earlier version left out",
    }
    for selection, words in told.items():
        count = selection.count()
        assert repr(count) == words
        assert count == selection.to_polars().height == int(words[0])
        assert count + count.earlier + count.copies == int(selection.all_versions().nights()["rows"].sum()) or (
            selection.counted.startswith("stories")
        )
        assert repr(selection).endswith(f": {words[2:].partition(';')[0]}")


def test_a_count_is_a_number_wherever_one_is_wanted() -> None:
    count = Count(1412, "articles, latest versions", 1003, 2)
    assert repr(count) == "1,412 articles, latest versions; 1,003 earlier versions and 2 copies left out"
    assert (str(count), f"{count}", f"{count:,}", json.dumps([count])) == ("1412", "1412", "1,412", "[1412]")
    assert (count + 1, pl.DataFrame({"rows": [count]}).item()) == (1413, 1412)
    again = pickle.loads(pickle.dumps(count))
    assert (again, repr(again)) == (count, repr(count))


def test_nights_bound_a_selection_on_both_sides(archive: Archive) -> None:
    topic = archive.topic("unrest").all_versions()
    assert numbers(topic.since("2026-01-31")) == [2, 3, 1, 5]
    assert numbers(topic.until(date(2026, 1, 31))) == [1, 2, 3]
    assert numbers(topic.since("2026-01-31").until("2026-01-31")) == [2, 3]
    assert topic.nights().rows() == [("2026-01-30", 1), ("2026-01-31", 2), ("2026-02-01", 2)]
    assert numbers(topic) == [1, 2, 3, 1, 5], "a selection never changes"


def test_dates_of_publication_bound_it_too(archive: Archive) -> None:
    topic = archive.topic("unrest").all_versions()
    assert numbers(topic.published()) == [1, 2, 1, 5], "undated articles are left out"
    assert numbers(topic.published("2026-01-31", "2026-02-01")) == [2, 5], "the last day counts to its end"
    assert numbers(topic.published(until="2026-01-31")) == [1, 2, 1]


def test_sources_languages_and_outcomes(archive: Archive) -> None:
    topic = archive.topic("unrest").all_versions()
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
    assert numbers(topic.all_versions().one_per_cluster()) == [1, 3, 5]
    assert topic.all_versions().one_per_cluster().to_polars()["copy"].unique().to_list() == ["first"]
    assert numbers(topic.since("2026-01-31").one_per_cluster()) == [2, 3, 5], "the earliest where the first is not in"
    assert numbers(topic.one_per_cluster()) == numbers(topic.one_per_cluster().latest()) == [2, 3, 5]
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


def test_iterated_it_gives_whole_articles(archive: Archive) -> None:
    topic = archive.topic("unrest").columns("title")
    articles = list(topic)
    assert [int(article.document_id, 16) for article in articles] == numbers(archive.topic("unrest"))
    (one,) = (article for article in articles if article.document_id.endswith("01"))
    assert (one.text, one.topic, one.copy, one.near_hash) == ("Riots, they now say.", "unrest", "version", b"\xfb\x00")
    assert one.published_at == datetime(2026, 1, 30, 10, tzinfo=UTC)
    assert (one.evidence[0].words, one.authors) == ("Text", ())
    rows = archive.topic("unrest").columns(*ARTICLES.names).to_polars().to_dicts()
    for article, row in zip(articles, rows, strict=True):
        assert {f.name: getattr(article, f.name) for f in fields(from_row(row))} == {
            f.name: getattr(from_row(row), f.name) for f in fields(from_row(row))
        }
    assert [article.topic for article in archive.documents()] == [None] * 6


def test_an_article_has_the_columns_of_the_table() -> None:
    hints = get_type_hints(Article)
    assert {*hints} == {*ARTICLES.names}
    from_topic = {"topic", "query_hash", "cluster_id", "copy"}
    for column in ARTICLES:
        kind = hints[column.name]
        parts = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
        assert (NoneType in parts) == (column.nullable or column.name in from_topic), column.name
        assert _python(column.type) in {_plain(part) for part in parts}, column.name


def _plain(kind: object) -> object:
    """The class of a hint: of a Literal that of its values."""
    return type(get_args(kind)[0]) if get_origin(kind) is Literal else get_origin(kind) or kind


def _python(kind: pa.DataType) -> type:
    told = {"string": str, "binary": bytes, "bool": bool, "double": float, "timestamp[us, tz=UTC]": datetime}
    return tuple if pa.types.is_list(kind) else told.get(str(kind), int)


def test_sql_sees_the_selection_as_articles(archive: Archive) -> None:
    topic = archive.topic("unrest")
    by_source = topic.sql("SELECT source, count(*) AS n FROM articles GROUP BY source ORDER BY source")
    assert by_source.rows() == [("gazette", 3), ("kurier", 1)]
    assert topic.sql("SELECT text FROM articles WHERE document_id LIKE '%01'").rows() == [("Riots, they now say.",)]
    assert topic.all_versions().sql("SELECT count(*) FROM articles").item() == 5
    assert topic.columns("title").sql("SELECT * FROM articles").columns == ["title"]
    assert topic.since("2030-01-01").sql("SELECT title FROM articles").height == 0


def test_a_condition_in_sql_chooses_among_the_latest(archive: Archive) -> None:
    query = "SELECT night FROM articles WHERE text LIKE '%said%'"
    assert archive.topic("unrest").sql(query).height == 0
    assert archive.topic("unrest").all_versions().sql(query).rows() == [("2026-01-30",)]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT title frm articles", r"found: articles at Line: 1, Column: 18"),
        ("SELECT mood FROM articles", r'unable to find column "mood".*its columns: document_id, .*cluster_id, copy'),
        ("SELECT title FROM documents", r"'documents' was not found; the one table is articles"),
        ("SELECT title FROM articles WHERE words = 'many'", "cannot compare string with numeric"),
        ("SELECT CAST(title AS int) FROM articles", "conversion from `str` to `i32` failed"),
    ],
)
def test_a_wrong_query_is_told_with_its_place(archive: Archive, query: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        archive.topic("unrest").sql(query)


def test_sql_reads_only_what_the_query_names(own: Archive, store: Store) -> None:
    store.delete([info.key for info in store.list("tables/articles/topic=unrest/month=2026-01/")])
    february = own.topic("unrest").since("2026-02-01")
    assert february.sql("SELECT count(*) FROM articles").item() == 2
    with pytest.raises(StorageError):
        own.topic("unrest").sql("SELECT count(*) FROM articles")
