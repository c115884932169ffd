"""Links to a release are read without keys, by what analysts use, and end."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from typer.testing import Result

from tearsheet.pull.releases import Release

READ = """
import json, os, sys
assert not [name for name in os.environ if name.startswith(("AWS_", "TEARSHEET_"))]
import duckdb, pandas as pd, polars as pl
links = json.load(open("links.json"))
urls = [each["url"] for each in links["files"] if each["path"].startswith("data/")]
by_pandas = pd.concat([pd.read_parquet(url) for url in urls])
by_polars = pl.concat([pl.read_parquet(url) for url in urls])
by_duckdb = duckdb.sql("SELECT text FROM by_polars ORDER BY document_id").fetchall()
assert sorted(by_pandas["text"]) == sorted(by_polars["text"]) == sorted(text for text, in by_duckdb)
print(len(by_pandas), len(by_polars), len(by_duckdb))
"""


def test_links_are_read_without_keys(
    release: Callable[..., Release], call: Callable[..., Result], tmp_path: Path
) -> None:
    made = release()
    result = call("share", "unrest", "--days", "2", "--out", "links.json")
    assert result.exit_code == 0, result.output
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TEARSHEET_"))}
    bare = kept | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    done = subprocess.run([sys.executable, "-c", READ], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "4 4 4\n"
    links = json.loads((tmp_path / "links.json").read_text())
    assert (links["release"], links["topic"], links["temporary"]) == (made.id, "unrest", False)
    assert [each["path"] for each in links["files"]] == [each.path for each in made.files]
    for each in links["files"]:
        body = httpx.get(each["url"], trust_env=False).content
        assert (len(body), hashlib.sha256(body).hexdigest()) == (each["bytes"], each["sha256"])
    lines = [line for line in result.stdout.splitlines() if line.startswith("http")]
    assert [urlsplit(line).path for line in lines] == [urlsplit(each["url"]).path for each in links["files"]]


def test_links_end(release: Callable[..., Release], call: Callable[..., Result]) -> None:
    made = release()
    told = json.loads(call("share", made.id, "--days", "7", "--json").stdout)
    until = datetime.fromisoformat(told["until"])
    assert abs(until - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=5)
    link = told["files"][0]["url"]
    assert parse_qs(urlsplit(link).query)["X-Amz-Expires"] == [str(7 * 86_400)]
    for changed in (link.replace("X-Amz-Expires=604800", "X-Amz-Expires=604799"), link.partition("?")[0]):
        assert httpx.get(changed, trust_env=False).status_code == 403


def test_temporary_credentials_are_told_of(
    release: Callable[..., Release], call: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    release()
    monkeypatch.setattr("tearsheet.pull.shares.temporary", lambda store: True)
    assert "or with the temporary credentials" in call("share", "unrest").output
