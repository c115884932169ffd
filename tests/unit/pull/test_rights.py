"""What may be passed on: by the policy in the archive, decided by one function, counted where it is pulled."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from tests.unit.pull.conftest import CONFIGURATION, publish_articles
from typer.testing import CliRunner

from tearsheet.cli.pull import pull
from tearsheet.config import public
from tearsheet.config.models import RightsPolicy, Settings
from tearsheet.errors import ConfigError
from tearsheet.model import Document, Rights
from tearsheet.pull import Archive, Selection
from tearsheet.pull.archive import CONFIGURATION as KEY
from tearsheet.rights import shareable
from tearsheet.storage import Store

SAID: list[tuple[tuple[str, str], ...]] = [
    (),
    (("noindex", "noindex"),),
    (("license", "https://creativecommons.org/licenses/by/4.0/"),),
    (("tdm-reservation", "0"),),
    (("tdm-reservation", "1"), ("tdm-policy", "https://x.example/p")),
    (("noindex", "all"), ("noai", "noai")),
    (("noarchive", "noarchive"),),
]
SHARED = [0, 1, 2, 3]


def keep_policy(store: Store, policy: RightsPolicy) -> None:
    body, _ = public(CONFIGURATION.model_copy(update={"settings": Settings(rights=policy)}))
    store.put(KEY, body)


@pytest.fixture
def told(store: Store, make_document: Callable[..., Document]) -> Archive:
    """A topic of one article a case, over two months."""
    keep_policy(store, RightsPolicy())
    rows = [
        make_document(
            number,
            "2026-01-31" if number % 2 else "2026-02-01",
            rights=tuple(Rights(signal=signal, value=value, origin="test") for signal, value in signals),
        )
        for number, signals in enumerate(SAID)
    ]
    publish_articles(store, [(row, {}) for row in rows])
    return Archive(store)


def numbers(selection: Selection) -> list[int]:
    return sorted(int(value, 16) for value in selection.to_polars()["document_id"])


def test_what_may_be_shared_is_selected(told: Archive) -> None:
    topic = told.topic("unrest")
    assert numbers(topic.rights("all")) == [*range(len(SAID))]
    assert numbers(topic.rights("shareable")) == SHARED
    assert topic.rights("shareable").count() == len(SHARED)
    assert numbers(topic.rights("shareable").since("2026-02-01").columns("document_id")) == [0, 2]
    assert sum(table.num_rows for table in topic.latest().rights("shareable").tables()) == len(SHARED)


def test_the_policy_of_the_archive_decides_when_it_is_asked(told: Archive, store: Store) -> None:
    policy = RightsPolicy.model_validate({"noai": {"share": True}, "noindex": {"share": False}})
    keep_policy(store, policy)
    chosen = numbers(told.topic("unrest").rights("shareable"))
    said = [[Rights(signal=signal, value=value, origin="test") for signal, value in signals] for signals in SAID]
    assert chosen == [number for number, signals in enumerate(said) if shareable(signals, policy)] == [0, 2, 3]


def test_an_older_archive_has_the_usual_policy_and_a_newer_ones_keys_are_passed_over(
    told: Archive, store: Store
) -> None:
    current = json.loads(store.get(KEY))
    for rights in ({}, {"noai": {"share": False, "later": 1}, "later": {"share": True}}):
        store.put(KEY, json.dumps(current | {"settings": {"rights": rights}}).encode())
        assert numbers(told.topic("unrest").rights("shareable")) == SHARED
    store.put(KEY, json.dumps({key: value for key, value in current.items() if key != "settings"}).encode())
    assert numbers(told.topic("unrest").rights("shareable")) == SHARED


def test_another_word_is_refused(told: Archive) -> None:
    with pytest.raises(ConfigError, match="'public' is unknown; known are: all, shareable"):
        told.topic("unrest").rights("public")  # type: ignore[arg-type]


def test_pull_says_what_it_left_out(
    told: Archive, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(pull)
    call = ["unrest", "--rights", "shareable", "--out", "u.csv"]
    plain = CliRunner().invoke(app, call)
    assert plain.stdout.startswith("u.csv: 4 articles, latest versions; 2 nights, ")
    assert plain.stdout.endswith("; 3 rows left out, which may not be shared\n")
    assert (tmp_path / "u.csv").read_text().count("\n") == 5
    machine = json.loads(CliRunner().invoke(app, [*call, "--json"]).stdout)
    assert (machine["rows"], machine["left_out"], machine["rights"]) == (4, 3, "shareable")
