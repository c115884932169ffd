"""The notebook is its source's, and runs from a topic to a chart and the release that is cited."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from tests.docs.conftest import Invented
from tests.docs.pages import ROOT

pytestmark = pytest.mark.xdist_group("invented")
SOURCE = ROOT / "docs" / "notebooks" / "topic-to-chart.md"
NOTEBOOK = SOURCE.with_suffix(".ipynb")


def test_the_notebook_is_fresh() -> None:
    made = runpy.run_path(str(SOURCE.with_name("write.py")))["written"](SOURCE.read_text("utf-8"))
    assert NOTEBOOK.read_text("utf-8") == made, "run python docs/notebooks/write.py"


@pytest.mark.slow
def test_the_notebook_runs_from_a_topic_to_a_cited_release(reading: Invented, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tearsheet", "release", "energy", "--config", str(reading.config), "--json"]
    subprocess.run(command, check=True)
    book = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = [output.data for output in outputs if output.output_type == "display_data" or "data" in output]
    assert any("vegaEmbed" in data.get("text/html", "") for data in shown), "no chart"
    printed = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "344 articles of 12 outlets, sha256 " in printed
    drawn = (tmp_path / "energy.html").read_text("utf-8")
    assert json.dumps("Energy and its prices")[1:-1] in drawn
