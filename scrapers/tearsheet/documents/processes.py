"""Extraction processes as their parent sees them: a fork server that is ready for pages, and the workers it forks.

Importing extractors and loading their models takes more than a second and 200 MB: the fork server does it once, and
all its workers share it. It has no threads, beside which fork is unsafe; ``multiprocessing``'s own would re-import the
parent's ``__main__``, which inside an Airflow task is the scheduler's.

They read what strangers wrote, and get no credentials.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from typing import Any, Protocol, TypeVar

from tearsheet.errors import ExtractError
from tearsheet.redaction import without_secrets

_T_co = TypeVar("_T_co", covariant=True)
WALL_FACTOR = 10
"""Wall-clock backstop as a multiple of the CPU limit: under load a page waits, and that is no fault of its own."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""For NumPy, which else starts threads where it is imported."""


class Job(Protocol[_T_co]):
    """What a process is asked (``documents/worker.py`` knows the kinds), and the CPU seconds that it may take."""

    @property
    def cpu_seconds(self) -> float:
        """Beyond them the process is ended."""
        ...

    def given_up(self, reason: str) -> _T_co:
        """The answer where no process gives one."""
        ...


class Worker:
    """One process and what it is busy with."""

    def __init__(self, server: ForkServer, pid: int, connection: Connection) -> None:
        self.server, self.pid, self.connection = server, pid, connection
        self.job: Job[Any] | None = None
        self.again = False
        self.deadline = 0.0

    def start(self, job: Job[Any], *, again: bool = False) -> None:
        """Hand it a job; ``again`` where another process died of it."""
        self.job, self.again = job, again
        self.deadline = time.monotonic() + job.cpu_seconds * WALL_FACTOR
        with suppress(BrokenPipeError):  # it died while idle, which is found when its answer is read
            self.connection.send(job)

    def stop(self) -> int:
        """End it if it has not ended; its exit code, the negative number of the signal that ended it."""
        self.connection.close()
        return self.server.end(self.pid)


class ForkServer:
    """The process that workers are forked from; used from one thread, with which it ends."""

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
                env=without_secrets(os.environ) | ONE_THREAD,
            )
        self._control = Connection(ours.detach())

    def ready(self) -> None:
        """Wait until it has read a page of our own: one that cannot must not turn pages into drops.

        Raises:
            ExtractError: it has ended.
        """
        try:
            self._control.recv()
        except (EOFError, ConnectionError):
            raise ExtractError(
                f"an extraction process ended with exit code {self.process.wait()} before its first page; the log "
                f"above says why. Does `{sys.executable} -m tearsheet.documents` import? Is extract.memory_bytes too "
                "low?"
            ) from None

    def fork(self) -> Worker:
        """A worker that is ready for a page.

        Raises:
            ExtractError: this process was ended from outside.
        """
        ours, theirs = socket.socketpair()
        with ours, theirs:
            try:
                self._control.send(None)
                send_handle(self._control, theirs.fileno(), self.process.pid)
                pid = self._control.recv()
            except (EOFError, ConnectionError):
                raise ExtractError(
                    f"the fork server of the extraction processes ended with exit code {self.process.wait()}; run the "
                    "night again"
                ) from None
            return Worker(self, pid, Connection(ours.detach()))

    def end(self, pid: int) -> int:
        """End a worker; its exit code. Workers end with this process, should it have ended."""
        try:
            self._control.send(pid)
            code: int = self._control.recv()
        except (EOFError, OSError):  # the connection is broken, or was closed when that was found
            return -signal.SIGKILL
        return code

    def stop(self) -> None:
        """End it, and what workers there are."""
        self._control.close()
        self.process.kill()
        self.process.wait()
