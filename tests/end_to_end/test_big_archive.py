"""The invented archive of the benchmarks: as many rows as asked for, with copies and changes, in states and reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import tearsheet
from tearsheet.config.models import StoreSettings
from tearsheet.storage import open_store
from tearsheet.storage.embedded import embedded_store
from tearsheet.tables import articles

ROOT = Path(__file__).parents[2]
SMALL = ("--nights", "4", "--topics", "2", "--articles", "40")


def run(*command: str, **variables: str) -> str:
    done = subprocess.run([sys.executable, *command], env=os.environ | variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_small_one_reads_like_an_archive_of_nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "big"
    told = run(str(ROOT / "benchmarks" / "big_archive.py"), "--folder", str(folder), *SMALL)
    assert "4 nights, 320 articles" in told
    with embedded_store(folder) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        archive = tearsheet.open()
        with open_store(StoreSettings(url=server.url)) as store:
            rows = articles.window(store, "energy", "2025-01-01", "2025-01-04", ["night", "language", "copy"])
        assert archive.topics()["topic"].to_list() == ["elections", "energy"]
        assert archive.documents().outcome("drop.listing").count() == 4 * 2 * 10
        status = json.loads(run("-m", "tearsheet", "status", "--config", str(folder / "config"), "--json"))
        younger = tearsheet.open("s3://a-half").topic("energy").nights()
    assert rows.group_by("night").len()["len"].to_list() == [40] * 4
    assert {"first", "version", "identical", "near"} == {*rows["copy"]}
    assert rows["language"].n_unique() == 6
    assert rows.filter(pl.col("copy") == "version").height == 3 * 2
    assert [report["outcomes"]["article"] for report in status["energy-press"]] == [60] * 4
    assert younger["night"].to_list() == ["2025-01-01", "2025-01-02"]
