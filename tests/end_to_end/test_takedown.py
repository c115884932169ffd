"""What is taken down is nowhere any more and never comes back, nothing else is lost; whatever is killed on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
import pytest
from typer.testing import CliRunner

from tearsheet import takedown, tombstones
from tearsheet.archive.reader import captures, read_record
from tearsheet.cli import app
from tearsheet.config import load
from tearsheet.config.models import Configuration, StoreSettings
from tearsheet.demo.outlets import NIGHTS
from tearsheet.demo.server import Press, serve
from tearsheet.errors import ConfigError, RecordError, RemainsError
from tearsheet.harvest.outcomes import load_outcomes
from tearsheet.harvest.verdict import load_report
from tearsheet.model import Candidate
from tearsheet.night import NightResult, harvest_night, night
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.storage.versions import old_versions
from tearsheet.tables import articles, documents
from tearsheet.takedown import Receipt, Selector, execute, find, prepare, selector
from tearsheet.takedown.execute import STEPS
from tearsheet.takedown.receipt import load as load_receipt
from tearsheet.topic import update

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("takedown")]

CONFIG = Path(__file__).parents[2] / "config"
EXECUTE = import_module("tearsheet.takedown.execute")
DAY, NEXT, LAST = NIGHTS[:3]
SOURCE, OTHER = "sarybel-vesti", "ostermere-chronicle"
TITLE = "В Тасобе введено чрезвычайное положение"
PHRASE = "Решение принято после трёх ночей протестов, которые начались из-за подорожания"
REASON = "asked by the publisher"


@dataclass(frozen=True)
class World:
    """The press, its configuration, and a store with two nights of two outlets and a topic."""

    press: Press
    store: Store
    configuration: Configuration
    folder: Path

    def run(self, store: Store, day: str) -> NightResult:
        self.press.night = day
        self.press.hits.clear()
        return night(store, self.configuration, "demo", day)[0]


@pytest.fixture(scope="module")
def world(embedded: EmbeddedStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with serve(port=0, night=DAY) as press, _opened(embedded) as store:
        folder = press.config(tmp_path_factory.mktemp("takedown") / "config", CONFIG)
        loaded = load(folder)
        demo = loaded.collections["demo"]
        sources = tuple(
            source.model_copy(update={"limits": source.limits.model_copy(update={"delay": 0.0})})
            for source in demo.sources
            if source.id in (SOURCE, OTHER)
        )
        configuration = loaded.model_copy(
            update={
                "collections": {"demo": demo.model_copy(update={"sources": sources})},
                "topics": {"demo-unrest": loaded.topics["demo-unrest"]},
            }
        )
        built = World(press, store, configuration, folder)
        built.run(store, DAY)
        built.run(store, NEXT)
        yield built


@pytest.fixture
def copy(world: World, embedded: EmbeddedStore) -> Iterator[Callable[[str], Store]]:
    """``copy(bucket)``: the same nights in a store of the test's own."""
    opened: list[Store] = []

    def copied(bucket: str = "") -> Store:
        store = _opened(embedded, bucket)
        opened.append(store)
        for info in world.store.list():
            place = {"Bucket": world.store.bucket, "Key": _key(world.store, info.key)}
            store.client.copy_object(Bucket=store.bucket, Key=_key(store, info.key), CopySource=place)
        return store

    yield copied
    for store in opened:
        store.close()


@pytest.fixture
def asked(world: World) -> Selector:
    rows = documents.rows(world.store, "demo", DAY).filter(pl.col("title").str.starts_with(TITLE))
    assert rows.height == 1
    assert PHRASE in rows["text"][0]
    return selector(rows["url"][0])


def _opened(embedded: EmbeddedStore, bucket: str = "") -> Store:
    base = f"s3://{bucket}" if bucket else embedded.url
    return Store(f"{base}/takedown-{uuid4().hex[:12]}", settings=StoreSettings(), access=embedded.access)


def _key(store: Store, key: str) -> str:
    return store.url(key).removeprefix(f"s3://{store.bucket}/")


def _take(store: Store, asked: Selector) -> Receipt:
    return execute(store, prepare(store, asked, REASON))


def _rows(store: Store, day: str = DAY) -> pl.DataFrame:
    return documents.rows(store, "demo", day)


def _articles(store: Store) -> pl.DataFrame:
    columns = ["night", "document_id", "cluster_id", "copy", "title"]
    return articles.window(store, "demo-unrest", DAY, LAST, columns)


def test_nothing_of_it_is_left_and_all_else_is(world: World, asked: Selector, copy: Callable[..., Store]) -> None:
    store = copy()
    assert {found.key.partition("/")[0] for found in find(store, PHRASE).found} == {"raw", "tables", "search"}
    before, held = _rows(store), captures(store, "demo", DAY)
    receipt = _take(store, asked)
    assert find(store, PHRASE).found == ()
    (gone,) = receipt.documents
    assert _rows(store).equals(before.filter(pl.col("document_id") != gone))
    kept = captures(store, "demo", DAY)
    assert kept == [capture for capture in held if capture.document_id != gone]
    assert all(read_record(store, capture).verified for capture in kept)
    assert gone not in _articles(store)["document_id"].to_list()
    (ended,) = [outcome for outcome in load_outcomes(store, "demo", DAY) if outcome.document_id == gone]
    assert (ended.outcome, ended.mentions) == ("skipped.tombstone", ())


