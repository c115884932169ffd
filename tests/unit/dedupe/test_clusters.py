"""Clusters: who joins whom, and that it does not matter in which order the nights were run."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearsheet.dedupe.clusters import WINDOW_NIGHTS, ClusterInput, Copy, assign, first_copies_hash
from tearsheet.fingerprints import similarity


def night(number: int) -> str:
    return (date(2026, 1, 1) + timedelta(days=number)).isoformat()


def signature(place: int) -> bytes:
    """Signatures on a line: two are as alike as their places are near, not at all from a distance of 100."""
    return pack("<B128I", 1, *((place + n * 100 // 128) // 100 for n in range(128)))


def article(
    number: int, document: str, *, place: int | None = None, content: str | None = None, hour: int | None = 0
) -> ClusterInput:
    return ClusterInput(
        night=night(number),
        document_id=document,
        version_id=f"{document}-{number}",
        published_at=None if hour is None else datetime(2026, 1, 1, hour, tzinfo=UTC),
        content_hash=content or f"{document} {number} {place}",
        near_hash=None if place is None else signature(place),
    )


def clusters(copies: Iterable[Copy]) -> dict[tuple[str, str], tuple[str, str]]:
    return {(copy.night, copy.document_id): (copy.cluster_id, copy.kind) for copy in copies}


def test_places_are_as_alike_as_they_are_near() -> None:
    assert similarity(signature(1000), signature(1030)) == pytest.approx(0.7, abs=0.01)
    assert similarity(signature(1000), signature(1100)) == 0


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (article(0, "a", place=0), article(1, "a", place=5000), "version"),
        (article(0, "a", content="x"), article(1, "b", content="x"), "identical"),
        (article(0, "a", place=0, content="x"), article(1, "b", place=0, content="x"), "identical"),
        (article(0, "a", place=0), article(1, "b", place=40), "near"),
        (article(0, "a", place=0), article(1, "b", place=60), "first"),
        (article(0, "a"), article(1, "b"), "first"),
        (article(0, "a", content="x"), article(WINDOW_NIGHTS - 1, "b", content="x"), "identical"),
        (article(0, "a", content="x"), article(WINDOW_NIGHTS, "b", content="x"), "first"),
        (article(0, "a"), article(WINDOW_NIGHTS + 5, "a"), "version"),
    ],
)
def test_kinds(one: ClusterInput, other: ClusterInput, kind: str) -> None:
    first, second = assign([other, one])
    assert (first.document_id, first.cluster_id, first.kind) == ("a", "a", "first")
    assert second.kind == kind
    assert second.cluster_id == (second.document_id if kind == "first" else "a")


def test_within_a_night_the_earliest_published_is_first() -> None:
    inputs = [
        article(0, "a", content="x", hour=None),
        article(0, "b", content="x", hour=9),
        article(0, "d", content="x", hour=8),
        article(0, "c", content="x", hour=8),
    ]
    assert [copy.document_id for copy in assign(inputs)] == ["c", "d", "b", "a"]
    assert {copy.cluster_id for copy in assign(inputs)} == {"c"}


def test_the_earliest_of_several_matches_wins() -> None:
    found = clusters(assign([article(0, "a", place=0), article(1, "b", place=80), article(2, "c", place=45)]))
    assert found[night(2), "c"] == ("a", "near")


def test_small_changes_do_not_chain() -> None:
    chain = [article(n, f"d{n}", place=40 * n) for n in range(4)]
    assert [copy.cluster_id for copy in assign(chain)] == ["d0", "d0", "d2", "d2"]


def test_a_version_of_a_copy_that_no_longer_resembles_the_first_starts_its_own_cluster() -> None:
    inputs = [
        article(0, "a", place=0),
        article(1, "b", place=10),
        article(2, "b", place=20),
        article(3, "b", place=500),
    ]
    assert [(copy.cluster_id, copy.kind) for copy in assign(inputs)] == [
        ("a", "first"),
        ("a", "near"),
        ("a", "near"),
        ("b", "first"),
    ]


def test_only_first_copies_of_earlier_nights_count() -> None:
    earlier = assign([article(0, "a", place=0), article(1, "b", place=40)])
    assert clusters(assign([article(2, "c", place=70)], earlier)) == {(night(2), "c"): ("c", "first")}
    assert clusters(assign([article(2, "c", place=30)], earlier)) == {(night(2), "c"): ("a", "near")}


def test_the_hash_of_first_copies_sees_what_matters() -> None:
    before = assign([article(0, "a", place=0), article(1, "b", place=40)])
    after = assign([article(0, "a", place=0), article(1, "b", place=40), article(1, "c", place=30)])
    assert first_copies_hash(before) == first_copies_hash(reversed(after))
    assert first_copies_hash(before) != first_copies_hash(assign([article(0, "a", place=1), article(1, "b", place=40)]))


class Topic:
    """Nights run in any order; after each, every night is assigned anew whose articles or first copies changed."""

    def __init__(self) -> None:
        self.articles: dict[str, Sequence[ClusterInput]] = {}
        self.copies: dict[str, list[Copy]] = {}
        self.marks: dict[str, object] = {}

    def run(self, name: str, articles: Sequence[ClusterInput]) -> None:
        self.articles[name] = articles
        for later in sorted(self.articles):
            if later >= name:
                self._refresh(later)

    def _refresh(self, name: str) -> None:
        documents = {article.document_id for article in self.articles[name]}
        opens = (date.fromisoformat(name) - timedelta(days=WINDOW_NIGHTS - 1)).isoformat()
        earlier = [
            copy
            for before, copies in self.copies.items()
            if before < name
            for copy in copies
            if before >= opens or copy.document_id in documents
        ]
        mark = (tuple(self.articles[name]), first_copies_hash(earlier))
        if self.marks.get(name) != mark:
            self.marks[name] = mark
            self.copies[name] = assign(self.articles[name], earlier)


ARTICLES = st.lists(
    st.builds(
        article,
        st.integers(0, 99),
        st.sampled_from("abcdefgh"),
        place=st.none() | st.integers(0, 12).map(lambda n: 20 * n),
        content=st.none() | st.sampled_from("xyz"),
        hour=st.none() | st.integers(0, 3),
    ),
    max_size=25,
    unique_by=lambda one: (one.night, one.document_id),
)


@settings(max_examples=200, deadline=None)
@given(ARTICLES, st.randoms(use_true_random=False))
def test_the_order_of_nights_does_not_matter(articles: list[ClusterInput], chance: random.Random) -> None:
    at_once = assign(articles)
    by_night = [
        (name, list(group))
        for name, group in groupby(sorted(articles, key=lambda one: one.night), key=lambda one: one.night)
    ]
    chance.shuffle(by_night)
    topic = Topic()
    for name, group in by_night:
        chance.shuffle(group)
        topic.run(name, group)
    assert [copy for name in sorted(topic.copies) for copy in topic.copies[name]] == at_once


@settings(max_examples=100, deadline=None)
@given(ARTICLES)
def test_every_cluster_has_its_first_copy_once(articles: list[ClusterInput]) -> None:
    copies = assign(articles)
    firsts = [copy.cluster_id for copy in copies if copy.kind == "first"]
    assert sorted(firsts) == sorted({copy.cluster_id for copy in copies})
    assert all(copy.document_id == copy.cluster_id for copy in copies if copy.kind in {"first", "version"})


def test_a_backfill_reaches_further_than_its_window() -> None:
    """Why a fixed range of nights after a backfill is not enough."""
    backfilled, middle, late = (article(n, name, content="x") for n, name in ((0, "a"), (20, "b"), (40, "c")))
    assert clusters(assign([middle, late]))[night(40), "c"] == ("b", "identical")
    assert clusters(assign([backfilled, middle, late]))[night(40), "c"] == ("c", "first")
    topic = Topic()
    for one in (middle, late, backfilled):
        topic.run(one.night, [one])
    assert topic.copies[night(40)][0].kind == "first"


def test_a_month_of_many_articles_takes_seconds() -> None:
    chance = random.Random(5)
    inputs = [
        ClusterInput(
            night=night(n % 30),
            document_id=f"{n:020x}",
            version_id="",
            published_at=None,
            content_hash=f"{n}",
            near_hash=b"\1" + (signature(n)[1:] if n % 10 == 0 else chance.randbytes(512)),
        )
        for n in range(30_000)
    ]
    start = time.process_time()
    copies = assign(inputs)
    assert time.process_time() - start < 10
    assert {"first", "near"} == {copy.kind for copy in copies}
