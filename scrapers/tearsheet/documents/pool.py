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
from selectors import EVENT_READ, BaseSelector, DefaultSelector
from types import TracebackType
from typing import Any, Self, TypeVar

from tearsheet.documents.processes import ForkServer, Job, Worker
from tearsheet.errors import ExtractError

_T = TypeVar("_T")


class Pool:
    """A context manager over ``workers`` extraction processes; started on first use, from the thread that uses it."""

    def __init__(self, workers: int | None = None, *, memory_bytes: int = 2_000_000_000) -> None:
        self.size = workers or os.cpu_count() or 1
        self.memory_bytes = memory_bytes
        self._server: ForkServer | None = None
        self._workers: list[Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._workers:
            self._workers.pop().stop()
        if self._server:
            self._server.stop()

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
        idle, answers = list(self._workers), list[_T]()
        with DefaultSelector() as busy:
            while True:
                while idle and (job := next(todo, None)):
                    worker = idle.pop()
                    worker.start(job)
                    busy.register(worker.connection, EVENT_READ, worker)
                yield from answers  # while the workers are at the next ones
                if not busy.get_map():
                    return
                answers = []
                for worker, in_time in self._done(busy):
                    busy.unregister(worker.connection)
                    answer, worker = self._answer(worker, in_time)
                    if answer is None:
                        busy.register(worker.connection, EVENT_READ, worker)
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
        """A worker of the fork server; of another where that was killed, and all its workers with it."""
        if self._server:
            with suppress(ExtractError):
                return self._server.fork()
        return self._start_server().fork()

    def _start_server(self) -> ForkServer:
        if self._server:
            self._server.stop()
        self._server = ForkServer(self.memory_bytes)
        self._server.ready()
        return self._server

    def _done(self, busy: BaseSelector) -> list[tuple[Worker, bool]]:
        """Who has answered, or has ended; and who has not within its time."""
        workers: list[Worker] = [key.data for key in busy.get_map().values()]
        patience = max(0.0, min(worker.deadline for worker in workers) - time.monotonic())
        answered = {key.data for key, _ in busy.select(patience)}
        now = time.monotonic()
        return [(each, each in answered) for each in workers if each in answered or each.deadline <= now]

    def _answer(self, worker: Worker, in_time: bool) -> tuple[Any, Worker]:
        """What a worker answered, and who goes on; no answer where a new worker is trying the job again."""
        if in_time:
            with suppress(EOFError, ConnectionResetError):
                return worker.connection.recv(), worker
        job, ended = worker.job, worker.stop()
        assert job is not None  # noqa: S101 - only busy workers are asked
        fresh = self._workers[self._workers.index(worker)] = self._new()
        if not in_time:
            return job.given_up("time_limit"), fresh
        if ended == -signal.SIGPROF:
            return job.given_up("cpu_limit"), fresh
        if worker.again:
            return job.given_up("worker_died"), fresh
        fresh.start(job, again=True)
        return None, fresh
