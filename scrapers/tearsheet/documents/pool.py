"""Extraction workers: one process a core, one page in flight each, so that a kill costs one page.

A worker that dies may have been killed for what its page cannot help: the page is given to a new one, and is a drop
only if that one dies as well. So no kill from outside changes a row. Whatever else they are asked goes the same way.

Plain child processes over socket pairs, because ``multiprocessing``'s spawn and forkserver re-import the parent's
``__main__``, which inside an Airflow task is the scheduler's. They read what strangers wrote, and get no credentials.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from tearsheet.errors import ExtractError
from tearsheet.redaction import without_secrets

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)
WALL_FACTOR = 10
"""Wall-clock backstop as a multiple of the CPU limit: under load a page waits, and that is no fault of its own."""


class Job(Protocol[_T_co]):
    """What a process is asked (``documents/worker.py`` knows the kinds), and the CPU seconds that it may take."""

    @property
    def cpu_seconds(self) -> float:
        """Beyond them the process is ended."""
        ...

    def given_up(self, reason: str) -> _T_co:
        """The answer where no process gives one."""
        ...


class _Worker:
    """One child process and what it is busy with."""

    def __init__(self, memory_bytes: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tearsheet.documents",
                    str(theirs.fileno()),
                    str(os.getpid()),
                    str(memory_bytes),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=without_secrets(os.environ),
            )
        self.connection = Connection(ours.detach())
        self.job: Job[Any] | None = None
        self.again = False
        self.deadline = 0.0

    def ready(self) -> None:
        """Wait until the process has imported what it needs: one that cannot must not turn pages into drops."""
        try:
            self.connection.recv()
        except (EOFError, ConnectionResetError):
            code = self.process.wait()
            raise ExtractError(
                f"an extraction process ended with exit code {code} before its first page; the log above says why. "
                f"Does `{sys.executable} -m tearsheet.documents` import? Is extract.memory_bytes too low?"
            ) from None

    def start(self, job: Job[Any], *, again: bool = False) -> None:
        self.job, self.again = job, again
        self.deadline = time.monotonic() + job.cpu_seconds * WALL_FACTOR
        with suppress(BrokenPipeError):  # it died while idle, which is found when its answer is read
            self.connection.send(job)

    def stop(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()


class Pool:
    """A context manager over ``workers`` extraction processes; started on first use, from the thread that uses it."""

    def __init__(self, workers: int | None = None, *, memory_bytes: int = 2_000_000_000) -> None:
        self.size = workers or os.cpu_count() or 1
        self.memory_bytes = memory_bytes
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._workers:
            self._workers.pop().stop()

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
        idle, busy = list(self._workers), dict[Connection, _Worker]()
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
        """Start what is not running yet, all at once, then wait for each: they import at the same time.

        Raises:
            ExtractError: a process ended before it was ready.
        """
        missing = [_Worker(self.memory_bytes) for _ in range(self.size - len(self._workers))]
        self._workers += missing
        for worker in missing:
            worker.ready()

    def _ready(self, busy: dict[Connection, _Worker]) -> list[_Worker]:
        patience = max(0.0, min(worker.deadline for worker in busy.values()) - time.monotonic())
        ready = wait(list(busy), timeout=patience)
        now = time.monotonic()
        return [worker for connection, worker in busy.items() if connection in ready or worker.deadline <= now]

    def _answer(self, worker: _Worker) -> tuple[Any, _Worker]:
        """What a worker answered, and who goes on; no answer where a new worker is trying the job again."""
        job = worker.job
        assert job is not None  # noqa: S101 - only busy workers are asked
        try:
            if worker.connection.poll():
                return worker.connection.recv(), worker
            reason = "time_limit"
        except (EOFError, ConnectionResetError):
            reason = "cpu_limit" if worker.process.wait() == -signal.SIGPROF else "worker_died"
        worker.stop()
        fresh = self._workers[self._workers.index(worker)] = _Worker(self.memory_bytes)
        fresh.ready()
        if reason == "worker_died" and not worker.again:
            fresh.start(job, again=True)
            return None, fresh
        return job.given_up(reason), fresh
