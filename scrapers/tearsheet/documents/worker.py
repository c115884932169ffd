"""The extraction process: takes one page at a time from its parent, answers with the page's row; it counts, too.

Started as ``python -m tearsheet.documents <fd> <parent> <bytes>`` over a socket pair's end. The kernel ends it when its
parent ends (PR_SET_PDEATHSIG), when a page takes more CPU time than it may (ITIMER_PROF, whose signal ends the
process even inside C code), and bounds its memory (RLIMIT_DATA: address space counts what libraries merely reserve);
the parent sees a dead worker and records a drop.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from tearsheet.collector import collect_rarely
from tearsheet.documents.counting import Counting, count
from tearsheet.documents.rows import done
from tearsheet.documents.task import Done, Task

PR_SET_PDEATHSIG = 1
READY = "ready"


def die_with_parent(parent: int) -> None:
    """Have the kernel end this process when its parent's thread ends (prctl(2)); it may have ended already."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def serve(connection: Connection) -> None:
    """Say that this process is ready, then answer tasks until the parent closes its end."""
    with suppress(EOFError, ConnectionError):  # the parent is gone, or going
        connection.send(READY)
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
    """Serve the parent on an inherited socket."""
    die_with_parent(int(parent))
    for number in (signal.SIGINT, signal.SIGTERM):  # both go to the whole group: a page is no drop because of them
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (int(memory_bytes), int(memory_bytes)))
    collect_rarely()
    serve(Connection(int(fd)))
