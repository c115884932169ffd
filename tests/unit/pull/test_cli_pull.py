from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from tests.unit.pull.conftest import publish_articles
from typer.testing import CliRunner, Result

from tearsheet.cli.pull import pull
from tearsheet.errors import ConfigError
from tearsheet.model import Document
from tearsheet.pull import Archive
from tearsheet.storage import Store

app = typer.Typer()
app.command()(pull)


@pytest.fixture
def in_store(own: Archive, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], catch_exceptions=True)


def test_a_topic_becomes_a_file(in_store: Path) -> None:
    result = call("unrest", "--since", "2026-01-31", "--until", "2026-02-01", "--out", "unrest.parquet")
    assert result.exit_code == 0, result.output
    table = pq.read_table(in_store / "unrest.parquet")
    assert table.num_rows == 4
    assert "text" not in table.column_names
    size = (in_store / "unrest.parquet").stat().st_size
    assert result.stdout == f"unrest.parquet: 4 articles, latest versions; 2 nights, {size} bytes\n"


def test_machines_get_one_object(in_store: Path) -> None:
    result = call("unrest", "--out", "unrest.jsonl", "--text", "--json")
    told = json.loads(result.stdout)
    assert told == {
        "topic": "unrest",
        "out": "unrest.jsonl",
        "rows": 4,
        "nights": 2,
        "files": 1,
        "bytes": (in_store / "unrest.jsonl").stat().st_size,
        "rights": "all",
        "left_out": 0,
        "earlier_versions": 1,
        "copies": 0,
        "neutralised": 0,
        "cut": 0,
    }
    rows = [json.loads(line) for line in (in_store / "unrest.jsonl").read_text().splitlines()]
    assert [row["text"] for row in rows if row["document_id"].endswith("01")] == ["Riots, they now say."]


def test_what_was_counted_is_told(in_store: Path) -> None:
    told = {
        (): "4 articles, latest versions; 1 earlier version left out; 2 nights",
        ("--all-versions",): "5 articles, all versions; 3 nights",
        ("--one-per-cluster",): "3 stories, latest versions; 1 earlier version and 1 copy left out; 2 nights",
        ("--one-per-cluster", "--all-versions"): "3 stories, all versions; 2 copies left out; 3 nights",
    }
    for options, line in told.items():
        assert call("unrest", "--out", "u.jsonl", *options).stdout.startswith(f"u.jsonl: {line}, ")
        rows = (in_store / "u.jsonl").read_text().splitlines()
        assert len(rows) == int(line[0])


def test_a_store_can_be_named(in_store: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEARSHEET_STORE", "s3://elsewhere")
    assert call("unrest", "--out", "unrest.csv", "--store", store.url()).exit_code == 0
    assert (in_store / "unrest.csv").read_text().count("\n") == 5


def test_formulas_that_a_spreadsheet_would_run_are_counted(in_store: Path) -> None:
    assert call("unrest", "--out", "unrest.csv").stdout.endswith(" bytes, 1 formulas neutralised\n")
    assert json.loads(call("unrest", "--out", "unrest.csv", "--json").stdout)["neutralised"] == 1
    assert "neutralised" not in call("unrest", "--out", "unrest.parquet").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["unrest", "--out", "unrest.doc"], "known are: .parquet, .csv, .jsonl, .xlsx"),
        (["football", "--out", "f.csv"], "it has: unrest"),
        (["unrest", "--out", "u.csv", "--since", "soon"], "YYYY-MM-DD"),
    ],
)
def test_what_is_wrong_is_told(in_store: Path, arguments: list[str], message: str) -> None:
    result = call(*arguments)
    assert isinstance(result.exception, ConfigError)
    assert message in str(result.exception)
    assert list(in_store.iterdir()) == []


def test_the_next_pull_says_what_changed(in_store: Path, store: Store, make_document: Callable[..., Document]) -> None:
    first = call("unrest", "--out", "u.csv", "--new", "--rights", "shareable").stdout
    told = "u.csv: 4 articles, latest versions; 1 earlier version left out; 2 nights, "
    assert first.startswith(told)
    assert "since the last pull" not in first
    second = call("unrest", "--out", "u.csv", "--new").stdout
    assert second == f"{told}nothing to write; since the last pull 0 new, 0 replaced, 0 gone\n"
    publish_articles(store, [(make_document(7, "2026-02-02"), {})])
    third = call("unrest", "--out", "u.csv", "--new").stdout
    assert third.startswith("u.csv: 5 articles, latest versions; 1 earlier version left out; 3 nights, ")
    assert third.endswith("; since the last pull 1 new, 0 replaced, 0 gone\n")
    machine = json.loads(call("unrest", "--out", "u.csv", "--new", "--json").stdout)
    assert machine["since_version"] == machine["version"]
    assert [machine[name] for name in ("rows", "files", "read", "new", "replaced", "gone")] == [5, 0, 0, 0, 0, 0]


def test_a_folder_needs_new(in_store: Path) -> None:
    (in_store / "unrest").mkdir()
    result = call("unrest", "--out", "unrest")
    assert isinstance(result.exception, ConfigError)
    assert "unrest is a folder; pull into it with --new" in str(result.exception)
    told = json.loads(call("unrest", "--out", "unrest", "--new", "--format", "csv", "--json").stdout)
    assert (told["rows"], told["files"]) == (4, 2)
    assert sorted(path.name for path in (in_store / "unrest").glob("*.csv")) == ["2026-01.csv", "2026-02.csv"]
