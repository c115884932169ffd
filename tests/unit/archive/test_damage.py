"""Segments cut at any byte, and with any byte changed: what stands before is read, and only our errors are raised."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tearsheet.archive import cdxj, reader
from tearsheet.archive.exchange import Exchange
from tearsheet.archive.indexing import index
from tearsheet.archive.keys import index_key
from tearsheet.archive.writer import SegmentWriter
from tearsheet.errors import RecordError
from tearsheet.model import Candidate
from tearsheet.storage import Store

COLLECTION, NIGHT = "press", "2026-01-05"


@pytest.fixture(scope="module")
def segment(
    tmp_path_factory: pytest.TempPathFactory,
    make_segment: Callable[..., SegmentWriter],
    make_page: Callable[..., Exchange],
    make_candidate: Callable[..., Candidate],
) -> SegmentWriter:
    """Three pages."""
    writer = make_segment(tmp_path_factory.mktemp("segment"))
    for number in range(3):
        url = f"http://news.example/{number}"
        writer.write_exchange(make_page(url), replace(make_candidate(url), document_id=f"{number:020x}"))
    writer.close()
    return writer


def ends(segment: SegmentWriter) -> list[int]:
    """Up to which byte the segment must be whole for its first, second … capture to be read from it alone."""
    starts = [entry.offset for entry in segment.entries]
    return [*starts[1:], segment.size]


@given(st.data())
def test_an_index_of_a_damaged_segment_has_all_that_stands_before(segment: SegmentWriter, data: st.DataObject) -> None:
    packed = bytearray(segment.path.read_bytes())
    place = data.draw(st.integers(0, len(packed) - 1))
    if data.draw(st.booleans(), label="cut"):
        del packed[place:]
    else:
        packed[place] ^= data.draw(st.integers(1, 255))
    found = index(io.BytesIO(bytes(packed)), segment.key)
    whole = [entry for entry, end in zip(segment.entries, ends(segment), strict=True) if end <= place]
    assert [entry for entry in found.entries if entry.candidate][: len(whole)] == whole
    assert all(entry in segment.entries for entry in found.entries if entry.candidate)
    if found.torn:
        assert found.torn.startswith("byte ")
        assert int(found.torn.split()[1].rstrip(":")) <= place


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_index_gives_captures_or_is_made_again(
    store: Store, segment: SegmentWriter, data: st.DataObject
) -> None:
    store.put(segment.key, segment.path)
    told = bytearray(cdxj.dump(segment.entries))
    place = data.draw(st.integers(0, len(told) - 1))
    if data.draw(st.booleans(), label="cut"):
        del told[place:]
    else:
        told[place] ^= data.draw(st.integers(1, 255))
    store.put(index_key(segment.key), bytes(told))
    for capture in reader.captures(store, COLLECTION, NIGHT):
        assert capture.warc_file == segment.key
        with suppress(RecordError):
            assert reader.read_record(store, capture).url.startswith("http://news.example/")


def test_a_place_behind_the_end_of_its_segment_is_named(store: Store, segment: SegmentWriter) -> None:
    store.put(segment.key, segment.path.read_bytes()[:1000])
    with pytest.raises(RecordError, match=rf"{segment.key}, byte 500000: the segment ends before it"):
        reader.record_at(store, segment.key, 500_000, 10)


def test_a_torn_segment_keeps_no_index_until_it_is_whole_again(
    store: Store, segment: SegmentWriter, caplog: pytest.LogCaptureFixture
) -> None:
    middle = segment.entries[1].offset + 7
    store.put(segment.key, segment.path.read_bytes()[:middle])
    with caplog.at_level(logging.WARNING):
        assert len(reader.captures(store, COLLECTION, NIGHT)) == 1
    assert f"{store.url(segment.key)} is whole up to byte {segment.entries[1].offset}: " in caplog.text
    assert not store.exists(index_key(segment.key))
    (told,) = reader.damage(store, COLLECTION, NIGHT)
    assert told.startswith(f"{store.url(segment.key)} is whole up to byte {segment.entries[1].offset}: ")
    store.put(segment.key, segment.path)
    assert reader.damage(store, COLLECTION, NIGHT) == []
    assert len(reader.captures(store, COLLECTION, NIGHT)) == 3
    assert store.exists(index_key(segment.key))


def test_the_index_of_another_file_is_made_again(store: Store, segment: SegmentWriter) -> None:
    store.put(segment.key, segment.path)
    other = [replace(entry, filename="raw/press/2026-01-05/b000-009-00000.warc.gz") for entry in segment.entries]
    store.put(index_key(segment.key), cdxj.dump(other))
    assert {capture.warc_file for capture in reader.captures(store, COLLECTION, NIGHT)} == {segment.key}


def test_only_its_owner_can_read_an_open_segment(tmp_path: Path, make_segment: Callable[..., SegmentWriter]) -> None:
    assert make_segment(tmp_path).path.stat().st_mode & 0o777 == 0o600
