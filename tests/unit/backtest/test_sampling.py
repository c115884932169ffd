"""Sampling and its arithmetic: shares, weights, and an interval that holds the truth as often as it says."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tearsheet.backtest.compare import CHANGES, compare
from tearsheet.backtest.labels import Label, precisions, wilson
from tearsheet.config.models import Topic
from tearsheet.model import Document
from tearsheet.pull import Archive
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import to_arrow

TOPIC = Topic(id="ports", title="Ports", query="quay", collections=("press",))


def labels(change: str, of: int, verdicts: list[bool]) -> list[Label]:
    change_ = next(each for each in CHANGES if each == change)
    return [
        Label(document_id=f"{change}{n}", change=change_, of=of, relevant=verdict) for n, verdict in enumerate(verdicts)
    ]


@pytest.mark.parametrize(
    ("share", "number", "low", "high"),
    [(0.5, 10, 0.2366, 0.7634), (0.0, 10, 0.0, 0.2775), (1.0, 20, 0.8389, 1.0), (0.9, 100, 0.8256, 0.9448)],
)
def test_wilsons_interval_is_that_of_the_tables(share: float, number: int, low: float, high: float) -> None:
    assert wilson(share, number) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_each_row_stands_for_its_share_of_its_change() -> None:
    sample = [
        *labels("kept", 900, [True] * 10),
        *labels("gained", 100, [False] * 10),
        *labels("lost", 300, [False] * 5),
    ]
    found = precisions(sample)
    assert found["proposed"] is not None
    assert found["present"] is not None
    assert (found["proposed"].share, found["proposed"].articles) == (0.9, 1000)
    assert (found["present"].share, found["present"].labels) == (0.75, 15)
    assert precisions(labels("lost", 3, [True]))["proposed"] is None


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = random.Random(7)
    strata = {"kept": [rng.random() < 0.85 for _ in range(2000)], "gained": [rng.random() < 0.4 for _ in range(500)]}
    truth = sum(map(sum, strata.values())) / 2500
    held = 0
    for _ in range(1000):
        drawn = [label for name, all_ in strata.items() for label in labels(name, len(all_), rng.sample(all_, 40))]
        found = precisions(drawn)["proposed"]
        assert found is not None
        held += found.low <= truth <= found.high
    assert held >= 930


def test_the_same_articles_are_drawn_whatever_the_order_and_any_seed_draws_others(
    store: Store, make_document: Callable[..., Document]
) -> None:
    rows = [make_document(n, "2026-01-05", text=f"A quay {n}.") for n in range(40)]
    documents.publish(store, "press", "2026-01-05", to_arrow(rows))

    def drawn(seed: int, most: int) -> list[str]:
        found = compare(Archive(store), TOPIC, "quay", most=most, seed=seed)
        assert found.count("kept") == 40
        return [match.document_id for match in found.drawn["kept"]]

    first = drawn(0, 10)
    documents.publish(store, "press", "2026-01-05", to_arrow(rows[20:]))
    documents.publish(
        store, "press", "2026-01-04", to_arrow([make_document(n, "2026-01-04", text="quay") for n in range(20)])
    )
    assert drawn(0, 10) == first == drawn(0, 20)[:10]
    assert drawn(1, 10) != first
