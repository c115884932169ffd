"""Staged rows: one object a segment, made again when missing, by another key for another extractor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.documents.conftest import COLLECTION, NIGHT, page

from tearsheet.archive.keys import index_key
from tearsheet.archive.reader import segment_captures
from tearsheet.documents.pool import Pool
from tearsheet.documents.staging import load_staged, stage, staged_key, unstaged
from tearsheet.documents.task import Context
from tearsheet.errors import RecordError
from tearsheet.extract.identity import extractor_id
from tearsheet.harvest.publish import earliest
from tearsheet.storage import Store

CONTEXT = Context(collection=COLLECTION, night=NIGHT, config="0" * 64, extractor=extractor_id())


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One extraction process."""
    with Pool(1) as started:
        yield started


def test_what_is_not_staged_is_named_until_it_is(store: Store, segment: Callable[..., str]) -> None:
    keys = [segment((f"http://127.0.0.1/{n}", page(f"Quay {n}")), serial=n) for n in (1, 2)]
    assert unstaged(store, CONTEXT) == keys
    with Pool(1) as pool:
        assert [staged.rows for staged in stage(store, pool, keys[:1], CONTEXT)] == [1]
        assert unstaged(store, CONTEXT) == keys[1:]
        stage(store, pool, keys[1:], CONTEXT)
    assert not unstaged(store, CONTEXT)
    assert unstaged(store, replace(CONTEXT, extractor="another")) == keys
    assert [table.num_rows for table in load_staged(store, CONTEXT)] == [1, 1]


def test_of_two_captures_of_a_document_the_earlier_is_its_row(store: Store, segment: Callable[..., str]) -> None:
    late = segment(("http://127.0.0.1/a", page("Late")), ("http://127.0.0.1/b", page("B")), serial=1, minute=30)
    early = segment(("http://127.0.0.1/a?utm_source=feed", page("Early")), serial=2, minute=10)
    with Pool(1) as pool:
        stage(store, pool, (late, early), CONTEXT)
    rows = earliest(load_staged(store, CONTEXT)).to_pylist()
    assert sorted(row["title"] for row in rows) == ["B", "Early"]


def test_a_page_that_is_none_is_a_drop_with_its_record(store: Store, segment: Callable[..., str]) -> None:
    key = segment(("http://127.0.0.1/empty", b""), ("http://127.0.0.1/junk", bytes(range(256)) * 40))
    with Pool(1) as pool:
        stage(store, pool, [key], CONTEXT)
    rows = earliest(load_staged(store, CONTEXT)).to_pylist()
    assert len(rows) == 2
    assert all(row["outcome"].startswith("drop.") and row["text"] is None and row["warc_file"] == key for row in rows)


def test_a_broken_staged_object_is_named(store: Store, segment: Callable[..., str]) -> None:
    key = segment(("http://127.0.0.1/a", page("A")))
    store.put(staged_key(key, CONTEXT), b"junk")
    with pytest.raises(RecordError, match="staged/c/2026-01-12"):
        list(load_staged(store, CONTEXT))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(0, 255), indexed=st.booleans())
def test_a_damaged_segment_gives_the_rows_that_can_be_read(
    store: Store, pool: Pool, segment: Callable[..., str], place: float, flip: int, *, indexed: bool
) -> None:
    """Cut (no flip) or changed at any byte, with its index or without: what stands before is staged as it was."""
    store.delete([info.key for info in store.list("")])
    key = segment(*((f"http://127.0.0.1/{n}", page(f"Quay {n}")) for n in range(3)))
    whole, captures = store.get(key), segment_captures(store, key)
    at = int(place * len(whole))
    store.put(key, whole[:at] + (bytes([whole[at] ^ flip]) + whole[at + 1 :] if flip else b""))
    if not indexed:
        store.delete([index_key(key)])
    stage(store, pool, [key], CONTEXT)
    rows = {row["warc_offset"]: row for row in earliest(load_staged(store, CONTEXT)).to_pylist()}
    ends = [capture.warc_offset for capture in captures[1:]] + [len(whole)]
    for capture, end in zip(captures, ends, strict=True):
        if end <= at:
            assert rows[capture.warc_offset]["outcome"] == "article"
    assert not indexed or len(rows) == len(captures)
