"""Outcomes: each candidate ends exactly once, and the counts add up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tearsheet.errors import InvariantError
from tearsheet.harvest.outcomes import counts, merge
from tearsheet.model import Outcome
from tearsheet.spiders.job import FetchReport

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def report(*outcomes: Outcome, attempt: int = 1) -> FetchReport:
    """An attempt's report with nothing but outcomes."""
    return FetchReport(
        collection="c",
        night="2026-01-01",
        batch="b000",
        attempt=attempt,
        finished=True,
        reason="finished",
        started_at=NOW,
        ended_at=NOW,
        cpu_seconds=0.0,
        outcomes=outcomes,
    )


def ended(url: str, outcome: str, source: str = "s") -> Outcome:
    """An outcome whose URL is its identity."""
    return Outcome(document_id=url, url=url, source=source, outcome=outcome)


def test_a_row_decides_whatever_an_attempt_said() -> None:
    merged = merge(
        [report(ended("a", "captured"), ended("b", "pending.timeout"))],
        [ended("a", "article"), ended("b", "drop.listing")],
    )
    assert [outcome.outcome for outcome in merged] == ["article", "drop.listing"]


def test_a_later_attempt_replaces_an_earlier_but_pending_replaces_nothing_final() -> None:
    first = report(ended("a", "pending.stopped"), ended("b", "failed.not_found"))
    second = report(ended("a", "failed.gone"), ended("b", "pending.timeout"), attempt=2)
    assert [outcome.outcome for outcome in merge([first, second], [])] == ["failed.gone", "failed.not_found"]


def test_of_two_sources_the_one_that_asked_speaks() -> None:
    merged = merge([report(ended("a", "skipped.foreign", "s"), ended("a", "pending.http_503", "t"))], [])
    assert [(outcome.source, outcome.outcome) for outcome in merged] == [("t", "pending.http_503")]


def test_a_capture_without_a_row_refuses_the_night() -> None:
    with pytest.raises(InvariantError, match="a was captured"):
        merge([report(ended("a", "captured"))], [])


@given(
    st.lists(
        st.lists(
            st.builds(
                ended,
                st.sampled_from("abcdef"),
                st.sampled_from(["skipped.seen", "failed.gone", "pending.timeout", "skipped.robots"]),
                st.sampled_from("st"),
            )
        ),
        max_size=4,
    ),
    st.sets(st.sampled_from("abcdefgh")),
)
def test_every_candidate_ends_once(attempts: list[list[Outcome]], rows: set[str]) -> None:
    merged = merge([report(*outcomes) for outcomes in attempts], [ended(url, "article") for url in sorted(rows)])
    named = rows | {outcome.document_id for outcomes in attempts for outcome in outcomes}
    assert [outcome.document_id for outcome in merged] == sorted(named)
    assert sum(counts(merged).values()) == len(named)
    assert counts(merged).get("article", 0) == len(rows)
