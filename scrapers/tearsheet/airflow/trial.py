"""Run the DAGs of dags/ in this process, as ``dag.test()`` does: no scheduler, no server, the very same tasks.

Airflow reads its settings (``AIRFLOW_HOME``, ``AIRFLOW__*``) when this module is imported.
"""

from __future__ import annotations

from dataclasses import dataclass

from airflow.dag_processing.dagbag import DagBag
from airflow.utils.db import initdb

from tearsheet.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Trial:
    """How a run ended: its own state and that of each task, a mapped task's with its index."""

    state: str
    tasks: dict[str, str]

    def failed(self) -> list[str]:
        """The tasks that failed or never ran because of one that did."""
        return sorted(task for task, state in self.tasks.items() if state not in ("success", "skipped"))


def prepare() -> None:
    """Airflow's own database: made where there is none, migrated where there is an older one."""
    initdb()


def run_dag(dag_id: str, night: str) -> Trial:
    """One run of a DAG for a night, to its end.

    Raises:
        ConfigError: dags/ cannot be read, or holds no such DAG.
    """
    bag = DagBag()
    if dag_id not in bag.dags:
        broken = "; ".join(f"{file}: {error}" for file, error in bag.import_errors.items())
        raise ConfigError(f"{bag.dag_folder} has no DAG {dag_id!r}; it has: {', '.join(sorted(bag.dags))}. {broken}")
    run = bag.dags[dag_id].test(logical_date=None, run_conf={"night": night})
    tasks = {
        f"{task.task_id}[{task.map_index}]" if task.map_index >= 0 else task.task_id: str(task.state)
        for task in run.get_task_instances()
    }
    return Trial(str(run.state), tasks)
