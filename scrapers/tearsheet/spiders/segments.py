"""The crawl's WARC segments: one is open at a time, rotated by size, age and captures, uploaded meanwhile."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from time import monotonic

from tearsheet.archive.cdxj import Entry
from tearsheet.archive.exchange import Exchange
from tearsheet.archive.keys import SegmentName
from tearsheet.archive.record import Record
from tearsheet.archive.writer import SegmentWriter
from tearsheet.model import Candidate
from tearsheet.spiders.job import Job
from tearsheet.storage import Store

log = logging.getLogger(__name__)

UPLOADS_WAITING = 4
"""Closed segments that may wait for the store; beyond, the crawl waits, so that a slow store fills no disk."""


class Segments:
    """Written by the crawl's thread alone; uploads run in threads of their own.

    ``write`` and ``write_revisit`` return the record's index entry. What is open when the process is killed is lost,
    and asked again by the next attempt.
    """

    def __init__(self, job: Job, store: Store) -> None:
        self._job = job
        self._fetch = job.settings.fetch
        self._store = store
        self._folder = tempfile.TemporaryDirectory(prefix="tearsheet-")
        self._serials = count(1)
        self._open: SegmentWriter | None = None
        self._opened_at = 0.0
        self._uploads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="upload")
        self._waiting: deque[Future[str]] = deque()

    def write(self, exchange: Exchange, candidate: Candidate | None) -> Entry:
        """Keep an exchange; with a candidate its response is a capture."""
        return self._writer().write_exchange(exchange, candidate)

    def write_revisit(self, exchange: Exchange, base: Record) -> Entry:
        """Keep an exchange whose response says no more than that a page is as it was at its last capture."""
        return self._writer().write_revisit(exchange, base)

    def rotate(self, *, at_once: bool = False) -> None:
        """Close the open segment and hand it to the uploaders, if it is due or ``at_once``."""
        if self._open is not None and (at_once or self._is_due(self._open)):
            closed, self._open = self._open, None
            closed.close()
            self._waiting.append(self._uploads.submit(_upload, closed, self._store))

    def uploaded(self) -> Iterator[str]:
        """Keys of segments that have arrived since the last call. Raises StorageError: one could not be kept."""
        while self._waiting and self._waiting[0].done():
            yield self._waiting.popleft().result()

    async def room(self) -> None:
        """Wait while too many segments wait for the store."""
        if len(self._waiting) > UPLOADS_WAITING:
            await asyncio.wait([asyncio.wrap_future(self._waiting[0])])

    def close(self) -> Iterator[str]:
        """Upload what is left and wait for it: the keys as they arrive. Raises StorageError: one could not be kept."""
        self.rotate(at_once=True)
        while self._waiting:
            yield self._waiting.popleft().result()

    def discard(self) -> None:
        """Drop what is on the local disk."""
        self._uploads.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def _writer(self) -> SegmentWriter:
        if self._open is None:
            job = self._job
            name = SegmentName(job.collection, job.night, job.batch, job.attempt, next(self._serials))
            self._open = SegmentWriter(
                name, Path(self._folder.name), contact=self._fetch.contact, user_agent=self._fetch.agent
            )
            self._opened_at = monotonic()
        return self._open

    def _is_due(self, segment: SegmentWriter) -> bool:
        return (
            segment.size >= self._fetch.segment_bytes
            or segment.captures >= self._fetch.segment_captures
            or monotonic() - self._opened_at >= self._fetch.segment_seconds
        )


def _upload(segment: SegmentWriter, store: Store) -> str:
    segment.upload(store)
    return segment.key
