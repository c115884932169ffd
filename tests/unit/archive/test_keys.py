"""Names of segments, and which attempt comes next."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tearsheet.archive.keys import SegmentName, index_key, new_attempt, next_attempt
from tearsheet.storage import Store


def test_a_segment_is_named_by_batch_attempt_and_serial() -> None:
    name = SegmentName("press", "2026-01-05", "b007", 2, 13)
    assert name.key == "raw/press/2026-01-05/b007-002-00013.warc.gz"
    assert index_key(name.key) == "raw/press/2026-01-05/b007-002-00013.warc.gz.cdxj"


def test_the_first_attempt_is_one(store: Store) -> None:
    assert next_attempt(store, "press", "2026-01-05", "b000") == 1


def test_an_attempt_counts_by_its_segment_its_index_or_its_report(store: Store) -> None:
    for key, expected in (
        ("raw/press/2026-01-05/b000-003-00000.warc.gz", 4),
        ("runs/press/2026-01-05/fetched/b000-005.json.gz", 6),
        ("raw/press/2026-01-05/b000-999-00002.warc.gz.cdxj", 1000),
        ("raw/press/2026-01-05/b000-1000-00002.warc.gz", 1001),
    ):
        store.put(key, b"")
        assert next_attempt(store, "press", "2026-01-05", "b000") == expected


def test_no_two_attempts_have_one_number_though_none_has_left_anything_yet(store: Store) -> None:
    store.put("raw/press/2026-01-05/b000-003-00000.warc.gz", b"")
    with ThreadPoolExecutor(4) as pool:
        taken = [pool.submit(new_attempt, store, "press", "2026-01-05", "b000") for _ in range(4)]
    assert sorted(attempt.result() for attempt in taken) == [4, 5, 6, 7]
    assert new_attempt(store, "press", "2026-01-05", "b001") == 1


def test_other_batches_nights_collections_and_objects_do_not_count(store: Store) -> None:
    for key in (
        "raw/press/2026-01-05/b000-1-007-00000.warc.gz",
        "raw/press/2026-01-05/b0001-007-00000.warc.gz",
        "raw/press/2026-01-06/b000-007-00000.warc.gz",
        "raw/press-2/2026-01-05/b000-007-00000.warc.gz",
        "raw/press/2026-01-05/b000-notes.txt",
        "runs/press/2026-01-05/fetched/b000-007.json.gz.part",
    ):
        store.put(key, b"")
    assert next_attempt(store, "press", "2026-01-05", "b000") == 1
    assert next_attempt(store, "press", "2026-01-05", "b000-1") == 8
