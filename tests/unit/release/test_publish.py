"""A release: what goes in, the same bytes for the same rows, written once, whole or not there."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from tests.unit.pull.conftest import publish_articles
from tests.unit.release.conftest import PUBLISHER
from typer.testing import Result

from tearsheet.errors import AuditError, ConfigError, InvariantError, StorageError
from tearsheet.model import Document, Rights
from tearsheet.pull import Archive, releases
from tearsheet.pull.releases import Release
from tearsheet.release import Asked, publish
from tearsheet.release.draft import SCHEMA
from tearsheet.storage import Store

FILES = [
    "CITATION.cff",
    "README.md",
    "SHA256SUMS",
    "croissant.json",
    "data/2026-01.parquet",
    "data/2026-02.parquet",
    "datapackage.json",
]


def standing(store: Store, made: Release) -> list[str]:
    return [info.key.removeprefix(made.folder) for info in store.list(made.folder)]


def rows(made: Release, store: Store) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(store.get(made.key(each.path))) for each in made.data])


def test_a_release_has_the_latest_version_of_each_article(release: Callable[..., Release], store: Store) -> None:
    made = release()
    assert standing(store, made) == sorted([*FILES, "release.json"])
    assert made.id == f"{made.released_at:%Y-%m-%d}-{made.content_sha256[:12]}"
    found = rows(made, store)
    assert found.select("document_id", "night", "text").rows() == [
        (f"{2:020x}", "2026-01-31", "Text 2."),
        (f"{3:020x}", "2026-01-31", "Text 3."),
        (f"{1:020x}", "2026-02-01", "Riots, they now say."),
        (f"{5:020x}", "2026-02-01", "Text 5."),
    ]
    assert found.columns == SCHEMA.names
    assert "near_hash" not in found.columns
    assert (made.counts.rows, made.counts.stories) == (4, 3)
    assert made.counts.months == {"2026-01": 2, "2026-02": 2}
    assert made.counts.sources == {"gazette": 3, "kurier": 1}
    assert made.about.publisher == PUBLISHER
    assert Archive(store).releases("unrest") == [made]
    assert Archive(store).release(made.id) == made
    assert list(releases.damaged(store, made)) == []


def test_columns_keep_their_meaning(release: Callable[..., Release], store: Store, tmp_path: Path) -> None:
    made = release()
    (tmp_path / "m.parquet").write_bytes(store.get(made.key("data/2026-01.parquet")))
    schema = pq.read_schema(tmp_path / "m.parquet")
    assert schema.equals(SCHEMA, check_metadata=True)


def test_all_versions_and_nights_can_be_asked_for(release: Callable[..., Release], store: Store) -> None:
    assert release(all_versions=True).counts.rows == 5
    part = release(since=date(2026, 1, 31), until=date(2026, 1, 31))
    assert {*rows(part, store)["night"]} == {"2026-01-31"}
    assert len(Archive(store).releases()) == 2


def test_the_same_rows_are_released_once(release: Callable[..., Release], store: Store) -> None:
    made = release()
    again = publish(store, Asked(topic="unrest"), PUBLISHER)
    assert (again.release, again.written) == (made, False)
    for info in list(store.list("releases/")):
        store.delete([info.key])
    anew = release()
    assert (anew.id, anew.files) == (made.id, made.files), "the same rows give the same bytes"


def test_what_may_not_be_shared_is_left_out_and_counted(
    own: Archive, release: Callable[..., Release], store: Store, make_document: Callable[..., Document]
) -> None:
    noai, noindex = (Rights(signal=name, value=name, origin="meta") for name in ("noai", "noindex"))
    reserved = (noai, Rights(signal="tdm-reservation", value="1", origin="header"))
    late = [
        make_document(3, "2026-02-02", rights=(noai,)),
        make_document(7, "2026-02-02", rights=reserved),
        make_document(8, "2026-02-02", rights=(noindex,)),
    ]
    publish_articles(store, [(row, {}) for row in late])
    made = release()
    assert {*rows(made, store)["document_id"]} == {f"{number:020x}" for number in (1, 2, 5, 8)}
    assert (made.left_out.rows, made.left_out.signals) == (2, {"noai": 2, "tdm-reservation": 1})
    history = release(all_versions=True)
    assert f"{3:020x}" not in {*rows(history, store)["document_id"]}, "its latest version may not be shared"
    assert history.left_out.rows == 3
    assert "noai 2, tdm-reservation 1" in store.get(made.key("README.md")).decode()


def test_what_has_changed_since_the_last_release(
    release: Callable[..., Release], store: Store, make_document: Callable[..., Document]
) -> None:
    first = release(until=date(2026, 1, 31))
    assert first.changes is None
    publish_articles(store, [(make_document(2, "2026-02-02", text="Worded anew."), {})])
    second = release(since=date(2026, 1, 31))
    assert second.changes
    assert second.changes.since == first.id
    changes = pl.read_parquet(store.get(second.key("changes.parquet")))
    assert {(row["change"], int(row["document_id"], 16)) for row in changes.to_dicts()} == {
        ("changed", 1),
        ("changed", 2),
        ("added", 5),
    }
    assert (second.changes.added, second.changes.removed, second.changes.changed) == (1, 0, 2)
    third = release(until=date(2026, 1, 31))
    assert third == first, "the same rows again are the same release"


def test_a_killed_release_is_none_and_is_taken_up(release: Callable[..., Release], store: Store) -> None:
    made = release()
    whole = {info.key: store.get(info.key) for info in store.list(made.folder)}
    for kept in range(len(whole)):
        store.delete(whole)
        for key in sorted(whole)[:kept]:
            store.put_new(key, whole[key])
        store.delete([made.key("release.json")])
        assert Archive(store).releases() == []
        again = release()
        assert (again.id, again.files) == (made.id, made.files)
        assert list(releases.damaged(store, again)) == []


def test_a_description_of_a_killed_release_is_kept(release: Callable[..., Release], store: Store) -> None:
    made = release()
    store.delete([made.key("release.json"), made.key("README.md"), made.key("SHA256SUMS")])
    store.put_new(made.key("README.md"), b"of an older version of the table\n")
    again = release()
    assert store.get(again.key("README.md")) == b"of an older version of the table\n"
    assert list(releases.damaged(store, again)) == []


def test_other_rows_that_a_killed_release_left_are_not_taken(release: Callable[..., Release], store: Store) -> None:
    made = release()
    store.delete([made.key("release.json"), made.key("data/2026-01.parquet")])
    store.put_new(made.key("data/2026-01.parquet"), b"other rows")
    with pytest.raises(InvariantError, match="tearsheet audit --repair"):
        release()
    assert Archive(store).releases() == []


def test_a_pulled_release_is_what_was_released(
    release: Callable[..., Release], call: Callable[..., Result], store: Store, tmp_path: Path
) -> None:
    made = release()
    result = call("pull", "unrest", "--release", made.id, "--out", "frozen")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"frozen: release {made.id}, 4 rows, 7 files, ")
    pulled = {path.relative_to(tmp_path / "frozen").as_posix() for path in (tmp_path / "frozen").rglob("*.*")}
    assert pulled == {*FILES, "release.json"} - {"SHA256SUMS"}
    for path in (*FILES, "release.json"):
        assert (tmp_path / "frozen" / path).read_bytes() == store.get(made.key(path))
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path / "frozen", check=True)
    assert isinstance(call("pull", "unrest", "--release", made.id, "--out", "frozen").exception, ConfigError)


def test_a_damaged_object_is_named_and_nothing_is_written(
    release: Callable[..., Release], call: Callable[..., Result], store: Store, tmp_path: Path
) -> None:
    made = release()
    key = made.key("data/2026-02.parquet")
    store.put(key, store.get(key)[:-1] + b"x")
    result = call("pull", "unrest", "--release", made.id, "--out", "frozen")
    assert isinstance(result.exception, StorageError)
    assert store.url(key) in str(result.exception)
    assert list(tmp_path.iterdir()) == []
    assert [damaged for damaged, _ in releases.damaged(store, made)] == [key]
    checked = call("release", "--verify", made.id)
    assert isinstance(checked.exception, AuditError)
    assert store.url(key) in str(checked.exception)
    store.delete([key])
    assert list(releases.damaged(store, made)) == [(key, "it is gone")]


def test_the_command_releases_lists_and_verifies(call: Callable[..., Result], store: Store) -> None:
    result = call("release", "unrest")
    assert result.exit_code == 0, result.output
    (made,) = Archive(store).releases()
    assert result.stdout.startswith(f"released {made.id}: 4 rows of 4 articles, ")
    again = json.loads(call("release", "unrest", "--json").stdout)
    assert (again["release"], again["written"], again["rows"]) == (made.id, False, 4)
    assert made.id in call("release", "--list").stdout
    listed = json.loads(call("release", "unrest", "--list", "--json").stdout)["releases"]
    assert [each["release"] for each in listed] == [made.id]
    assert call("release", "--verify", made.id).stdout == f"{made.id}: 7 files are what was released\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["release"], "say which topic"),
        (["release", "football"], "has no topic 'football'; it has: unrest"),
        (["release", "unrest", "--since", "2027-01-01"], "has nothing to release"),
        (["release", "--verify", "2026-01-01-abc"], "has no release '2026-01-01-abc'; it has: none"),
        (["pull", "unrest", "--release", "x", "--out", "f"], "has no release 'x'"),
        (["share", "unrest"], "unrest is neither a release nor a topic that has one"),
        (["share", "unrest", "--days", "8"], "links last from 1 to 7 days"),
        (["share", "unrest", "--days", "0"], "links last from 1 to 7 days"),
    ],
)
def test_what_is_wrong_is_told(call: Callable[..., Result], arguments: list[str], message: str) -> None:
    result = call(*arguments)
    assert isinstance(result.exception, ConfigError)
    assert message in str(result.exception)
