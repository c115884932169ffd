"""The DAG of a topic."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, AssetAny, PartitionedAssetTimetable, task

from tearsheet.airflow.harvest import DEFAULTS, START
from tearsheet.airflow.workplace import documents_asset
from tearsheet.config.models import Configuration, Topic


def topic_dag(config: Configuration, topic: Topic) -> DAG:
    """Bring a topic up to date; woken by the documents of its collections, catching up with all that changed."""

    @task(execution_timeout=timedelta(hours=6))
    def update() -> None:
        """Select, dedupe, check and publish every night that is new or changed for this topic."""
        from tearsheet.airflow import stages

        stages.update(config, topic)

    with DAG(
        dag_id=f"topic_{topic.id.replace('-', '_')}",
        dag_display_name=f"Topic {topic.title}",
        schedule=PartitionedAssetTimetable(assets=AssetAny(*(documents_asset(c) for c in topic.collections))),
        start_date=START,
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULTS,
        tags=["tearsheet", "topic", topic.id],
        doc_md=_doc(topic),
    ) as dag:
        update()
    return dag


def _doc(topic: Topic) -> str:
    return f"""### {topic.title}

{topic.description or ""}

`{topic.query}`

over {", ".join(topic.collections)}; languages: {", ".join(topic.languages) or "all"}.

An event of a collection only wakes this DAG. What it does follows from the tables: every night whose documents, or
whose query, differ from what the last commit recorded is selected anew. New topic, changed query, backfill, re-run,
lost event: one path.
"""
