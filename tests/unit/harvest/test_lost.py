"""A run whose night was taken over commits nothing and leaves the states alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.harvest.conftest import COLLECTION, CONFIGURATION, Paper

from tearsheet import harvest, state
from tearsheet.errors import BusyError
from tearsheet.lease import Lease, claim, lease_key
from tearsheet.tables import documents

NIGHT = "2026-01-05"


def lease(paper: Paper, seconds: float = 60.0) -> Lease:
    """The night's lease, taken by a machine of its own."""
    taken = Lease(paper.store, COLLECTION, NIGHT, replace(claim(seconds), host="elsewhere"))
    taken.take()
    return taken


def taken_over(paper: Paper) -> None:
    """Another run takes the night, as it does when the first was not heard of for long."""
    paper.store.delete([lease_key(COLLECTION, NIGHT)])
    lease(paper)


def test_it_does_not_publish(paper: Paper) -> None:
    plan, ours = paper.fetch(NIGHT, range(2)), lease(paper)
    taken_over(paper)
    with pytest.raises(BusyError, match="taken over"):
        harvest.publish(paper.store, plan, paper.pool, CONFIGURATION, ours)
    assert documents.fingerprint(paper.store, COLLECTION, NIGHT) is None


def test_it_writes_no_state(paper: Paper) -> None:
    plan, ours = paper.fetch(NIGHT, range(2)), lease(paper)
    done = harvest.publish(paper.store, plan, paper.pool, CONFIGURATION, ours)
    taken_over(paper)
    with pytest.raises(BusyError, match="taken over"):
        harvest.verdict(paper.store, done, paper.pool, ours)
    assert not state.held(paper.store)
    assert harvest.load_report(paper.store, COLLECTION, NIGHT) is None