def test_its_headline_is_left_on_other_articles_alone(asked: Selector, copy: Callable[..., Store]) -> None:
    store = copy()
    places = {(capture.warc_file, f"byte {capture.warc_offset}") for capture in captures(store, "demo", DAY)}
    receipt = _take(store, asked)
    kinds = {grave.kind for graves in receipt.touched.segments.values() for grave in graves}
    assert kinds == {"response", "revisit", "metadata"}
    left = find(store, TITLE).found
    assert left
    assert {(found.key, found.place) for found in left} <= places


def test_run_again_the_night_is_the_same_and_the_topic_leaves_it_out(
    world: World, asked: Selector, copy: Callable[..., Store]
) -> None:
    store = copy()
    (gone,) = _take(store, asked).documents
    rows, number = _rows(store), documents.fingerprint(store, "demo", DAY)
    report = load_report(store, "demo", DAY)
    result = world.run(store, DAY)
    assert world.press.hits.total() == 0
    assert _rows(store).equals(rows)
    assert documents.fingerprint(store, "demo", DAY) == number
    assert result.outcomes["skipped.tombstone"] == 1
    again = load_report(store, "demo", DAY)
    assert report is not None
    assert again is not None
    assert replace(again, table_version=report.table_version) == report
    update(store, world.configuration.topics["demo-unrest"])
    assert gone not in _articles(store)["document_id"].to_list()
    assert gone not in _articles(store)["cluster_id"].to_list()
    assert find(store, PHRASE).found == ()


def test_it_is_not_fetched_again(world: World, asked: Selector, copy: Callable[..., Store]) -> None:
    store = copy()
    (gone,) = _take(store, asked).documents
    world.run(store, LAST)
    assert not [url for url in world.press.hits.by_url if url == asked.value]
    (ended,) = [outcome for outcome in load_outcomes(store, "demo", LAST) if outcome.document_id == gone]
    assert (ended.outcome, ended.mentions) == ("skipped.tombstone", ())
    world.press.hits.clear()
    given = (Candidate(document_id=gone, url=asked.value, source=SOURCE),)
    fresh = "2026-02-01"
    done = harvest_night(store, world.configuration, "demo", fresh, given=given)
    assert done.report.outcomes == {"skipped.tombstone": 1}
    assert world.press.hits.total() == 0


def test_a_later_feed_that_names_it_is_found_when_it_is_asked_for_again(
    world: World, asked: Selector, copy: Callable[..., Store]
) -> None:
    store = copy()
    first = _take(store, asked)
    assert prepare(store, asked, REASON).touched.empty
    world.run(store, LAST)
    second = prepare(store, asked, REASON)
    assert list(second.touched.segments) == [f"raw/demo/{LAST}/b000-001-00001.warc.gz"]
    assert execute(store, second).status == "done"
    assert prepare(store, asked, REASON).touched.empty
    assert not [found for found in find(store, TITLE).found if f"/{LAST}/" in found.key]
    assert first.documents == second.documents


