from __future__ import annotations

import csv
import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearsheet.errors import ConfigError
from tearsheet.pull import Archive
from tearsheet.pull.export import write
from tearsheet.tables.schema import ARTICLES

EVERYTHING = ARTICLES.names
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def test_parquet_holds_rows_types_and_meanings(archive: Archive, tmp_path: Path) -> None:
    selection = archive.topic("unrest").with_text()
    written = selection.write(tmp_path / "unrest.parquet")
    table = pq.read_table(written.path)
    assert table.equals(selection.to_arrow())
    assert table.schema.field("words").metadata[b"unit"] == b"words"
    assert (written.rows, written.bytes) == (5, written.path.stat().st_size)


def test_csv_holds_nested_columns_as_json(archive: Archive, tmp_path: Path) -> None:
    selection = archive.topic("unrest").columns(*EVERYTHING)
    path = selection.write(tmp_path / "unrest.csv").path
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [*rows[0]] == EVERYTHING
    assert [row["night"] for row in rows] == selection.to_polars()["night"].to_list()
    assert json.loads(rows[2]["tags"]) == ['a "quoted" tag', "b"]
    assert json.loads(rows[0]["evidence"]) == [{"field": "text", "offset": 0, "length": 4, "words": "Text"}]
    assert (rows[0]["text"], json.loads(rows[0]["authors"])) == ("Riots, they said. 暴動", ["Ann Lee"])
    assert (rows[0]["published_at"], rows[2]["published_at"]) == ("2026-01-30T10:00:00.000000Z", "")
    assert rows[2]["title"] == "'=1+1"
    assert b64decode(rows[3]["near_hash"].removeprefix("'")) == b"\xfb\x00"


def test_jsonl_is_one_object_a_row(archive: Archive, tmp_path: Path) -> None:
    selection = archive.topic("unrest").columns(*EVERYTHING)
    path = selection.write(tmp_path / "unrest.jsonl").path
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["document_id"] for row in rows] == selection.to_polars()["document_id"].to_list()
    assert (rows[2]["title"], rows[2]["tags"], rows[2]["published_at"]) == ("=1+1", ['a "quoted" tag', "b"], None)
    assert rows[0]["published_at"] == "2026-01-30T10:00:00.000000Z"
    assert b64decode(rows[3]["near_hash"]) == b"\xfb\x00"


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_no_rows_are_a_file_too(archive: Archive, tmp_path: Path, suffix: str) -> None:
    selection = archive.topic("unrest").since("2030-01-01").columns("title", "tags")
    written = selection.write(tmp_path / f"none{suffix}")
    assert written.rows == 0
    assert {".csv": "title,tags\n", ".jsonl": ""}.get(suffix) in {None, written.path.read_text(errors="replace")}
    if suffix == ".parquet":
        assert pq.read_table(written.path).column_names == ["title", "tags"]


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
@pytest.mark.parametrize("columns", [["words"], ["near_hash"], ["tags"], ["title"]])
def test_any_columns_can_be_written(archive: Archive, tmp_path: Path, suffix: str, columns: list[str]) -> None:
    assert archive.topic("unrest").columns(*columns).write(tmp_path / f"some{suffix}").rows == 5


@settings(deadline=None)
@given(value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5))
def test_no_cell_of_a_csv_starts_a_formula(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    cells = [value, *(mark + value for mark in FORMULA_MARKS)]
    table = pa.table({"title": cells})
    path = write([table], table.schema, tmp_path_factory.getbasetemp() / "formula.csv").path
    with path.open(newline="", encoding="utf-8") as file:
        written = [row[0] for row in csv.reader(file)][1:]
    assert written[1:] == [f"'{cell}" for cell in cells[1:]]
    assert written[0] == (f"'{value}" if value.startswith(FORMULA_MARKS) else value)


def test_numbers_and_days_are_no_formulas_and_neutralised_cells_are_counted(tmp_path: Path) -> None:
    cells = {"title": ["=1", "a", None], "words": [-1, 2, 3], "score": [-0.5, 1.0, None], "tags": [["-x"], ["@"], []]}
    days = pa.array([datetime(2026, 1, 5, tzinfo=UTC)] * 3, pa.timestamp("us", "UTC"))
    table = pa.table(cells).append_column("day", days)
    written = write([table, table], table.schema, tmp_path / "both.csv")
    with written.path.open(newline="", encoding="utf-8") as file:
        first = next(csv.DictReader(file))
    assert written.neutralised == 2
    expected = {"title": "'=1", "words": "-1", "score": "-0.5", "tags": '["-x"]', "day": "2026-01-05T00:00:00.000000Z"}
    assert first == expected
    for suffix in (".parquet", ".jsonl"):
        written = write([table], table.schema, tmp_path / f"both{suffix}")
        assert written.neutralised == 0
    assert json.loads(written.path.read_text().splitlines()[0])["title"] == "=1"


def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text("old")
    table = pa.table({"title": ["new"]})

    def broken() -> Iterator[pa.Table]:
        yield table
        raise RuntimeError("the line is cut")

    with pytest.raises(RuntimeError, match="the line is cut"):
        write(broken(), table.schema, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_target_that_cannot_be_is_refused_before_reading(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'\.xlsx' says no format; known are: \.parquet, \.csv, \.jsonl"):
        archive.topic("unrest").write(tmp_path / "unrest.xlsx")
    with pytest.raises(ConfigError, match="is not there; create it first"):
        archive.topic("unrest").write(tmp_path / "deep" / "unrest.csv")


def test_the_months_of_a_reduced_selection_come_in_order(archive: Archive) -> None:
    selection = archive.topic("unrest").latest().one_per_cluster()
    parts = list(selection.tables())
    assert len(parts) == 2
    assert pl.DataFrame(pa.concat_tables(parts)).equals(selection.to_polars())
