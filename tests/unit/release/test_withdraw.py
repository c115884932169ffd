"""What is taken down leaves releases, too: a notice, a successor, its text nowhere; whatever is killed on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import uuid4

import polars as pl
import pytest
from tests.unit.pull.conftest import fill, publish_articles
from typer.testing import Result

from tearsheet.config.models import StoreSettings
from tearsheet.errors import ConfigError, InvariantError, WithdrawnError
from tearsheet.model import Document
from tearsheet.pull import Archive, releases
from tearsheet.pull.releases import Release
from tearsheet.release import Asked, publish
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.storage.versions import old_versions
from tearsheet.takedown import Receipt, execute, find, prepare, selector
from tearsheet.takedown.receipt import load
from tearsheet.urls import document_id

URL = "https://gazette.example/taken-down"
PHRASE = "Nobody may read this sentence again."
REASON = "asked by the publisher"


@pytest.fixture
def released(
    release: Callable[..., Release], store: Store, make_document: Callable[..., Document]
) -> tuple[Release, Release]:
    """A release without the article that is taken down, and one with it."""
    without = release(until=date(2026, 1, 31))
    publish_articles(store, [(doomed(make_document), {})])
    return without, release()


def doomed(make_document: Callable[..., Document]) -> Document:
    """The article that is taken down."""
    return make_document(9, "2026-02-02", document_id=document_id(URL), url=URL, final_url=URL, text=PHRASE)


def prepared(store: Store) -> Receipt:
    return prepare(store, selector(URL), REASON)


def ids(store: Store, made: Release) -> set[str]:
    return {name for each in made.data for name in pl.read_parquet(store.get(made.key(each.path)))["document_id"]}


def withdrawn_well(store: Store, without: Release, held: Release, receipt: Receipt) -> None:
    """The store as every take-down has to leave it."""
    notice = releases.load(store, "unrest", held.id)
    assert notice.withdrawn
    assert (notice.withdrawn.takedown, notice.withdrawn.reason) == (receipt.id, REASON)
    assert not list(store.list(held.key("data/")))
    successor = releases.find(store, notice.withdrawn.successor or "")
    assert releases.latest(store, "unrest") == successor
    assert successor.replaces == held.id
    assert ids(store, successor) == {f"{number:020x}" for number in (1, 2, 3, 5)}
    assert successor.changes
    assert (successor.changes.since, successor.changes.removed) == (held.id, 1)
    assert list(releases.damaged(store, successor)) == []
    assert releases.load(store, "unrest", without.id) == without
    assert list(releases.damaged(store, without)) == []
    assert len(releases.releases(store)) == 3
    assert find(store, PHRASE).found == ()


def test_a_release_is_withdrawn_and_has_a_successor(store: Store, released: tuple[Release, Release]) -> None:
    without, held = released
    assert [found.key for found in find(store, PHRASE).found if found.key.startswith("releases/")] == [
        held.key("data/2026-02.parquet")
    ]
    receipt = prepared(store)
    assert receipt.touched.releases == (f"unrest/{held.id}",)
    done = execute(store, receipt)
    withdrawn_well(store, without, held, done)
    assert load(store, done.id).touched.releases == (f"unrest/{held.id}",)
    assert prepared(store).touched.empty


@pytest.mark.parametrize(
    "survived",
    [0, 9, *(pytest.param(steps, marks=pytest.mark.long) for steps in (2, 7, 8, 10))],
)
def test_a_killed_withdrawal_is_resumed(
    store: Store, released: tuple[Release, Release], survived: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before one of its writes: nine files of the successor, its manifest last, the notice, the data deleted."""
    without, held = released
    left = survived

    def dying(write: Callable[..., object]) -> Callable[..., object]:
        def wrote(self: Store, keys: str | list[str], *rest: object) -> object:
            nonlocal left
            if any(key.startswith("releases/") for key in ([keys] if isinstance(keys, str) else keys)):
                if not left:
                    raise KeyboardInterrupt
                left -= 1
            return write(self, keys, *rest)

        return wrote

    receipt = prepared(store)
    with monkeypatch.context() as killed:
        for name in ("put", "put_new", "delete"):
            killed.setattr(Store, name, dying(getattr(Store, name)))
        with pytest.raises(KeyboardInterrupt):
            execute(store, receipt)
    begun = load(store, receipt.id)
    withdrawn_well(store, without, held, execute(store, begun))


