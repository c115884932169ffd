"""``tearsheet audit`` as a process: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.audit.conftest import FIRST, TOPIC, Archive
from tests.unit.harvest.conftest import COLLECTION, SOURCE

from tearsheet.audit import KINDS
from tearsheet.harvest.verdict import report_key

PRESS = f"""\
sources:
  - {{id: {SOURCE}, name: Ledger, homepage: "https://ledger.example/", country: GB, language: en}}
"""
PORTS = f"""\
title: {TOPIC.title}
query: {TOPIC.query}
collections: [{COLLECTION}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The archive's configuration as files."""
    for name, text in ((f"collections/{COLLECTION}.yaml", PRESS), (f"topics/{TOPIC.id}.yaml", PORTS)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    return tmp_path


def call(archive: Archive, config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tearsheet", "audit", "--config", str(config), *arguments]
    environment = os.environ | archive.store.environment() | {"COLUMNS": "200"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_clean_ends_with_0(archive: Archive, config: Path) -> None:
    done = call(archive, config)
    assert done.returncode == 0, done.stderr
    assert "clean: 2 nights, 2 WARCs, 29 records, 9 documents; 2 extracted again, 0 not comparable" in done.stdout


def test_a_finding_ends_with_10_and_a_repair_with_0(archive: Archive, config: Path) -> None:
    archive.store.delete([report_key(COLLECTION, FIRST)])
    done = call(archive, config)
    assert done.returncode == 10
    assert report_key(COLLECTION, FIRST) in done.stdout
    assert KINDS["report.wrong"].meaning in done.stdout
    assert "1 finding, of which `tearsheet audit --repair` can mend 1" in done.stderr
    done = call(archive, config, "--repair")
    assert done.returncode == 0, done.stderr
    assert f"merged the outcomes of {COLLECTION} {FIRST} and judged it anew" in done.stderr
    assert "clean: 2 nights" in done.stdout


def test_json_holds_all_of_it(archive: Archive, config: Path) -> None:
    archive.store.put("notes.txt", b"x")
    archive.store.delete([report_key(COLLECTION, FIRST)])
    done = call(archive, config, "--json", "--repair", "--full", "--collection", COLLECTION)
    assert done.returncode == 10
    told = json.loads(done.stdout)
    assert {finding["kind"] for finding in told["found"]["findings"]} == {"report.wrong", "object.unknown"}
    assert [finding["place"] for finding in told["left"]["findings"]] == ["notes.txt"]
    assert told["left"]["extracted"] == 9
    assert len(told["repaired"]) == 1


@pytest.mark.parametrize("arguments", [("--collection", "another"), ("--since", "yesterday")])
def test_what_is_not_there_is_an_error_of_configuration(
    archive: Archive, config: Path, arguments: tuple[str, str]
) -> None:
    done = call(archive, config, *arguments)
    assert done.returncode == 3
    assert arguments[1] in done.stderr
