"""``pull --new`` gives what a whole pull gives, whatever became of the table since, and reads only what changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import randbytes
from typing import Any

import pytest
from tests.unit.pull.conftest import fill, publish_articles
from tests.unit.pull.counting import Counting, counting
from tests.unit.pull.test_export import _cells

from tearsheet.config.models import StoreSettings
from tearsheet.errors import BusyError, ConfigError, StorageError
from tearsheet.model import Document
from tearsheet.pull import Archive, Selection
from tearsheet.pull.cursor import Pulled, pull_new
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.storage.locks import held
from tearsheet.tables import articles, maintenance

SUFFIXES = [".parquet", ".csv", ".jsonl", ".xlsx"]
Make = Callable[..., Document]
Change = Callable[[Store, Make], None]


def new_night(store: Store, make: Make) -> None:
    rows = [make(number, "2026-02-02", text=f"Riots, number {number}.") for number in (7, 8)]
    publish_articles(store, [(row, {}) for row in rows])


def captured_again(store: Store, make: Make) -> None:
    publish_articles(store, [(make(3, "2026-02-03", text="Riots, they say at last."), {"copy": "version"})])


def night_run_again(store: Store, make: Make) -> None:
    rows = [make(2, "2026-01-31", title="Another headline"), make(9, "2026-01-31")]
    publish_articles(store, [(row, {}) for row in rows], mark=2)


def taken_down(store: Store, make: Make) -> None:
    assert articles.remove(store, [f"{1:020x}"]) == 2


def latest_taken_away(store: Store, make: Make) -> None:
    """The night that held the later version of number 1: the earlier one stands again."""
    publish_articles(store, [(make(5, "2026-02-01"), {})], mark=2)


def compacted_and_purged(store: Store, make: Make) -> None:
    new_night(store, make)
    maintenance.compact(store)
    maintenance.vacuum(store, timedelta(0))
    maintenance.purge(store)


def nothing(store: Store, make: Make) -> None:
    pass


CHANGES: dict[Change, tuple[int, int, int]] = {
    nothing: (0, 0, 0),
    new_night: (2, 0, 0),
    captured_again: (0, 1, 0),
    night_run_again: (1, 1, 1),
    taken_down: (0, 0, 1),
    latest_taken_away: (0, 2, 0),
    compacted_and_purged: (2, 0, 0),
}
"""What became of the table, and how many articles that makes new, replaced and gone."""


def again(own: Archive, store: Store, out: Path, **options: Any) -> Pulled:
    return pull_new(store, "unrest", own.topic("unrest").with_text(), out, **options)


def content(path: Path) -> Any:
    """What a file says; a workbook holds the time at which it was written."""
    return _cells(path) if path.suffix == ".xlsx" else path.read_bytes()


def same_as_whole(selection: Selection, out: Path) -> bool:
    return bool(content(selection.write(out.with_stem("whole")).path) == content(out))


@pytest.mark.parametrize("suffixes", [SUFFIXES[:2], pytest.param(SUFFIXES[2:], marks=pytest.mark.long)])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_it_ends_as_a_whole_pull_does(
    own: Archive, store: Store, make_document: Make, tmp_path: Path, change: Change, suffixes: list[str]
) -> None:
    outs = [tmp_path / f"unrest{suffix}" for suffix in suffixes]
    for out in outs:
        first = again(own, store, out)
        assert (first.since, first.new, first.replaced, first.gone, first.parts.read) == (None, 4, 0, 0, 5)
    change(store, make_document)
    for out in outs:
        second = again(own, store, out)
        assert (second.new, second.replaced, second.gone) == CHANGES[change]
        assert same_as_whole(own.topic("unrest").with_text(), out)
    assert second.selection.count() == own.topic("unrest").count()


@pytest.mark.parametrize(
    "narrow", [Selection.all_versions, Selection.one_per_cluster, lambda each: each.since("2026-02-01")]
)
def test_whatever_is_asked_for(
    own: Archive, store: Store, make_document: Make, tmp_path: Path, narrow: Callable[[Selection], Selection]
) -> None:
    selection, out = narrow(own.topic("unrest")), tmp_path / "unrest.csv"
    for change in CHANGES:
        change(store, make_document)
        pull_new(store, "unrest", selection, out)
        assert same_as_whole(selection, out)


def test_what_is_asked_for_may_change(own: Archive, store: Store, tmp_path: Path) -> None:
    out, topic = tmp_path / "unrest.csv", own.topic("unrest")
    for selection in (
        topic,
        topic.with_text(),
        topic.all_versions(),
        topic.since("2026-02-01"),
        topic.source("kurier"),
    ):
        pull_new(store, "unrest", selection, out)
        assert same_as_whole(selection, out)


def test_where_nothing_changed_the_file_is_left_alone(own: Archive, store: Store, tmp_path: Path) -> None:
    out = tmp_path / "unrest.parquet"
    again(own, store, out)
    before = out.stat()
    second = again(own, store, out)
    assert (second.parts.read, second.written, out.stat()) == (0, [], before)
    out.write_bytes(b"spoilt")
    third = again(own, store, out)
    assert (third.parts.read, [file.path for file in third.written]) == (0, [out])
    assert same_as_whole(own.topic("unrest").with_text(), out)
    out.unlink()
    assert [file.path for file in again(own, store, out).written] == [out]


def test_a_folder_has_a_file_a_month_and_only_changed_ones_are_written(
    own: Archive, store: Store, make_document: Make, tmp_path: Path
) -> None:
    folder = tmp_path / "unrest"
    folder.mkdir()
    again(own, store, folder, suffix=".jsonl")
    assert sorted(path.name for path in folder.iterdir()) == [".cursor", "2026-01.jsonl", "2026-02.jsonl"]
    new_night(store, make_document)
    assert [file.path.name for file in again(own, store, folder, suffix=".jsonl").written] == ["2026-02.jsonl"]
    captured_again(store, make_document)
    written = again(own, store, folder, suffix=".jsonl").written
    assert [file.path.name for file in written] == ["2026-01.jsonl", "2026-02.jsonl"], "a version left its month"
    lines = b"".join((folder / name).read_bytes() for name in ("2026-01.jsonl", "2026-02.jsonl"))
    assert lines == own.topic("unrest").with_text().write(tmp_path / "whole.jsonl").path.read_bytes()
    articles.remove(store, [f"{2:020x}"])
    again(own, store, folder, suffix=".jsonl")
    assert sorted(path.name for path in folder.iterdir()) == [".cursor", "2026-02.jsonl"], "a month without rows"


def test_what_was_taken_down_stands_nowhere(own: Archive, store: Store, make_document: Make, tmp_path: Path) -> None:
    out = tmp_path / "unrest.jsonl"
    again(own, store, out)
    taken_down(store, make_document)
    again(own, store, out)
    for path in (each for each in tmp_path.rglob("*") if each.is_file()):
        assert b"they now say" not in path.read_bytes()
    names = {path.suffix for path in (tmp_path / ".unrest.jsonl.cursor").iterdir()}
    assert names == {".parquet", ""}


def test_one_pull_at_a_time(own: Archive, store: Store, tmp_path: Path) -> None:
    out = tmp_path / "unrest.csv"
    again(own, store, out)
    with held(tmp_path / ".unrest.csv.cursor" / "lock"), pytest.raises(BusyError, match=r"unrest\.csv: another pull"):
        again(own, store, out)


def test_a_damaged_cursor_is_told_with_the_mend(own: Archive, store: Store, tmp_path: Path) -> None:
    out, folder = tmp_path / "unrest.csv", tmp_path / ".unrest.csv.cursor"
    again(own, store, out)
    for path in folder.glob("*.parquet"):
        body = path.read_bytes()
        path.write_bytes(body[:100])
        with pytest.raises(StorageError, match=r"\.unrest\.csv\.cursor: cannot be read; delete this folder"):
            again(own, store, out)
        path.write_bytes(body)
    assert again(own, store, out).parts.read == 0


def test_a_target_that_cannot_be_is_refused(own: Archive, store: Store, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="says no format"):
        again(own, store, tmp_path / "unrest.doc")
    with pytest.raises(ConfigError, match=r"'\.doc' is no format"):
        again(own, store, tmp_path, suffix=".doc")
    assert list(tmp_path.iterdir()) == []


def test_a_night_is_one_request_as_long_as_its_file_is_small(
    store: Store, embedded: EmbeddedStore, make_document: Make
) -> None:
    fill(store, make_document)
    for night in ("2026-03-01", "2026-03-02", "2026-03-03"):
        rows = [make_document(number, night, text=randbytes(8_000).hex()) for number in range(70)]
        publish_articles(store, [(row, {}) for row in rows])
    sizes = [info.size for info in store.list("tables/articles/topic=unrest/month=2026-03/")]
    assert min(sizes) > 500_000
    with counting(embedded.access) as server, Store(store.url(), settings=StoreSettings(), access=server.access) as own:
        assert Archive(own).topic("unrest").since("2026-03-01").with_text().to_polars().height == 70
        assert len([request for request in server.requests if "month" in request]) == 3


@pytest.fixture
def counted(store: Store, embedded: EmbeddedStore, make_document: Make) -> Iterator[tuple[Counting, Store]]:
    """The archive of ``own``, with twenty nights before it, behind a server that counts."""
    for number in range(1, 21):
        publish_articles(store, [(make_document(100 + number, f"2025-12-{number:02}"), {})])
    fill(store, make_document)
    with counting(embedded.access) as server, Store(store.url(), settings=StoreSettings(), access=server.access) as own:
        yield server, own


def test_one_new_night_takes_few_requests(
    counted: tuple[Counting, Store], store: Store, make_document: Make, tmp_path: Path
) -> None:
    server, through = counted
    selection, out = Archive(through).topic("unrest").with_text(), tmp_path / "unrest.csv"
    pull_new(through, "unrest", selection, out)
    new_night(store, make_document)
    server.requests.clear()
    pulled = pull_new(through, "unrest", selection, out)
    assert (pulled.parts.read, pulled.new) == (2, 2)
    assert len([request for request in server.requests if ".parquet" in request and "_delta_log" not in request]) == 1
    assert len(server.requests) <= 14
    assert len(out.read_text().splitlines()) == 1 + 20 + 6


def test_a_week_takes_few_requests_however_old_the_archive(counted: tuple[Counting, Store]) -> None:
    server, through = counted
    week = Archive(through).topic("unrest").since("2025-12-05").until("2025-12-11")
    server.requests.clear()
    assert week.to_polars().height == 7
    assert len(server.requests) <= 20
    server.requests.clear()
    assert week.count() == 7
    assert len(server.requests) <= 20


def test_killed_and_run_again_it_is_whole(counted: tuple[Counting, Store], store: Store, tmp_path: Path) -> None:
    server, _ = counted
    call = [sys.executable, "-m", "tearsheet", "pull", "unrest", "--text", "--new", "--out", "unrest.jsonl"]
    through = os.environ | {"TEARSHEET_STORE": store.url()} | server.access.environment()
    for number in (2, 4, 6):
        folder = tmp_path / str(number)
        folder.mkdir()
        server.hang_after(number)
        process = subprocess.Popen(call, cwd=folder, env=through)
        assert server.hangs.wait(120)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not (folder / "unrest.jsonl").exists()
        server.hang_after(None)
        done = subprocess.run([*call, "--json"], cwd=folder, env=through, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert (told["rows"], told["new"]) == (24, 24)
        assert same_as_whole(Archive(store).topic("unrest").with_text(), folder / "unrest.jsonl")


@pytest.mark.parametrize("moment", range(5))
def test_ended_while_it_writes_it_is_whole_after_the_next(
    own: Archive, store: Store, make_document: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    out = tmp_path / "unrest.csv"
    again(own, store, out)
    night_run_again(store, make_document)
    new_night(store, make_document)
    left, replace = iter(range(moment)), Path.replace

    def until(self: Path, target: Path) -> Path:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", until)
    with suppress(KeyboardInterrupt):
        again(own, store, out)
    monkeypatch.undo()
    again(own, store, out)
    assert same_as_whole(own.topic("unrest").with_text(), out)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".unrest.csv.cursor", "unrest.csv", "whole.csv"]
