"""Exactly once: whatever was swept, lost, changed or killed, the same night run again ends in the same rows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import psutil
import pytest

from tearsheet import harvest
from tearsheet.archive.reader import captures, segments
from tearsheet.config import load
from tearsheet.config.models import Configuration
from tearsheet.demo.outlets import NIGHTS
from tearsheet.demo.server import Press, serve
from tearsheet.documents.pool import Pool
from tearsheet.errors import BusyError, InvariantError, ObjectMissing
from tearsheet.harvest.outcomes import load_outcomes
from tearsheet.harvest.plan import load_plan
from tearsheet.lease import Lease, claim, hold, lease_key
from tearsheet.night import NightResult, gather, harvest_night, night
from tearsheet.spiders.job import Event
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import DOCUMENTS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("protocol")]

CONFIG = Path(__file__).parents[2] / "config"
DAY = NIGHTS[0]
SOURCES = ("ostermere-chronicle", "sarybel-vesti")
OF_ONE_RUN = {"fetched_at", "indexed_at", "warc_file", "warc_offset", "warc_length"}
SAME = [name for name in DOCUMENTS.names if name not in OF_ONE_RUN]


@dataclass(frozen=True)
class Desk:
    """A press of two outlets, an empty store, and their configuration in a folder."""

    press: Press
    store: Store
    folder: Path

    def configuration(self, *, sources: tuple[str, ...] = SOURCES, page_seconds: float = 0.0) -> Configuration:
        """Some of the demo's sources, without a delay, each in a segment of few pages."""
        loaded = load(self.folder)
        demo = loaded.collections["demo"]
        limits = {"delay": page_seconds, "revisit": ()}
        kept = [
            s.model_copy(update={"limits": s.limits.model_copy(update=limits)}) for s in demo.sources if s.id in sources
        ]
        fetch = loaded.settings.fetch.model_copy(update={"segment_captures": 3, "sources_per_batch": 1})
        return loaded.model_copy(
            update={
                "collections": {"demo": demo.model_copy(update={"sources": tuple(kept)})},
                "topics": {"demo-unrest": loaded.topics["demo-unrest"]},
                "settings": loaded.settings.model_copy(update={"fetch": fetch}),
            }
        )

    def run(self, day: str = DAY, configuration: Configuration | None = None) -> NightResult:
        return night(self.store, configuration or self.configuration(), "demo", day)[0]

    def rows(self, day: str = DAY, columns: list[str] | None = None) -> pl.DataFrame:
        return documents.rows(self.store, "demo", day, columns or DOCUMENTS.names)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Iterator[Desk]:
    """The press on its first night."""
    with serve(port=0, night=DAY) as press:
        yield Desk(press, store, press.config(tmp_path / "config", CONFIG))


def test_rows_come_again_after_staged_files_index_and_state_are_gone(desk: Desk) -> None:
    desk.run()
    before, asked = desk.rows(), desk.press.hits.total()
    gone = [i.key for prefix in ("staged/", "state/") for i in desk.store.list(prefix)]
    gone += [info.key for info in desk.store.list(f"raw/demo/{DAY}/") if info.key.endswith(".cdxj")]
    desk.store.delete(gone)
    desk.run()
    assert desk.rows().equals(before), "not even re-extraction commits anew"
    assert desk.press.hits.total() == asked, "a closed night asks the network nothing"
    assert {info.key for info in desk.store.list("state/")} == {f"state/{source}.json.gz" for source in SOURCES}


class Extracting:
    """A progress that looks, whenever a crawl says something, whether extraction processes are there."""

    def __init__(self) -> None:
        self.seen: list[bool] = []

    def crawl(self, batch: str, event: Event) -> None:
        children = psutil.Process().children()
        self.seen.append(any("tearsheet.documents" in child.cmdline() for child in children if child.is_running()))

    def stage(self, name: str) -> None: ...

    def page(self) -> None: ...

    def warn(self, message: str) -> None: ...


