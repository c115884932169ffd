"""Publish a night: from what the store holds under raw/ and staged/ to one commit of the documents table.

Takes nothing from the run that called it. The rows are those of every capture of the night, one a document: of
several captures the earliest by (fetched_at, WARC file, offset).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc

from tearsheet import tombstones
from tearsheet.archive.reader import damage
from tearsheet.config import public
from tearsheet.config.models import Configuration, Settings
from tearsheet.documents.pool import Pool
from tearsheet.documents.staging import load_staged, restage, stage, unstaged
from tearsheet.documents.task import Context
from tearsheet.errors import InvariantError
from tearsheet.extract.identity import extractor_id
from tearsheet.harvest.choice import choose, is_open, snapshots
from tearsheet.harvest.fetch import reports, unfetched
from tearsheet.harvest.outcomes import DAMAGED, merge, save_outcomes
from tearsheet.harvest.plan import Plan
from tearsheet.lease import UNLEASED, Unleased
from tearsheet.model import Outcome
from tearsheet.rights import withheld
from tearsheet.spiders.job import FetchReport
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import DOCUMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A night as published: the commit, every candidate's outcome, the rows, the attempts' reports."""

    plan: Plan
    published: documents.Published
    outcomes: list[Outcome]
    rows: pa.Table
    reports: list[FetchReport]


def context(store: Store, plan: Plan) -> Context:
    """What the rows of a planned night share."""
    return Context(
        collection=plan.collection,
        night=plan.night,
        config=plan.config,
        extractor=extractor_id(),
        learned=snapshots(store, plan),
        rules={source.id: tuple(declared.rule for declared in source.rules) for source in plan.sources if source.rules},
        robot=plan.robot,
        withheld=withheld(plan.rights),
        taken_down=tombstones.load(store),
    )


def extract(store: Store, plan: Plan, pool: Pool, settings: Settings, batch: str = "") -> int:
    """Stage every segment of the night, or of one batch, that is not staged yet; how many rows that gave."""
    shared = context(store, plan)
    missing = [
        key for key in unstaged(store, shared) if PurePosixPath(key).name.startswith(f"{batch}-" if batch else "")
    ]
    return sum(staged.rows for staged in stage(store, pool, missing, shared, cpu_seconds=settings.extract.cpu_seconds))


def settle(store: Store, plan: Plan, pool: Pool, settings: Settings) -> None:
    """Clean the sources that the plan knows nothing of by what the night's own pages teach, once it is whole."""
    if not is_open(store, plan) or unfetched(plan, reports(store, plan.collection, plan.night)):
        return
    before = context(store, plan)
    choose(store, plan, _rows(store, before))
    restage(store, pool, before, context(store, plan), cpu_seconds=settings.extract.cpu_seconds)


def check(store: Store, plan: Plan) -> tuple[pa.Table, list[FetchReport], list[Outcome]]:
    """The night's rows, reports and outcomes, having proved that they add up.

    Raises:
        InvariantError: a capture has no row, and no WARC is damaged.
        ObjectMissing: a segment is not staged.
    """
    shared = context(store, plan)
    rows = _rows(store, shared)
    done = reports(store, plan.collection, plan.night)
    damaged = cache(partial(damage, store, plan.collection, plan.night))
    return rows, done, merge(done, row_outcomes(rows), damaged, shared.taken_down)


def publish(
    store: Store,
    plan: Plan,
    pool: Pool,
    configuration: Configuration,
    lease: Unleased = UNLEASED,
    *,
    anew: bool = False,
) -> Night:
    """Commit the night and write its outcomes; a night that has not changed commits nothing, unless ``anew``.

    Raises:
        InvariantError: the night would contradict itself; nothing was committed.
        BusyError: the night was taken over by another run; nothing was committed.
    """
    extract(store, plan, pool, configuration.settings)
    settle(store, plan, pool, configuration.settings)
    rows, done, outcomes = check(store, plan)
    _lose_nothing(store, plan, outcomes)
    lease.confirm()
    write_configuration(store, configuration)
    published = documents.publish(store, plan.collection, plan.night, rows.select(DOCUMENTS.names), anew=anew)
    save_outcomes(store, plan.collection, plan.night, outcomes)
    return Night(plan=plan, published=published, outcomes=outcomes, rows=rows, reports=done)


def _lose_nothing(store: Store, plan: Plan, outcomes: list[Outcome]) -> None:
    """Refuse to publish again without a row that the table has, because its WARC was damaged since."""
    lost = {outcome.document_id: outcome for outcome in outcomes if outcome.outcome == DAMAGED}
    if not lost:
        return
    published = documents.rows(store, plan.collection, plan.night, ["document_id"])["document_id"]
    for outcome in (lost[document_id] for document_id in published if document_id in lost):
        raise InvariantError(
            f"{outcome.url} has a row, and the WARC it was made from is damaged since ({outcome.detail}): to publish "
            f"{plan.collection} {plan.night} again would lose the row. Restore the WARC from the bucket's versions"
        )


def _rows(store: Store, shared: Context) -> pa.Table:
    """The staged rows of the night, one a document, without what was taken down since they were staged."""
    rows, down = earliest(load_staged(store, shared)), shared.taken_down
    gone = pc.or_(
        pc.is_in(rows["document_id"], value_set=pa.array(sorted(down.documents), pa.string())),
        pc.is_in(rows["source"], value_set=pa.array(sorted(down.sources), pa.string())),
    )
    return rows.filter(pc.invert(gone))


def earliest(tables: Iterator[pa.Table]) -> pa.Table:
    """All staged rows as one table, one row a document: the earliest capture's."""
    table = pa.concat_tables([DOCUMENTS.empty_table(), *tables], promote_options="default")
    by_time = [(name, "ascending") for name in ("document_id", "fetched_at", "warc_file", "warc_offset")]
    order = pc.sort_indices(table, sort_keys=by_time)
    ids = table["document_id"].take(order).to_pylist()
    first = pa.array([n == 0 or ids[n - 1] != ids[n] for n in range(len(ids))], pa.bool_())
    return table.take(order.filter(first))


def row_outcomes(rows: pa.Table) -> Iterator[Outcome]:
    """The outcome that each row states."""
    for row in rows.select(["document_id", "url", "source", "outcome"]).to_pylist():
        yield Outcome(**row)


def write_configuration(store: Store, configuration: Configuration) -> None:
    """Keep the configuration in the bucket, where readers find titles and queries, as itself and as the current one."""
    body, name = public(configuration)
    store.put_new(f"config/{name}.json", body)
    store.put("config/current.json", body)
