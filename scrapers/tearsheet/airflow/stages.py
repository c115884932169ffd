"""What the tasks do: each opens the store, calls one stage of ``tearsheet.harvest``, and logs what came of it.

Imported when a task runs and never when a DAG is parsed, because it loads all of Tearsheet. Tasks hand each other
only the item of a batch, ``{"night": "YYYY-MM-DD", "id": …, "sources": […]}``; all else stands in the store.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from tearsheet import harvest, topic
from tearsheet.airflow.workplace import Asked, run_name
from tearsheet.config.models import Collection, Configuration, Settings, Topic
from tearsheet.documents.pool import Pool
from tearsheet.errors import FetchError
from tearsheet.harvest.plan import load_plan
from tearsheet.lease import Lease, claim, hold
from tearsheet.rehearsal import rehearse
from tearsheet.storage import Store, open_store

log = logging.getLogger(__name__)


def plan(config: Configuration, collection: Collection, asked: Asked) -> list[dict[str, Any]]:
    """The items of the batches that the night still lacks; none where it is complete.

    Raises:
        AirflowSkipException: this was a dry run, and is over.
    """
    if asked.dry_run:
        done = rehearse(config, collection.id, asked.night, sources=asked.sources)
        for row in done.rows:
            log.info("%s  %s  %s", row["outcome"], row["url"], row["title"] or "")
        raise AirflowSkipException(f"dry run: {done.report.outcomes}; nothing was written")
    with open_store(config.settings.store) as store, held(store, config.settings, collection.id, asked.night):
        drawn = harvest.make_plan(store, config, collection.id, asked.night)
        todo = harvest.unfetched(drawn, harvest.reports(store, collection.id, asked.night), asked.sources)
    log.info("%s %s lacks %d of %d batches", collection.id, asked.night, len(todo), len(drawn.batches))
    return [{"night": asked.night, "id": batch.id, "sources": list(batch.sources)} for batch in todo]


def extract(config: Configuration, collection: Collection, item: dict[str, Any]) -> int:
    """Stage what a batch fetched; the number of rows."""
    settings, night = config.settings, item["night"]
    with open_store(settings.store) as store, held(store, settings, collection.id, night), _pool(settings) as pool:
        return harvest.extract(store, planned(store, collection.id, night), pool, settings, item["id"])


def publish(config: Configuration, collection: Collection, night: str) -> None:
    """Commit the night, then write report and states."""
    with (
        open_store(config.settings.store) as store,
        held(store, config.settings, collection.id, night) as lease,
        _pool(config.settings) as pool,
    ):
        done = harvest.publish(store, planned(store, collection.id, night), pool, config, lease)
        report = harvest.verdict(store, done, pool, lease)
    log.info("%s %s: %d candidates, %s", collection.id, night, report.candidates, report.outcomes)


def verdict(config: Configuration, collection: Collection, asked: Asked) -> None:
    """Release the night; judge it by its report, of which only the sources that the run was asked for.

    Raises:
        FetchError: a source's crawl did not finish.
        ExpectationError: a source gave less than is expected of it.
    """
    with open_store(config.settings.store) as store:
        mine = claim(config.settings.store.lease_seconds, run_name(get_current_context()))
        Lease(store, collection.id, asked.night, mine).release()
        report = harvest.load_report(store, collection.id, asked.night)
    if report is None:
        raise FetchError(f"{collection.id} {asked.night} was not published; see the log of its publish task")
    report.insist(asked.sources)


def update(config: Configuration, read: Topic) -> None:
    """Bring a topic up to date."""
    with open_store(config.settings.store) as store:
        done = topic.update(store, read, on_night=lambda night: log.info("selecting %s", night))
    log.info("%s: %d nights selected anew, %d articles", done.topic, len(done.nights), done.articles)


@contextmanager
def held(store: Store, settings: Settings, collection: str, night: str) -> Iterator[Lease]:
    """Hold the night for this DAG run while a task works; between its tasks the lease rests.

    Raises:
        BusyError: another run holds the night.
    """
    owner = run_name(get_current_context())
    with hold(store, collection, night, settings.store.lease_seconds, owner=owner, rest=True) as lease:
        yield lease


def planned(store: Store, collection: str, night: str) -> harvest.Plan:
    """The night's plan. Raises FetchError: nobody has planned it."""
    drawn = load_plan(store, collection, night)
    if drawn is None:
        raise FetchError(f"{collection} {night} has no plan; clear the run's plan task")
    return drawn


def _pool(settings: Settings) -> Pool:
    return Pool(settings.extract.workers, memory_bytes=settings.extract.memory_bytes)
