"""Extraction workers: one process a core, one page in flight each, so that a kill costs one page.

A worker that dies may have been killed for what its page cannot help: the page is given to a new one, and is a drop
only if that one dies as well. So no kill from outside changes a row. Whatever else they are asked goes the same way.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Self, TypeVar

from tearsheet.documents.processes import Job, Original, Worker
from tearsheet.errors import ExtractError

_T = TypeVar("_T")


class Pool:
    """A context manager over ``workers`` extraction processes; started on first use, from the thread that uses it."""

    def __init__(self, workers: int | None = None, *, memory_bytes: int = 2_000_000_000) -> None:
        self.size = workers or os.cpu_count() or 1
        self.memory_bytes = memory_bytes
        self._original: Original | None = None
        self._workers: list[Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._workers:
            self._workers.pop().stop()
        if self._original:
            self._original.stop()

    @property
    def is_running(self) -> bool:
        """Whether its processes were started."""
        return bool(self._workers)

    def map(self, jobs: Iterable[Job[_T]]) -> Iterator[_T]:
        """What became of each job, as they are done. A page of which two workers die is a drop."""
        todo = iter(jobs)
        if (first := next(todo, None)) is None:  # a night with nothing new starts nobody
            return
        todo = chain([first], todo)
        self.start()
        idle, busy = list(self._workers), dict[Connection, Worker]()
        answers: list[_T] = []
        while True:
            while idle and (job := next(todo, None)):
                worker = idle.pop()
                worker.start(job)
                busy[worker.connection] = worker
            yield from answers  # while the workers are at the next ones
            if not busy:
                return
            answers = []
            for worker in self._ready(busy):
                del busy[worker.connection]
                answer, worker = self._answer(worker)
                if answer is None:
                    busy[worker.connection] = worker
                else:
                    idle.append(worker)
                    answers.append(answer)

    def start(self) -> None:
        """Start what is not running yet, and wait until it is ready.

        Raises:
            ExtractError: a process ended before it was ready.
        """
        while len(self._workers) < self.size:
            self._workers.append(self._new())

    def _new(self) -> Worker:
        """A copy of the process that is ready; of another where that was killed, and all its copies with it."""
        if self._original:
            with suppress(ExtractError):
                return self._original.copy()
        return self._begin().copy()

    def _begin(self) -> Original:
        if self._original:
            self._original.stop()
        self._original = Original(self.memory_bytes)
        self._original.ready()
        return self._original

    def _ready(self, busy: dict[Connection, Worker]) -> list[Worker]:
        patience = max(0.0, min(worker.deadline for worker in busy.values()) - time.monotonic())
        ready = wait(list(busy), timeout=patience)
        now = time.monotonic()
        return [worker for connection, worker in busy.items() if connection in ready or worker.deadline <= now]

    def _answer(self, worker: Worker) -> tuple[Any, Worker]:
        """What a worker answered, and who goes on; no answer where a new worker is trying the job again."""
        job = worker.job
        assert job is not None  # noqa: S101 - only busy workers are asked
        try:
            if worker.connection.poll():
                return worker.connection.recv(), worker
            reason = "time_limit"
            worker.stop()
        except (EOFError, ConnectionResetError):
            reason = "cpu_limit" if worker.stop() == -signal.SIGPROF else "worker_died"
        fresh = self._workers[self._workers.index(worker)] = self._new()
        if reason == "worker_died" and not worker.again:
            fresh.start(job, again=True)
            return None, fresh
        return job.given_up(reason), fresh
