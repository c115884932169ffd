from __future__ import annotations

import csv
import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

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
XLSX = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_parquet_holds_rows_types_and_meanings(archive: Archive, tmp_path: Path) -> None:
    selection = archive.topic("unrest").all_versions().with_text()
    written = selection.write(tmp_path / "unrest.parquet")
    table = pq.read_table(written.path)
    assert table.equals(selection.to_arrow())
    assert table.schema.field("words").metadata[b"unit"] == b"words"
    assert (written.rows, written.bytes) == (5, written.path.stat().st_size)


def test_csv_holds_nested_columns_as_json(archive: Archive, tmp_path: Path) -> None:
    selection = archive.topic("unrest").all_versions().columns(*EVERYTHING)
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
    selection = archive.topic("unrest").all_versions().columns(*EVERYTHING)
    path = selection.write(tmp_path / "unrest.jsonl").path
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["document_id"] for row in rows] == selection.to_polars()["document_id"].to_list()
    assert (rows[2]["title"], rows[2]["tags"], rows[2]["published_at"]) == ("=1+1", ['a "quoted" tag', "b"], None)
    assert rows[0]["published_at"] == "2026-01-30T10:00:00.000000Z"
    assert b64decode(rows[3]["near_hash"]) == b"\xfb\x00"


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl", ".xlsx"])
def test_no_rows_are_a_file_too(archive: Archive, tmp_path: Path, suffix: str) -> None:
    selection = archive.topic("unrest").since("2030-01-01").columns("title", "tags")
    written = selection.write(tmp_path / f"none{suffix}")
    assert written.rows == 0
    assert {".csv": "title,tags\n", ".jsonl": ""}.get(suffix) in {None, written.path.read_text(errors="replace")}
    if suffix == ".parquet":
        assert pq.read_table(written.path).column_names == ["title", "tags"]


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl", ".xlsx"])
@pytest.mark.parametrize("columns", [["words"], ["near_hash"], ["tags"], ["title"]])
def test_any_columns_can_be_written(archive: Archive, tmp_path: Path, suffix: str, columns: list[str]) -> None:
    assert archive.topic("unrest").columns(*columns).write(tmp_path / f"some{suffix}").rows == 4


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
    with pytest.raises(ConfigError, match=r"'\.xls' says no format; known are: \.parquet, \.csv, \.jsonl, \.xlsx"):
        archive.topic("unrest").write(tmp_path / "unrest.xls")
    with pytest.raises(ConfigError, match="is not there; create it first"):
        archive.topic("unrest").write(tmp_path / "deep" / "unrest.csv")


def test_the_months_of_a_reduced_selection_come_in_order(archive: Archive) -> None:
    selection = archive.topic("unrest").one_per_cluster()
    parts = list(selection.tables())
    assert len(parts) == 2
    assert pl.DataFrame(pa.concat_tables(parts)).equals(selection.to_polars())


def _cells(path: Path) -> list[list[tuple[str, str, bool]]]:
    """A sheet's rows as (type, text, whether the cell has Excel's apostrophe), read from its XML."""
    with ZipFile(path) as book:
        page, styles = (ElementTree.fromstring(book.read(f"xl/{part}.xml")) for part in ("worksheets/sheet1", "styles"))
    quoted = [form.get("quotePrefix") == "1" for form in styles.find(f"{XLSX}cellXfs") or ()]
    return [
        [
            (cell.get("t", "n"), "".join(cell.itertext()), quoted[int(cell.get("s", "0"))])
            for cell in row.iter(f"{XLSX}c")
        ]
        for row in page.iter(f"{XLSX}row")
    ]


def test_xlsx_holds_texts_numbers_and_dates(archive: Archive, tmp_path: Path) -> None:
    selection = archive.topic("unrest").columns("title", "words", "published_at", "tags", "published_has_time", "image")
    written = selection.write(tmp_path / "unrest.xlsx")
    header, *rows = _cells(written.path)
    assert [text for _, text, _ in header] == list(selection.names)
    assert (written.rows, len(rows), written.neutralised, written.cut) == (4, 4, 1, 0)
    two, three = rows[:2]
    day = datetime(2026, 1, 31, 10, tzinfo=UTC) - datetime(1899, 12, 30, tzinfo=UTC)
    assert two[:4] == [
        ("inlineStr", "Title 2", False),
        ("n", "2", False),
        ("n", two[2][1], False),
        ("inlineStr", "[]", False),
    ]
    assert float(two[2][1]) == pytest.approx(day.total_seconds() / 86400, abs=1e-6)
    assert three[0] == ("inlineStr", "=1+1", True), (
        "the text itself, marked as Excel marks what was typed with an apostrophe"
    )
    assert three[2] == ("inlineStr", '["a \\"quoted\\" tag","b"]', False)


def test_no_cell_of_an_xlsx_is_a_formula_or_a_link(tmp_path: Path) -> None:
    texts = [*(f"{mark}1" for mark in FORMULA_MARKS), "https://x.example/", "12", "{=1}", "", "\x01 & <b> _x0041_"]
    table = pa.table({"title": texts})
    written = write([table], table.schema, tmp_path / "some.xlsx")
    rows = [row[0] for row in _cells(written.path)[1:]]
    assert {kind for kind, _, _ in rows} == {"inlineStr"}
    assert [is_quoted for _, _, is_quoted in rows] == [True] * len(FORMULA_MARKS) + [False] * (len(rows) - 6)
    assert written.neutralised == len(FORMULA_MARKS)
    with ZipFile(written.path) as book:
        assert not any("hyperlink" in book.read(name).decode() for name in book.namelist() if "sheet1" in name)


def test_a_cell_longer_than_excels_is_cut_and_counted(tmp_path: Path) -> None:
    longest = "a" * 32_767
    texts = [longest, f"{longest}b", "\N{SNOWMAN}" * 32_768, "\N{PILE OF POO}" * 16_384]
    table = pa.table({"text": texts})
    written = write([table], table.schema, tmp_path / "long.xlsx")
    assert written.cut == 3
    kept = [row[0][1] for row in _cells(written.path)[1:]]
    assert kept == [longest, longest, texts[2][:-1], texts[3][:-1]]


def test_more_rows_than_a_sheet_holds_are_refused_with_the_mend(tmp_path: Path) -> None:
    table = pa.table({"words": pa.nulls(1_048_576, pa.int32())})
    with pytest.raises(ConfigError, match=r"holds 1,048,575 rows.*pull to \.parquet or \.csv"):
        write([table], table.schema, tmp_path / "many.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_times_before_excels_first_are_texts(tmp_path: Path) -> None:
    times = pa.array([datetime(1899, 5, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    table = pa.table({"day": times})
    rows = _cells(write([table], table.schema, tmp_path / "old.xlsx").path)[1:]
    assert rows == [[("inlineStr", "1899-05-01T00:00:00+00:00", False)], [("n", "46143", False)]]
