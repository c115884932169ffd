"""The Python of docs/recipes.md runs, block by block, and its answers are those of the archive."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.docs.conftest import Invented
from tests.docs.pages import ROOT, fences

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("invented")]
PAGE = ROOT / "docs" / "recipes.md"
CHANGED = 2 * 8
"""Two of forty pages are changed the night after, but for the last night's."""


@pytest.fixture
def names(reading: Invented) -> dict[str, Any]:
    """What the code on the page leaves behind."""
    found: dict[str, Any] = {}
    for fence in fences(PAGE):
        if fence.language == "python":
            exec(fence.code, found)
    return found


def test_the_recipes_give_what_the_archive_holds(names: dict[str, Any], tmp_path: Path) -> None:
    latest = 9 * 40 - CHANGED
    assert names["weeks"]["stories"].sum() == latest - 9 * 2, "two of forty are copies"
    assert names["by_outlet"]["articles"].sum() == latest
    assert 0 < names["named"]["copied"].max() < 1
    assert names["named"].height == names["by_outlet"].height == 12
    assert names["words"]["times"].sum() >= latest
    assert names["lag"] == timedelta(minutes=30)
    assert names["lines"]["line"].str.contains("(?i)pipeline").all()
    assert names["lengths"].height == latest == pl.read_parquet(tmp_path / "everything.parquet").height
    assert names["grid"].to_numpy().sum() == latest == names["daily"].sum()
    assert len(names["smooth"]) == len(names["daily"])
    assert len(names["rewritten"]) == CHANGED
    assert [language for language, *_ in names["leaders"]] == ["ar", "de", "en", "es", "ru", "zh"]
    assert names["longest"]["words"].is_sorted(descending=True)
    assert names["both"].select("energy", "elections").sum().row(0) == (latest, latest)


def test_what_is_not_run_is_said_to_be_untested() -> None:
    text = PAGE.read_text("utf-8")
    others = [fence for fence in fences(PAGE) if fence.language != "python"]
    assert {fence.language for fence in others} == {"r", "text"}
    assert "Not tested here." in text[text.index("## R and Spark") :]
