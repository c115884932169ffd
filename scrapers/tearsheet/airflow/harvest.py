"""The harvest DAG of a collection. What its tasks do stands in ``stages``, which is imported when they run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import (
    DAG,
    CronPartitionTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    TriggerRule,
    get_current_context,
    task,
    task_group,
)

from tearsheet.airflow.fetch import FetchOperator
from tearsheet.airflow.workplace import asked, documents_asset, fetch_pool
from tearsheet.config.models import Collection, Configuration
from tearsheet.errors import ConfigError, ExpectationError, InvariantError

START = datetime(2026, 1, 1, tzinfo=UTC)
"""Before the first night; Airflow wants a start, and nothing is ever caught up."""
GRACE = timedelta(minutes=15)
"""A crawl ends by itself after the collection's ``max_minutes``; only one that hangs meets its task's timeout."""
FATAL = ExceptionRetryPolicy(
    rules=[RetryRule(exception=[ConfigError, InvariantError, ExpectationError], action=RetryAction.FAIL)]
)
"""What another try cannot mend."""
DEFAULTS = {"owner": "tearsheet", "retries": 2, "retry_delay": timedelta(minutes=5), "retry_policy": FATAL}


def harvest_dag(config: Configuration, collection: Collection) -> DAG:
    """Plan, then fetch and extract each batch, publish, verdict.

    A batch that fails leaves the others alone: what was fetched is published, and the verdict fails the run. Without
    batches (a complete night) ``publish`` runs too, commits nothing, and wakes the topics. A failed plan ends the run.
    """
    asset = documents_asset(collection.id)

    @task
    def plan() -> list[dict[str, Any]]:
        """The batches that the night still lacks; a dry run logs what they would give, and ends here."""
        from tearsheet.airflow import stages

        return stages.plan(config, collection, asked(get_current_context(), collection))

    @task_group
    def batch(item: Any) -> None:
        """One crawling process, then the rows of what it fetched."""
        extract(_fetch(config, collection, item).output)

    @task(execution_timeout=timedelta(hours=2), map_index_template="{{ task.op_args[0].id }}")
    def extract(item: Any) -> int:
        """Stage the rows of every segment of a fetched batch that has none yet; how many."""
        from tearsheet.airflow import stages

        return stages.extract(config, collection, item)

    @task(outlets=[asset], execution_timeout=timedelta(hours=2))
    def publish() -> None:
        """One commit of the night, then reports and state; wakes the topics, also after a run without a key."""
        from tearsheet.airflow import stages

        night = asked(get_current_context(), collection).night
        stages.publish(config, collection, night)
        get_current_context()["outlet_events"][asset].add_partitions(night)

    @task(retries=0)  # what the sources did not give will not come by asking the report again
    def verdict() -> None:
        """Fail the run where a source missed what is expected of it; everything is published by now."""
        from tearsheet.airflow import stages

        stages.verdict(config, collection, asked(get_current_context(), collection))

    with _empty(collection) as dag:
        planned = plan()
        # A trigger rule of publish's own that let failed or absent batches pass would pass a failed or dry plan, too.
        gathered = EmptyOperator(task_id="gathered", trigger_rule=TriggerRule.ALL_DONE)
        batch.expand(item=planned) >> gathered
        [planned, gathered] >> publish() >> verdict()
    return dag


def _empty(collection: Collection) -> DAG:
    """The collection's DAG without its tasks."""
    return DAG(
        dag_id=f"harvest_{collection.id.replace('-', '_')}",
        dag_display_name=f"Harvest {collection.title or collection.id}",
        schedule=_schedule(collection),
        start_date=START,
        catchup=False,
        max_active_runs=1,
        params=params(collection),
        default_args=DEFAULTS,
        tags=["tearsheet", "harvest", collection.id],
        doc_md=_doc(collection),
    )


def params(collection: Collection) -> dict[str, Param]:
    """The form of a run by hand."""
    return {
        "night": Param(
            None, type=["null", "string"], format="date", title="Night", description="Left empty: the run's own day."
        ),
        "sources": Param(
            [],
            type="array",
            title="Sources",
            description="Left empty: all.",
            examples=[source.id for source in collection.sources],
            items={"type": "string"},
        ),
        "dry_run": Param(
            False, type="boolean", title="Dry run", description="Log what the sources would give; write nothing."
        ),
    }


def _fetch(config: Configuration, collection: Collection, item: Any) -> FetchOperator:
    return FetchOperator(
        task_id="fetch",
        collection=collection.id,
        settings=config.settings,
        batch=item,
        pool=fetch_pool(),
        execution_timeout=timedelta(minutes=collection.limits.max_minutes) + GRACE,
        retries=1,
        map_index_template="{{ task.batch.id }}: {{ task.batch.sources | join(', ') | truncate(60) }}",
    )


def _schedule(collection: Collection) -> CronPartitionTimetable | None:
    """Nightly with the night as partition key; the topics' schedules listen for keyed events."""
    if collection.schedule is None:
        return None
    return CronPartitionTimetable(collection.schedule, timezone=collection.timezone, key_format="%Y-%m-%d")


def _doc(collection: Collection) -> str:
    return f"""### Harvest of {collection.title or collection.id}

{len(collection.sources)} sources, schedule `{collection.schedule or "by hand"}` in {collection.timezone}.

plan → (fetch → extract) for each batch of sources → publish → verdict

* **plan** writes the night's plan once and returns the batches it still lacks.
* **fetch** crawls a batch into WARC; killing it loses nothing that was fetched.
* **publish** commits the night to the documents table, whatever failed, and wakes the topics.
* **verdict** fails the run where a source did not give what is expected of it. Everything is published by then.

Run by hand: *Trigger* asks for night, sources and dry run. Clearing tasks or running a night again gives the same rows.
"""
