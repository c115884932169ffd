"""The DAGs run in this process, task after task, as ``dag.test`` runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tests.dags.installation import COLLECTION, HARVEST_DAG, NIGHT, TOPIC_DAG, Installation, states

from tearsheet.config import load
from tearsheet.errors import ConfigError
from tearsheet.lease import hold, lease_key
from tearsheet.tables import documents

if TYPE_CHECKING:
    from airflow.sdk import DAG

pytestmark = pytest.mark.xdist_group("airflow")
LoadDag = Callable[[str], "DAG"]


def test_a_night_is_published_once_and_a_closed_one_still_wakes_the_topics(
    installation: Installation, load_dag: LoadDag
) -> None:
    harvest = load_dag(HARVEST_DAG)
    run = harvest.test(run_conf={"night": NIGHT})

    assert set(states(run).values()) == {"success"}
    assert (states(run)["batch.fetch", 0], states(run)["batch.fetch", 1]) == ("success", "success")
    assert (installation.documents(), installation.asked()) == (8, 8)
    published = documents.fingerprints(installation.store, [(COLLECTION, NIGHT)])
    version = documents.rows(installation.store, COLLECTION, NIGHT)
    assert events(run.run_id) == [NIGHT]

    again = harvest.test(run_conf={"night": NIGHT})

    assert (states(again)["batch.fetch", -1], states(again)["batch.extract", -1]) == ("skipped", "skipped")
    assert (states(again)["publish", -1], states(again)["verdict", -1]) == ("success", "success")
    assert installation.asked() == 8
    assert documents.fingerprints(installation.store, [(COLLECTION, NIGHT)]) == published
    assert documents.rows(installation.store, COLLECTION, NIGHT).equals(version)
    assert events(again.run_id) == [NIGHT]

    assert load_dag(TOPIC_DAG).test().state == "success"
    assert installation.articles() == 8


def test_one_bad_source_stops_no_other(installation: Installation, load_dag: LoadDag) -> None:
    """The second batch's crawl refuses to start: no contact is set, and its host is no loopback one."""
    installation.extra.append({"id": "foreign", "homepage": "http://foreign.invalid/", "feeds": []})
    run = load_dag(HARVEST_DAG).test(run_conf={"night": NIGHT})

    ended = states(run)
    assert [ended["batch.fetch", n] for n in range(3)].count("failed") == 1
    assert [ended["batch.extract", n] for n in range(3)].count("success") == 2
    assert (ended["publish", -1], ended["verdict", -1], run.state) == ("success", "failed", "failed")
    assert installation.documents() == 8


def test_a_source_that_misses_its_expectation_fails_the_run_after_publish(
    installation: Installation, load_dag: LoadDag
) -> None:
    installation.sites["herald"].on("/feed.xml", "gone", status=404)
    installation.sites["herald"].on("/", "gone", status=404)
    run = load_dag(HARVEST_DAG).test(run_conf={"night": NIGHT})

    ended = states(run)
    assert (ended["batch.fetch", 1], ended["publish", -1], ended["verdict", -1]) == ("success", "success", "failed")
    assert installation.documents() == 4


def test_by_hand_for_some_sources_only_these_are_asked_and_judged(
    installation: Installation, load_dag: LoadDag
) -> None:
    harvest = load_dag(HARVEST_DAG)
    run = harvest.test(run_conf={"night": NIGHT, "sources": ["herald"]})

    assert run.state == "success", states(run)
    assert [len(site.hits) > 0 for site in installation.sites.values()] == [False, True]
    assert installation.documents() == 4

    run = harvest.test(run_conf={"night": NIGHT, "sources": ["haerald"]})

    assert run.state == "failed"
    assert states(run)["plan", -1] == "failed"
    assert states(run)["publish", -1] == "upstream_failed"


def test_a_dry_run_writes_nothing(installation: Installation, load_dag: LoadDag) -> None:
    run = load_dag(HARVEST_DAG).test(run_conf={"night": NIGHT, "dry_run": True})

    assert run.state == "success"
    ended = states(run)
    assert (ended["plan", -1], ended["publish", -1], ended["verdict", -1]) == ("skipped", "skipped", "skipped")
    assert installation.asked() == 8
    assert list(installation.store.list("")) == []
    assert events(run.run_id) == []


@pytest.mark.parametrize(
    ("form", "key", "run_after", "night"),
    [
        ({"night": "2026-03-01"}, "2026-11-20", "2026-11-20T21:00", "2026-03-01"),
        ({}, "2026-11-20", "2026-11-25T00:00", "2026-11-20"),
        ({}, None, "2026-11-20T21:00", "2026-11-21"),  # 02:00 in Almaty
        ({"night": None}, None, "2026-11-20T10:00", "2026-11-20"),
    ],
)
def test_the_night_of_a_run(
    airflow: object, installation: Installation, form: dict[str, str], key: str | None, run_after: str, night: str
) -> None:
    from tearsheet.airflow.workplace import asked

    collection = load(installation.config).collections[COLLECTION]
    run = SimpleNamespace(partition_key=key, run_after=datetime.fromisoformat(run_after).replace(tzinfo=UTC))
    assert asked({"params": form, "dag_run": run}, collection).night == night


def test_a_night_that_another_run_holds_is_not_worked_on(installation: Installation, load_dag: LoadDag) -> None:
    harvest = load_dag(HARVEST_DAG)
    with hold(installation.store, COLLECTION, NIGHT, 600):
        run = harvest.test(run_conf={"night": NIGHT})
    assert (states(run)["plan", -1], states(run)["publish", -1]) == ("failed", "upstream_failed")
    assert installation.asked() == 0

    assert harvest.test(run_conf={"night": NIGHT}).state == "success"
    held = json.loads(installation.store.get(lease_key(COLLECTION, NIGHT)))
    assert held["owner"].startswith(f"DAG run {HARVEST_DAG} ")
    assert held["released"]


def test_what_is_no_night_is_refused(airflow: object, installation: Installation) -> None:
    from tearsheet.airflow.workplace import asked

    collection = load(installation.config).collections[COLLECTION]
    run = SimpleNamespace(partition_key="2026-11-20T02:00:00", run_after=None)
    with pytest.raises(ConfigError, match="write it as YYYY-MM-DD"):
        asked({"params": {}, "dag_run": run}, collection)


def events(run_id: str) -> list[str | None]:
    """The keys of the asset events of a run."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        found = session.scalars(select(AssetEvent.partition_key).where(AssetEvent.source_run_id == run_id))
        return list(found)