def test_no_old_version_keeps_the_text(
    store: Store, embedded: EmbeddedStore, make_document: Callable[..., Document]
) -> None:
    """Of the withdrawn release, and of one that was killed and whose files were deleted before."""
    bucket = f"versions-{uuid4().hex[:8]}"
    store.client.create_bucket(Bucket=bucket)
    store.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    with Store(f"s3://{bucket}/own", settings=StoreSettings(), access=embedded.access) as kept:
        fill(kept, make_document)
        publish_articles(kept, [(doomed(make_document), {})])
        killed = publish(kept, Asked(topic="unrest", all_versions=True), "The Archive").release
        kept.delete([info.key for info in kept.list(killed.folder)])
        held = publish(kept, Asked(topic="unrest"), "The Archive").release
        standing = {key for found in find(kept, PHRASE).found if (key := found.key).startswith("releases/")}
        assert standing == {made.key("data/2026-02.parquet") for made in (killed, held)}
        execute(kept, prepared(kept))
        assert find(kept, PHRASE).found == ()
        assert not [version.key for version in old_versions(kept) if version.key.startswith("releases/")]


def test_a_withdrawn_release_is_refused_with_its_successor(
    store: Store, released: tuple[Release, Release], call: Callable[..., Result], tmp_path: Path
) -> None:
    _, held = released
    receipt = execute(store, prepared(store))
    (heir,) = (each.id for each in Archive(store).releases() if each.replaces == held.id)
    for arguments in (
        ["pull", "unrest", "--release", held.id, "--out", "frozen"],
        ["share", held.id],
        ["release", "--verify", held.id],
    ):
        refused = call(*arguments)
        assert isinstance(refused.exception, WithdrawnError)
        assert all(told in str(refused.exception) for told in (receipt.id, REASON, f"its successor is {heir}"))
    assert list(tmp_path.iterdir()) == []
    assert call("share", "unrest").exit_code == 0
    assert "withdrawn, successor" in call("release", "--list").stdout
    assert call("pull", "unrest", "--release", heir, "--out", "frozen").exit_code == 0


def test_a_release_of_nothing_else_has_no_successor(store: Store, released: tuple[Release, Release]) -> None:
    publish(store, Asked(topic="unrest", since=date(2026, 2, 2)), "The Archive")
    execute(store, prepared(store))
    (alone,) = (each for each in releases.releases(store) if each.about.since)
    assert alone.withdrawn
    assert alone.withdrawn.successor is None
    with pytest.raises(WithdrawnError, match="nothing is left of it"):
        releases.of_topic(store, "unrest", alone.id)
    with pytest.raises(ConfigError, match="is a release of unrest, not of football"):
        releases.of_topic(store, "football", alone.id)


def test_a_notice_names_what_stands_at_last(store: Store, released: tuple[Release, Release]) -> None:
    _, held = released
    execute(store, prepared(store))
    execute(store, prepare(store, selector(source="kurier"), REASON))
    (last,) = (
        each for each in releases.releases(store) if not each.withdrawn and each.counts.last_night > "2026-01-31"
    )
    assert ids(store, last) == {f"{number:020x}" for number in (1, 3, 5)}
    with pytest.raises(WithdrawnError, match=f"its successor is {last.id}"):
        releases.insist(store, releases.find(store, held.id))


def test_what_a_killed_release_left_goes_as_a_whole(store: Store, released: tuple[Release, Release]) -> None:
    _, held = released
    store.delete([held.key("release.json")])
    execute(store, prepared(store))
    assert not list(store.list(held.folder))
    assert find(store, PHRASE).found == ()


def test_a_release_meanwhile_is_refused(
    store: Store, released: tuple[Release, Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The take-down begins after the rows were read: they are not released any more."""
    _, held = released
    store.delete([info.key for info in store.list(held.folder)])
    put_new = Store.put_new

    def interrupted(self: Store, key: str, body: bytes | Path) -> None:
        put_new(self, key, body)
        if key.endswith("SHA256SUMS"):
            execute(store, prepared(store))

    monkeypatch.setattr(Store, "put_new", interrupted)
    with pytest.raises(InvariantError, match="something was taken down while unrest was released"):
        publish(store, Asked(topic="unrest"), "The Archive")
    monkeypatch.undo()
    assert find(store, PHRASE).found == ()
