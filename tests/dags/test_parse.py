"""Parsing: what Airflow makes of the two DAG files, in a process that has no store and nothing else loaded."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.dags.installation import COLLECTION, REPOSITORY, TOPIC, airflow_environment, python

pytestmark = pytest.mark.xdist_group("airflow")
PARSE = """
import json, os, resource, sys, time
import airflow.sdk
from airflow.dag_processing.dagbag import DagBag

def parse(folder):
    os.environ["TEARSHEET_CONFIG"] = folder
    began = time.process_time()
    bag = DagBag(dag_folder=sys.argv[1])
    seconds = time.process_time() - began
    return bag, {"seconds": seconds, "errors": list(bag.import_errors.values()), "dags": {
        id: {"tasks": sorted(dag.task_ids), "tags": sorted(dag.tags), "doc": dag.doc_md, "runs": dag.max_active_runs,
             "schedule": repr(dag.timetable), "params": sorted(dag.params)} for id, dag in bag.dags.items()}}

bag, good = parse(sys.argv[2])
fetch = bag.dags[sys.argv[4]].get_task("batch.fetch")
good["pool"], good["fetch"] = fetch.pool, [fetch.retries, fetch.execution_timeout.total_seconds()]
good["loaded"] = [name for name in ("boto3", "polars", "deltalake", "scrapy", "trafilatura") if name in sys.modules]
from airflow.serialization.serialized_objects import DagSerialization
good["kept"] = json.dumps([DagSerialization.to_dict(dag) for dag in bag.dags.values()], default=str)
good["shown"] = repr([vars(task) for dag in bag.dags.values() for task in dag.tasks])
print(json.dumps([good, parse(sys.argv[3])[1]]))
"""
COLLECTIONS = {
    COLLECTION: 'schedule: "0 2 * * *"\ntimezone: Asia/Almaty\n',
    "by-hand": "schedule: null\n",
}
SOURCE = "sources:\n  - {id: %s, name: A, homepage: http://127.0.0.1:9/, country: KZ, language: kk}\n"


def write(folder: Path, query: str) -> Path:
    """Two collections, one of them by hand only, and a topic over both."""
    (folder / "collections").mkdir(parents=True)
    (folder / "topics").mkdir()
    for name, head in COLLECTIONS.items():
        (folder / "collections" / f"{name}.yaml").write_text(head + SOURCE % f"of-{name}")
    topic = f"title: Harbours\n{query}: harbour\ncollections: [{', '.join(COLLECTIONS)}]\n"
    (folder / "topics" / f"{TOPIC}.yaml").write_text(topic)
    return folder


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any], Path]:
    """What parsing a good configuration gave, what a broken one, and the folder an embedded store would be in."""
    base = tmp_path_factory.mktemp("parse")
    command, environment = python(
        airflow_environment(base / "airflow")
        | {
            "TEARSHEET_FETCH_POOL": "crawls",
            "TEARSHEET_STORE": "s3://nowhere/at-all",
            "TEARSHEET_VAR": str(base / "var"),
            "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
            "TEARSHEET_FETCH__PROXY": "http://desk:planted-password@127.0.0.1:9/",
            "AWS_SECRET_ACCESS_KEY": "planted-secret-key",
        }
    )
    good, broken = write(base / "good", "query"), write(base / "broken", "qeury")
    command += ["-c", PARSE, str(REPOSITORY / "dags"), str(good), str(broken), "harvest_harbour_press"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    first, second = json.loads(run.stdout.splitlines()[-1])
    return first, second, base / "var"


def test_a_dag_for_each_collection_and_topic(parsed: tuple[dict[str, Any], dict[str, Any], Path]) -> None:
    found, _, _ = parsed
    assert found["errors"] == []
    assert sorted(found["dags"]) == ["harvest_by_hand", "harvest_harbour_press", "topic_harbour"]
    harvest, topic = found["dags"]["harvest_harbour_press"], found["dags"]["topic_harbour"]
    assert harvest["tasks"] == ["batch.extract", "batch.fetch", "gathered", "plan", "publish", "verdict"]
    assert harvest["tags"] == ["harbour-press", "harvest", "tearsheet"]
    assert harvest["params"] == ["dry_run", "night", "sources"]
    assert "Asia/Almaty" in harvest["schedule"]
    assert "key_format='%Y-%m-%d'" in harvest["schedule"]
    assert "Null" in found["dags"]["harvest_by_hand"]["schedule"]
    assert "PartitionedAssetTimetable(asset_condition=AssetAny(" in topic["schedule"]
    assert all(f"tearsheet://documents/{name}" in topic["schedule"] for name in COLLECTIONS)
    assert all(dag["runs"] == 1 and dag["doc"] for dag in found["dags"].values())
    assert (found["pool"], found["fetch"]) == ("crawls", [1, (240 + 15) * 60.0])


def test_parsing_reads_the_configuration_and_nothing_else(
    parsed: tuple[dict[str, Any], dict[str, Any], Path],
) -> None:
    found, _, var = parsed
    assert found["loaded"] == []
    assert found["seconds"] < 2.0
    assert not var.exists()


def test_what_airflow_keeps_and_shows_of_a_dag_holds_no_credentials(
    parsed: tuple[dict[str, Any], dict[str, Any], Path],
) -> None:
    found, _, _ = parsed
    assert '"batch.fetch"' in found["kept"]
    assert "FetchSettings(" in found["shown"]
    assert "planted" not in found["kept"] + found["shown"]


def test_a_broken_configuration_is_an_import_error_that_names_file_and_line(
    parsed: tuple[dict[str, Any], dict[str, Any], Path],
) -> None:
    _, found, _ = parsed
    assert found["dags"] == {}
    assert len(found["errors"]) == 2
    for error in found["errors"]:
        assert f"broken/topics/{TOPIC}.yaml:2: qeury" in error