@pytest.mark.parametrize(
    "killed",
    [pytest.param(step, marks=[] if step == len(STEPS) // 2 else pytest.mark.long) for step in range(len(STEPS) + 1)],
)
def test_killed_before_any_step_it_is_resumed(
    asked: Selector, copy: Callable[..., Store], killed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        pass

    def die(*_: object) -> None:
        raise KilledError

    store = copy()
    begun = prepare(store, asked, REASON)
    with monkeypatch.context() as patch:
        if killed < len(STEPS):
            steps = [*STEPS[:killed], ("killed", die), *STEPS[killed:]]
            patch.setattr(EXECUTE, "STEPS", steps)
        else:
            patch.setattr(EXECUTE, "survey", die)
        with pytest.raises(KilledError):
            execute(store, begun)
    last = takedown.earlier(store, asked)
    assert last is not None
    assert last.status == "begun"
    done = execute(store, last)
    assert find(store, PHRASE).found == ()
    assert (done.touched, done.documents, done.id) == (begun.touched, begun.documents, begun.id)
    warcs = {info.key: store.get(info.key) for info in store.list("raw/")}
    rows = _rows(store)
    assert execute(store, last).status == "done", "and once more"
    assert {info.key: store.get(info.key) for info in store.list("raw/")} == warcs
    assert _rows(store).equals(rows)


def test_a_night_that_is_run_before_the_rest_is_done_does_not_bring_it_back(
    world: World, asked: Selector, copy: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = copy()
    begun = prepare(store, asked, REASON)
    with monkeypatch.context() as patch:
        patch.setattr(EXECUTE, "STEPS", [("killed", lambda *_: 1 / 0)])
        with pytest.raises(ZeroDivisionError):
            execute(store, begun)
    result = world.run(store, DAY)
    assert not {*begun.documents} & {*_rows(store)["document_id"]}
    assert result.outcomes["skipped.tombstone"] == 1


def test_a_record_that_comes_back_from_a_backup_is_neither_extracted_nor_published(
    world: World, asked: Selector, copy: Callable[..., Store]
) -> None:
    store = copy()
    (gone,) = _take(store, asked).documents
    for info in world.store.list(f"raw/demo/{DAY}/"):
        store.put(info.key, world.store.get(info.key))
    world.run(store, DAY)
    assert gone not in _rows(store)["document_id"].to_list()
    assert {found.key.partition("/")[0] for found in find(store, PHRASE).found} == {"raw"}
    assert _take(store, asked).documents == (gone,)
    assert find(store, PHRASE).found == ()


def test_old_versions_of_a_bucket_go_as_well(
    embedded: EmbeddedStore, asked: Selector, copy: Callable[..., Store], world: World
) -> None:
    bucket = f"versions-{uuid4().hex[:8]}"
    world.store.client.create_bucket(Bucket=bucket)
    world.store.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    store = copy(bucket)
    _take(store, asked)
    assert find(store, PHRASE).found == ()
    assert {version.key for version in old_versions(store)} == {info.key for info in store.list("takedowns/")}
    assert _rows(store).height == _rows(world.store).height - 1


def test_the_receipt_tells_what_was_done_and_when_it_was_changed(asked: Selector, copy: Callable[..., Store]) -> None:
    store = copy()
    receipt = _take(store, asked)
    key = tombstones.key(receipt.id)
    assert load_receipt(store, receipt.id) == receipt
    assert (receipt.status, receipt.reason, receipt.touched.documents) == ("done", REASON, {f"demo/{DAY}": 1})
    assert PHRASE not in store.get(key).decode()
    assert TITLE not in store.get(key).decode()
    told = json.loads(store.get(key))
    store.put(key, json.dumps(told | {"reason": "no reason"}).encode())
    with pytest.raises(RecordError, match="was changed after it was written"):
        load_receipt(store, receipt.id)


def test_a_source_goes_as_a_whole_and_is_not_asked_again(world: World, copy: Callable[..., Store]) -> None:
    store = copy()
    others = _rows(store).filter(pl.col("source") == OTHER)
    receipt = _take(store, selector(source=SOURCE))
    assert _rows(store).equals(others)
    assert find(store, PHRASE).found == find(store, TITLE).found == ()
    assert receipt.sources == (SOURCE,)
    result = world.run(store, LAST)
    homepage = next(s.homepage for s in world.configuration.collections["demo"].sources if s.id == SOURCE)
    assert not [url for url in world.press.hits.by_url if url.startswith(homepage)]
    assert result.outcomes.get("article")
    assert set(_rows(store, LAST)["source"]) == {OTHER}
    assert prepare(store, selector(source=SOURCE), REASON).touched.empty


def test_an_author_is_kept_as_a_digest(copy: Callable[..., Store]) -> None:
    store = copy()
    signed = _rows(store).filter(pl.col("authors").list.len() > 0)
    author = signed["authors"][0][0]
    mine = {row["document_id"] for row in signed.to_dicts() if author in row["authors"]}
    receipt = _take(store, selector(author=f" {author.upper()}"))
    assert {*receipt.documents} >= mine
    assert not mine & {*_rows(store)["document_id"]}
    assert author.casefold() not in store.get(tombstones.key(receipt.id)).decode().casefold()
    with pytest.raises(ConfigError, match="no document has such an author"):
        prepare(store, selector(author=author), REASON)


def test_the_command_lists_asks_removes_and_verifies(
    world: World, asked: Selector, copy: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = copy()
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str, **options: Any) -> Any:
        return CliRunner().invoke(app, ["takedown", *arguments, "--config", str(world.folder)], **options)

    before = {info.key: info.modified for info in store.list()}
    looked = call(asked.value, "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert f"raw/demo/{DAY}/b000-001-00001" in looked.output
    assert isinstance(call(asked.value, "--yes").exception, ConfigError), "no reason was given"
    assert call(asked.value, "--reason", REASON, input="n\n").exit_code == 1
    assert isinstance(call("--verify", PHRASE).exception, RemainsError)
    assert {info.key: info.modified for info in store.list()} == before
    done = call(asked.value, "--reason", REASON, "--yes", "--verify", PHRASE, "--json")
    assert done.exit_code == 0, done.output
    receipt = json.loads(done.stdout)
    assert receipt["status"] == "done"
    assert receipt["verification"]["found"] == []
    assert load_receipt(store, receipt["id"]).verification
    assert call("--verify", PHRASE).exit_code == 0
    assert call(asked.value, "--reason", REASON, "--yes").exit_code == 0
    assert len(list(store.list("takedowns/"))) == 1
