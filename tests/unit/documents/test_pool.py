"""Extraction workers: a page that takes too long or kills its worker is a drop, and the others are extracted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import psutil
import pytest
from tests.unit.documents.conftest import COLLECTION, NIGHT, page

from tearsheet.archive.reader import segment_captures
from tearsheet.documents.pool import Pool
from tearsheet.documents.processes import ForkServer
from tearsheet.documents.task import Context, Task
from tearsheet.errors import ExtractError
from tearsheet.extract.identity import extractor_id
from tearsheet.storage import Store

CONTEXT = Context(collection=COLLECTION, night=NIGHT, config="0" * 64, extractor=extractor_id())


def tasks(store: Store, key: str, cpu_seconds: float = 20.0) -> list[Task]:
    """The tasks of a segment."""
    body = store.get(key)
    return [
        Task(
            capture=c,
            member=body[c.warc_offset : c.warc_offset + c.warc_length],
            context=CONTEXT,
            cpu_seconds=cpu_seconds,
        )
        for c in segment_captures(store, key)
    ]


def servers() -> list[psutil.Process]:
    """The fork servers of this process."""
    return [child for child in psutil.Process().children() if "tearsheet.documents" in child.cmdline()]


def workers() -> list[psutil.Process]:
    """The extraction processes of this one."""
    return [worker for server in servers() for worker in server.children()]


def test_every_page_gives_its_row(store: Store, segment: Callable[..., str]) -> None:
    key = segment(*((f"http://127.0.0.1/{n}", page(f"Quay number {n} to be widened")) for n in range(7)))
    with Pool(2) as pool:
        rows = [done.row for done in pool.map(tasks(store, key))]
    assert {row.url for row in rows} == {f"http://127.0.0.1/{n}" for n in range(7)}
    assert {row.outcome for row in rows} == {"article"}
    assert all("eastern quay" in (row.text or "") for row in rows)
    assert not servers()


def test_the_processes_end_with_the_pool(store: Store, segment: Callable[..., str]) -> None:
    key = segment(("http://127.0.0.1/a", page("A")))
    with Pool(3) as pool:
        assert len(list(pool.map(tasks(store, key)))) == 1
        running = [*servers(), *workers()]
        assert len(running) == 4
    assert not any(process.is_running() for process in running)


def test_the_fork_server_has_one_thread() -> None:
    server = ForkServer(2_000_000_000)
    server.ready()
    threads = psutil.Process(server.process.pid).num_threads()  # before it has forked: OpenBLAS ends its own then
    server.stop()
    assert threads == 1


def test_a_page_over_its_cpu_limit_is_a_drop(store: Store, segment: Callable[..., str]) -> None:
    key = segment(
        ("http://127.0.0.1/slow", page("Slow", 3_000)), ("http://127.0.0.1/good", page("Good news of the port"))
    )
    slow, good = tasks(store, key)
    with Pool(1) as pool:
        rows = [done.row for done in pool.map([replace(slow, cpu_seconds=0.05), good])]
    assert {row.url: row.outcome for row in rows} == {
        "http://127.0.0.1/slow": "drop.cpu_limit",
        "http://127.0.0.1/good": "article",
    }


def test_a_worker_that_is_killed_costs_no_page(store: Store, segment: Callable[..., str]) -> None:
    key = segment(*((f"http://127.0.0.1/{n}", page(f"Quay {n}", 150)) for n in range(6)))

    with Pool(2) as pool:
        rows = pool.map(tasks(store, key) * 2)
        outcomes = [next(rows).row.outcome]
        os.kill(workers()[0].pid, signal.SIGKILL)
        outcomes += [done.row.outcome for done in rows]
    assert outcomes == ["article"] * 12


def test_all_workers_at_once_that_are_killed_cost_no_page(store: Store, segment: Callable[..., str]) -> None:
    key = segment(*((f"http://127.0.0.1/{n}", page(f"Quay {n}", 150)) for n in range(6)))

    with Pool(2) as pool:
        rows = pool.map(tasks(store, key) * 2)
        outcomes = [next(rows).row.outcome]
        (server,) = servers()
        server.kill()
        outcomes += [done.row.outcome for done in rows]
        assert servers() != [server]
    assert outcomes == ["article"] * 12


class _Fatal:
    """Ends the process that reads it."""

    def __reduce__(self) -> tuple[Callable[[int], object], tuple[int]]:
        return os._exit, (9,)


def test_a_page_that_ends_every_worker_is_a_drop(store: Store, segment: Callable[..., str]) -> None:
    key = segment(("http://127.0.0.1/fatal", page("Fatal")), ("http://127.0.0.1/good", page("Good news of the port")))
    fatal, good = tasks(store, key)
    with Pool(1) as pool:
        rows = [done.row for done in pool.map([replace(fatal, member=_Fatal()), good])]
    assert {row.url: row.outcome for row in rows} == {
        "http://127.0.0.1/fatal": "drop.worker_died",
        "http://127.0.0.1/good": "article",
    }


def test_workers_that_cannot_start_are_an_error_and_no_drops(
    store: Store, segment: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = segment(("http://127.0.0.1/a", page("A")))
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Pool(1) as pool, pytest.raises(ExtractError, match="exit code 1"):
        list(pool.map(tasks(store, key)))


def test_memory_in_which_no_page_can_be_read_is_an_error_and_the_least_that_may_be_set_is_enough(
    store: Store, segment: Callable[..., str]
) -> None:
    todo = tasks(store, segment(("http://127.0.0.1/a", page("A"))))
    with Pool(1, memory_bytes=150_000_000) as pool, pytest.raises(ExtractError, match=r"extract\.memory_bytes too low"):
        list(pool.map(todo))
    with Pool(1, memory_bytes=400_000_000) as pool:
        assert [done.row.outcome for done in pool.map(todo)] == ["article"]


def test_workers_end_with_a_parent_that_is_killed() -> None:
    code = (
        "import time\nfrom tearsheet.documents.pool import Pool\npool = Pool(2)\npool.start()\n"
        "print(flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        children = psutil.Process(parent.pid).children(recursive=True)
        parent.kill()
    gone, alive = psutil.wait_procs(children, timeout=5)
    assert len(gone) == 3
    assert not alive


def test_who_reads_strangers_pages_has_no_credentials(
    store: Store, segment: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "https_proxy", "TEARSHEET_FETCH__PROXY"):
        monkeypatch.setenv(name, "planted")
    key = segment(("http://127.0.0.1/a", page("A")))
    with Pool(1) as pool:
        assert [done.row.outcome for done in pool.map(tasks(store, key))] == ["article"]
        (worker,) = workers()
        assert "PATH" in worker.environ()
        assert "planted" not in worker.environ().values()
