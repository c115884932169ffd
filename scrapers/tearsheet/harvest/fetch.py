"""Fetch: one crawling process for what a batch still lacks, its events passed on while it runs.

The process dies with this one (PR_SET_PDEATHSIG) and stays in its process group, so that a kill of the group, or of
an Airflow task, ends both; on SIGTERM it closes within five seconds and keeps what was fetched.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from tearsheet.archive.keys import new_attempt
from tearsheet.config.models import Settings
from tearsheet.errors import FetchError, ObjectMissing, RecordError
from tearsheet.harvest.plan import Batch, Plan
from tearsheet.model import Candidate
from tearsheet.spiders.job import EVENT, JOB, Event, FetchReport, Job, report_key, unpack
from tearsheet.storage import Store

KEPT_FROM_CHILDREN = ("AIRFLOW__", "AIRFLOW_CONN_", "AIRFLOW_VAR_", "_AIRFLOW")
"""Prefixes of environment variables that hold Airflow's own secrets: no business of a crawling process."""


def reports(store: Store, collection: str, night: str) -> list[FetchReport]:
    """All attempts' reports of a night, by batch and attempt."""
    found = []
    for info in store.list(f"runs/{collection}/{night}/fetched/"):
        try:
            found.append(unpack(store.get(info.key)))
        except (ValidationError, OSError, EOFError) as error:
            raise RecordError(
                f"{store.url(info.key)} is no fetch report ({error}); delete it and run the night again"
            ) from error
    return found


def unfetched(plan: Plan, done: list[FetchReport], only: frozenset[str] = frozenset()) -> list[Batch]:
    """The batches, cut down to the sources that no finished attempt has covered (and that ``only`` names, if any)."""
    finished = {source.source for report in done if report.finished for source in report.sources}
    batches = []
    for batch in plan.batches:
        todo = tuple(s for s in batch.sources if s not in finished and (not only or s in only))
        if todo:
            batches.append(Batch(id=batch.id, sources=todo))
    return batches


def fetch(
    store: Store,
    plan: Plan,
    batch: Batch,
    settings: Settings,
    *,
    given: tuple[Candidate, ...] = (),
    on_event: Callable[[Event], None] = lambda event: None,
    on_start: Callable[[subprocess.Popen[bytes]], None] = lambda process: None,
) -> FetchReport:
    """Crawl a batch and return its report; ``on_start`` is handed the process, so that a caller can end it.

    Raises:
        FetchError: the process ended without its report.
    """
    attempt = new_attempt(store, plan.collection, plan.night, batch.id)
    job = Job(
        collection=plan.collection,
        night=plan.night,
        batch=batch.id,
        attempt=attempt,
        store=store.url(),
        settings=settings.model_copy(update={"rights": plan.rights}),
        sources=tuple(plan.source(source) for source in batch.sources),
        timezone=plan.timezone,
        deadline=datetime.now(UTC) + timedelta(minutes=plan.max_minutes),
        given=given,
    )
    code = _run(job, store.environment(), on_event, on_start)
    try:
        return unpack(store.get(report_key(plan.collection, plan.night, batch.id, attempt)))
    except ObjectMissing:
        raise FetchError(
            f"the crawl of batch {batch.id} ({', '.join(batch.sources)}) of {plan.collection} {plan.night} ended "
            f"with exit code {code} and no report; its log says why. Run the night again: what was fetched is kept"
        ) from None


def _run(
    job: Job,
    variables: Mapping[str, str],
    on_event: Callable[[Event], None],
    on_start: Callable[[subprocess.Popen[bytes]], None],
) -> int:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(KEPT_FROM_CHILDREN)}
    environment = inherited | dict(variables)
    with subprocess.Popen(
        [sys.executable, "-m", "tearsheet.spiders"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        on_start(process)
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes, for mypy
        try:
            process.stdin.write(JOB.dump_json(job))
            process.stdin.close()
            for line in process.stdout:
                on_event(EVENT.validate_json(line))
            return process.wait()
        except BaseException:
            process.terminate()
            raise
