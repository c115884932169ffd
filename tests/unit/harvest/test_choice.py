"""A night knows of its sources what was chosen once, by its plan or by its own pages, whatever is run again."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from tests.unit.harvest.conftest import BLURB, COLLECTION, CONFIGURATION, SOURCE, Paper

from tearsheet import harvest, state
from tearsheet.documents.counting import counts_of
from tearsheet.errors import RecordError
from tearsheet.fingerprints import block_hash
from tearsheet.harvest.choice import choice_key, load_choice
from tearsheet.harvest.learned import load_snapshot, snapshot_key
from tearsheet.harvest.plan import load_plan

FIRST, SECOND = "2026-01-12", "2026-01-13"


def has_blurb(rows: list[dict[str, Any]]) -> bool:
    return any(BLURB in (row["text"] or "") for row in rows)


def test_a_first_night_learns_from_its_own_pages(paper: Paper) -> None:
    plan = paper.fetch(FIRST, range(6))
    rows = paper.publish(plan)
    chosen = load_choice(paper.store, plan)
    assert chosen
    assert plan.learned == {}
    assert {row["learned"] for row in rows} == set(chosen.values())
    assert len(rows) == 6
    assert not has_blurb(rows)
    cuts = [cut for row in rows for cut in row["removed"] if cut["rule"] == "learned"]
    assert {(cut["text"], cut["reason"], cut["score"]) for cut in cuts} == {(BLURB, "repeated", 1.0)}
    known = load_snapshot(paper.store, SOURCE, chosen[SOURCE]).value
    assert set(known.repeated) == {block_hash(BLURB)}
    assert known.usual_length is None, "the pages that hold nothing repeated are judged without it"


def test_snapshots_hold_no_text(paper: Paper) -> None:
    paper.publish(paper.fetch(FIRST, range(6)))
    for info in paper.store.list(f"learned/{SOURCE}/"):
        assert b"rope works" not in paper.store.get(info.key)


def test_run_again_it_gives_the_same_rows_and_counts(paper: Paper) -> None:
    plan = paper.fetch(FIRST, range(6))
    rows, counts = paper.publish(plan), counts_of(state.load(paper.store, SOURCE))
    paper.store.delete([info.key for info in paper.store.list("staged/")])
    assert paper.publish(plan) == rows
    assert counts_of(state.load(paper.store, SOURCE)) == counts
    assert counts.nights[FIRST].articles == 6


@pytest.mark.parametrize("step", ["choose", "restage", "check"])
def test_killed_on_the_way_it_gives_the_same_rows(paper: Paper, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    plan = paper.fetch(FIRST, range(6))
    with monkeypatch.context() as patched:
        patched.setattr(sys.modules["tearsheet.harvest.publish"], step, killed)
        with pytest.raises(Killed):
            paper.publish(plan)
    resumed = paper.publish(plan)
    paper.store.delete([choice_key(COLLECTION, FIRST)])
    paper.store.delete([info.key for prefix in ("staged/", "learned/", "state/") for info in paper.store.list(prefix)])
    assert paper.publish(plan) == resumed


def test_a_night_that_is_not_whole_chooses_nothing_yet(paper: Paper) -> None:
    plan = paper.fetch(FIRST, range(5), finished=False)
    assert has_blurb(paper.publish(plan))
    assert load_choice(paper.store, plan) is None
    paper.fetch(FIRST, range(5, 9))
    rows = paper.publish(plan)
    assert len(rows) == 9
    assert not has_blurb(rows)


def test_few_articles_teach_nothing_and_that_is_chosen(paper: Paper) -> None:
    plan = paper.fetch(FIRST, range(3))
    rows = paper.publish(plan)
    assert load_choice(paper.store, plan) == {}
    assert {row["learned"] for row in rows} == {None}


def test_a_later_night_knows_what_earlier_ones_taught_and_keeps_it(paper: Paper) -> None:
    first = paper.fetch(FIRST, range(6))
    paper.publish(first)
    second = paper.fetch(SECOND, range(10, 12))
    assert set(second.learned) == {SOURCE}
    rows = paper.publish(second)
    assert not has_blurb(rows)
    assert {row["learned"] for row in rows} == set(second.learned.values())
    assert load_choice(paper.store, second) is None, "its plan knows of every source"
    paper.publish(first)
    assert load_plan(paper.store, COLLECTION, SECOND) == second
    assert paper.publish(second) == rows
    assert sorted(counts_of(state.load(paper.store, SOURCE)).nights) == [FIRST, SECOND]


def test_an_article_that_is_asked_again_is_counted_once(paper: Paper) -> None:
    paper.publish(paper.fetch(FIRST, range(6)))
    paper.publish(paper.fetch(SECOND, range(4, 8)))
    nights = counts_of(state.load(paper.store, SOURCE)).nights
    assert {night: counted.articles for night, counted in nights.items()} == {FIRST: 6, SECOND: 2}


@pytest.mark.parametrize("what", ["counts", "snapshot", "choice"])
def test_what_cannot_be_read_is_named(paper: Paper, what: str) -> None:
    plan = paper.fetch(FIRST, range(6))
    paper.publish(plan)
    snapshot = (load_choice(paper.store, plan) or {})[SOURCE]
    keys = {
        "counts": state.key(SOURCE),
        "snapshot": snapshot_key(SOURCE, snapshot),
        "choice": choice_key(COLLECTION, FIRST),
    }
    paper.store.put(keys[what], b"junk")
    with pytest.raises(RecordError, match=keys[what]):
        harvest.verdict(paper.store, harvest.publish(paper.store, plan, paper.pool, CONFIGURATION), paper.pool)
