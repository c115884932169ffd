"""The harvest of a collection: plan, fetch and extract by batches, check, publish, verdict."""

from __future__ import annotations

from tearsheet.harvest.fetch import fetch, reports, unfetched
from tearsheet.harvest.plan import Batch, Plan, make_plan, night_of
from tearsheet.harvest.publish import Night, check, context, extract, publish
from tearsheet.harvest.recall import recall
from tearsheet.harvest.verdict import RunReport, load_report, verdict

__all__ = [
    "Batch",
    "Night",
    "Plan",
    "RunReport",
    "check",
    "context",
    "extract",
    "fetch",
    "load_report",
    "make_plan",
    "night_of",
    "publish",
    "recall",
    "reports",
    "unfetched",
    "verdict",
]
