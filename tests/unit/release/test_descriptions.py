"""What describes a release is valid: by the validators themselves where they are installed, and by what they read."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml
from tests.unit.pull.conftest import publish_articles
from tests.unit.release.conftest import PUBLISHER

from tearsheet.model import Document, Removed, Rights
from tearsheet.pull import releases
from tearsheet.pull.releases import Release
from tearsheet.release.draft import SCHEMA
from tearsheet.storage import Store

SCHEMAS = Path(__file__).parent / "schema"
FRICTIONLESS = """
from frictionless import Package, validate
report = validate("datapackage.json")
assert report.valid, report.flatten(["title", "fieldName", "note"])
tables = [resource for resource in Package("datapackage.json").resources if resource.name != "changes"]
rows = [row for table in tables for row in table.read_rows()]
print(sorted(row["document_id"] for row in rows))
"""
CROISSANT = """
import mlcroissant
dataset = mlcroissant.Dataset(jsonld="croissant.json")
assert not dataset.metadata.issues.errors, dataset.metadata.issues.report()
assert not dataset.metadata.issues.warnings, dataset.metadata.issues.report()
rows = list(dataset.records(record_set="articles"))
(removed,) = (block for row in rows for block in row["articles/removed"])
assert {name.rpartition("/")[2]: value for name, value in removed.items()} == {
    "text": b"Subscribe", "reason": b"newsletter", "rule": b"call", "position": 3, "score": 0.5
}, removed
print(sorted(row["articles/document_id"].decode() for row in rows))
"""
DATASETS = """
import datasets, os, sys
rows = datasets.load_dataset(os.getcwd(), split="train", cache_dir=sys.argv[1])
print(sorted(rows["document_id"]))
"""


@pytest.fixture
def validators() -> str:
    """The Python that has frictionless, mlcroissant and datasets."""
    python = os.environ.get("TEARSHEET_VALIDATORS")
    if not python:
        pytest.skip("TEARSHEET_VALIDATORS is not set: `make validators`, then set it to .venv-validators/bin/python")
    return python


@pytest.fixture
def folder(
    release: Callable[..., Release], store: Store, make_document: Callable[..., Document], tmp_path: Path
) -> Path:
    """The second release of a topic with every kind of value, downloaded."""
    release(until=date(2026, 1, 31))
    full = make_document(
        9,
        "2026-02-02",
        language="kk",
        removed=(Removed(text="Subscribe", reason="newsletter", rule="call", position=3, score=0.5),),
        rights=(Rights(signal="noindex", value="noindex", origin="meta"),),
        tags=('a "quoted" tag | with a bar', "two\nlines"),
        title=None,
        published_has_time=True,
    )
    publish_articles(store, [(full, {})])
    releases.download(store, release(), tmp_path / "frozen")
    return tmp_path / "frozen"


@pytest.mark.parametrize(
    "program", [FRICTIONLESS, CROISSANT, DATASETS], ids=["frictionless", "mlcroissant", "datasets"]
)
def test_validators_take_and_read_it(validators: str, folder: Path, tmp_path: Path, program: str) -> None:
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache"), "PATH": os.environ["PATH"]}
    command = [validators, "-c", program, str(tmp_path / "cache")]
    done = subprocess.run(command, cwd=folder, env=offline, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == str([f"{number:020x}" for number in (1, 2, 3, 5, 9)])


def test_the_citation_is_valid_and_names_the_release(folder: Path) -> None:
    schema = json.loads((SCHEMAS / "cff-1.2.0.json").read_text("utf-8"))
    citation = yaml.load((folder / "CITATION.cff").read_text("utf-8"), yaml.BaseLoader)
    jsonschema.validate(citation, schema)
    made = json.loads((folder / "release.json").read_text("utf-8"))
    assert citation["version"] == made["id"]
    assert citation["date-released"] == made["released_at"][:10]
    assert citation["authors"] == [{"name": PUBLISHER}]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(citation | {"date-released": "soon"}, schema)


def test_every_column_is_described_everywhere(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    tables = [each for each in package["resources"] if each["name"] != "changes"]
    croissant = json.loads((folder / "croissant.json").read_text("utf-8"))
    card = (folder / "README.md").read_text("utf-8")
    for fields in ([each["schema"]["fields"] for each in tables], [croissant["recordSet"][0]["field"]]):
        for described in fields:
            assert [each["name"] for each in described] == SCHEMA.names
            assert all(each["description"] for each in described)
    assert [name for name in SCHEMA.names if f"| `{name}` |" not in card] == []


def test_the_card_tells_what_it_is_of(folder: Path) -> None:
    card = (folder / "README.md").read_text("utf-8")
    head = yaml.safe_load(card.split("---\n")[1])
    assert head["configs"][0]["data_files"][0]["path"] == "data/*.parquet"
    assert set(head["language"]) == {"de", "en", "kk"}
    made = json.loads((folder / "release.json").read_text("utf-8"))
    told = (made["id"], made["configuration"], made["content_sha256"], "riot*", *made["extractors"], PUBLISHER)
    assert [each for each in told if each not in card] == []
    assert "| gazette | 4 |" in card
    assert "<" not in card.split("---\n")[2], "nothing is taken for HTML"
    assert f"Articles since the release `{made['changes']['since']}`: 2 added, 0 removed, 1 worded otherwise" in card
