"""``make demo`` as a newcomer runs it, and runs it again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tearsheet.demo.server import serve

ROOT = Path(__file__).parents[2]


def run(home: Path, port: int) -> str:
    """What the demo prints."""
    ended = subprocess.run(
        [sys.executable, "-m", "tearsheet.demo.run", "--port", str(port)],
        cwd=ROOT,
        env=os.environ | {"TEARSHEET_VAR": str(home), "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
def test_the_demo_shows_its_three_things_and_asks_nothing_twice(tmp_path: Path) -> None:
    with serve(port=0) as press:
        port = press.port
    first = run(tmp_path, port)
    assert "demo · 2026-01-13" in first
    assert "State of emergency in Zhetistan's oil town" in first
    assert "subscription [label:subscription]" in first
    assert "60-Day money back guarantee!" in first
    assert "[info" not in first, "Airflow's chatter belongs into its log"
    again = run(tmp_path, port)
    assert again.count("nothing was asked") == 2
    told = "The run report of the last night"
    assert again.partition(told)[2] == first.partition(told)[2]
