"""Counting in the extraction processes: what they say is what counting at home says, whatever becomes of them."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pyarrow as pa
import pytest
from tests.unit.documents.test_pool import workers

from tearsheet.documents.counting import COUNTED, Counting, count, counts_of
from tearsheet.documents.pool import Pool
from tearsheet.errors import RecordError
from tearsheet.state import SourceState
from tearsheet.tables.schema import DOCUMENTS

NIGHT = "2026-01-12"
BLURB = "The Aldmoor Ledger has been printed in the old rope works since the year of the flood."


def articles(source: str, number: int) -> pa.Table:
    """Articles of a source, each with a line of its own and a blurb that all of them have."""
    own = [
        f"Ship {'abcdefghij'[n]} waited outside the harbour of {source} until the storm had gone."
        for n in range(number)
    ]
    columns = {
        "source": [source] * number,
        "document_id": [f"{source} {n}" for n in range(number)],
        "title": [f"Ship {n} waits" for n in range(number)],
        "text": [f"{line}\n{BLURB}" for line in own],
        "removed": [[{"text": "Read more", "rule": "words", "reason": "related", "position": 0}]] * number,
    }
    return pa.table({name: pa.array(columns[name], DOCUMENTS.field(name).type) for name in COUNTED})


ASKED = Counting(
    night=NIGHT,
    known={"ledger": "", "mercury": "", "silent": ""},
    articles=pa.concat_tables([articles("ledger", 5), articles("mercury", 2)]),
)


def test_a_process_counts_what_is_counted_at_home() -> None:
    with Pool(1) as pool:
        assert not pool.is_running
        (told,) = pool.map([ASKED])
        assert pool.is_running
    assert told == count(ASKED)
    nights = {source: counts_of(SourceState(source=source, counts=counts)).nights for source, counts in told.items()}
    assert nights["ledger"][NIGHT].articles == 5
    assert max(tally.kept for tally in nights["ledger"][NIGHT].blocks.values()) == 5
    assert nights["mercury"][NIGHT].articles == 1, "two that share as much as a blurb are one"
    assert not nights["silent"]


def test_what_no_process_gets_done_with_is_counted_at_home() -> None:
    with Pool(1) as pool:
        assert list(pool.map([replace(ASKED, cpu_seconds=1e-6), ASKED])) == [count(ASKED)] * 2


def test_a_process_that_is_killed_costs_no_count() -> None:
    with Pool(1) as pool:
        pool.start()
        os.kill(workers()[0].pid, signal.SIGKILL)
        assert list(pool.map([ASKED])) == [count(ASKED)]


def test_counts_that_cannot_be_read_are_an_error_of_the_night() -> None:
    with Pool(1) as pool, pytest.raises(RecordError, match=r"state/ledger\.json\.gz holds no counts"):
        list(pool.map([replace(ASKED, known={"ledger": "{]"})]))
