"""One batch of sources, one night: the sources' crawls side by side, their segments, events and report.

However a crawl ends (done, SIGTERM, a store that fails), every candidate it knows of has exactly one outcome. The
report is stored last, after every segment it speaks of; where the store fails there is none.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Self

from scrapy.crawler import Crawler

from tearsheet import state, tombstones
from tearsheet.archive.reader import captures
from tearsheet.errors import StorageError
from tearsheet.model import CAPTURED
from tearsheet.rights import refused
from tearsheet.spiders.asking import Asker
from tearsheet.spiders.job import EVENT, Event, FetchReport, Job, pack, report_key
from tearsheet.spiders.pages import Tonight
from tearsheet.spiders.reservations import ReservationFiles
from tearsheet.spiders.robots import RobotsFiles
from tearsheet.spiders.segments import Segments
from tearsheet.spiders.source import SourceCrawl
from tearsheet.storage import Store

TICK = 0.25
"""Seconds between two progress events, and the longest that an uploaded segment waits to be told."""
APART = 0.005
"""Seconds between the first requests of two sources: the first pages come while the last sources are still to start."""


class Crawl:
    """A job being done: ``run`` inside a Scrapy engine, once. Then it has ``ended``, or ``failure`` says why not.

    What earlier attempts of the night left in the store is read first, and not asked again.
    """

    def __init__(self, job: Job, store: Store) -> None:
        self.failure: StorageError | None = None
        self.ended = False
        self.segments = Segments(job, store)
        self.robots: RobotsFiles
        self.reservations: ReservationFiles
        self.refused = refused(job.settings.rights)
        self._job = job
        self._store = store
        self._started = datetime.now(UTC)
        self._finished = True
        self._running: asyncio.Future[list[None]]
        adopted = captures(store, job.collection, job.night)
        tonight = Tonight({capture.document_id: capture for capture in adopted}, tombstones.load(store))
        held = state.held(store)
        self._sources = [SourceCrawl(source, job, store, tonight, new=source.id not in held) for source in job.sources]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.segments.discard()

    async def run(self, crawler: Crawler) -> None:
        """Crawl every source, then keep what is left and store the report. Never raises: see ``failure``."""
        asker = Asker(crawler, self._job.settings.fetch.max_redirects)
        self.robots = RobotsFiles(asker)
        self.reservations = ReservationFiles(asker)
        self._running = asyncio.gather(
            *(self._crawl(source, asker, APART * n) for n, source in enumerate(self._sources))
        )
        ticks = asyncio.create_task(self._tick())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        with suppress(asyncio.CancelledError):
            await self._running
        ticks.cancel()
        self.robots.cancel()
        self.reservations.cancel()
        if self.failure is None:
            self._end()

    async def _crawl(self, source: SourceCrawl, asker: Asker, wait: float) -> None:
        await asyncio.sleep(wait)
        try:
            await source.run(asker, self.robots)
        except StorageError as error:
            self._fail(error)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            try:
                self.segments.rotate()
                self._tell_segments(self.segments.uploaded())
            except StorageError as error:
                self._fail(error)
            self._tell("progress")

    def _end(self) -> None:
        """The segments first, so that the report speaks of nothing that is not in the store."""
        for source in self._sources:
            source.finish("pending.stopped", "the crawl was stopped before it was asked")
        try:
            self._tell_segments(self.segments.close())
            job = self._job
            self._store.put(report_key(job.collection, job.night, job.batch, job.attempt), pack(self._report()))
        except StorageError as error:
            self._fail(error)
        else:
            self.ended = True
            self._tell("closed")

    def _stop(self) -> None:
        if self._running.cancel():
            self._finished = False

    def _fail(self, error: StorageError) -> None:
        self.failure = self.failure or error
        self._stop()

    def _tell_segments(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._tell("segment", key)

    def _tell(self, event: Literal["segment", "progress", "closed"], key: str | None = None) -> None:
        """One line on stdout; where nobody reads it, the parent is gone and the crawl is stopped."""
        ends = sum((source.ends for source in self._sources), Counter())
        told = Event(
            event=event,
            key=key,
            found=sum(source.candidates for source in self._sources),
            asked=sum(source.tally.pages for source in self._sources),
            captured=ends[CAPTURED],
            failed=ends["failed"],
        )
        try:
            os.write(sys.stdout.fileno(), EVENT.dump_json(told, exclude_defaults=True) + b"\n")
        except BrokenPipeError:
            self._stop()

    def _report(self) -> FetchReport:
        job, used = self._job, resource.getrusage(resource.RUSAGE_SELF)
        return FetchReport(
            collection=job.collection,
            night=job.night,
            batch=job.batch,
            attempt=job.attempt,
            finished=self._finished,
            reason="finished" if self._finished else "stopped",
            started_at=self._started,
            ended_at=datetime.now(UTC),
            cpu_seconds=round(used.ru_utime + used.ru_stime, 3),
            sources=tuple(source.report() for source in self._sources),
            outcomes=tuple(outcome for source in self._sources for outcome in source.outcomes.values()),
            revisits={key: revisit for source in self._sources for key, revisit in source.revisits.items()},
        )
