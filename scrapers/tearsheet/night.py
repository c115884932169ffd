"""A whole night on one screen: plan, fetch and extract, publish, verdict; then the topics that read the collection.

The same stages, in the same order, are the tasks of the DAGs.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue

from tearsheet import harvest, state, topic
from tearsheet.config.models import Configuration, Settings
from tearsheet.documents.pool import Pool
from tearsheet.documents.staging import stage
from tearsheet.errors import FetchError
from tearsheet.harvest import Batch, Plan, RunReport
from tearsheet.lease import UNLEASED, Unleased, hold
from tearsheet.model import Candidate
from tearsheet.progress import QUIET, Progress
from tearsheet.spiders.job import Event, FetchReport
from tearsheet.storage import Store

SOON = ""
"""What stands for a segment that is still open: workers may start meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightResult:
    """What ``tearsheet night --json`` prints; ``outcomes`` are the night's and add up to ``candidates``."""

    night: str
    collection: str
    candidates: int
    outcomes: dict[str, int]
    fetched: int
    documents: int
    topics: dict[str, dict[str, int]]
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvested:
    """A published harvest: its report, and what this run itself fetched."""

    report: RunReport
    fetched: list[FetchReport]


def night(
    store: Store,
    configuration: Configuration,
    collection: str,
    day: str,
    *,
    sources: frozenset[str] = frozenset(),
    progress: Progress = QUIET,
) -> tuple[NightResult, RunReport]:
    """Run a collection's night and bring the topics that read it up to date.

    Raises:
        BusyError: another run holds the night.
        ConfigError, StorageError, InvariantError: see tearsheet.errors; what was fetched is kept.
    """
    started, cpu = time.monotonic(), _cpu_seconds()
    with hold(store, collection, day, configuration.settings.store.lease_seconds) as lease:
        done = harvest_night(store, configuration, collection, day, sources=sources, progress=progress, lease=lease)
        topics = update_topics(store, configuration, collection, day, progress=progress)
    return NightResult(
        night=day,
        collection=collection,
        candidates=done.report.candidates,
        outcomes=done.report.outcomes,
        fetched=sum(source.pages for report in done.fetched for source in report.sources),
        documents=done.report.documents,
        topics=topics,
        seconds=round(time.monotonic() - started, 3),
        cpu_seconds=round(_cpu_seconds() - cpu, 3),
    ), done.report


def harvest_night(
    store: Store,
    configuration: Configuration,
    collection: str,
    day: str,
    *,
    sources: frozenset[str] = frozenset(),
    given: tuple[Candidate, ...] = (),
    progress: Progress = QUIET,
    lease: Unleased = UNLEASED,
) -> Harvested:
    """Plan, fetch, extract, publish and judge one night of a collection, whose lease the caller holds."""
    plan = harvest.make_plan(store, configuration, collection, day)
    limits = configuration.settings.extract
    with Pool(limits.workers, memory_bytes=limits.memory_bytes) as pool:
        fetched = gather(
            store, plan, configuration.settings, pool, sources=sources, given=given, progress=progress, lease=lease
        )
        progress.stage("publish")
        published = harvest.publish(store, plan, pool, configuration, lease)
        return Harvested(report=harvest.verdict(store, published, pool, lease), fetched=fetched)


def update_topics(
    store: Store, configuration: Configuration, collection: str, day: str, *, progress: Progress = QUIET
) -> dict[str, dict[str, int]]:
    """Bring the topics that read a collection up to date; what each now holds of that night."""
    topics = {}
    for read in (each for each in configuration.topics.values() if collection in each.collections):
        progress.stage(f"topic {read.id}")
        topic.update(store, read)
        topics[read.id] = topic.counts(store, read.id, collection, day)
    return topics


def gather(
    store: Store,
    plan: Plan,
    settings: Settings,
    pool: Pool,
    *,
    sources: frozenset[str] = frozenset(),
    given: tuple[Candidate, ...] = (),
    progress: Progress = QUIET,
    lease: Unleased = UNLEASED,
) -> list[FetchReport]:
    """Fetch what the night lacks, a crawl a core; extract each segment as soon as it is in the store."""
    todo = harvest.unfetched(plan, harvest.reports(store, plan.collection, plan.night), sources)
    segments: SimpleQueue[str | None] = SimpleQueue()
    if todo and (given or {source.id for source in plan.sources} - state.held(store)):
        segments.put(SOON)  # who was never asked has pages: the workers start beside the crawls
    processes: list[subprocess.Popen[bytes]] = []
    crawl = partial(_crawl, store, plan, settings, given, progress, lease, segments, processes.append)
    with ThreadPoolExecutor(os.cpu_count(), "fetch") as crawls, _ended_with(crawls, processes):
        running = [crawls.submit(crawl, batch) for batch in todo]
        for ended in running:
            ended.add_done_callback(lambda _: segments.put(None))
        _extract_arriving(store, plan, settings, pool, progress, segments, crawls=len(running))
    return [report for ended in running if (report := ended.result())]


@contextmanager
def _ended_with(crawls: ThreadPoolExecutor, processes: list[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Where the night ends before its time, start no further crawl, and have those that run keep what they have."""
    try:
        yield
    except BaseException:
        crawls.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        raise


def _crawl(
    store: Store,
    plan: Plan,
    settings: Settings,
    given: tuple[Candidate, ...],
    progress: Progress,
    lease: Unleased,
    segments: SimpleQueue[str | None],
    on_start: Callable[[subprocess.Popen[bytes]], None],
    batch: Batch,
) -> FetchReport | None:
    """One batch; a crawl that breaks is told and leaves its sources unfinished, for the others go on."""

    def heard(event: Event) -> None:
        lease.check()
        progress.crawl(batch.id, event)
        if event.key or event.asked:
            segments.put(event.key or SOON)

    try:
        return harvest.fetch(store, plan, batch, settings, given=given, on_event=heard, on_start=on_start)
    except FetchError as error:
        progress.warn(str(error))
        return None


def _extract_arriving(
    store: Store,
    plan: Plan,
    settings: Settings,
    pool: Pool,
    progress: Progress,
    segments: SimpleQueue[str | None],
    *,
    crawls: int,
) -> None:
    """Stage what has arrived, all of it at once, until every crawl is over."""
    shared, limits = harvest.context(store, plan), settings.extract
    while crawls:
        arrived = [segments.get()]
        while not segments.empty():
            arrived.append(segments.get())
        crawls -= arrived.count(None)
        if SOON in arrived:
            pool.start()
        keys = filter(None, arrived)
        stage(store, pool, keys, shared, cpu_seconds=limits.cpu_seconds, on_page=progress.page)


def _cpu_seconds() -> float:
    """CPU time of this process and of its children that have ended."""
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
