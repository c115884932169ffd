"""Kill -9 under a real scheduler: a process of a night dies, Airflow tries its task again, and the night is whole.

What is killed: the crawling process, an extraction process, the process of a task. An operator's *clear* stands for the
five minutes that Airflow waits before it tries again.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import cycle, islice
from typing import Any

import psutil
from tests.dags.cluster import LIVES, Cluster
from tests.dags.installation import COLLECTION, HARVEST_DAG, TOWNS, Installation, story

from tearsheet.archive.reader import captures, read_record
from tearsheet.tables import documents

FIRST = date(2026, 11, 23)
SLOW = 2.0
"""Seconds that the last page of an outlet takes: what is killed while it is asked for leaves something to be done."""
FAILED = ("up_for_retry", "failed", "upstream_failed")


def processes(installation: Installation, module: str) -> list[psutil.Process]:
    """The processes of a module that work for this installation."""
    found = []
    for process in psutil.process_iter():
        try:
            if module in process.cmdline() and process.environ().get("TEARSHEET_CONFIG") == str(installation.config):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            continue
    return found


def crawl(installation: Installation, _airflow: Cluster, _run: str) -> Iterable[int]:
    """The crawling process, while it waits for a page."""
    site = installation.sites["gazette"]
    asked = any(site.asked(path) for path in site.answers if path.endswith("-slow.html"))
    return [process.pid for process in processes(installation, "tearsheet.spiders")] if asked else []


def extraction(installation: Installation, _airflow: Cluster, _run: str) -> Iterable[int]:
    """An extraction process."""
    return [process.pid for process in processes(installation, "tearsheet.documents")]


def task(_installation: Installation, airflow: Cluster, run: str) -> Iterable[int]:
    """The process of a task, whichever is running once the night is planned."""
    tasks = airflow.tasks(HARVEST_DAG, run).items()
    return [told["pid"] for (name, _), told in tasks if told["state"] == "running" and told["pid"] and name != "plan"]


VICTIMS: tuple[Callable[[Installation, Cluster, str], Iterable[int]], ...] = (crawl, task, extraction)


def kill_and_complete(installation: Installation, airflow: Cluster, kills: int) -> None:
    """So many nights, in each of which one process is killed."""
    for number, victim in enumerate(islice(cycle(VICTIMS), kills)):
        night = (FIRST + timedelta(days=number)).isoformat()
        news = print_news(installation, night)
        run = airflow.ask("POST", f"dags/{HARVEST_DAG}/dagRuns", logical_date=None, conf={"night": night})["dag_run_id"]
        airflow.wait(f"{victim.__name__} of {night} is there", lambda: _killed(victim(installation, airflow, run)))  # noqa: B023
        complete(airflow, run)
        is_whole(installation, night, news)


def print_news(installation: Installation, night: str) -> set[str]:
    """New articles at each outlet, in place of all that it had; their addresses."""
    news = set()
    for name, site in installation.sites.items():
        paths = [f"/news/{town.lower()}-{night}.html" for town in TOWNS[:3]] + [f"/news/port-{night}-slow.html"]
        site.hits.clear()
        site.answers = {"/robots.txt": site.answers["/robots.txt"]}
        site.publish(*paths)
        for path in paths:
            site.on(path, story(name, path), delay=SLOW if path.endswith("slow.html") else 0.0)
        news |= set(map(site.url, paths))
    return news


def _killed(pids: Iterable[int]) -> bool:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def complete(airflow: Cluster, run: str) -> None:
    """Let Airflow try again what died, until the run has ended well."""

    def again() -> bool:
        failed = [key for key, told in airflow.tasks(HARVEST_DAG, run).items() if told["state"] in FAILED]
        if failed:
            _clear(airflow, run, sorted({name for name, _ in failed}))
        return not failed and airflow.ask("GET", f"dags/{HARVEST_DAG}/dagRuns/{run}")["state"] not in LIVES

    try:
        airflow.wait(f"{run} is whole", again, 240)
    except AssertionError as error:
        told = {key: told["state"] for key, told in airflow.tasks(HARVEST_DAG, run).items()}
        raise AssertionError(f"{error}: {told}\n{airflow.logs()}") from error
    assert airflow.ask("GET", f"dags/{HARVEST_DAG}/dagRuns/{run}")["state"] == "success"


def _clear(airflow: Cluster, run: str, tasks: list[str]) -> None:
    body: dict[str, Any] = {"dry_run": False, "dag_run_id": run, "task_ids": tasks, "only_failed": False}
    airflow.ask("POST", f"dags/{HARVEST_DAG}/clearTaskInstances", **body, include_downstream=True)


def is_whole(installation: Installation, night: str, news: set[str]) -> None:
    """Each page of the night is one article, and its record holds what the outlet printed."""
    rows = documents.rows(installation.store, COLLECTION, night, ["url", "outcome", "warc_file", "warc_offset"])
    assert sorted(rows["url"]) == sorted(news)
    assert set(rows["outcome"]) == {"article"}
    records = {(each.warc_file, each.warc_offset): each for each in captures(installation.store, COLLECTION, night)}
    for url, *place in rows.select("url", "warc_file", "warc_offset").rows():
        path = "/" + url.partition("://")[2].partition("/")[2]
        outlet = next(site for site in installation.sites.values() if site.url(path) == url)
        answer = outlet.answers[path]
        assert not isinstance(answer, list)
        assert read_record(installation.store, records[place[0], place[1]]).body == answer.body
