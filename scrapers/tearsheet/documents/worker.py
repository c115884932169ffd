"""The extraction process: takes one page at a time from its parent, answers with the page's row; it counts, too.

``python -m tearsheet.documents <fd> <parent> <bytes>`` is the fork server: it reads a page of our own, says over a
socket pair's end that it is ready, and from then on only forks workers, each for a socket that is handed over. The
kernel ends it when its parent ends, and the workers with it (PR_SET_PDEATHSIG), ends a worker when a page takes more
CPU time than it may (ITIMER_PROF, whose signal ends the process even inside C code), and bounds their memory
(RLIMIT_DATA: address space counts what libraries merely reserve); the parent sees a dead worker and records a drop.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from tempfile import gettempdir

from tearsheet.collector import collect_rarely
from tearsheet.documents.counting import Counting, count
from tearsheet.documents.rows import done
from tearsheet.documents.task import Done, Task
from tearsheet.documents.warmup import warm_up

PR_SET_PDEATHSIG = 1
READY = "ready"


def die_with_parent(parent: int) -> None:
    """Have the kernel end this process when its parent's thread ends (prctl(2)); it may have ended already."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def attend(control: Connection) -> None:
    """Say that this process is ready, then fork workers and end them, as is asked, until the parent closes its end.

    ``None`` asks for a worker, and the descriptor of a socket follows: answered with its process id. A process id asks
    for the end of that worker: answered with its exit code.
    """
    with suppress(EOFError, ConnectionError):  # the parent is gone, or going
        control.send(READY)
        while True:
            pid = control.recv()
            control.send(_end(pid) if pid else _fork(control))


def _fork(control: Connection) -> int:
    """The process id of a worker, which serves the socket that comes next."""
    server, fd = os.getpid(), recv_handle(control)
    if pid := os.fork():
        os.close(fd)
        return pid
    try:
        control.close()
        die_with_parent(server)
        serve(Connection(fd))
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, a worker must not go on as the fork server
        sys.excepthook(*sys.exc_info())
        os._exit(1)


def _end(pid: int) -> int:
    """The exit code of a worker, killed if it has not ended: nobody else has its id before it is waited for."""
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def serve(connection: Connection) -> None:
    """Answer tasks until the parent closes its end."""
    with suppress(EOFError, ConnectionError):  # the parent is gone, or going
        while True:
            connection.send(_answer(connection.recv()))


def _answer(job: Task | Counting) -> Done | dict[str, str]:
    signal.setitimer(signal.ITIMER_PROF, job.cpu_seconds)
    try:
        return done(job) if isinstance(job, Task) else count(job)
    except MemoryError:
        return job.given_up("memory_limit")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def main(fd: str, parent: str, memory_bytes: str) -> None:
    """Be the fork server on an inherited socket."""
    die_with_parent(int(parent))
    for number in (signal.SIGINT, signal.SIGTERM):  # both go to the whole group: a page is no drop because of them
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (int(memory_bytes), int(memory_bytes)))
    try:
        warm_up()
    except OSError as error:
        sys.exit(
            f"an extraction process cannot load its models ({error}); they are unpacked in {gettempdir()}: free space "
            "there, or name another folder in TMPDIR"
        )
    collect_rarely()
    attend(Connection(int(fd)))