def test_extraction_starts_beside_the_crawl_where_pages_are_sure_and_not_at_all_where_there_are_none(
    desk: Desk,
) -> None:
    configuration, first, second = desk.configuration(), Extracting(), Extracting()
    harvest_night(desk.store, configuration, "demo", DAY, progress=first)
    assert all(first.seen), "they started with the crawls of sources that were never asked"
    assert len(first.seen) > 2
    harvest_night(desk.store, configuration, "demo", NIGHTS[1], progress=second)
    assert second.seen
    assert not any(second.seen)


def test_a_night_keeps_its_plan_when_sources_change(desk: Desk) -> None:
    desk.run()
    before, asked = desk.rows(), desk.press.hits.total()
    result = desk.run(configuration=desk.configuration(sources=("kestrel-bay",)))
    assert desk.rows().equals(before)
    assert result.fetched == 0
    assert desk.press.hits.total() == asked


def test_every_candidate_ends_once_and_every_row_has_its_record(desk: Desk) -> None:
    result = desk.run()
    outcomes = load_outcomes(desk.store, "demo", DAY)
    rows = desk.rows()
    assert sum(result.outcomes.values()) == result.candidates == len({o.document_id for o in outcomes})
    assert result.documents == rows.height == sum(o.family in {"article", "drop"} for o in outcomes)
    held = {(c.warc_file, c.warc_offset, c.payload_digest) for c in captures(desk.store, "demo", DAY)}
    assert held == set(rows.select("warc_file", "warc_offset", "payload_digest").rows())


def test_a_night_that_lost_a_segment_is_refused(desk: Desk) -> None:
    desk.run()
    before = desk.rows()
    first = segments(desk.store, "demo", DAY)[0]
    desk.store.delete([first, f"{first}.cdxj"])
    with pytest.raises(InvariantError, match="no WARC of the night holds it"):
        desk.run()
    assert desk.rows().equals(before)


def test_nothing_is_published_while_a_segment_is_not_staged(desk: Desk) -> None:
    configuration = desk.configuration()
    plan = harvest.make_plan(desk.store, configuration, "demo", DAY)
    with Pool(1) as pool:
        gather(desk.store, plan, configuration.settings, pool)
    staged = [info.key for info in desk.store.list("staged/")]
    desk.store.delete(staged[:1])
    with pytest.raises(ObjectMissing):
        harvest.check(desk.store, plan)
    with Pool(1) as pool:
        harvest.publish(desk.store, plan, pool, configuration)
    assert desk.rows().height == len(captures(desk.store, "demo", DAY))


@pytest.mark.long  # of what the torture shows in short
def test_a_killed_night_run_again_is_as_one_that_was_never_killed(desk: Desk, store: Store, tmp_path: Path) -> None:
    slow = desk.configuration(page_seconds=0.2)
    undisturbed = Desk(
        desk.press, Store(store.url("never-killed"), settings=slow.settings.store, access=store._access), desk.folder
    )
    undisturbed.run(configuration=slow)
    desk.press.hits.clear()
    driver = (
        "import sys\nfrom tearsheet.night import night\n"
        "from tearsheet.config.models import Configuration, StoreSettings\n"
        "from tearsheet.storage import Store\n"
        "configuration = Configuration.model_validate_json(open(sys.argv[1]).read())\n"
        f"night(Store(sys.argv[2], settings=StoreSettings()), configuration, 'demo', {DAY!r})\n"
    )
    (tmp_path / "configuration.json").write_text(slow.model_dump_json())
    command = [sys.executable, "-c", driver, str(tmp_path / "configuration.json"), store.url()]
    with subprocess.Popen(command, env=os.environ | store.environment(), start_new_session=True) as process:
        _until(lambda: bool(segments(store, "demo", DAY)) or process.poll() is not None)
        assert process.poll() is None, "it ended before it could be killed"
        os.killpg(process.pid, signal.SIGKILL)
    result = desk.run(configuration=slow)
    assert sum(result.outcomes.values()) == result.candidates
    ours, theirs = desk.rows(columns=SAME), undisturbed.rows(columns=SAME)
    assert [name for name in SAME if not ours[name].equals(theirs[name])] == []
    twice = {url: count for url, count in desk.press.hits.by_url.items() if count > 1 and url.endswith(".html")}
    kept = {capture.url for capture in captures(store, "demo", DAY) if "-001-" in capture.warc_file}
    assert not kept & twice.keys(), "what the killed attempt had archived is not asked again"


