"""The Python of docs/analyse.md runs, block by block, over a small archive made by the real stages."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.docs.pages import ROOT, fences
from tests.unit.conftest import make_document  # noqa: F401 - a fixture

from tearsheet.config import public
from tearsheet.config.models import Collection, Configuration, Settings, Source, Topic
from tearsheet.fingerprints import content_hash, near_hash, version_id
from tearsheet.model import Document, Removed
from tearsheet.release import Asked, publish
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import to_arrow
from tearsheet.topic import update

PAGE = ROOT / "docs" / "analyse.md"
RELEASE = "2026-11-26-0a1b2c3d4e5f"
"""Stands on the page for whatever release there is."""
BARE = Path(__file__).with_name("bare.py")
TOPIC = Topic(
    id="kazakhstan-unrest", title="Unrest in Kazakhstan", query="kazakh* AND protest*", collections=("press",)
)
SOURCES = ("new-american", "gazette")
STORIES = {
    1: "Protests in Kazakhstan spread to a second city on Monday, witnesses said.",
    2: "Protests in Kazakhstan spread to a second city on Monday, witnesses said.",
    3: "A Kazakh minister met the leaders of the protest and promised lower prices.",
    4: "Football: the cup final ends without a goal and is played again on Friday.",
}


def _article(make: Callable[..., Document], number: int, night: str, text: str) -> Document:
    return make(
        number,
        night,
        source=SOURCES[number % 2],
        text=text,
        language="en",
        published_at=datetime.fromisoformat(night).replace(tzinfo=UTC),
        version_id=version_id(f"Title {number}", text),
        content_hash=content_hash(text),
        near_hash=near_hash(text),
        removed=(Removed(text="Subscribe now", reason="subscription", rule="call:subscription", position=2),),
    )


@pytest.fixture
def archive(store: Store, make_document: Callable[..., Document]) -> Store:  # noqa: F811 - the fixture above
    """Four articles and a drop of one night, and of the next a changed version of the first."""
    sources = tuple(
        Source(id=name, name=name.title(), homepage=f"https://{name}.example/", country="US", language="en")
        for name in SOURCES
    )
    collections = {"press": Collection(id="press", sources=sources)}
    body, _ = public(Configuration(settings=Settings(), collections=collections, topics={TOPIC.id: TOPIC}))
    store.put("config/current.json", body)
    first = [_article(make_document, number, "2026-01-05", text) for number, text in STORIES.items()]
    again = _article(make_document, 1, "2026-01-06", "Protests in Kazakhstan end, and the curfew is lifted at noon.")
    for night, rows in (("2026-01-05", [*first, make_document(9, outcome="drop.empty")]), ("2026-01-06", [again])):
        store.put(f"runs/press/{night}/plan.json", b"{}")
        documents.publish(store, "press", night, to_arrow(rows))
    update(store, TOPIC)
    return store


def test_the_code_on_the_page_runs(
    archive: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in archive.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    blocks = [fence.code for fence in fences(PAGE) if fence.language == "python"]
    assert len(blocks) >= 8
    for block in blocks:
        exec(block, names)
    assert repr(names["unrest"].count()) == "3 articles, latest versions; 1 earlier version left out"
    assert names["stories"].count() == 2
    assert names["frame"].height == 3
    assert names["changed"]["document_id"].n_unique() == 1
    assert len(names["table"]) == 2
    assert "subscription call:subscription Subscribe now" in capsys.readouterr().out


def test_it_runs_in_the_bare_install(archive: Store, tmp_path: Path) -> None:
    """Every line but those that say which extra they need, where only what requirements/reader.txt pins is found."""
    blocks = [fence.code for fence in fences(PAGE) if fence.language == "python" and "pip install" not in fence.code]
    assert len(blocks) >= 10
    (tmp_path / "page.py").write_text("\n".join(blocks), encoding="utf-8")
    pulls = [
        line
        for fence in fences(PAGE)
        if fence.language == "sh"
        for line in fence.code.splitlines()
        if line.startswith(("tearsheet pull", "mkdir"))
    ]
    assert len(pulls) >= 7
    command = tmp_path / "bin" / "tearsheet"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} {BARE} -m tearsheet "$@"\n')
    command.chmod(0o755)
    environment = os.environ | archive.environment() | {"PATH": f"{command.parent}:{os.environ['PATH']}"}
    released = publish(archive, Asked(topic=TOPIC.id), "The Archive").release.id
    script = "\n".join(pulls).replace(RELEASE, released)
    calls: list[list[str]] = [[sys.executable, str(BARE), "page.py"], ["sh", "-e", "-c", script]]
    for call in calls:
        done = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert {
        "unrest.parquet",
        "january.csv",
        "stories.xlsx",
        "unrest.csv",
        "unrest",
        "for-others.parquet",
        "frozen",
    } <= {path.name for path in tmp_path.iterdir()}
    hidden = subprocess.run([sys.executable, str(BARE), "-m", "pandas"], cwd=tmp_path, capture_output=True, text=True)
    assert "No module named 'pandas'" in hidden.stderr
