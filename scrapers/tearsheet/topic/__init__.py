"""A topic's rows: plan, select, dedupe, publish. There is no queue: what is to be done follows from the tables."""

from __future__ import annotations

from tearsheet.topic.plan import Stale, TopicPlan, plan
from tearsheet.topic.update import TopicResult, counts, update

__all__ = ["Stale", "TopicPlan", "TopicResult", "counts", "plan", "update"]
