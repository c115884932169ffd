"""A real scheduler: a harvest started over REST wakes its topic; tasks are marked failed, or die, while they run.

``SCHEDULER_KILLS`` says how many processes are killed, 2 where it says nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.dags.cluster import Cluster, cluster
from tests.dags.installation import COLLECTION, HARVEST_DAG, NIGHT, PAGES, TOPIC_DAG, Installation, story
from tests.dags.kills import kill_and_complete, processes

from tearsheet.archive.reader import captures

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("airflow")]
NEXT_NIGHT = "2026-11-21"
HEARTBEAT = 5.0
"""Seconds between two heartbeats of a task, by which it hears that it was marked failed."""


@pytest.fixture
def airflow_cluster(installation: Installation) -> Iterator[Cluster]:
    """An Airflow that has parsed the DAGs of the installation."""
    with cluster(installation.folder / "airflow", installation.environment()) as running:
        running.wait("both DAG files are parsed", lambda: {HARVEST_DAG, TOPIC_DAG} <= running.dags())
        yield running


def trigger(airflow: Cluster, **body: Any) -> str:
    """Start a harvest; its run's id."""
    return str(airflow.ask("POST", f"dags/{HARVEST_DAG}/dagRuns", logical_date=None, **body)["dag_run_id"])


def test_a_harvest_over_rest_wakes_its_topic_and_marking_it_failed_ends_its_crawl(
    installation: Installation, airflow_cluster: Cluster
) -> None:
    airflow = airflow_cluster
    run = trigger(airflow, conf={"night": NIGHT})

    assert airflow.finish(HARVEST_DAG, run) == "success"
    assert installation.documents() == 8
    airflow.wait("the topic is woken", lambda: bool(airflow.runs(TOPIC_DAG)))
    woken = airflow.runs(TOPIC_DAG)[0]
    assert (woken["run_type"], woken["partition_key"]) == ("asset_triggered", NIGHT)
    assert airflow.finish(TOPIC_DAG, woken["dag_run_id"]) == "success"
    assert installation.articles() == 8

    mark_failed_while_it_crawls(installation, airflow)
    kill_and_complete(installation, airflow, int(os.environ.get("SCHEDULER_KILLS", "2")))


def mark_failed_while_it_crawls(installation: Installation, airflow: Cluster) -> None:
    """A run with a partition key in place of a form, whose first outlet has grown a page that never comes."""
    site, new, slow = installation.sites["gazette"], "/news/new.html", "/news/slow.html"
    site.publish(*PAGES[:4], new, slow)
    site.on(new, story("gazette", new))
    site.on(slow, story("gazette", slow), delay=90.0)
    run = trigger(airflow, partition_key=NEXT_NIGHT)
    airflow.wait("the slow page is asked for", lambda: bool(site.asked(slow)))

    began = time.monotonic()
    airflow.ask("PATCH", f"dags/{HARVEST_DAG}/dagRuns/{run}/taskInstances/batch.fetch/0", new_state="failed")
    airflow.wait("the crawl is gone", lambda: not processes(installation, "tearsheet.spiders"), HEARTBEAT + 15)

    assert time.monotonic() - began < HEARTBEAT + 5.0
    assert {capture.url for capture in captures(installation.store, COLLECTION, NEXT_NIGHT)} == {site.url(new)}
    assert airflow.finish(HARVEST_DAG, run) == "failed"
    ended = {key: task["state"] for key, task in airflow.tasks(HARVEST_DAG, run).items()}
    assert (ended["batch.fetch", 0], ended["publish", -1], ended["verdict", -1]) == ("failed", "success", "failed")
    airflow.wait("the topic is woken again", lambda: len(airflow.runs(TOPIC_DAG)) > 1)
    assert [run["partition_key"] for run in airflow.runs(TOPIC_DAG)] == [NIGHT, NEXT_NIGHT]

    # Publish starts while the crawl may still have seconds to close in: the next run has all that was kept.
    site.on(slow, story("gazette", slow))
    airflow.finish(HARVEST_DAG, trigger(airflow, conf={"night": NEXT_NIGHT}))
    assert installation.documents(NEXT_NIGHT) == 2
    assert site.asked(new) == 1
