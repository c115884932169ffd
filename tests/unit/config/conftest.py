"""A configuration that is right, for tests to break."""

from __future__ import annotations

from pathlib import Path

import pytest

COLLECTION = """\
schedule: "0 2 * * *"
timezone: Asia/Almaty
defaults: {max_pages: 50, delay: 0.5}
sources:
  - id: gazette
    name: The Gazette
    homepage: https://gazette.example/
    country: NO
    language: no
  - id: courier
    name: Der Courier
    homepage: https://courier.example/
    country: DE
    language: de
    lookback_days: null
    delay: 2
    expect: {min_articles: 3}
"""
TOPIC = """\
title: Harbours
query: 'harbour* AND NOT title:football'
languages: [en, de]
collections: [press]
since: 2026-01-01
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """collections/press.yaml and topics/harbours.yaml, no settings."""
    (tmp_path / "collections").mkdir()
    (tmp_path / "topics").mkdir()
    (tmp_path / "collections" / "press.yaml").write_text(COLLECTION, "utf-8")
    (tmp_path / "topics" / "harbours.yaml").write_text(TOPIC, "utf-8")
    return tmp_path
