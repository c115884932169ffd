"""A night with a damaged segment: the rest is published, what is lost is named and asked again the next night."""

from __future__ import annotations

import logging

import pytest
from tests.unit.harvest.conftest import COLLECTION, SOURCE, Paper

from tearsheet import state
from tearsheet.archive import cdxj
from tearsheet.archive.keys import index_key
from tearsheet.archive.reader import captures, segments
from tearsheet.errors import InvariantError
from tearsheet.harvest.outcomes import load_outcomes
from tearsheet.tables import documents

NIGHT, PAGES = "2026-01-05", 4


@pytest.fixture
def warc(paper: Paper) -> str:
    """The one segment of a fetched night."""
    paper.fetch(NIGHT, range(1, PAGES + 1))
    (key,) = segments(paper.store, COLLECTION, NIGHT)
    return key


def publish(paper: Paper) -> dict[str, int]:
    """How many pages ended how."""
    paper.publish(paper.fetch(NIGHT, range(0)))
    ended = [outcome.outcome for outcome in load_outcomes(paper.store, COLLECTION, NIGHT)]
    assert len(ended) == PAGES
    return {outcome: ended.count(outcome) for outcome in ended}


def test_what_stands_behind_a_damaged_record_is_lost_and_asked_again(paper: Paper, warc: str) -> None:
    third = captures(paper.store, COLLECTION, NIGHT)[2]
    packed = bytearray(paper.store.get(warc))
    packed[third.warc_offset + 40] ^= 1
    paper.store.put(warc, bytes(packed))
    paper.store.delete([index_key(warc)])
    assert publish(paper) == {"article": 2, "pending.damaged": 2}
    lost = [o for o in load_outcomes(paper.store, COLLECTION, NIGHT) if o.outcome == "pending.damaged"]
    assert all(f"{warc} is whole up to byte {third.warc_offset}: " in (o.detail or "") for o in lost)
    known = state.load(paper.store, SOURCE)
    assert {pending.url for pending in known.pending.values()} == {o.url for o in lost}
    assert len(known.seen) == 2


def test_with_its_index_only_the_damaged_record_is_a_drop_and_named(
    paper: Paper, warc: str, caplog: pytest.LogCaptureFixture
) -> None:
    second = captures(paper.store, COLLECTION, NIGHT)[1]
    packed = bytearray(paper.store.get(warc))
    packed[second.warc_offset + 40] ^= 1
    paper.store.put(warc, bytes(packed))
    with caplog.at_level(logging.WARNING):
        assert publish(paper) == {"article": 3, "drop.unreadable": 1}
    assert f"{paper.store.url(warc)}, byte {second.warc_offset}: " in caplog.text


def test_a_truncated_segment_with_its_index_gives_drops_for_what_is_gone(paper: Paper, warc: str) -> None:
    cut = captures(paper.store, COLLECTION, NIGHT)[2].warc_offset + 10
    paper.store.put(warc, paper.store.get(warc)[:cut])
    assert publish(paper) == {"article": 2, "drop.unreadable": 2}


def test_an_index_with_places_that_are_none_loses_no_other_page(paper: Paper, warc: str) -> None:
    entries = cdxj.load(paper.store.get(index_key(warc)))
    text = paper.store.get(index_key(warc)).replace(b'"offset":"%d"' % entries[0].offset, b'"offset":"%d"' % (1 << 62))
    paper.store.put(index_key(warc), text)
    assert publish(paper) == {"article": 3, "drop.unreadable": 1}


def test_a_segment_that_is_gone_still_refuses_the_night(paper: Paper, warc: str) -> None:
    paper.store.delete([warc, index_key(warc)])
    with pytest.raises(InvariantError, match="was one deleted under raw/"):
        publish(paper)
    assert documents.rows(paper.store, COLLECTION, NIGHT).is_empty()


def test_a_damaged_segment_that_is_restored_gives_its_rows(paper: Paper, warc: str) -> None:
    whole = paper.store.get(warc)
    paper.store.put(warc, whole[: len(whole) // 2])
    paper.store.delete([index_key(warc)])
    assert publish(paper)["pending.damaged"] > 0
    paper.store.put(warc, whole)
    staged = [info.key for info in paper.store.list(f"staged/{COLLECTION}/{NIGHT}/")]
    paper.store.delete(staged)
    assert publish(paper) == {"article": PAGES}


def test_rows_that_are_published_are_not_lost_to_later_damage(paper: Paper, warc: str) -> None:
    assert publish(paper) == {"article": PAGES}
    whole = paper.store.get(warc)
    paper.store.put(warc, whole[: len(whole) // 2])
    paper.store.delete([index_key(warc), *(info.key for info in paper.store.list(f"staged/{COLLECTION}/{NIGHT}/"))])
    with pytest.raises(InvariantError, match=rf"has a row, and the WARC .*{warc} is whole up to byte"):
        publish(paper)
    assert documents.rows(paper.store, COLLECTION, NIGHT).height == PAGES
