"""An installation for each test, and one Airflow in this process for all that run DAGs in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.dags.installation import REPOSITORY, Installation, airflow_environment

from tearsheet.storage import Store

if TYPE_CHECKING:
    from airflow.sdk import DAG


@pytest.fixture
def installation(store: Store, tmp_path: Path) -> Iterator[Installation]:
    """A loopback press and its configuration."""
    own = Installation(tmp_path, store)
    own.write()
    yield own
    own.close()


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Airflow for this process; it reads its settings once, so that they stay until the process ends."""
    assert "airflow" not in sys.modules, "somebody imported it before, with settings of his own"
    home = tmp_path_factory.mktemp("airflow")
    os.environ.update(airflow_environment(home))
    from airflow.utils.db import initdb

    initdb()
    return home


@pytest.fixture
def load_dag(airflow: Path, installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], DAG]:
    """Parse the DAG files over the installation as it is configured now; the DAG of an id, without retries."""

    def load(dag_id: str) -> DAG:
        from airflow.dag_processing.dagbag import DagBag

        installation.write()
        for name, value in installation.environment().items():
            monkeypatch.setenv(name, value)
        bag = DagBag(dag_folder=REPOSITORY / "dags")
        assert not bag.import_errors
        dag: DAG = bag.dags[dag_id]
        for task in dag.tasks:
            task.retries = 0
        return dag

    return load
