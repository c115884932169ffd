"""How a fetch task is ended from outside: the crawl is gone in under five seconds, and nothing it fetched is lost."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import psutil
import pytest
from tests.dags.installation import COLLECTION, HARVEST_DAG, NIGHT, PAGES, Installation, states, story

from tearsheet.archive.reader import captures

if TYPE_CHECKING:
    from airflow.sdk import DAG

pytestmark = pytest.mark.xdist_group("airflow")
SLOW = PAGES[2]
TIMEOUT = 15.0


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """The task runner leaves its handler behind."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def slow(installation: Installation) -> Installation:
    """The third page of the first outlet takes longer than any test."""
    installation.sites["gazette"].on(SLOW, story("gazette", SLOW), delay=60.0)
    return installation


def crawls() -> list[psutil.Process]:
    """The crawling processes that this process has started."""
    return [child for child in psutil.Process().children(recursive=True) if "tearsheet.spiders" in child.cmdline()]


class Supervisor(threading.Thread):
    """Ends the task once the slow page is asked for, as Airflow's does; then measures how long its crawl lives on."""

    def __init__(self, installation: Installation) -> None:
        super().__init__()
        self.site = installation.sites["gazette"]
        self.seconds = float("inf")

    def run(self) -> None:
        until = time.monotonic() + 60
        while not self.site.asked(SLOW) and time.monotonic() < until:
            time.sleep(0.02)
        began, group = time.monotonic(), crawls()
        if callable(signal.getsignal(signal.SIGTERM)):  # the task runner listens: the signal ends no test process
            for process in (psutil.Process(os.getpid()), *group):
                process.terminate()
        psutil.wait_procs(group, timeout=20)
        self.seconds = time.monotonic() - began


def test_a_killed_crawl_ends_at_once_and_the_next_run_goes_on(
    slow: Installation, load_dag: Callable[[str], DAG]
) -> None:
    dag = load_dag(HARVEST_DAG)
    supervisor = Supervisor(slow)
    supervisor.start()
    run = dag.test(run_conf={"night": NIGHT})
    supervisor.join()

    assert supervisor.seconds < 5.0
    ended = states(run)
    assert (ended["batch.fetch", 0], ended["batch.extract", 0]) == ("failed", "upstream_failed")
    assert (ended["batch.fetch", 1], ended["publish", -1], ended["verdict", -1]) == ("success", "success", "failed")
    assert slow.documents() == 6
    kept_and_completed(slow, dag)


def test_a_timeout_ends_the_crawl_and_the_next_run_goes_on(slow: Installation, load_dag: Callable[[str], DAG]) -> None:
    slow.sites.pop("herald").close()
    dag = load_dag(HARVEST_DAG)
    dag.get_task("batch.fetch").execution_timeout = timedelta(seconds=TIMEOUT)
    run = dag.test(run_conf={"night": NIGHT})

    fetch = next(task for task in run.get_task_instances() if task.task_id == "batch.fetch")
    assert TIMEOUT < fetch.duration < TIMEOUT + 5.0
    assert (states(run)["batch.fetch", 0], run.state) == ("failed", "failed")
    kept_and_completed(slow, dag)


def kept_and_completed(installation: Installation, dag: DAG) -> None:
    """The crawl is gone, what it fetched is in the store, and another run asks only what is missing."""
    site = installation.sites["gazette"]
    assert not crawls()
    kept = {capture.url for capture in captures(installation.store, COLLECTION, NIGHT)}
    assert {page for page in PAGES[:4] if site.url(page) in kept} == set(PAGES[:2])

    site.on(SLOW, story("gazette", SLOW))
    again = dag.test(run_conf={"night": NIGHT})

    assert again.state == "success", states(again)
    assert [site.asked(page) for page in PAGES[:4]] == [1, 1, 2, 1]
    assert installation.documents() == 4 * len(installation.sites)