def test_pending_comes_back_the_next_night_and_a_seen_page_does_not(desk: Desk) -> None:
    configuration = desk.configuration()
    few = [
        s.model_copy(update={"limits": s.limits.model_copy(update={"max_pages": 2})})
        for s in configuration.collections["demo"].sources
    ]
    limited = configuration.model_copy(
        update={"collections": {"demo": configuration.collections["demo"].model_copy(update={"sources": tuple(few)})}}
    )
    first = desk.run(configuration=limited)
    assert first.outcomes["pending.over_limit"] > 0
    seen = set(desk.rows()["document_id"])
    second = desk.run(NIGHTS[1])
    rows = desk.rows(NIGHTS[1])
    waited = {o.document_id for o in load_outcomes(desk.store, "demo", DAY) if o.family == "pending"}
    assert waited <= set(rows["document_id"])
    assert not seen & set(rows["document_id"])
    assert "pending.over_limit" not in second.outcomes


def test_the_plan_is_written_once(desk: Desk) -> None:
    configuration = desk.configuration()
    first = harvest.make_plan(desk.store, configuration, "demo", DAY)
    other = harvest.make_plan(desk.store, desk.configuration(sources=("kestrel-bay",)), "demo", DAY)
    assert first == other == load_plan(desk.store, "demo", DAY)


@pytest.mark.parametrize("command", ["night", "harvest"])
def test_a_night_that_another_run_holds_ends_with_its_own_exit_code(desk: Desk, command: str) -> None:
    run = [sys.executable, "-m", "tearsheet", command, "-c", "demo", "-n", DAY, "--config", str(desk.folder)]
    with hold(desk.store, "demo", DAY, 600):
        done = subprocess.run(run, env=os.environ | desk.store.environment(), capture_output=True, text=True)
    assert done.returncode == 7, done.stderr
    assert f"demo {DAY} is held by run" in done.stderr
    assert f"process {os.getpid()} on " in done.stderr
    assert desk.press.hits.total() == 0
    assert [info.key for info in desk.store.list()] == [f"runs/demo/{DAY}/lease.json"]


def test_a_run_that_lost_its_night_stops_its_crawl_and_publishes_nothing(desk: Desk) -> None:
    ours, theirs = (Lease(desk.store, "demo", DAY, replace(claim(60), host="elsewhere")) for _ in range(2))
    ours.take()
    desk.store.delete([lease_key("demo", DAY)])
    theirs.take()
    with pytest.raises(BusyError):
        ours.confirm()
    slow = desk.configuration(page_seconds=1.0)
    with pytest.raises(BusyError, match=f"demo {DAY} was taken over by run"):
        harvest_night(desk.store, slow, "demo", DAY, lease=ours)
    assert desk.press.hits.total() < 10
    assert documents.fingerprint(desk.store, "demo", DAY) is None
    assert [child for child in psutil.Process().children() if "tearsheet.spiders" in child.cmdline()] == []


@pytest.mark.long
def test_a_run_that_slept_while_another_took_its_night_ends_with_that_exit_code(desk: Desk) -> None:
    run = ["harvest", "-c", "demo", "-s", SOURCES[0], "-n", DAY, "--config", str(desk.folder)]
    variables = os.environ | desk.store.environment() | {"TEARSHEET_STORE__LEASE_SECONDS": "2"}
    with subprocess.Popen(
        [sys.executable, "-m", "tearsheet", *run], env=variables, start_new_session=True, stderr=subprocess.PIPE
    ) as slept:
        _until(lambda: desk.press.hits.total() > 0 or slept.poll() is not None)
        os.killpg(slept.pid, signal.SIGSTOP)
        time.sleep(4.0)
        other = Lease(desk.store, "demo", DAY, replace(claim(60), host="elsewhere"))
        other.take()
        os.killpg(slept.pid, signal.SIGCONT)
        told = slept.communicate()[1].decode()
    assert slept.returncode == 7, told
    assert f"demo {DAY} was taken over by run" in told
    assert documents.fingerprint(desk.store, "demo", DAY) is None
    other.confirm()


def _until(reached: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)
