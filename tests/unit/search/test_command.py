"""``tearsheet search``: a ranked list on a terminal, the same as JSON, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.search.conftest import Publish
from typer.testing import CliRunner, Result

from tearsheet.cli import app
from tearsheet.errors import ConfigError, QueryError
from tearsheet.model import Document
from tearsheet.storage import Store


@pytest.fixture
def run(
    store: Store,
    published: Publish,
    make_document: Callable[..., Document],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Result]:
    """Runs the command over three articles."""
    published(
        "ports",
        make_document(1, "2026-01-05", title="Quay [bold]closed[/]", text="The quay was closed\x1b[2J by the sea."),
        make_document(2, "2026-02-05", title="News", text="Another quay was closed."),
        make_document(3, "2026-02-05", title="Other news", text="Nothing of the kind."),
    )
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "100")

    def runner(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["search", *arguments, "--config", str(tmp_path)])

    return runner


def test_the_list_is_ranked_and_shows_passages(run: Callable[..., Result]) -> None:
    lines = [line.strip() for line in run("quay closed").output.splitlines()]
    assert lines[:4] == [
        "1. Quay [bold]closed[/]",
        "gazette  2026-01-04  ports  night 2026-01-05",
        "https://gazette.example/1",
        r"The quay was closed\x1b[2J by the sea.",
    ]
    assert lines[-1] == "2 articles"
    assert run("quay", "--limit", "1", "--offset", "1").output.splitlines()[-1] == "2 articles, 2 to 2 shown"


def test_json_has_the_places_of_the_matches(run: Callable[..., Result]) -> None:
    found = json.loads(run("another OR kind", "--since", "2026-02-01", "--json").output)
    assert found["total"] == 2
    marked = {
        snippet["text"][offset : offset + length]
        for hit in found["hits"]
        for snippet in hit["snippets"]
        for offset, length in snippet["marks"]
    }
    assert marked == {"Another", "kind"}


def test_what_it_refuses(run: Callable[..., Result]) -> None:
    assert isinstance(run("quay and sea").exception, QueryError)
    assert isinstance(run("quay", "--topic", "ships").exception, ConfigError)
