"""What was staged stays for the last published night alone, in whatever order the nights are run."""

from __future__ import annotations

from itertools import permutations

import pytest
from tests.unit.harvest.conftest import COLLECTION, Paper

NIGHTS = ("2026-01-05", "2026-01-06", "2026-01-07")


def staged(paper: Paper) -> set[str]:
    """The nights of which something is staged."""
    return {info.key.split("/")[2] for info in paper.store.list(f"staged/{COLLECTION}/")}


@pytest.mark.parametrize("order", [*permutations(NIGHTS)], ids=" ".join)
def test_only_the_last_night_stays_staged(paper: Paper, order: tuple[str, ...]) -> None:
    for number, night in enumerate(order):
        paper.publish(paper.fetch(night, range(number, number + 1)))
        assert staged(paper) == {max(order[: number + 1])}


def test_a_night_that_is_not_published_yet_stays_staged(paper: Paper) -> None:
    first, second = (paper.fetch(night, range(number, number + 1)) for number, night in enumerate(NIGHTS[:2]))
    paper.publish(first)
    paper.store.put(f"staged/{COLLECTION}/{NIGHTS[2]}/b000-001-00001.{'0' * 12}.parquet", b"on its way")
    paper.publish(second)
    assert staged(paper) == {*NIGHTS[1:]}
