"""A published night as the store holds it, without running it: rows from the table, outcomes merged anew, reports."""

from __future__ import annotations

import pyarrow as pa

from tearsheet.harvest.fetch import reports
from tearsheet.harvest.outcomes import merge
from tearsheet.harvest.plan import Plan
from tearsheet.harvest.publish import Night, row_outcomes
from tearsheet.storage import Store
from tearsheet.tables import delta, documents
from tearsheet.tables.schema import DOCUMENTS, conform


def recall(store: Store, plan: Plan, rows: pa.Table | None = None) -> Night:
    """The night that ``publish`` once returned; ``rows`` are the table's, where they are read already.

    Raises:
        InvariantError: a page was captured and has no row.
        RecordError: an attempt's report cannot be read.
    """
    if rows is None:
        rows = conform(documents.rows(store, plan.collection, plan.night).to_arrow(), DOCUMENTS)
    opened = delta.open_table(store, documents.TABLE)
    done = reports(store, plan.collection, plan.night)
    return Night(
        plan=plan,
        published=documents.Published(
            version=opened.version() if opened else 0,
            rows=rows.num_rows,
            committed=False,
            fingerprint=documents.fingerprint_of(rows),
        ),
        outcomes=merge(done, row_outcomes(rows)),
        rows=rows,
        reports=done,
    )
