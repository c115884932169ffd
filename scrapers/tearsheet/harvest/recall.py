"""A published night as the store holds it, without running it: rows from the table, outcomes merged anew, reports."""

from __future__ import annotations

from functools import partial

import polars as pl

from tearsheet import tombstones
from tearsheet.archive.reader import damage
from tearsheet.harvest.fetch import reports
from tearsheet.harvest.outcomes import merge
from tearsheet.harvest.plan import Plan
from tearsheet.harvest.publish import Night, row_outcomes
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import DOCUMENTS, conform


def recall(store: Store, plan: Plan, rows: pl.DataFrame, version: int) -> Night:
    """The night that ``publish`` once returned; ``rows`` are those of the table, which has this version.

    Raises:
        InvariantError: a page was captured and has no row, and no WARC is damaged.
        RecordError: an attempt's report cannot be read.
    """
    table = conform(rows.to_arrow(), DOCUMENTS)
    done = reports(store, plan.collection, plan.night)
    damaged = partial(damage, store, plan.collection, plan.night)
    return Night(
        plan=plan,
        published=documents.Published(
            version=version,
            rows=table.num_rows,
            committed=False,
            fingerprint=documents.fingerprint_of(table),
        ),
        outcomes=merge(done, row_outcomes(table), damaged, tombstones.load(store)),
        rows=table,
        reports=done,
    )
